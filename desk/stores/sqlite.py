"""The journal on disk: one SQLite file, one connection, one transaction per batch, durable before it is acknowledged."""

import asyncio
import os
import sqlite3
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar
from zlib import crc32

import aiosqlite

from desk.model.error import BadInput, JournalFailed
from desk.model.event import OrderFilled
from desk.model.journal import Commit, Loaded, Record
from desk.model.units import Nanos
from desk.stores.lock import make_private, open_private
from desk.stores.records import CHECKPOINTS_KEPT, check_order, decode, encode

SCHEMA_VERSION: Final = 1

# The order matters: a switch to WAL without a busy timeout fails at once while a reader is there.
_PRAGMAS: Final = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    # `_fold` does the folding where nobody waits for an order; this is only the bound on the WAL, 16 MB.
    "PRAGMA wal_autocheckpoint=4000",
)

_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, epoch INTEGER NOT NULL, kind TEXT NOT NULL,
    body BLOB NOT NULL, crc INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fills (
    symbol TEXT NOT NULL, trade INTEGER NOT NULL, seq INTEGER NOT NULL, ts INTEGER NOT NULL, client_order TEXT NOT NULL,
    price TEXT NOT NULL, quantity TEXT NOT NULL, fee TEXT NOT NULL, UNIQUE (symbol, trade)
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoints (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS venue_memo (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL) STRICT;
INSERT OR IGNORE INTO meta VALUES ('schema', {SCHEMA_VERSION}), ('epoch', 0);
COMMIT;
"""

_REMEDY: Final = "move the file away to start afresh, or put a copy of it back"

T = TypeVar("T")


class _Row(NamedTuple):
    seq: int
    ts: Nanos
    epoch: int
    kind: str
    body: bytes
    crc: int


class SqliteJournal:
    """Keep the journal in the file at `path`, or in memory for `:memory:`.

    A batch, once begun, is finished or rolled back whatever happens to the task that asked for it. After the first
    failed batch every later one fails too: pages the kernel could not write may be marked clean, so a file that refused
    once is not trusted again.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._db: aiosqlite.Connection | None = None
        self._turn = asyncio.Lock()
        self._seq_last = 0
        self._crc = 0
        self._epoch = 0
        self._failure: str | None = None

    async def open(self) -> None:
        """Open or create the file; raise BadInput, naming it, where it cannot be ours."""
        if isinstance(self._path, Path):
            make_private(self._path.parent)
            os.close(open_private(self._path))
        db = await aiosqlite.connect(self._path, isolation_level=None)
        try:
            await self._prepare(db)
            self._db = db
        except sqlite3.Error as error:
            raise BadInput(f"{self._path}: expected a journal of the desk, found: {error}") from error
        finally:
            if self._db is None:
                await db.close()

    async def load(self) -> Loaded:
        """Return the newest intact checkpoint and the records after it; raise BadInput where the file is damaged."""
        try:
            return await self._load(self._connection())
        except sqlite3.Error as error:
            raise BadInput(f"{self._path}: expected a readable journal, found: {error}; {_REMEDY}") from error

    async def begin_epoch(self) -> int:
        """Count one more start, durably, and return its number."""
        return await _unbroken(self._begin_epoch())

    async def commit(self, batch: Commit) -> None:
        """Make the whole batch durable; raise JournalFailed if nothing of it was kept."""
        await _unbroken(self._commit(batch))

    async def close(self) -> None:
        """Fold the log into the file and close it; a batch under way is finished first."""
        await _unbroken(self._close())

    async def _prepare(self, db: aiosqlite.Connection) -> None:
        for pragma in _PRAGMAS:
            await db.execute(pragma)
        tables = {str(name) for (name,) in await db.execute_fetchall("SELECT name FROM sqlite_master")}
        if tables and "meta" not in tables:
            raise BadInput(f"{self._path}: expected a journal of the desk, found a database of another program")
        if tables:
            found = await self._read_meta(db, "schema")
            if found > SCHEMA_VERSION:
                raise BadInput(
                    f"{self._path}: schema version: expected at most {SCHEMA_VERSION}, found {found};"
                    " it was written by a newer desk: start that one, or give this one another data directory"
                )
        await db.executescript(_SCHEMA)
        self._epoch = await self._read_meta(db, "epoch")
        self._seq_last, self._crc = await self._tail(db, None)

    async def _read_meta(self, db: aiosqlite.Connection, key: str) -> int:
        for (value,) in await db.execute_fetchall("SELECT value FROM meta WHERE key = ?", (key,)):
            return int(value)
        raise BadInput(f"{self._path}: meta: expected a row `{key}`, found none; {_REMEDY}")

    async def _tail(self, db: aiosqlite.Connection, seq_max: int | None) -> tuple[int, int]:
        """Return seq and checksum of the last record up to `seq_max`; None: of the last there is."""
        rows = await db.execute_fetchall(
            "SELECT seq, crc FROM journal WHERE ?1 IS NULL OR seq <= ?1 ORDER BY seq DESC LIMIT 1", (seq_max,)
        )
        for seq, crc in rows:
            return int(seq), int(crc)
        return 0, 0

    async def _load(self, db: aiosqlite.Connection) -> Loaded:
        checkpoint, checkpoint_seq = None, 0
        for seq, body, crc in await db.execute_fetchall("SELECT seq, body, crc FROM checkpoints ORDER BY seq DESC"):
            if crc32(body) == crc:
                checkpoint, checkpoint_seq = bytes(body), int(seq)
                break
        _, chained = await self._tail(db, checkpoint_seq)
        rows = await db.execute_fetchall(
            "SELECT seq, ts, epoch, kind, body, crc FROM journal WHERE seq > ? ORDER BY seq", (checkpoint_seq,)
        )
        records = []
        for seq, ts, epoch, kind, body, crc in rows:
            chained = _chain(chained, f"{seq} {ts} {epoch} {kind}", body)
            if chained != crc:
                raise BadInput(
                    f"{self._path}: journal record {seq}: expected checksum {chained:08x}, found {crc:08x}; {_REMEDY}"
                )
            try:
                records.append(Record(seq, Nanos(ts), kind, decode(body)))
            except BadInput as error:
                raise BadInput(f"{self._path}: journal record {seq}: {error}; {_REMEDY}") from error
        memo = None
        for (body,) in await db.execute_fetchall("SELECT body FROM venue_memo"):
            memo = bytes(body)
        return Loaded(checkpoint, checkpoint_seq, tuple(records), memo, self._epoch)

    async def _begin_epoch(self) -> int:
        async with self._turn:
            db = self._connection()
            try:
                await db.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (self._epoch + 1,))
            except sqlite3.Error as error:
                raise self._fail(error) from error
            self._epoch += 1
            return self._epoch

    async def _commit(self, batch: Commit) -> None:
        async with self._turn:
            db = self._connection()
            check_order(self._seq_last, batch.records)
            rows = self._rows(batch.records)
            try:
                await db.execute("BEGIN IMMEDIATE")
                await _insert(db, rows, batch)
                await db.commit()
            except sqlite3.Error as error:
                await _roll_back(db)
                raise self._fail(error) from error
            if rows:
                self._seq_last, self._crc = rows[-1].seq, rows[-1].crc
            if batch.checkpoint is not None:
                await _fold(db)

    def _rows(self, records: Sequence[Record]) -> list[_Row]:
        rows, crc = [], self._crc
        for each in records:
            body = encode(each.body)
            crc = _chain(crc, f"{each.seq} {each.ts} {self._epoch} {each.kind}", body)
            rows.append(_Row(each.seq, each.ts, self._epoch, each.kind, body, crc))
        return rows

    async def _close(self) -> None:
        async with self._turn:
            if self._db is None:
                return
            db, self._db = self._db, None
            await _fold(db)
            await db.close()

    def _connection(self) -> aiosqlite.Connection:
        if self._failure is not None:
            raise JournalFailed(self._failure)
        if self._db is None:
            raise JournalFailed(f"{self._path}: expected an open journal, found a closed one")
        return self._db

    def _fail(self, error: sqlite3.Error) -> JournalFailed:
        self._failure = f"{self._path}: nothing more can be written: {error}; free or mend the disk, then start again"
        return JournalFailed(self._failure)


async def _unbroken(work: Coroutine[object, None, T]) -> T:
    """Await `work` to its end even if we are cancelled: a transaction is never left open behind a cancelled task."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _insert(db: aiosqlite.Connection, rows: Sequence[_Row], batch: Commit) -> None:
    if rows:
        await db.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", rows)
    fills = [(each.seq, each.body) for each in batch.records if isinstance(each.body, OrderFilled)]
    if fills:
        # The venue may tell a trade twice, in two sessions too: the first one counts.
        await db.executemany(
            "INSERT OR IGNORE INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(f.symbol, f.trade, seq, f.ts, f.order, str(f.price), str(f.quantity), str(f.fee)) for seq, f in fills],
        )
    if batch.checkpoint is not None:
        seq, body = batch.checkpoint
        await db.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (seq, body, crc32(body)))
        await db.execute(
            "DELETE FROM checkpoints WHERE seq NOT IN (SELECT seq FROM checkpoints ORDER BY seq DESC LIMIT ?)",
            (CHECKPOINTS_KEPT,),
        )
    if batch.venue_memo is not None:
        await db.execute("INSERT OR REPLACE INTO venue_memo VALUES (1, ?)", (batch.venue_memo,))


async def _roll_back(db: aiosqlite.Connection) -> None:
    try:
        await db.rollback()
    except sqlite3.Error:
        return  # SQLite has done it already, or the file is beyond it: the failed batch is being reported either way


async def _fold(db: aiosqlite.Connection) -> None:
    """Move the write-ahead log into the file: after a checkpoint, and at the end. A reader in the way only delays it."""
    try:
        await db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except sqlite3.Error:
        return


def _chain(crc: int, head: str, body: bytes) -> int:
    """Return the checksum of a record that follows one with checksum `crc`."""
    return crc32(body, crc32(head.encode(), crc))
