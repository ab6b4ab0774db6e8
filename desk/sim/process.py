"""One life of the desk: the engine, its timers and its journal, stepped by hand in virtual time.

The same order as the pump's: step, commit, carry out. It can be made to die at any of those seams.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final

from desk.core import checkpoint
from desk.core.batching import bundled
from desk.core.departure import held_back
from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.model.effect import ArmTimer, DisarmTimer, Effect, SendOrder, VenueEffect, VenueRequest
from desk.model.error import InvariantBroken, JournalFailed
from desk.model.event import Event
from desk.model.journal import Commit, Record, is_journalled, record
from desk.model.limits import Limits
from desk.model.units import Nanos
from desk.runtime.inbox import Inbox
from desk.runtime.timers import Timers
from desk.sim.disk import Disk

TURN_MAX: Final = 256
CHECKPOINT_EVERY: Final = 400
"""Records between two checkpoints: fewer than the pump's, so that a session of minutes has many."""

Send = Callable[[VenueRequest], None]


class Seam(Enum):
    """Where a process may die."""

    BEFORE_COMMIT = "before commit"
    BEFORE_SEND = "before send"
    """The intent is durable and nothing has left."""
    BETWEEN_SENDS = "between sends"


class Killed(Exception):
    """The process is no more; what it held in memory is gone."""


class Process:
    """The desk's process between a start and a kill."""

    def __init__(self, disk: Disk, limits: Limits, send: Send, skew: Nanos, now: Nanos) -> None:
        loaded = disk.load()
        state = checkpoint.restore(loaded.checkpoint, [each.body for each in loaded.records], limits)
        self.engine = Engine(state)
        self.epoch = disk.begin_epoch()
        # The books may not travel back in time, whatever the machine's clock says.
        self.skew = max(skew, Nanos(state.now + 1 - now))
        """How far our clock is ahead of the venue's."""
        self.inbox = Inbox()
        self.dies_at: Seam | None = None
        self.broken = ""
        """The invariant our own books have found broken; empty while there is none."""
        self._disk = disk
        self._send = send
        self._timers = Timers()
        self._seq = self._seq_checkpoint = loaded.records[-1].seq if loaded.records else loaded.checkpoint_seq
        self._journal_failure = ""

    @property
    def is_durable(self) -> bool:
        """Tell whether everything it knows is in the journal."""
        return not self._journal_failure

    @property
    def state(self) -> DeskState:
        """The engine's state."""
        return self.engine.state

    def clock(self, now: Nanos) -> Nanos:
        """Return what our clock shows."""
        return Nanos(now + self.skew)

    def next_at(self) -> Nanos | None:
        """Return when a timer is due, by the world's clock."""
        at = self._timers.next_at()
        return None if at is None else Nanos(at - self.skew)

    def turn(self, now: Nanos) -> Sequence[Effect]:
        """Take what is due and what waits; return what it caused. Raise Killed where it dies on the way."""
        clock = self.clock(now)
        for event in self._timers.collect(clock):
            self.inbox.put(event)
        records: list[Record] = []
        effects: list[Effect] = []
        for _ in range(min(TURN_MAX, len(self.inbox))):
            self._step(self.inbox.take(), records, effects)
        self._die(Seam.BEFORE_COMMIT, effects)
        if records:
            self._commit(records, clock)
        self._die(Seam.BEFORE_SEND, effects)
        self._carry_out(effects, clock)
        return effects

    def _die(self, seam: Seam, effects: list[Effect]) -> None:
        # A seam is worth dying at only when an order is about to go through it.
        if self.dies_at is seam and any(isinstance(each, SendOrder) for each in effects):
            raise Killed(seam.value)

    def _step(self, event: Event, records: list[Record], effects: list[Effect]) -> None:
        self._note(event, records)
        try:
            out = self.engine.step(event)
        except InvariantBroken as broken:
            self.broken = str(broken)
            out = self.engine.halt(event.ts, self.broken)
        for effect in out:
            effects.append(effect)
            self._note(effect, records)

    def _note(self, message: Event | Effect, records: list[Record]) -> None:
        if is_journalled(message):
            self._seq += 1
            records.append(record(self._seq, message))

    def _commit(self, records: list[Record], clock: Nanos) -> None:
        if self._journal_failure:
            return
        is_due = self._seq - self._seq_checkpoint >= CHECKPOINT_EVERY
        batch = Commit(records, (self._seq, checkpoint.save(self.state)) if is_due else None)
        try:
            self._disk.commit(batch)
        except JournalFailed as failure:
            self._journal_failure = str(failure)
            self._carry_out(self.engine.report_fault(clock, self._journal_failure), clock)
            return
        if is_due:
            self._seq_checkpoint = self._seq

    def _carry_out(self, effects: Sequence[Effect], clock: Nanos) -> None:
        going: list[VenueEffect] = []
        for effect in effects:
            if isinstance(effect, ArmTimer):
                self._timers.arm(effect.key, effect.at)
            elif isinstance(effect, DisarmTimer):
                self._timers.disarm(effect.key)
            elif isinstance(effect, VenueEffect):
                if (answer := held_back(effect, clock, self._journal_failure)) is not None:
                    self.inbox.put(answer)
                    continue
                going.append(effect)
        for sent, request in enumerate(bundled(going, self.state.limiter, clock)):
            if sent and self.dies_at is Seam.BETWEEN_SENDS:
                raise Killed(Seam.BETWEEN_SENDS.value)
            self._send(request)
