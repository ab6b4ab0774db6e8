"""A stop that the venue holds for us: asleep outside the book, and an order like any other once its trigger is reached."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import AlgoId, ClientOrderId, SubId, Symbol


class GuardSpec(Struct, frozen=True, kw_only=True):
    """One guard as it leaves for the venue; the order that it becomes has the same id, and takes at any price."""

    id: ClientOrderId
    sub: SubId
    symbol: Symbol
    side: Side
    """Of the order that it becomes."""
    quantity: Decimal
    trigger: Decimal
    """The mark price that wakes it: a sell at or below, a buy at or above."""
    algo: AlgoId
    """The run whose position it guards."""
    leg: int
    reduce_only: bool = False
    """What the venue is told; only where its net position allows it."""

    def as_order(self, price: Decimal) -> OrderSpec:
        """Return the order that it becomes, which takes up to `price`."""
        return OrderSpec(
            id=self.id,
            sub=self.sub,
            symbol=self.symbol,
            side=self.side,
            type=OrderType.MARKET,
            tif=TimeInForce.IOC,
            quantity=self.quantity,
            price=price,
            reduce_only=self.reduce_only,
            closing=True,
            kind=OrderKind.BRACKET,
            algo=self.algo,
            leg=self.leg,
        )


class GuardState(StrEnum):
    """Where a guard is in its life."""

    SENT = "sent"
    HELD = "held"
    """Asleep at the venue."""
    UNKNOWN = "unknown"
    """A request about it was not answered: found out by asking, never sent again."""
    TRIGGERED = "triggered"
    """It has become an order."""
    ENDED = "ended"
    """It is gone, or never was there."""
