"""A journal that lives as long as the process: for tests and simulated worlds."""

from desk.model.journal import Commit, Loaded, Record
from desk.stores.records import CHECKPOINTS_KEPT, check_order, decode, encode


class MemoryJournal:
    """Keep records as bytes, so that what comes back is what a disk would give back."""

    def __init__(self) -> None:
        self._lines: list[tuple[Record, bytes]] = []
        self._checkpoints: list[tuple[int, bytes]] = []
        self._venue_memo: bytes | None = None
        self._epoch = 0

    async def open(self) -> None:
        """Do nothing: there is nothing to open."""

    async def load(self) -> Loaded:
        """Return the newest checkpoint and the records after it."""
        seq, checkpoint = self._checkpoints[-1] if self._checkpoints else (0, None)
        records = tuple(
            Record(each.seq, each.ts, each.kind, decode(body)) for each, body in self._lines if each.seq > seq
        )
        return Loaded(checkpoint, seq, records, self._venue_memo, self._epoch)

    async def begin_epoch(self) -> int:
        """Count one more start and return its number."""
        self._epoch += 1
        return self._epoch

    async def commit(self, batch: Commit) -> None:
        """Keep the whole batch, or nothing of it."""
        check_order(self._lines[-1][0].seq if self._lines else 0, batch.records)
        self._lines.extend([(each, encode(each.body)) for each in batch.records])
        if batch.checkpoint is not None:
            self._checkpoints = [*self._checkpoints, batch.checkpoint][-CHECKPOINTS_KEPT:]
        if batch.venue_memo is not None:
            self._venue_memo = batch.venue_memo

    async def close(self) -> None:
        """Do nothing: what was kept can be opened again."""
