"""Market data as events: each carries `ts` (when it reached us) and `venue_ts` (when the venue made it)."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.order import Side
from desk.model.price import Via
from desk.model.units import Nanos, Symbol


class Level(Struct, frozen=True, gc=False, array_like=True):
    """One price of a book with its size; a size of zero removes the price."""

    price: Decimal
    size: Decimal


class Quote(Struct, frozen=True, gc=False, tag=True):
    """Best bid and ask with their sizes (`bookTicker`)."""

    ts: Nanos
    symbol: Symbol
    bid: Decimal
    bid_size: Decimal
    ask: Decimal
    ask_size: Decimal
    venue_ts: Nanos
    via: Via = Via.STREAM

    @property
    def mid(self) -> Decimal:
        """The middle of the touch."""
        return (self.bid + self.ask) / 2

    @property
    def spread(self) -> Decimal:
        """Ask minus bid."""
        return self.ask - self.bid


class BookSnapshot(Struct, frozen=True, tag=True):
    """The venue's depth at `last_update_id`; bids from the highest, asks from the lowest."""

    ts: Nanos
    symbol: Symbol
    last_update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    venue_ts: Nanos


class BookDelta(Struct, frozen=True, tag=True):
    """Changes to the depth: sizes are absolute, zero removes.

    `first_id`, `last_id`, `previous_id` are the venue's `U`, `u`, `pu`: only `previous_id` equal to the last delta's
    `last_id` proves that nothing is missing (binance-usdm, local book algorithm).
    """

    ts: Nanos
    symbol: Symbol
    first_id: int
    last_id: int
    previous_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    venue_ts: Nanos


class TradePrint(Struct, frozen=True, gc=False, tag=True):
    """A trade of the market; `aggressor` is the side of the taker."""

    ts: Nanos
    symbol: Symbol
    price: Decimal
    quantity: Decimal
    aggressor: Side
    venue_ts: Nanos


class MarkSource(StrEnum):
    """Where a mark price comes from; anything but VENUE is said on the screen."""

    VENUE = "mark"
    MID = "mid"
    """The middle of the touch, for a recording without mark prices."""


class MarkPrice(Struct, frozen=True, gc=False, tag=True):
    """The price that margin and PnL are computed with; `funding_rate` is a fraction per interval."""

    ts: Nanos
    symbol: Symbol
    price: Decimal
    index: Decimal
    funding_rate: Decimal
    next_funding: Nanos
    source: MarkSource
    venue_ts: Nanos
    via: Via = Via.STREAM
