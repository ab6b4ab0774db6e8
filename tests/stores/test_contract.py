"""What every journal must do, asked of each of them."""

from decimal import Decimal

import pytest

from desk.model.command import CancelAll
from desk.model.effect import SendOrder
from desk.model.error import JournalFailed
from desk.model.event import OrderFilled, Submitted
from desk.model.journal import Commit, record
from desk.model.order import OrderSpec, OrderType, Side, TimeInForce
from desk.stores.memory import MemoryJournal
from desk.stores.sqlite import SqliteJournal


def submitted(ts):
    return Submitted(ts, CancelAll())


def sent(ts, price="67000.10"):
    return SendOrder(
        ts,
        OrderSpec(
            id="A1",
            sub="1",
            symbol="BTCUSDT",
            side=Side.BUY,
            type=OrderType.LIMIT,
            tif=TimeInForce.GTX,
            quantity=Decimal("0.010"),
            price=Decimal(price),
        ),
    )


def filled(ts, trade):
    return OrderFilled(
        ts, "A1", "BTCUSDT", trade, Decimal("67000.1"), Decimal("0.01"), Decimal("0.134"), False, Decimal("0.01"), ts
    )


@pytest.fixture(params=["memory", "sqlite"])
async def reopened(request, tmp_path):
    """Return a function that closes the journal, if one is open, and opens it again as a new process would."""
    opened = []
    kept = MemoryJournal()

    async def again():
        while opened:
            await opened.pop().close()
        journal = kept if request.param == "memory" else SqliteJournal(tmp_path / "desk.db")
        await journal.open()
        opened.append(journal)
        return journal

    yield again
    while opened:
        await opened.pop().close()


async def test_a_new_journal_is_empty_and_before_its_first_epoch(reopened):
    journal = await reopened()

    loaded = await journal.load()

    assert (loaded.checkpoint, loaded.checkpoint_seq, loaded.records, loaded.venue_memo, loaded.epoch) == (
        None,
        0,
        (),
        None,
        0,
    )


async def test_what_was_committed_comes_back_in_order_and_exact(reopened):
    records = (record(1, submitted(10)), record(2, sent(10)), record(5, filled(20, 7)))
    journal = await reopened()
    await journal.commit(Commit(records[:2]))
    await journal.commit(Commit(records[2:]))

    loaded = await (await reopened()).load()

    assert loaded.records == records
    assert str(loaded.records[1].body.spec.price) == "67000.10"


async def test_only_the_records_after_the_newest_checkpoint_come_back(reopened):
    journal = await reopened()
    await journal.commit(Commit((record(1, submitted(1)), record(2, submitted(2))), checkpoint=(2, b"two")))
    await journal.commit(Commit((record(3, submitted(3)),)))

    loaded = await (await reopened()).load()

    assert (loaded.checkpoint_seq, loaded.checkpoint) == (2, b"two")
    assert [each.seq for each in loaded.records] == [3]


async def test_the_venue_memo_is_replaced_and_a_batch_without_one_keeps_it(reopened):
    journal = await reopened()
    await journal.commit(Commit(venue_memo=b"old"))
    await journal.commit(Commit(venue_memo=b"new"))
    await journal.commit(Commit((record(1, submitted(1)),)))

    loaded = await (await reopened()).load()

    assert loaded.venue_memo == b"new"


async def test_every_start_is_a_new_epoch(reopened):
    first = await (await reopened()).begin_epoch()
    second = await (await reopened()).begin_epoch()

    loaded = await (await reopened()).load()

    assert (first, second, loaded.epoch) == (1, 2, 2)


async def test_a_record_that_does_not_go_forward_is_refused_with_its_whole_batch(reopened):
    journal = await reopened()
    await journal.commit(Commit((record(4, submitted(1)),)))

    with pytest.raises(JournalFailed, match=r"record 4: expected a seq above 5"):
        await journal.commit(Commit((record(5, submitted(2)), record(4, submitted(3))), venue_memo=b"memo"))

    loaded = await journal.load()
    assert [each.seq for each in loaded.records] == [4]
    assert loaded.venue_memo is None


async def test_an_empty_batch_changes_nothing(reopened):
    journal = await reopened()
    await journal.commit(Commit())

    loaded = await (await reopened()).load()

    assert loaded.records == ()


async def test_closing_twice_is_once(reopened):
    journal = await reopened()

    await journal.close()
    await journal.close()

    assert (await (await reopened()).load()).epoch == 0
