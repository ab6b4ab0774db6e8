"""What the journal on disk adds: files, damage, other versions, cancellation, a full disk."""

import asyncio
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from desk.model.command import CancelAll
from desk.model.error import BadInput, JournalFailed
from desk.model.event import OrderFilled, Submitted
from desk.model.journal import Commit, record
from desk.stores.sqlite import SqliteJournal


def lines(*seqs):
    return tuple(record(seq, Submitted(seq, CancelAll())) for seq in seqs)


def filled(trade, price="67000.1"):
    return OrderFilled(
        1, "A1", "BTCUSDT", trade, Decimal(price), Decimal("0.01"), Decimal("0.134"), False, Decimal("0.01"), 1
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "desk.db"


@pytest.fixture
async def journal(path):
    opened = SqliteJournal(path)
    await opened.open()
    yield opened
    await opened.close()


def ask(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def tell(path, sql):
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


async def load(path):
    journal = SqliteJournal(path)
    await journal.open()
    try:
        return await journal.load()
    finally:
        await journal.close()


async def test_the_file_and_its_directory_are_private(tmp_path):
    place = tmp_path / "new" / "desk"
    journal = SqliteJournal(place / "desk.db")
    await journal.open()
    await journal.commit(Commit(lines(1)))

    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (place, *place.iterdir())}

    await journal.close()
    assert modes == {"desk": 0o700, "desk.db": 0o600, "desk.db-wal": 0o600, "desk.db-shm": 0o600}


async def test_a_commit_waits_for_the_disk_and_not_only_for_the_kernel(journal):
    (synchronous,) = await journal._db.execute_fetchall("PRAGMA synchronous")
    (mode,) = await journal._db.execute_fetchall("PRAGMA journal_mode")

    assert (synchronous[0], mode[0]) == (2, "wal")


async def test_a_trade_told_twice_is_one_fill_and_the_first_one_counts(journal, path):
    await journal.commit(Commit((record(1, filled(7)), record(2, filled(8)))))
    await journal.commit(Commit((record(3, filled(7, price="1")),)))

    fills = ask(path, "SELECT trade, seq, price FROM fills ORDER BY trade")

    assert fills == [(7, 1, "67000.1"), (8, 2, "67000.1")]


async def test_three_checkpoints_are_kept(journal, path):
    for seq in range(1, 6):
        await journal.commit(Commit(lines(seq), checkpoint=(seq, b"state")))

    kept = ask(path, "SELECT seq FROM checkpoints ORDER BY seq")

    assert kept == [(3,), (4,), (5,)]


async def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(journal, path):
    await journal.commit(Commit(lines(1), checkpoint=(1, b"one")))
    await journal.commit(Commit(lines(2), checkpoint=(2, b"two")))
    await journal.close()
    tell(path, "UPDATE checkpoints SET body = x'00' WHERE seq = 2")

    loaded = await load(path)

    assert (loaded.checkpoint_seq, loaded.checkpoint, [each.seq for each in loaded.records]) == (1, b"one", [2])


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE journal SET body = zeroblob(length(body)) WHERE seq = 2",
        "UPDATE journal SET ts = ts + 1 WHERE seq = 2",
        "UPDATE journal SET crc = crc + 1 WHERE seq = 2",
    ],
)
async def test_a_changed_record_stops_the_start_and_is_named(journal, path, damage):
    await journal.commit(Commit(lines(1, 2, 3)))
    await journal.close()
    tell(path, damage)

    with pytest.raises(BadInput, match=r"desk\.db: journal record 2: expected checksum [0-9a-f]{8}, found .* move the"):
        await load(path)


async def test_a_missing_record_is_noticed_at_the_next_one(journal, path):
    await journal.commit(Commit(lines(1, 2, 3)))
    await journal.close()
    tell(path, "DELETE FROM journal WHERE seq = 2")

    with pytest.raises(BadInput, match=r"journal record 3: expected checksum"):
        await load(path)


async def test_the_chain_goes_on_over_checkpoints_epochs_and_processes(journal, path):
    await journal.begin_epoch()
    await journal.commit(Commit(lines(1, 2), checkpoint=(1, b"one")))
    await journal.close()
    again = SqliteJournal(path)
    await again.open()
    await again.begin_epoch()
    await again.commit(Commit(lines(3)))
    await again.close()

    loaded = await load(path)

    assert ([each.seq for each in loaded.records], loaded.epoch) == ([2, 3], 2)


async def test_a_file_of_a_newer_desk_is_left_alone(journal, path):
    await journal.close()
    tell(path, "UPDATE meta SET value = 7 WHERE key = 'schema'")

    with pytest.raises(BadInput, match=r"desk\.db: schema version: expected at most 1, found 7; .* newer desk"):
        await load(path)


async def test_a_file_that_is_no_database_is_refused_and_not_touched(path):
    path.write_text("dear diary, " * 100)

    with pytest.raises(BadInput, match=r"desk\.db: expected a journal of the desk, found: file is not a database"):
        await load(path)

    assert path.read_text() == "dear diary, " * 100


async def test_the_database_of_another_program_is_refused_and_not_touched(path):
    tell(path, "CREATE TABLE recipes (name)")

    with pytest.raises(BadInput, match=r"desk\.db: .* found a database of another program"):
        await load(path)

    assert ask(path, "SELECT name FROM sqlite_master") == [("recipes",)]


async def test_a_cut_file_is_one_sentence(journal, path):
    await journal.commit(Commit(lines(*range(1, 400))))
    await journal.close()
    path.write_bytes(path.read_bytes()[:9000])

    with pytest.raises(BadInput, match=r"desk\.db: .*malformed"):
        await load(path)


async def test_a_path_that_is_a_directory_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match=r"expected a file that can be written, found: is a directory"):
        await load(tmp_path)


async def test_a_full_disk_fails_the_batch_and_every_one_after_it(journal, path):
    await journal.commit(Commit(lines(1)))
    await journal._db.execute("PRAGMA max_page_count = 1")

    with pytest.raises(JournalFailed, match=r"desk\.db: nothing more can be written: .*full"):
        await journal.commit(Commit(venue_memo=b"x" * 1_000_000))
    with pytest.raises(JournalFailed, match=r"nothing more can be written"):
        await journal.commit(Commit(lines(2)))

    assert ask(path, "SELECT seq FROM journal") == [(1,)]


async def test_a_failed_batch_leaves_no_transaction_open_and_none_of_its_rows(journal, path):
    tell(path, "INSERT INTO journal VALUES (2, 0, 0, 'Foreign', x'00', 0)")

    with pytest.raises(JournalFailed, match=r"UNIQUE constraint failed"):
        await journal.commit(Commit(lines(1, 2)))

    assert not journal._db.in_transaction
    assert ask(path, "SELECT seq FROM journal") == [(2,)]


async def test_a_cancelled_commit_is_finished_before_the_task_ends(journal, path):
    task = asyncio.ensure_future(journal.commit(Commit(lines(*range(1, 500)))))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task

    assert not journal._db.in_transaction
    assert ask(path, "SELECT count(*) FROM journal") == [(499,)]


async def test_batches_asked_for_at_once_are_written_one_after_the_other(journal):
    await asyncio.gather(*(journal.commit(Commit(lines(seq))) for seq in range(1, 20)))

    loaded = await journal.load()

    assert [each.seq for each in loaded.records] == list(range(1, 20))


async def test_closing_waits_for_the_batch_under_way(path):
    journal = SqliteJournal(path)
    await journal.open()

    await asyncio.gather(journal.commit(Commit(lines(1, 2))), journal.close())

    assert len((await load(path)).records) == 2


async def test_a_closed_journal_refuses(path):
    journal = SqliteJournal(path)

    with pytest.raises(JournalFailed, match=r"expected an open journal, found a closed one"):
        await journal.commit(Commit(lines(1)))


async def test_a_journal_in_memory_needs_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    journal = SqliteJournal(":memory:")
    await journal.open()
    await journal.commit(Commit(lines(1)))

    loaded = await journal.load()

    await journal.close()
    assert len(loaded.records) == 1
    assert list(tmp_path.iterdir()) == []


WRITER = """
import asyncio, sys
from pathlib import Path
from desk.model.command import CancelAll
from desk.model.event import Submitted
from desk.model.journal import Commit, record
from desk.stores.sqlite import SqliteJournal

async def write():
    journal = SqliteJournal(Path(sys.argv[1]))
    await journal.open()
    for seq in range(1, 100_000):
        await journal.commit(Commit((record(seq, Submitted(seq, CancelAll())),)))
        print(seq, flush=True)

asyncio.run(write())
"""


async def test_a_killed_process_loses_nothing_it_acknowledged(path):
    writer = subprocess.Popen(  # noqa: ASYNC220 (the test has nothing else to do meanwhile)
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    acknowledged = [int(writer.stdout.readline()) for _ in range(50)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    writer.wait()
    writer.stdout.close()

    kept = [each.seq for each in (await load(path)).records]

    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1
