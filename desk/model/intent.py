"""What an algo wishes. The gate and the engine decide; an intent sends nothing."""

from decimal import Decimal

from msgspec import Struct

from desk.model.order import OrderType, Side, TimeInForce
from desk.model.units import AlgoId, ClientOrderId, Nanos


class Place(Struct, frozen=True, kw_only=True):
    """Wish for one order of the algo's own sub-account and symbol."""

    side: Side
    quantity: Decimal
    price: Decimal
    type: OrderType = OrderType.LIMIT
    tif: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    leg: int = 0
    """Which of the run's several orders it is."""
    is_urgent: bool = False
    """A way out of a position: our own orders make room for it, and the rate limiter lets it pass."""


class Amend(Struct, frozen=True):
    """Wish to move an order: `quantity` is the new total, never what remains."""

    order: ClientOrderId
    price: Decimal
    quantity: Decimal


class Cancel(Struct, frozen=True):
    """Wish to cancel an order."""

    order: ClientOrderId


class Hold(Struct, frozen=True, kw_only=True):
    """Wish that the venue holds a stop for the run, which has none there."""

    side: Side
    quantity: Decimal
    trigger: Decimal
    leg: int


class LetGo(Struct, frozen=True):
    """Wish that the venue lets go of the run's stop."""


class Wake(Struct, frozen=True):
    """Wish to be woken at `at`; a second wish for the same purpose replaces the first."""

    at: Nanos
    purpose: str


class Finish(Struct, frozen=True):
    """The run is over; `reason` is one word for its row, e.g. `filled`, `stopped`, `dust`."""

    reason: str


class Forget(Struct, frozen=True):
    """The run has counted an order that is over, and needs it no more."""

    order: ClientOrderId


class EndRun(Struct, frozen=True):
    """Wish that the run this one follows ends."""

    algo: AlgoId
    reason: str


Intent = Place | Amend | Cancel | Hold | LetGo | Wake | Finish | Forget | EndRun


class Refusal(Struct, frozen=True):
    """The gate's no: which check, and a sentence with the limit and the number that broke it."""

    check: str
    reason: str
