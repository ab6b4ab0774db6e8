"""The venue's clock seen from here: the server's time in the smallest of several round trips."""

from collections import deque
from typing import Final

from msgspec import Struct

from desk.model.units import MILLISECOND, SECOND, Nanos

SAMPLES_MAX: Final = 16
"""Older round trips say nothing of a clock that drifts."""
AHEAD_MAX: Final = Nanos(SECOND)
"""The venue refuses a time stamp that is this far ahead of its own clock, whatever the receive window."""


class RoundTrip(Struct, frozen=True, gc=False):
    """One question for the venue's time: when it left, when its answer came (our clock), and what it said."""

    sent: Nanos
    received: Nanos
    server: Nanos

    @property
    def doubt(self) -> int:
        """By how much the offset may be wrong, in nanoseconds: half the round trip, and the venue's whole milliseconds."""
        return (self.received - self.sent) // 2 + MILLISECOND

    @property
    def offset(self) -> int:
        """The venue's clock less ours, in nanoseconds, if the way there was as long as the way back."""
        return self.server - (self.sent + self.received) // 2


class ServerClock:
    """Turns our time into the venue's."""

    def __init__(self) -> None:
        self._trips: deque[RoundTrip] = deque(maxlen=SAMPLES_MAX)

    @property
    def best(self) -> RoundTrip | None:
        """The trip with the least doubt; None before the first."""
        return min(self._trips, key=lambda trip: trip.doubt, default=None)

    def learn(self, trip: RoundTrip) -> None:
        """Take a round trip into account; one that came back before it left is a step of our own clock, and forgotten."""
        if trip.received >= trip.sent:
            self._trips.append(trip)

    def forget(self) -> None:
        """Forget every trip: the venue has refused a time stamp, or the machine slept."""
        self._trips.clear()

    def timestamp_ms(self, now: Nanos) -> int:
        """Return the time stamp for a request that leaves now, in the venue's milliseconds.

        It is put as far back as the offset is in doubt: a little late costs nothing, a second ahead is refused.
        """
        best = self.best
        if best is None:
            return now // MILLISECOND
        return (now + best.offset - min(best.doubt, AHEAD_MAX // 2)) // MILLISECOND

    def venue_time(self, now: Nanos) -> Nanos:
        """Return the earliest time it can be at the venue."""
        best = self.best
        return now if best is None else Nanos(now + best.offset - best.doubt)


def told_at(millis: int, heard: Nanos) -> Nanos:
    """Return when the venue says something happened, but never after we have heard of it.

    Its clock may run ahead of ours: what it told by itself must not look newer than an answer we asked for afterwards.
    """
    return min(Nanos(millis * MILLISECOND), heard)
