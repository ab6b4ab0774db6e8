"""Which prices the ladder shows, and what stands at each of them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.market import Level
from desk.model.order import OrderStatus, Side
from desk.model.tier import AdlTier
from desk.model.units import ZERO, Symbol
from desk.model.view import AdlLevel, MarketView, OrderRow, PositionRow

GROUPINGS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Ticks in one row."""


_TIER_MARKS: Final = {AdlTier.T1: "1", AdlTier.T2: "2", AdlTier.T3: "3"}


class Window(NamedTuple):
    """The stretch of prices in sight. Rows are counted in groups of ticks, the cursor in ticks."""

    middle: int | None = None
    """Row number (ticks // grouping) of the middle row; None: there was no price yet."""
    cursor: int | None = None
    grouping: int = 1
    is_held: bool = False
    """Scrolled by hand: the market does not move it until it is centred."""

    def top(self, height: int) -> int:
        """Return the row number of the highest row in sight."""
        return (self.middle or 0) + height // 2

    def has(self, row: int, height: int) -> bool:
        """Tell whether a row is in sight."""
        return self.middle is not None and 0 <= self.top(height) - row < height

    @property
    def cursor_row(self) -> int | None:
        """Row number under the cursor."""
        return None if self.cursor is None else self.cursor // self.grouping


def ticks(price: Decimal, instrument: Instrument) -> int:
    """Return the tick at or below a price, counted from zero."""
    return int(price // instrument.tick_size)


def touch(market: MarketView, instrument: Instrument) -> int | None:
    """Return the best bid in ticks, else the best ask; None: the market has no price yet."""
    if market.quote is not None:
        return ticks(market.quote.bid, instrument)
    best = market.bids or market.asks
    return ticks(best[0].price, instrument) if best else None


def followed(window: Window, at: int | None, height: int, *, is_still: bool) -> Window:
    """Return the window after the market moved to `at`: recentred by band, and never while it must stay still."""
    if at is None:
        return window
    row = at // window.grouping
    if window.middle is None:
        return window._replace(middle=row, cursor=at if window.cursor is None else window.cursor)
    if is_still or window.is_held or abs(row - window.middle) <= max(1, height // 4):
        return window
    return window._replace(middle=row)


def moved(window: Window, by: int, height: int) -> Window:
    """Return the window with the cursor `by` rows up; one that was out of sight comes back at the edge it left by."""
    if window.middle is None or window.cursor_row is None or height < 1:
        return window
    top = window.top(height)
    bottom = top - height + 1
    row = window.cursor_row
    row = min(max(row, bottom), top) if not bottom <= row <= top else row + by
    scroll = max(0, row - top) - max(0, bottom - row)
    return window._replace(
        middle=window.middle + scroll, cursor=row * window.grouping, is_held=window.is_held or scroll != 0
    )


def centred(window: Window, at: int | None) -> Window:
    """Return the window around the touch, with the cursor on it."""
    if at is None:
        return window
    return window._replace(middle=at // window.grouping, cursor=at, is_held=False)


def regrouped(window: Window, step: int, at: int | None) -> Window:
    """Return the window with rows `step` sizes coarser (or finer), around the touch."""
    place = GROUPINGS.index(window.grouping) + step
    grouping = GROUPINGS[min(max(place, 0), len(GROUPINGS) - 1)]
    if window.middle is None:
        return window._replace(grouping=grouping)
    around = at if at is not None else window.middle * window.grouping
    return window._replace(grouping=grouping, middle=around // grouping, is_held=False)


class Own(NamedTuple):
    """Our orders of one side at one price row."""

    leaves: Decimal
    orders: int
    queue_ahead: Decimal | None
    """Of the order that is served first; None: not known."""
    pending: str
    """One letter for what is on its way: `.` new, `x` cancel, `~` amend, `?` fate unknown."""


class PriceRow(Struct, frozen=True, kw_only=True):
    """One row of the ladder; sizes are zero where nothing rests."""

    low: Decimal
    high: Decimal
    bid: Decimal
    ask: Decimal
    buys: Own | None
    sells: Own | None
    other_buys: Decimal
    other_sells: Decimal
    is_cursor: bool
    is_best_bid: bool
    is_best_ask: bool
    last: Side | None
    """Who took, if the last trade was here."""
    marks: str
    """`M` mark price, `E` entry of the position, `S` a stop, `L` its liquidation price, `V` the venue's, `1` to `3` our own tiers."""
    note: str
    """What our own deleverage would do here; empty where it would do nothing."""


class Sight(Struct, frozen=True, kw_only=True):
    """What the rows are made of."""

    instrument: Instrument
    market: MarketView
    orders: Sequence[OrderRow]
    other_orders: Sequence[OrderRow]
    position: PositionRow | None
    levels: Sequence[AdlLevel] = ()
    venue_liquidation: Decimal | None = None
    stops: Sequence[Decimal] = ()
    """Where brackets of the sub-account get out."""


def level_text(level: AdlLevel, symbol: Symbol, instrument: Instrument) -> str:
    """Say what a tier closes: `T1 -0.282`, with the symbol where it is another one."""
    parts = []
    for closed, quantity in level.closes:
        if closed == symbol:
            parts.append(f"{quantity:+.{instrument.quantity_decimals}f}")
        else:
            parts.append(f"{quantity.normalize():+f} {closed.removesuffix(instrument.quote)}")
    return f"{level.tier} {' '.join(parts)}"


def price_rows(sight: Sight, window: Window, height: int) -> list[PriceRow]:
    """Return the rows in sight, the highest price first; none before the first price."""
    if window.middle is None:
        return []
    group = _Grouped(sight, window.grouping)
    top = window.top(height)
    return [group.row(number, is_cursor=number == window.cursor_row) for number in range(top, top - height, -1)]


class _Grouped:
    """Everything that has a price, by row number."""

    def __init__(self, sight: Sight, grouping: int) -> None:
        self._instrument = sight.instrument
        self._grouping = grouping
        market = sight.market
        self._bids = self._sizes((level.price, level.size) for level in market.bids)
        self._asks = self._sizes((level.price, level.size) for level in market.asks)
        self._best_bid = self._best(market.quote.bid if market.quote else None, market.bids)
        self._best_ask = self._best(market.quote.ask if market.quote else None, market.asks)
        self._own = {side: self._orders(sight.orders, side) for side in Side}
        self._other = {side: self._leaves(sight.other_orders, side) for side in Side}
        self._last = (self._number(market.last.price), market.last.aggressor) if market.last else None
        self._marks = self._marked(sight)
        self._notes = {
            self._number(each.price): level_text(each, sight.instrument.symbol, sight.instrument)
            for each in reversed(sight.levels)
        }

    def row(self, number: int, *, is_cursor: bool) -> PriceRow:
        step = self._instrument.tick_size
        low = number * self._grouping * step
        own, other = self._own, self._other
        return PriceRow(
            low=low,
            high=low + (self._grouping - 1) * step,
            bid=self._bids.get(number, ZERO),
            ask=self._asks.get(number, ZERO),
            buys=own[Side.BUY].get(number),
            sells=own[Side.SELL].get(number),
            other_buys=other[Side.BUY].get(number, ZERO),
            other_sells=other[Side.SELL].get(number, ZERO),
            is_cursor=is_cursor,
            is_best_bid=number == self._best_bid,
            is_best_ask=number == self._best_ask,
            last=self._last[1] if self._last and self._last[0] == number else None,
            marks=self._marks.get(number, ""),
            note=self._notes.get(number, ""),
        )

    def _number(self, price: Decimal) -> int:
        return ticks(price, self._instrument) // self._grouping

    def _best(self, quoted: Decimal | None, levels: Sequence[Level]) -> int | None:
        if quoted is not None:
            return self._number(quoted)
        return self._number(levels[0].price) if levels else None

    def _sizes(self, priced: Iterable["tuple[Decimal, Decimal]"]) -> dict[int, Decimal]:
        sizes: dict[int, Decimal] = {}
        for price, size in priced:
            number = self._number(price)
            sizes[number] = sizes.get(number, ZERO) + size
        return sizes

    def _leaves(self, orders: Sequence[OrderRow], side: Side) -> dict[int, Decimal]:
        return self._sizes((each.price, each.quantity - each.filled) for each in _open(orders, side))

    def _orders(self, orders: Sequence[OrderRow], side: Side) -> dict[int, Own]:
        at: dict[int, list[OrderRow]] = {}
        for each in _open(orders, side):
            at.setdefault(self._number(each.price), []).append(each)
        return {number: _own(rows) for number, rows in at.items()}

    def _marked(self, sight: Sight) -> dict[int, str]:
        held = sight.position if sight.position and sight.position.quantity else None
        mark = sight.market.mark
        priced: tuple[tuple[str, Decimal | None], ...] = (
            ("M", mark.price if mark else None),
            ("E", held.entry_price if held else None),
            *(("S", each) for each in sight.stops),
            *((_TIER_MARKS[each.tier], each.price) for each in sight.levels),
            ("L", held.liquidation_price if held else None),
            ("V", sight.venue_liquidation),
        )
        marks: dict[int, str] = {}
        for letter, price in priced:
            if price is not None:
                number = self._number(price)
                marks[number] = marks.get(number, "") + letter
        return marks


def _open(orders: Sequence[OrderRow], side: Side) -> Iterable[OrderRow]:
    return (each for each in orders if each.side is side and not each.status.is_terminal)


def _own(rows: Sequence[OrderRow]) -> Own:
    known = [row.queue_ahead for row in rows if row.queue_ahead is not None]
    return Own(
        leaves=sum((row.quantity - row.filled for row in rows), ZERO),
        orders=len(rows),
        queue_ahead=min(known) if known else None,
        pending=next((letter for row in rows if (letter := _pending(row))), ""),
    )


def _pending(row: OrderRow) -> str:
    if row.status is OrderStatus.UNKNOWN:
        return "?"
    if row.status is OrderStatus.SUBMITTED:
        return "."
    return {"cancel": "x", "amend": "~"}.get(row.pending, "")
