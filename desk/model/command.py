"""What a person asks of the desk. Every quantity is in base currency: the screen has done the conversion."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.exits import Exits
from desk.model.order import OrderType, Side, TimeInForce
from desk.model.program import Program
from desk.model.restart import OnRestart
from desk.model.units import AlgoId, ClientOrderId, SubId, Symbol


class PlaceOrder(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Place one order; `price` is None for a market order, whose worst price the gate sets."""

    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    type: OrderType = OrderType.LIMIT
    price: Decimal | None = None
    tif: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    exits: Exits | None = None
    """Where what it fills is left again."""


class AmendOrder(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Change price or total quantity of a working order."""

    order: ClientOrderId
    price: Decimal | None = None
    quantity: Decimal | None = None


class CancelOrder(Struct, frozen=True, tag=True, tag_field="verb"):
    """Cancel one order."""

    order: ClientOrderId


class CancelLevel(Struct, frozen=True, tag=True, tag_field="verb"):
    """Cancel a sub-account's orders resting from `low` to `high`, both included: one row of the ladder."""

    sub: SubId
    symbol: Symbol
    low: Decimal
    high: Decimal


class CancelAll(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Cancel every order, of one sub-account and symbol where given; algos that own one are stopped."""

    sub: SubId | None = None
    symbol: Symbol | None = None


class Flatten(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Cancel, then close at the market what is open; of one sub-account and symbol where given."""

    sub: SubId | None = None
    symbol: Symbol | None = None


class FlattenVenue(Struct, frozen=True, tag=True, tag_field="verb"):
    """Cancel everything in a symbol, then close what the venue holds, for UNALLOCATED: the books may not add up."""

    symbol: Symbol


class Peg(StrEnum):
    """Which price a chase follows, seen from its own side."""

    JOIN = "join"
    """Our side's best price."""
    IMPROVE = "improve"
    """`peg_ticks` better than our side's best."""
    MID = "mid"
    OPPOSITE = "opp"


class ChaseMode(StrEnum):
    """Whether a chase follows the touch both ways."""

    MAINTAIN = "maintain"
    """Follow it away from the market too."""
    TRAIL = "trail"
    """Only ever move towards the market."""


class OnCap(StrEnum):
    """What a chase does when its desired price passes its cap."""

    HOLD = "hold"
    CANCEL = "cancel"
    CROSS = "cross"


class OnTtl(StrEnum):
    """What a chase does when its time is over."""

    CANCEL = "cancel"
    KEEP = "keep"
    CROSS = "cross"


class ChaseSpec(Struct, frozen=True, kw_only=True, tag="chase"):
    """Parameters of a chase; spans in milliseconds, caps and slips in bps or as a price."""

    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    peg: Peg = Peg.JOIN
    peg_ticks: int = 1
    """Ticks of improvement; read for Peg.IMPROVE only."""
    offset_ticks: int = 0
    """Ticks away from the market."""
    mode: ChaseMode = ChaseMode.MAINTAIN
    cap_price: Decimal | None = None
    cap_bps: Decimal | None = None
    """Cap as a distance from the arrival touch of our side; None for no cap."""
    on_cap: OnCap = OnCap.HOLD
    throttle_ms: int = 250
    move_ticks_min: int = 1
    stale_ms: int = 1500
    ttl_ms: int | None = None
    """None: it lives until it is filled or stopped."""
    on_ttl: OnTtl = OnTtl.CANCEL
    cross_slip_bps: Decimal = Decimal(5)
    """How far beyond the opposite touch a crossing may pay."""
    post_only: bool = True
    rejects_max: int = 5
    reduce_only: bool = False
    show: Decimal | None = None
    """An iceberg: the most that rests at a time; None for all of it."""
    exits: Exits | None = None
    on_restart: OnRestart = OnRestart.PARK


class StartChase(Struct, frozen=True, tag=True, tag_field="verb"):
    """Start a chase."""

    spec: ChaseSpec


class StartRun(Struct, frozen=True, tag=True, tag_field="verb"):
    """Start an algo that owns several orders."""

    spec: Program


class EditRun(Struct, frozen=True, tag=True, tag_field="verb"):
    """Give a run other parameters while it works; `spec` is the whole of them."""

    algo: AlgoId
    spec: ChaseSpec | Program


class StopAlgo(Struct, frozen=True, tag=True, tag_field="verb"):
    """Stop a run for good: its orders are cancelled."""

    algo: AlgoId


class PauseAlgo(Struct, frozen=True, tag=True, tag_field="verb"):
    """Park a run: its order stays, nothing more is sent until it is resumed."""

    algo: AlgoId


class ResumeAlgo(Struct, frozen=True, tag=True, tag_field="verb"):
    """Let a parked run go on."""

    algo: AlgoId


class ResumeDesk(Struct, frozen=True, tag=True, tag_field="verb"):
    """Lift a halt, after a person has looked."""


class KillDesk(Struct, frozen=True, tag_field="verb", tag=True):
    """Cancel every order of ours and create none, latched over restarts until the desk is revived."""

    reason: str


class ReviveDesk(Struct, frozen=True, tag_field="verb", tag=True):
    """Lift a kill; `phrase` must be typed out, so that no key can do it by accident."""

    phrase: str


class Requery(Struct, frozen=True, tag_field="verb", tag=True):
    """Ask the venue for everything it knows of the account, now."""


class RestrictDesk(Struct, frozen=True, tag_field="verb", tag=True):
    """Let the desk only reduce positions, or lift that again; outlives a restart."""

    on: bool
    reason: str = "restricted by hand"


class SetLimit(Struct, frozen=True, tag_field="verb", tag=True):
    """Move one limit, within its bounds; it outlives a restart, until the settings say something new."""

    name: str
    value: str


class UnlockSub(Struct, frozen=True, tag_field="verb", tag=True):
    """Lift the loss-lock of a sub-account; `phrase` must be typed out, so that no key can do it by accident."""

    sub: SubId
    phrase: str


class Leaving(StrEnum):
    """What becomes of what is open when the desk is left."""

    CANCEL = "cancel"
    FLATTEN = "flatten"


class LeaveDesk(Struct, frozen=True, tag=True, tag_field="verb"):
    """End the desk once nothing of it is open any more: orders cancelled, and positions closed where asked for."""

    how: Leaving
    reason: str = "left by hand"


class Transfer(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Move cash between two accounts of ours."""

    source: SubId
    target: SubId
    amount: Decimal


class Cross(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Let one account of ours sell to another at a price inside the touch; the venue is not told and takes no fee."""

    seller: SubId
    buyer: SubId
    symbol: Symbol
    quantity: Decimal
    price: Decimal


class Allocate(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Give a part of what UNALLOCATED holds to a sub-account, at the price it was entered."""

    target: SubId
    symbol: Symbol
    quantity: Decimal


class Adjust(Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    """Book an estimated trade: of a sub-account against UNALLOCATED, of UNALLOCATED against the world outside."""

    sub: SubId
    symbol: Symbol
    quantity: Decimal
    """Signed."""
    price: Decimal
    reason: str


class RevertAdjust(Struct, frozen=True, tag=True, tag_field="verb"):
    """Take an estimated booking back: the real trade has shown up."""

    number: int


Bookkeeping = Transfer | Cross | Allocate | Adjust | RevertAdjust
"""What moves cash or positions in our books alone."""

Command = (
    PlaceOrder
    | AmendOrder
    | CancelOrder
    | CancelLevel
    | CancelAll
    | Flatten
    | FlattenVenue
    | StartChase
    | StartRun
    | EditRun
    | StopAlgo
    | PauseAlgo
    | ResumeAlgo
    | ResumeDesk
    | KillDesk
    | ReviveDesk
    | RestrictDesk
    | SetLimit
    | UnlockSub
    | LeaveDesk
    | Requery
    | Bookkeeping
)
