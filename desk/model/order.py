"""Orders: what is asked of a venue, and the states an order goes through."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.units import AlgoId, ClientOrderId, SubId, Symbol


class Side(StrEnum):
    """Which way a trade moves the position."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How the price binds.

    A MARKET order of ours always carries a price: the worst we accept. It is executed as a limit IOC at that price, so
    an empty book cannot fill it anywhere.
    """

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(StrEnum):
    """How long an order lives, as everywhere; GTX is post-only."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTX = "gtx"


class OrderStatus(StrEnum):
    """Where an order is in its life; `core.orders.TRANSITIONS` has the moves."""

    SUBMITTED = "submitted"
    """Intent durable, on its way; nothing heard."""
    WORKING = "working"
    UNKNOWN = "unknown"
    """Sent, outcome not known: being resolved by query, never sent again."""
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Ended by the venue: the rest of an IOC, self-trade prevention, good-till date."""
    REJECTED = "rejected"

    @property
    def is_terminal(self) -> bool:
        """Tell whether no more than late fills can come."""
        return self in _TERMINAL


_TERMINAL = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REJECTED})


class OrderKind(StrEnum):
    """Who asked for an order; the three letters of the client order id."""

    MANUAL = "MAN"
    CHASE = "CHS"
    SCALPER = "SCL"
    TWAP = "TWP"
    SCALE = "SCA"
    DELEVERAGE = "ADL"
    BRACKET = "BRK"
    FLATTEN = "FLT"


class OrderSpec(Struct, frozen=True, kw_only=True):
    """One order as it leaves for the venue; quantity in base, price in quote currency."""

    id: ClientOrderId
    sub: SubId
    symbol: Symbol
    side: Side
    type: OrderType
    tif: TimeInForce
    quantity: Decimal
    price: Decimal
    reduce_only: bool = False
    """What the venue is told; only where its net position allows it."""
    closing: bool = False
    """Our own promise: it may only shrink the sub-account's position."""
    kind: OrderKind = OrderKind.MANUAL
    algo: AlgoId | None = None
    """The run that owns the order; None for an order placed by hand."""
    leg: int = 0
    """Which of the run's several orders it is."""
