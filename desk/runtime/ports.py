"""What the pump needs of the world outside; adapters match these by shape."""

import asyncio
from typing import Protocol

from desk.model.effect import VenueRequest
from desk.model.event import Event
from desk.model.following import LineRow
from desk.model.journal import Commit, Loaded
from desk.model.units import Nanos


class Clock(Protocol):
    """The edge's time: the core only ever sees it as the `ts` of an event."""

    def now(self) -> Nanos:
        """Return the time."""

    async def wait(self, woken: asyncio.Event, until: Nanos | None) -> None:
        """Return when `woken` is set or it is `until`, whichever is first; None: only when woken."""


class TimedSource(Protocol):
    """Something with events of its own at times it knows: the practice exchange, the timers."""

    def next_at(self) -> Nanos | None:
        """Return when its next event is due; None: none is in sight."""

    def collect(self, now: Nanos) -> list[Event]:
        """Return the events due by `now`, in order."""


class Venue(Protocol):
    """Where orders go. Business outcomes come back as events, never as exceptions."""

    @property
    def version(self) -> int:
        """Grows whenever `memo` would differ in what must not be lost."""

    def execute(self, request: VenueRequest, now: Nanos) -> None:
        """Send a request on its way; does not wait for the answer."""

    def lines(self) -> tuple[LineRow, ...]:
        """Return how the connections to it are; none to one inside this process."""

    def memo(self) -> bytes | None:
        """Return what a venue inside this process must remember of itself; None for one outside."""


class Journal(Protocol):
    """Where records become durable."""

    async def open(self) -> None:
        """Open or create it; raise BadInput where it cannot be used."""

    async def load(self) -> Loaded:
        """Return what it holds."""

    async def begin_epoch(self) -> int:
        """Count one more start, durably."""

    async def commit(self, batch: Commit) -> None:
        """Make a batch durable, all of it or nothing; raise JournalFailed for nothing."""

    async def close(self) -> None:
        """Finish what is under way and close."""
