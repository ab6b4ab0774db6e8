"""The parameters of the algos that own several orders: TWAP, scale and scalper. Spans in milliseconds, distances in bps."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.exits import BracketSpec, Exits
from desk.model.order import Side
from desk.model.restart import OnRestart
from desk.model.units import SubId, Symbol


class Child(StrEnum):
    """How one slice of a TWAP is worked."""

    IOC = "ioc"
    """Take what the slip allows, at once."""
    CHASE = "chase"
    """Rest at the touch and follow it; what is left near the end of the slice is taken."""


class Catchup(StrEnum):
    """What a TWAP does about slices it has missed."""

    CAP = "cap"
    """Catch up, at most so many slices' worth in one."""
    SPREAD = "spread"
    """Share what is left among the slices that remain."""
    SKIP = "skip"
    """Leave it."""


class OnEnd(StrEnum):
    """What becomes of what a TWAP has left after its last slice."""

    LEAVE = "leave"
    CROSS = "cross"
    """Take it, within the slip."""
    EXTEND = "extend"
    """Go on with slices of the same length."""


class TwapSpec(Struct, frozen=True, kw_only=True, tag="twap"):
    """Trade a quantity in equal slices over a span."""

    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    span_ms: int
    slices: int
    child: Child = Child.IOC
    limit: Decimal | None = None
    """The worst price of any slice; None for none."""
    slip_bps: Decimal = Decimal(5)
    """How far beyond the opposite touch a slice may pay."""
    catchup: Catchup = Catchup.CAP
    catchup_max: int = 3
    on_end: OnEnd = OnEnd.LEAVE
    reduce_only: bool = False
    exits: Exits | None = None
    on_restart: OnRestart = OnRestart.PARK


class Sizes(StrEnum):
    """How the total of a scale is shared among its orders, from the lowest price to the highest."""

    FLAT = "flat"
    ASC = "asc"
    """The highest price has `ratio` times the lowest's."""
    DESC = "desc"
    EXP = "exp"
    """Like asc, by equal factors instead of equal steps."""


class Spacing(StrEnum):
    """How the prices of a scale lie between its ends."""

    LINEAR = "linear"
    GEOM = "geom"


class ScaleSpec(Struct, frozen=True, kw_only=True, tag="scale"):
    """Rest a total at several prices between two ends."""

    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    low: Decimal
    high: Decimal
    count: int
    sizes: Sizes = Sizes.FLAT
    ratio: Decimal = Decimal(3)
    spacing: Spacing = Spacing.LINEAR
    post_only: bool = True
    reduce_only: bool = False
    exits: Exits | None = None
    on_restart: OnRestart = OnRestart.RESUME
    """Its orders rest either way; one that resumes places what was refused again."""


class Quoting(StrEnum):
    """Which sides a scalper quotes."""

    BOTH = "both"
    BIDS = "bids"
    ASKS = "asks"


class Reference(StrEnum):
    """What a scalper's layers are counted from."""

    MID = "mid"
    MICRO = "micro"
    """The middle, drawn to the side with less size."""
    MARK = "mark"


class EmaMode(StrEnum):
    """What a scalper does with the average of its results."""

    OFF = "off"
    OBSERVE = "observe"
    """Show by how much it would widen the layers."""
    APPLY = "apply"


class ScalperSpec(Struct, frozen=True, kw_only=True, tag="scalper"):
    """Quote layers around a reference and take every entry off again at a target."""

    sub: SubId
    symbol: Symbol
    quantity: Decimal
    """Of one side's layers together."""
    quoting: Quoting = Quoting.BOTH
    layers: int = 5
    base_bps: Decimal = Decimal(2)
    """The innermost layer's distance."""
    max_bps: Decimal = Decimal(32)
    """The outermost layer's."""
    skew: Decimal = Decimal(0)
    """From -1, heavy inside, to 1, heavy outside."""
    target_bps: Decimal = Decimal(4)
    """From the entry to its exit."""
    reference: Reference = Reference.MID
    requote_bps: Decimal = Decimal(1)
    """A layer is moved when it is further than this from where it should be."""
    throttle_ms: int = 500
    delay_ms: int = 1_500
    """Pause of a layer after a fill; doubled by each that comes within it, at most sixteenfold."""
    fills_max: int = 20
    """Entries of one side that may fill in a minute; 0 for no limit."""
    notional_max: Decimal = Decimal(0)
    """What they may be worth in a minute, in quote currency; 0 for no limit."""
    inventory_max: Decimal = Decimal(0)
    """Largest net position of the run, in base currency; 0: the quantity of one side."""
    loss_bps: Decimal = Decimal(30)
    """An open layer this far under water takes no more entries."""
    stop_bps: Decimal = Decimal(80)
    """One this far is taken out."""
    hold_ms: int = 600_000
    """And so is one that is open for this long."""
    ema: EmaMode = EmaMode.OBSERVE
    stale_ms: int = 1_500
    on_restart: OnRestart = OnRestart.PARK


Program = TwapSpec | ScaleSpec | ScalperSpec | BracketSpec
