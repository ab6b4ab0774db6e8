"""The engine's timers: armed and disarmed by effects, fired as events."""

import heapq

from desk.model.event import Event, TimerFired, TimerKey
from desk.model.units import Nanos


class Timers:
    """One time per key; arming a key again replaces it."""

    def __init__(self) -> None:
        self._due: dict[TimerKey, tuple[Nanos, int]] = {}
        self._heap: list[tuple[Nanos, int, TimerKey]] = []
        self._count = 0

    def arm(self, key: TimerKey, at: Nanos) -> None:
        """Fire `key` at `at`."""
        self._count += 1
        self._due[key] = (at, self._count)
        heapq.heappush(self._heap, (at, self._count, key))

    def disarm(self, key: TimerKey) -> None:
        """Forget `key`."""
        self._due.pop(key, None)

    def next_at(self) -> Nanos | None:
        """Return when the next timer is due; None while none is armed."""
        self._skip_replaced()
        return self._heap[0][0] if self._heap else None

    def collect(self, now: Nanos) -> list[Event]:
        """Return the timers due by `now`, each stamped with `now`: a late timer is not in the past."""
        fired: list[Event] = []
        self._skip_replaced()
        while self._heap and self._heap[0][0] <= now:
            _, _, key = heapq.heappop(self._heap)
            del self._due[key]
            fired.append(TimerFired(now, key))
            self._skip_replaced()
        return fired

    def _skip_replaced(self) -> None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
