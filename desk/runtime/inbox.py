"""The one queue in front of the engine: bounded, and conflated by symbol when behind, never losing the last value."""

from collections import deque
from typing import Final

from msgspec import structs

from desk.model.event import Event
from desk.model.market import BookDelta, BookSnapshot, Level, MarkPrice, Quote
from desk.model.units import Symbol

BEHIND: Final = 512
"""From this many waiting events on, market data is conflated."""
FULL: Final = 50_000
"""More than this cannot be: reports and commands are never dropped, so the desk halts instead."""


class Slot:
    """A place in the queue; a newer value of the same kind may take it over."""

    __slots__ = ("event", "key")

    def __init__(self, event: Event, key: tuple[type, Symbol] | None) -> None:
        self.event = event
        self.key = key


class Inbox:
    """Events in order of arrival.

    Quotes and marks: the newest replaces the one that waits. Depth deltas: two that follow one another become one.
    Reports, commands, trades and timers wait their turn.
    """

    def __init__(self) -> None:
        self._slots: deque[Slot] = deque()
        self._latest: dict[tuple[type, Symbol], Slot] = {}
        self.conflated = 0

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def is_full(self) -> bool:
        """Tell whether the bound has been passed."""
        return len(self._slots) > FULL

    def put(self, event: Event) -> None:
        """Append an event, or merge it into one that waits."""
        key = None
        if isinstance(event, Quote | MarkPrice | BookDelta):
            key = (type(event), event.symbol)
            waiting = self._latest.get(key) if len(self._slots) >= BEHIND else None
            if waiting is not None and (merged := _merge(waiting.event, event)) is not None:
                waiting.event = merged
                self.conflated += 1
                return
        elif isinstance(event, BookSnapshot):
            # A delta that comes after a snapshot must not slip in before it.
            self._latest.pop((BookDelta, event.symbol), None)
        slot = Slot(event, key)
        self._slots.append(slot)
        if key is not None:
            self._latest[key] = slot

    def take(self) -> Event:
        """Return the oldest event."""
        slot = self._slots.popleft()
        if slot.key is not None and self._latest.get(slot.key) is slot:
            del self._latest[slot.key]
        return slot.event


def _merge(old: Event, new: Quote | MarkPrice | BookDelta) -> Event | None:
    if not isinstance(new, BookDelta):
        return new
    assert isinstance(old, BookDelta)
    if new.previous_id != old.last_id:
        return None  # a gap must stay visible
    return structs.replace(
        new,
        first_id=old.first_id,
        previous_id=old.previous_id,
        bids=_newest(old.bids, new.bids),
        asks=_newest(old.asks, new.asks),
    )


def _newest(old: tuple[Level, ...], new: tuple[Level, ...]) -> tuple[Level, ...]:
    levels = {level.price: level for level in old}
    levels.update((level.price, level) for level in new)
    return tuple(levels.values())
