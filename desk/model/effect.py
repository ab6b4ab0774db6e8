"""What the shell must do. The engine returns effects; only the pump carries them out."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.card import Card
from desk.model.command import ChaseSpec
from desk.model.event import AccountReported, FundingPaid, GuardReported, OpenOrder, OrderReport, TimerKey
from desk.model.guard import GuardSpec
from desk.model.market import Quote
from desk.model.order import OrderSpec, Side
from desk.model.price import PriceKind, Purpose
from desk.model.program import Program
from desk.model.tier import AdlTier
from desk.model.units import AlgoId, ClientOrderId, Nanos, SubId, Symbol


class SendOrder(Struct, frozen=True, tag=True):
    """Send one order to the venue; built by the gate alone."""

    ts: Nanos
    spec: OrderSpec


class SendCancel(Struct, frozen=True, tag=True):
    """Ask the venue to cancel an order."""

    ts: Nanos
    order: ClientOrderId
    symbol: Symbol


class SendAmend(Struct, frozen=True, tag=True):
    """Ask the venue to change an order: price and new total quantity."""

    ts: Nanos
    order: ClientOrderId
    symbol: Symbol
    price: Decimal
    quantity: Decimal


class SendGuard(Struct, frozen=True, tag=True):
    """Let the venue hold a stop; built by the gate alone."""

    ts: Nanos
    spec: GuardSpec


class DropGuard(Struct, frozen=True, tag=True):
    """Ask the venue to let go of a stop that it holds."""

    ts: Nanos
    order: ClientOrderId
    symbol: Symbol


class RequestDepth(Struct, frozen=True, tag=True):
    """Ask the venue for a depth snapshot: the book cannot be proven."""

    ts: Nanos
    symbol: Symbol


class Follow(Struct, frozen=True, tag=True):
    """Follow depth and trades of these symbols, and of no others; every symbol's touch and mark are followed always."""

    ts: Nanos
    symbols: tuple[Symbol, ...]


class RequestTruth(Struct, frozen=True, tag=True):
    """Ask the venue for everything it knows of the account."""

    ts: Nanos


class RequestPrices(Struct, frozen=True, tag=True):
    """Ask the next source for what the streams have not told for a while."""

    ts: Nanos
    kind: PriceKind
    purpose: Purpose
    symbols: tuple[Symbol, ...]


class ArmCountdown(Struct, frozen=True, tag=True):
    """Ask the venue to cancel our orders of a symbol by itself, unless it is asked again in time; 0 calls it off."""

    ts: Nanos
    symbol: Symbol
    millis: int


class ArmTimer(Struct, frozen=True, tag=True):
    """Wake the engine at `at`; replaces a timer of the same key."""

    ts: Nanos
    key: TimerKey
    at: Nanos


class DisarmTimer(Struct, frozen=True, tag=True):
    """Forget a timer."""

    ts: Nanos
    key: TimerKey


class RunStarted(Struct, frozen=True, tag=True):
    """A run has begun: nothing to do but to remember it."""

    ts: Nanos
    algo: AlgoId
    spec: ChaseSpec | Program
    arrival: Quote
    """The touch it found: what its cap and its slippage are counted from."""


class RunEnded(Struct, frozen=True, tag=True):
    """A run is over: nothing to do but to remember it."""

    ts: Nanos
    algo: AlgoId
    reason: str


class RunEdited(Struct, frozen=True, tag=True):
    """A run works with other parameters from here on: nothing to do but to remember it."""

    ts: Nanos
    algo: AlgoId
    spec: ChaseSpec | Program


class CardWritten(Struct, frozen=True, tag=True):
    """How a run that is over has done; a later card of the same run replaces it: nothing to do but to remember it."""

    ts: Nanos
    card: Card


class Learned(Struct, frozen=True, tag=True):
    """What the venue's truth told us that no stream had: nothing to do but to remember it."""

    ts: Nanos
    adopted: tuple[OpenOrder, ...]
    reports: tuple[OrderReport, ...]
    payments: tuple[FundingPaid, ...]
    statement: AccountReported
    guards: tuple[GuardReported, ...] = ()


class Booking(StrEnum):
    """What a line of the fills stands for."""

    TRADE = "trade"
    """A trade of the venue."""
    CROSS = "cross"
    """Between two accounts of ours."""
    EXPECTED = "~"
    """Nothing: what a taking order will probably do, until its trades are told."""
    ESTIMATE = "EST"
    """A person's estimate of a trade that nobody has told us."""
    REVERT = "undo"
    """An estimate taken back."""


class CashMoved(Struct, frozen=True, tag=True, kw_only=True):
    """Cash has changed hands between two accounts of ours: nothing to do but to remember it."""

    ts: Nanos
    source: SubId
    target: SubId
    amount: Decimal


class Crossed(Struct, frozen=True, tag=True, kw_only=True):
    """A position has changed hands at a price, without the venue and without a fee: nothing to do but to remember it."""

    ts: Nanos
    number: int
    """Counts the bookings that are no trades of the venue."""
    booking: Booking
    seller: SubId | None
    """None: the world outside; a booking has at most one such side."""
    buyer: SubId | None
    symbol: Symbol
    quantity: Decimal
    price: Decimal
    reason: str = ""
    reverts: int = 0
    """The number of the estimate it takes back, 0 for none."""


class Deleveraged(Struct, frozen=True, tag=True, kw_only=True):
    """One step of our own deleverage is over: nothing to do but to remember it."""

    ts: Nanos
    sub: SubId
    symbol: Symbol
    side: Side
    tier: AdlTier
    quantity: Decimal
    """Really filled."""
    price: Decimal | None
    """Average; None: nothing was filled."""
    ratio_before: Decimal
    ratio_after: Decimal
    order: ClientOrderId


class BaselineSet(Struct, frozen=True, tag=True):
    """From here on losses are counted, for these sub-accounts: nothing to do but to remember it."""

    ts: Nanos
    day: int
    """Days since the epoch, UTC."""
    equities: dict[SubId, Decimal]


class SubLocked(Struct, frozen=True, tag=True):
    """A sub-account has lost too much: nothing to do but to remember it."""

    ts: Nanos
    sub: SubId
    reason: str


class Agreement(StrEnum):
    """Whether our quantity of a symbol is the venue's."""

    BROKEN = "broken"
    HALTED = "halted"
    """Broken, and the venue's trades do not explain it."""
    HEALED = "healed"


class BreakNoted(Struct, frozen=True, tag=True):
    """A symbol has been quarantined, halted or set free: nothing to do but to remember it."""

    ts: Nanos
    symbol: Symbol
    agreement: Agreement


class Severity(StrEnum):
    """How loud an alert is."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class Alert(Struct, frozen=True, tag=True):
    """One sentence for the trader."""

    ts: Nanos
    severity: Severity
    text: str


VenueEffect = (
    SendOrder
    | SendCancel
    | SendAmend
    | SendGuard
    | DropGuard
    | RequestDepth
    | RequestTruth
    | RequestPrices
    | ArmCountdown
    | Follow
)


class Batch(Struct, frozen=True, tag=True):
    """Several requests of one kind in one message; each is answered by itself."""

    ts: Nanos
    requests: tuple[VenueEffect, ...]


VenueRequest = VenueEffect | Batch
"""What goes over the wire as one message."""
Effect = (
    VenueEffect
    | ArmTimer
    | DisarmTimer
    | RunStarted
    | RunEnded
    | RunEdited
    | CardWritten
    | Learned
    | CashMoved
    | Crossed
    | BreakNoted
    | BaselineSet
    | SubLocked
    | Deleveraged
    | Alert
)
