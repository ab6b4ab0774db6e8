"""A journal's disk in virtual time: what was acknowledged survives the process, what was not is gone."""

from collections.abc import Callable
from hashlib import blake2b

from desk.model.effect import Crossed, SendGuard, SendOrder
from desk.model.error import JournalFailed
from desk.model.journal import Commit, Loaded, Record
from desk.model.units import ClientOrderId, Nanos
from desk.stores.records import CHECKPOINTS_KEPT, check_order, decode, encode


class Disk:
    """Keeps the journal as bytes, and everything written in one running hash: the trace of the session."""

    def __init__(self) -> None:
        self.is_full = False
        self.intents: set[ClientOrderId] = set()
        """Orders whose intent is durable."""
        self.on_crossed: Callable[[Crossed], None] = _nobody
        """Who wants to know of a booking between two accounts of ours that has become durable."""
        self._lines: list[tuple[int, Nanos, str, bytes]] = []
        self._checkpoints: list[tuple[int, bytes]] = []
        self._epoch = 0
        self._trace = blake2b(digest_size=16)

    @property
    def trace(self) -> str:
        """The hash of all that was ever written, in order."""
        return self._trace.hexdigest()

    def load(self) -> Loaded:
        """Return the newest checkpoint and the records after it."""
        seq, checkpoint = self._checkpoints[-1] if self._checkpoints else (0, None)
        records = [Record(at, ts, kind, decode(body)) for at, ts, kind, body in self._lines if at > seq]
        return Loaded(checkpoint, seq, tuple(records), None, self._epoch)

    def begin_epoch(self) -> int:
        """Count one more start and return its number."""
        self._epoch += 1
        return self._epoch

    def commit(self, batch: Commit) -> None:
        """Keep the whole batch, or raise JournalFailed and keep nothing of it."""
        if self.is_full:
            raise JournalFailed("journal: no space left on the disk; nothing was written")
        check_order(self._lines[-1][0] if self._lines else 0, batch.records)
        for each in batch.records:
            body = encode(each.body)
            self._trace.update(body)
            self._lines.append((each.seq, each.ts, each.kind, body))
            if isinstance(each.body, SendOrder | SendGuard):
                self.intents.add(each.body.spec.id)
            elif isinstance(each.body, Crossed):
                self.on_crossed(each.body)
        if batch.checkpoint is not None:
            self._checkpoints = [*self._checkpoints, batch.checkpoint][-CHECKPOINTS_KEPT:]
            oldest = self._checkpoints[0][0]
            self._lines = [line for line in self._lines if line[0] > oldest]


def _nobody(crossed: Crossed) -> None:
    """Tell nobody."""
