"""Which accounts a price concerns: every tick is judged, and nearly every tick costs two comparisons.

An account that is in no danger is given, for each symbol it holds, a band of prices: while every mark stays inside its
band, the account cannot reach the first tier. Each symbol may use up an equal part of the account's room, and how much a
price uses up is known exactly, as maintenance margin is made of straight lines. The bands of all holders of a symbol are
kept in two heaps, so the nearest edge is known; a price beyond it touches only the accounts whose band has ended. An
account in any tier has no band: it is judged at every tick of what it holds.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Final

from desk.core.adl.tiers import NEAR_MIN, WATCH
from desk.core.margin import ONE, Holding, Standing, span
from desk.model.tier import AdlTier
from desk.model.units import ZERO, SubId, Symbol

REACH: Final = Decimal("0.05")
"""No band is wider than this fraction of the price: within it the bound on a distance holds."""
_INFINITE: Final = Decimal("Infinity")
_NEVER: Final = (_INFINITE, -_INFINITE)
"""Edges between which no price is."""
_ALWAYS: Final = (-_INFINITE, _INFINITE)
_Edge = tuple[Decimal, int, SubId]


class Board:
    """The tiers of the accounts and the bands of those in none."""

    def __init__(self) -> None:
        self.tiers: dict[SubId, AdlTier] = {}
        self.edges: dict[Symbol, tuple[Decimal, Decimal]] = {}
        """Between them a price of the symbol concerns nobody."""
        self._versions: dict[SubId, int] = {}
        self._held: dict[SubId, tuple[Symbol, ...]] = {}
        self._hot: dict[Symbol, dict[SubId, None]] = {}
        self._lows: dict[Symbol, list[_Edge]] = {}
        self._highs: dict[Symbol, list[_Edge]] = {}

    def is_quiet(self, symbol: Symbol, price: Decimal) -> bool:
        """Tell whether a price concerns no account."""
        low, high = self.edges.get(symbol, _ALWAYS)
        return low < price < high

    def touched(self, symbol: Symbol, price: Decimal) -> list[SubId]:
        """Return the accounts to be judged at this price; those whose band it has left have none until they are."""
        found = dict.fromkeys(self._hot.get(symbol, ()))
        lows, highs = self._lows.get(symbol, []), self._highs.get(symbol, [])
        while lows and (self._is_stale(lows[0]) or -lows[0][0] >= price):
            edge = heappop(lows)
            if not self._is_stale(edge):
                found[edge[2]] = None
        while highs and (self._is_stale(highs[0]) or highs[0][0] <= price):
            edge = heappop(highs)
            if not self._is_stale(edge):
                found[edge[2]] = None
        self._find_edges(symbol)
        return list(found)

    def holders(self, symbol: Symbol) -> list[SubId]:
        """Return the accounts that were judged with a position in `symbol`."""
        return [sub for sub, symbols in self._held.items() if symbol in symbols]

    def hot(self) -> list[SubId]:
        """Return the accounts that are judged at every tick."""
        return list(dict.fromkeys(sub for subs in self._hot.values() for sub in subs))

    def settle(self, sub: SubId, found: Standing, tier: AdlTier, nears: Mapping[Symbol, Decimal] | None) -> None:
        """Take note of how an account stands, and until which prices it need not be looked at again."""
        self._note(sub, found, tier, _rooms(found, nears) if tier is AdlTier.NONE else None)

    def await_price(self, sub: SubId, found: Standing) -> None:
        """Take note of an account that cannot be judged yet: it is looked at with the next price of what it holds."""
        self._note(sub, found, AdlTier.NONE, None)

    def _note(
        self, sub: SubId, found: Standing, tier: AdlTier, rooms: tuple[tuple[Decimal, Decimal], ...] | None
    ) -> None:
        self.tiers[sub] = tier
        version = self._versions[sub] = self._versions.get(sub, 0) + 1
        symbols = tuple(each.symbol for each in found.holdings)
        for symbol in self._held.get(sub, ()):
            self._hot.get(symbol, {}).pop(sub, None)
        touched = dict.fromkeys((*self._held.get(sub, ()), *symbols))
        self._held[sub] = symbols
        for each in found.holdings:
            if rooms is None:
                self._hot.setdefault(each.symbol, {})[sub] = None
            else:
                low, high = _band(each, rooms)
                heappush(self._lows.setdefault(each.symbol, []), (-low, version, sub))
                heappush(self._highs.setdefault(each.symbol, []), (high, version, sub))
        for symbol in touched:
            self._find_edges(symbol)

    def _is_stale(self, edge: _Edge) -> bool:
        return self._versions[edge[2]] != edge[1]

    def _find_edges(self, symbol: Symbol) -> None:
        lows, highs = self._nearest(self._lows, symbol), self._nearest(self._highs, symbol)
        if self._hot.get(symbol):
            self.edges[symbol] = _NEVER
        else:
            self.edges[symbol] = (-lows[0][0] if lows else -_INFINITE, highs[0][0] if highs else _INFINITE)

    def _nearest(self, heaps: dict[Symbol, list[_Edge]], symbol: Symbol) -> list[_Edge]:
        """Return a symbol's heap with a live edge on top, and not much larger than what lives in it."""
        heap = heaps.get(symbol, [])
        while heap and self._is_stale(heap[0]):
            heappop(heap)
        if len(heap) > 64 and len(heap) > 4 * len(self._versions):
            heap[:] = [edge for edge in heap if not self._is_stale(edge)]
            heapify(heap)
        return heap


def _rooms(found: Standing, nears: Mapping[Symbol, Decimal] | None) -> tuple[tuple[Decimal, Decimal], ...] | None:
    """Return, as pairs of a ratio and a room, how much each holding may take from `ratio * equity - maintenance`.

    None: an account so near to a trigger that no band can be given.
    """
    count = len(found.holdings)
    rooms = [(WATCH.ratio, WATCH.ratio * found.equity - found.maintenance)]
    if nears is not None and count:
        reserve = max(_loss(each, WATCH.near * nears.get(each.symbol, NEAR_MIN)) for each in found.holdings)
        rooms.append((ONE, found.equity - found.maintenance - reserve))
    if any(room <= ZERO for _, room in rooms):
        return None
    return tuple((ratio, room / count) for ratio, room in rooms) if count else ()


def _loss(holding: Holding, move: Decimal) -> Decimal:
    """Return at least what a move against the position takes from equity less maintenance, from anywhere in the band."""
    size = holding.notional * (1 + REACH)
    if holding.quantity > 0:
        return size * move
    there = size * (1 + move)
    rate = max((each.rate for each in holding.brackets if each.floor * holding.share <= there), default=ZERO)
    return size * move * (1 + rate)


def _band(holding: Holding, rooms: Iterable[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    low, high = holding.mark * (1 - REACH), holding.mark * (1 + REACH)
    for ratio, room in rooms:
        below, above = span(holding, room, ratio)
        low = max(low, below) if below is not None else low
        high = min(high, above) if above is not None else high
    return low, high
