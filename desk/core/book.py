"""One instrument's depth, proven complete by the venue's sequence numbers."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Final

from desk.model.market import BookDelta, BookSnapshot, Level
from desk.model.order import Side
from desk.model.units import ZERO, Nanos

PENDING_MAX: Final = 2_000
"""Deltas kept while a snapshot is on its way; one more and the oldest is useless anyway."""


class Sync(Enum):
    """What a message did to the book."""

    APPLIED = "applied"
    HELD = "held"
    """Kept until a snapshot comes."""
    STALE = "stale"
    """Older than what the book already knows."""
    GAP = "gap"
    """Something is missing: the book is not to be used until a new snapshot."""


class Book:
    """Depth by price; own orders are in it, as the venue shows them.

    Rule (local book algorithm of the venue's documentation): hold deltas until the snapshot; the first one applied must
    span or directly follow `last_update_id`; from then on each must name its predecessor.
    """

    __slots__ = (
        "_asks",
        "_bids",
        "_is_chained",
        "_last_id",
        "_pending",
        "_prices",
        "_sizes",
        "as_of",
        "synced",
        "version",
    )

    def __init__(self) -> None:
        self.synced = False
        self.version = 0
        """Grows with every change of the levels."""
        self.as_of = Nanos(0)
        """Venue time of the latest levels."""
        self._last_id = 0
        self._is_chained = False
        """The last id is a delta's, not a snapshot's: the next delta must name it."""
        self._pending: deque[BookDelta] = deque(maxlen=PENDING_MAX)
        self._bids: dict[Decimal, Decimal] = {}
        self._asks: dict[Decimal, Decimal] = {}
        self._sizes = {Side.BUY: self._bids, Side.SELL: self._asks}
        self._prices: dict[Side, list[Decimal]] = {Side.BUY: [], Side.SELL: []}
        """Both ascending: the best bid is the last, the best ask the first."""

    def on_delta(self, delta: BookDelta) -> Sync:
        """Apply `delta`, or hold it where there is nothing yet to apply it to."""
        if not self.synced:
            self._pending.append(delta)
            return Sync.HELD
        if delta.last_id <= self._last_id:
            return Sync.STALE
        if not self._continues(delta):
            self.drop()
            self._pending.append(delta)
            return Sync.GAP
        self._apply(delta)
        return Sync.APPLIED

    def on_snapshot(self, snapshot: BookSnapshot) -> Sync:
        """Start over from `snapshot` and the deltas held since; a late answer may not turn a proven book back."""
        if self.synced and snapshot.last_update_id <= self._last_id:
            return Sync.STALE
        held = [delta for delta in self._pending if delta.last_id > snapshot.last_update_id]
        self._replace(snapshot)
        for delta in held:
            if not self._continues(delta):
                # The snapshot is older than the first delta we kept, or one is missing: another snapshot is needed.
                self.drop()
                self._pending.extend(held)
                return Sync.GAP
            self._apply(delta)
        self._pending.clear()
        return Sync.APPLIED

    def drop(self) -> None:
        """Forget everything: the chain is broken."""
        self.synced = False
        self.version += 1
        self._pending.clear()
        for side in (Side.BUY, Side.SELL):
            self._sizes[side].clear()
            self._prices[side].clear()

    def best(self, side: Side) -> Level | None:
        """Return the best level of `side`, or None where that side is empty."""
        prices = self._prices[side]
        if not prices:
            return None
        price = prices[-1] if side is Side.BUY else prices[0]
        return Level(price, self._sizes[side][price])

    def best_without(self, side: Side, own: Mapping[Decimal, Decimal]) -> Decimal | None:
        """Return the best price of `side` that is not ours alone; `own` is our open size by price."""
        sizes = self._sizes[side]
        for price in self._from_best(side):
            if sizes[price] > own.get(price, ZERO):
                return price
        return None

    def size(self, side: Side, price: Decimal) -> Decimal:
        """Return the size shown at `price`, zero where there is none."""
        return self._sizes[side].get(price, ZERO)

    def top(self, side: Side, depth: int) -> tuple[Level, ...]:
        """Return up to `depth` levels, from the best outwards."""
        sizes = self._sizes[side]
        return tuple(Level(price, sizes[price]) for price in islice(self._from_best(side), depth))

    def _continues(self, delta: BookDelta) -> bool:
        if delta.previous_id == self._last_id:
            return True
        # A snapshot is taken between two deltas: the first one after it may span it.
        return not self._is_chained and delta.first_id <= self._last_id <= delta.last_id

    def _from_best(self, side: Side) -> Iterable[Decimal]:
        prices = self._prices[side]
        return reversed(prices) if side is Side.BUY else prices

    def _replace(self, snapshot: BookSnapshot) -> None:
        for side, levels in ((Side.BUY, snapshot.bids), (Side.SELL, snapshot.asks)):
            sizes = self._sizes[side]
            sizes.clear()
            sizes.update((level.price, level.size) for level in levels if level.size > ZERO)
            self._prices[side][:] = sorted(sizes)
        self._last_id, self._is_chained = snapshot.last_update_id, False
        self.as_of = snapshot.venue_ts
        self.synced = True
        self.version += 1

    def _apply(self, delta: BookDelta) -> None:
        for side, levels in ((Side.BUY, delta.bids), (Side.SELL, delta.asks)):
            sizes, prices = self._sizes[side], self._prices[side]
            for level in levels:
                price = level.price
                if level.size > ZERO:
                    if price not in sizes:
                        insort(prices, price)
                    sizes[price] = level.size
                elif sizes.pop(price, None) is not None:
                    del prices[bisect_left(prices, price)]
        self._last_id, self._is_chained = delta.last_id, True
        self.as_of = delta.venue_ts
        self.version += 1
