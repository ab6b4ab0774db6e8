"""What happened: the engine's only input. Every event carries `ts`, the time it reached us; the core has no other clock.

Execution reports carry `filled`, the venue's cumulative figure: an order is settled when our trades reach it.
"""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.command import Command
from desk.model.guard import GuardSpec, GuardState
from desk.model.instrument import Instrument
from desk.model.limits import Limits
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint
from desk.model.order import OrderSpec, Side
from desk.model.units import ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol


class SubAccount(Struct, frozen=True):
    """A virtual sub-account as configured: its name, and the cash it starts with."""

    id: SubId
    name: str
    wallet: Decimal


class Started(Struct, frozen=True, tag=True):
    """The desk (re)starts: `epoch` has grown by one, durably; running algos come back parked."""

    ts: Nanos
    epoch: int
    venue: str
    instruments: tuple[Instrument, ...]
    limits: Limits
    rounding: Decimal = ZERO
    """By how much the venue's equity may differ from ours: what it rounds in telling it. Zero: not at all."""


class SubAccountOpened(Struct, frozen=True, tag=True):
    """A sub-account is new, and its cash has arrived at the venue."""

    ts: Nanos
    sub: SubAccount


class Submitted(Struct, frozen=True, tag=True):
    """A person's command reached the engine."""

    ts: Nanos
    command: Command


class TimerKey(Struct, frozen=True, gc=False):
    """Whose timer: of a run (`algo`), or the desk's own (None), and what for."""

    algo: AlgoId | None
    purpose: str


class TimerFired(Struct, frozen=True, tag=True):
    """A timer that was armed is due."""

    ts: Nanos
    key: TimerKey


class OrderAccepted(Struct, frozen=True, tag=True):
    """The order rests at the venue."""

    ts: Nanos
    order: ClientOrderId
    venue_order: int
    filled: Decimal
    venue_ts: Nanos


class OrderRejected(Struct, frozen=True, tag=True):
    """The venue's definite no: `code` and `reason` are the venue's."""

    ts: Nanos
    order: ClientOrderId
    code: int
    reason: str
    venue_ts: Nanos


class OrderFilled(Struct, frozen=True, tag=True):
    """A trade touched our order. `trade` is unique per symbol at the venue; `filled` includes this trade."""

    ts: Nanos
    order: ClientOrderId
    symbol: Symbol
    trade: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    """In the quote asset; positive is paid."""
    maker: bool
    filled: Decimal
    venue_ts: Nanos
    side: Side | None = None
    """What books a trade of an order we do not know: one placed elsewhere, or by the venue itself. None: not told."""


class OrderCancelled(Struct, frozen=True, tag=True):
    """Gone at our request."""

    ts: Nanos
    order: ClientOrderId
    filled: Decimal
    venue_ts: Nanos


class OrderExpired(Struct, frozen=True, tag=True):
    """Ended by the venue; `reason` says why, e.g. `ioc remainder`, `self-trade prevention`."""

    ts: Nanos
    order: ClientOrderId
    filled: Decimal
    reason: str
    venue_ts: Nanos


class OrderAmended(Struct, frozen=True, tag=True):
    """The order now has this price and total quantity; it has lost its place in the queue."""

    ts: Nanos
    order: ClientOrderId
    price: Decimal
    quantity: Decimal
    filled: Decimal
    venue_ts: Nanos


class AmendRejected(Struct, frozen=True, tag=True):
    """The amendment was refused. The order stands as it was, unless a terminal report says otherwise."""

    ts: Nanos
    order: ClientOrderId
    code: int
    reason: str
    venue_ts: Nanos


class CancelRejected(Struct, frozen=True, tag=True):
    """The cancel found no open order: it has ended otherwise, and that report is on its way."""

    ts: Nanos
    order: ClientOrderId
    code: int
    reason: str
    venue_ts: Nanos


class OutcomeUnknown(Struct, frozen=True, tag=True):
    """A request was sent and its answer is lost: the order is resolved by query, never sent again."""

    ts: Nanos
    order: ClientOrderId
    reason: str


class VenuePosition(Struct, frozen=True, gc=False):
    """The venue's net position in one symbol; signed."""

    symbol: Symbol
    quantity: Decimal
    entry_price: Decimal
    entry_value: Decimal
    """Signed cost of the open quantity; quantity * entry price, where the venue does not tell it exactly."""


class GuardReported(Struct, frozen=True, tag=True):
    """What has become of a stop that the venue holds; `order` is its id, and that of the order it becomes."""

    ts: Nanos
    order: ClientOrderId
    state: GuardState
    reason: str
    venue_ts: Nanos


class AccountReported(Struct, frozen=True, tag=True):
    """The venue's own statement of the account: a check on our books, never their source."""

    ts: Nanos
    wallet: Decimal
    positions: tuple[VenuePosition, ...]
    """Every symbol with a position; a symbol that is missing is flat."""
    venue_ts: Nanos


class FundingPaid(Struct, frozen=True, tag=True):
    """Funding on the venue's net position; `amount` is signed cash, negative when paid."""

    ts: Nanos
    symbol: Symbol
    amount: Decimal
    rate: Decimal
    mark: Decimal
    venue_ts: Nanos


class CashArrived(Struct, frozen=True, tag=True):
    """Cash came to the venue's account, or left it where negative, by no trade and no funding; it is nobody's yet."""

    ts: Nanos
    amount: Decimal
    reason: str
    venue_ts: Nanos


class MetersReported(Struct, frozen=True, tag=True):
    """What the venue counts of us, and of others at our address, in its own present spans; None: not told."""

    ts: Nanos
    weight: int | None = None
    """Of the minute."""
    orders_10s: int | None = None
    orders_1m: int | None = None


class RulesReported(Struct, frozen=True, tag=True):
    """The venue's rules as they are now: filters and margin brackets."""

    ts: Nanos
    instruments: tuple[Instrument, ...]


class LinkState(StrEnum):
    """State of the way to the venue."""

    UP = "up"
    CONNECTING = "connecting"
    DOWN = "down"
    ENDED = "ended"
    """A recording has been played to its end."""


class LinkChanged(Struct, frozen=True, tag=True):
    """The market or order link changed; `reason` is one sentence for the trader."""

    ts: Nanos
    state: LinkState
    reason: str


class LookedAt(Struct, frozen=True, tag=True):
    """A screen looks at a symbol."""

    ts: Nanos
    symbol: Symbol


class VenueTrade(Struct, frozen=True):
    """A trade as the venue remembers it, for recovery."""

    order: ClientOrderId
    symbol: Symbol
    trade: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    maker: bool
    venue_ts: Nanos
    side: Side | None = None


class OpenOrder(Struct, frozen=True):
    """An order open at the venue."""

    spec: OrderSpec
    venue_order: int
    filled: Decimal


class VenueTruth(Struct, frozen=True):
    """Everything the venue knows of the account, at one moment."""

    ts: Nanos
    wallet: Decimal
    positions: tuple[VenuePosition, ...]
    orders: tuple[OpenOrder, ...]
    trades: tuple[VenueTrade, ...]
    """The trades it still remembers, oldest first."""
    payments: tuple[FundingPaid, ...] = ()
    """The funding paid since the desk was opened, as far as it still remembers it; oldest first."""
    guards: tuple[GuardSpec, ...] = ()
    """The stops of ours that it holds."""
    is_final: bool = False
    """No request sent before it can still arrive: they have all been answered, or died with their process."""


class TruthLearned(Struct, frozen=True, tag=True):
    """The answer to a query for the venue's truth, taken when nothing else is in flight."""

    ts: Nanos
    truth: VenueTruth
    asked: Nanos | None = None
    """When the question left, by our clock; None: not known."""


MarketEvent = Quote | BookSnapshot | BookDelta | TradePrint | MarkPrice
OrderReport = (
    OrderAccepted
    | OrderRejected
    | OrderFilled
    | OrderCancelled
    | OrderExpired
    | OrderAmended
    | AmendRejected
    | CancelRejected
    | OutcomeUnknown
)
Event = (
    MarketEvent
    | OrderReport
    | GuardReported
    | AccountReported
    | FundingPaid
    | CashArrived
    | RulesReported
    | MetersReported
    | LinkChanged
    | Started
    | SubAccountOpened
    | Submitted
    | LookedAt
    | TimerFired
    | TruthLearned
)
