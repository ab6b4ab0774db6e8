"""Where a position that an order or a run enters is left again: a profit to take, a stop, or both."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.order import OrderType, Side, TimeInForce
from desk.model.restart import OnRestart
from desk.model.units import AlgoId, SubId, Symbol


class Trigger(StrEnum):
    """Which price a stop watches."""

    MARK = "mark"
    TOUCH = "touch"
    """The price the position would be closed at."""


class Exits(Struct, frozen=True, kw_only=True):
    """A profit and a stop, each as a distance from the average entry in bps, or as a price; None for none."""

    profit_bps: Decimal | None = None
    profit_price: Decimal | None = None
    stop_bps: Decimal | None = None
    stop_price: Decimal | None = None
    trigger: Trigger = Trigger.MARK
    net_bps: Decimal | None = Decimal(25)
    """How far beyond the stop the venue holds one too, for the time when no desk watches; None: it holds none."""
    slip_bps: Decimal = Decimal(10)
    """How far beyond the touch a stop may pay; what is left is tried again."""
    stale_ms: int = 1_500
    """A touch older than this is watched by no stop."""


class Entry(Struct, frozen=True, kw_only=True):
    """The one order that enters, where the bracket places it itself."""

    price: Decimal
    type: OrderType = OrderType.LIMIT
    tif: TimeInForce = TimeInForce.GTC


class BracketSpec(Struct, frozen=True, kw_only=True, tag="bracket"):
    """Guard what an entry has filled: its own order, or a run that it follows."""

    sub: SubId
    symbol: Symbol
    side: Side
    """Of the entry."""
    quantity: Decimal
    """The most the entry can fill."""
    exits: Exits
    entry: Entry | None = None
    """None: it follows `follows`."""
    follows: AlgoId | None = None
    on_restart: OnRestart = OnRestart.RESUME
    """A stop that waits for a person after a restart is none."""
