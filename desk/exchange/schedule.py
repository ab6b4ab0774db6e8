"""What is due when; things due at the same time come out as they went in."""

from heapq import heappop, heappush
from typing import Generic, TypeVar

from desk.model.units import Nanos

T = TypeVar("T")


class Schedule(Generic[T]):
    """Things with a time, earliest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[Nanos, int, T]] = []
        self._count = 0

    @property
    def next_at(self) -> Nanos | None:
        """When the next thing is due; None: nothing is left."""
        return self._heap[0][0] if self._heap else None

    def push(self, at: Nanos, item: T) -> None:
        """Add something due at `at`."""
        heappush(self._heap, (at, self._count, item))
        self._count += 1

    def pop(self) -> T:
        """Take the earliest thing."""
        return heappop(self._heap)[2]

    def take_until(self, now: Nanos) -> list[T]:
        """Take everything due by `now`, in order."""
        taken = []
        while self._heap and self._heap[0][0] <= now:
            taken.append(heappop(self._heap)[2])
        return taken

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
