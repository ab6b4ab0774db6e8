"""The pump owns the core: it orders events, steps the engine, journals, and only then lets effects leave.

The way is short and one-way: inbox, step, commit, carry out, publish. What is about to leave is durable before its
first byte is; what could not be made durable does not leave, except for cancels, which must always get out.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from desk.core import checkpoint, leaving
from desk.core.batching import bundled
from desk.core.departure import held_back
from desk.core.engine import Engine
from desk.core.project import Projector
from desk.core.state import DeskState
from desk.model.command import Command
from desk.model.effect import (
    Alert,
    ArmTimer,
    DisarmTimer,
    Effect,
    Severity,
    VenueEffect,
)
from desk.model.error import InvariantBroken, JournalFailed
from desk.model.event import Event, LookedAt, Submitted
from desk.model.journal import Commit, Record, is_journalled, record
from desk.model.units import Nanos, Symbol
from desk.model.view import DeskView
from desk.runtime.health import Gauges
from desk.runtime.inbox import FULL, Inbox
from desk.runtime.ports import Clock, Journal, TimedSource, Venue
from desk.runtime.timers import Timers

TURN_MAX: Final = 256
"""Events per turn: bounded work, one commit."""
FRAME_NS: Final = 66_000_000
"""A view is published at most this often."""
CHECKPOINT_EVERY: Final = 2_000
"""Records between two checkpoints."""
_LOG: Final = logging.getLogger("desk.pump")
_LEVELS: Final = {Severity.INFO: logging.INFO, Severity.WARN: logging.WARNING, Severity.ERROR: logging.ERROR}

Observer = Callable[[DeskState], None]
"""Called after each turn, in the engine's thread; may feed commands."""


class Pump:
    """Steps one engine; nobody else touches its state."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        venue: Venue,
        journal: Journal,
        sources: Sequence[TimedSource],
        seq: int = 0,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._venue = venue
        self._journal = journal
        self._timers = Timers()
        self._sources = (*sources, self._timers)
        self._inbox = Inbox()
        self._gauges = Gauges()
        self._projector = Projector()
        self._woken = asyncio.Event()
        self._observers: list[Observer] = []
        self._is_stopping = False
        self._seq = seq
        self._seq_checkpoint = seq
        self._venue_version = -1
        self._journal_failure = ""
        self._is_flooded = False
        self._published_ns = 0
        self._view: DeskView | None = None

    @property
    def view(self) -> DeskView:
        """The newest picture, replaced whole, so any thread may read it; there is none before the first turn."""
        assert self._view is not None, "nothing has been published yet"
        return self._view

    def observe(self, observer: Observer) -> None:
        """Call `observer` after every turn."""
        self._observers.append(observer)

    def feed(self, event: Event) -> None:
        """Hand an event to the engine; from the loop's own thread only."""
        self._inbox.put(event)
        self._woken.set()

    def wake(self) -> None:
        """Look at the sources again: one has something to say; from the loop's own thread only."""
        self._woken.set()

    def command(self, command: Command) -> None:
        """Hand a person's command to the engine, stamped now; from the loop's own thread only."""
        self.feed(Submitted(self._clock.now(), command))

    def consider(self, command: Command | None) -> None:
        """Show in the next views what `command` would lead to; None: nothing is being written any more."""
        self._projector.draft = command

    def look_at(self, symbol: Symbol) -> None:
        """Take note that a screen looks at `symbol`; from the loop's own thread only."""
        self.feed(LookedAt(self._clock.now(), symbol))

    def stop(self) -> None:
        """Let `run` return after the current turn."""
        self._is_stopping = True
        self._woken.set()

    async def run(self, until: Nanos | None = None) -> None:
        """Turn until stopped, or until it is `until`; then make a last checkpoint durable."""
        while not self._is_stopping and (until is None or self._clock.now() < until):
            await self._turn()
            if leaving.is_over(self._engine.state):
                break
            if not self._inbox:
                await self._clock.wait(self._woken, self._next_at(until))
        left = leaving.end(self._engine.state)
        if left:
            _LOG.warning("%s", left)
        self._carry_out(self._engine.part(self._clock.now()))
        await self._commit([], is_last=True)
        self.publish()

    async def beat(self) -> None:
        """Measure, for ever, how late this loop wakes up."""
        await self._gauges.beat()

    def beaten_ns(self) -> int | None:
        """Return when this loop last beat, by the machine's monotonic clock; from any thread."""
        return self._gauges.beaten_ns

    def report_stall(self) -> None:
        """Let the engine know that its loop stood still; from the loop's own thread only."""
        self._carry_out(self._engine.report_stall(self._clock.now()))

    def publish(self) -> None:
        """Replace the view by one of this moment."""
        state = self._engine.state
        state.now = max(state.now, self._clock.now())
        health = self._gauges.read(inbox=len(self._inbox), conflated=self._inbox.conflated, lines=self._venue.lines())
        self._view = self._projector.project(state, health)
        self._published_ns = time.monotonic_ns()

    def _next_at(self, until: Nanos | None) -> Nanos | None:
        times = [at for source in self._sources if (at := source.next_at()) is not None]
        if until is not None:
            times.append(until)
        return min(times, default=None)

    async def _turn(self) -> None:
        now = self._clock.now()
        for source in self._sources:
            for event in source.collect(now):
                self._inbox.put(event)
        records: list[Record] = []
        effects: list[Effect] = []
        for _ in range(min(TURN_MAX, len(self._inbox))):
            self._step(self._inbox.take(), records, effects)
        was_flooded, self._is_flooded = self._is_flooded, self._inbox.is_full
        if self._is_flooded and not was_flooded:
            self._halt(f"inbox: expected at most {FULL} waiting events, found {len(self._inbox)}", records, effects)
        if records or self._venue.version != self._venue_version:
            await self._commit(records)
        self._carry_out(effects)
        for observer in self._observers:
            observer(self._engine.state)
        if time.monotonic_ns() - self._published_ns >= FRAME_NS:
            self.publish()

    def _step(self, event: Event, records: list[Record], effects: list[Effect]) -> None:
        self._gauges.events += 1
        if is_journalled(event):
            self._seq += 1
            records.append(record(self._seq, event))
        try:
            out = self._engine.step(event)
        except InvariantBroken as broken:
            self._halt(str(broken), records, effects)
            return
        self._take(out, records, effects)

    def _halt(self, reason: str, records: list[Record], effects: list[Effect]) -> None:
        self._take(self._engine.halt(self._clock.now(), reason), records, effects)

    def _take(self, out: Sequence[Effect], records: list[Record], effects: list[Effect]) -> None:
        for effect in out:
            effects.append(effect)
            if is_journalled(effect):
                self._seq += 1
                records.append(record(self._seq, effect))

    async def _commit(self, records: list[Record], *, is_last: bool = False) -> None:
        if self._journal_failure:
            return
        version = self._venue.version
        is_due = is_last or self._seq - self._seq_checkpoint >= CHECKPOINT_EVERY
        batch = Commit(
            records=records,
            checkpoint=(self._seq, checkpoint.save(self._engine.state)) if is_due else None,
            venue_memo=self._venue.memo() if is_last or version != self._venue_version else None,
        )
        started = time.monotonic_ns()
        try:
            await self._journal.commit(batch)
        except JournalFailed as failure:
            self._journal_failure = str(failure)
            self._carry_out(self._engine.report_fault(self._clock.now(), self._journal_failure))
            return
        self._gauges.commits.append(time.monotonic_ns() - started)
        self._venue_version = version
        if is_due:
            self._seq_checkpoint = self._seq

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        now = self._clock.now()
        going: list[VenueEffect] = []
        for effect in effects:
            match effect:
                case _ if isinstance(effect, VenueEffect):
                    answer = held_back(effect, now, self._journal_failure)
                    if answer is None:
                        going.append(effect)
                    else:
                        self.feed(answer)  # the engine hears that it was not sent
                case ArmTimer(key=key, at=at):
                    self._timers.arm(key, at)
                case DisarmTimer(key=key):
                    self._timers.disarm(key)
                case Alert(severity=severity, text=text):
                    _LOG.log(_LEVELS[severity], "%s", text)
                case _:
                    pass
        for request in bundled(going, self._engine.state.limiter, now):
            self._venue.execute(request, now)
