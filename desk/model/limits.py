"""What the desk holds itself to, and between which bounds a person may move it."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from desk.model.error import BadInput
from desk.model.units import ZERO


class AdlMode(StrEnum):
    """How our own auto-deleverage (never the venue's) decides."""

    TARGET = "target"
    """By ratio or distance; as much as brings the account back to its target."""
    CLASSIC = "classic"
    """By ratio alone: 30 %, 50 % or everything of the largest position."""
    OFF = "off"
    """It only warns."""


class Netting(StrEnum):
    """What deleveraging does with a position that another of ours offsets at the venue.

    Closing it there would open the venue's net position again.
    """

    VENUE = "venue"
    """Close it at the venue all the same, unless that endangers the venue's account."""
    CROSS_HOUSE = "cross_house"
    """Let HOUSE take it at the mark."""
    BOTH_LEGS = "both_legs"
    """Close both sides against each other at the mark."""


class Meter(Struct, frozen=True, gc=False):
    """One of the venue's meters as we count it: what has left in its span and the receive window."""

    name: str
    used: int
    most: int
    full_in: int | None = None
    """Seconds until it is full at the pace of the last ten; None: not within its span."""


class Limits(Struct, frozen=True, kw_only=True):
    """What the gate and the deleverage hold to; from the settings, and edited live within BOUNDS."""

    order_value_max: Decimal
    """Largest notional of one order, in quote currency."""
    market_slip_bps: Decimal
    """How far beyond the touch a market order may pay."""
    mark_age_ms_max: int = 3_000
    """A mark older than this may not price new risk."""
    leverage: int = 10
    """Initial margin is notional / leverage."""
    position_value_max: Decimal = Decimal(2_000_000)
    """Largest notional of one sub-account's position in one symbol, with everything working filled."""
    exposure_max: Decimal = Decimal(5_000_000)
    """Largest notional of all sub-accounts together, likewise."""
    repeats_max: int = 300
    """Most orders and amendments of one run in a minute; one more parks it."""
    duplicate_ms: int = 500
    """A second order by hand that is the same, this soon, is taken for a slip of the hand; 0 to allow it."""
    daily_loss_max: Decimal = ZERO
    """A sub-account that has lost this much since midnight UTC is locked; 0 for no lock."""
    drawdown_max: Decimal = ZERO
    """A sub-account that is this much below its highest equity is locked; 0 for no lock."""
    dead_man_s: int = 60
    """Seconds without a sign of life after which the venue cancels our orders; 0 for never."""
    adl: AdlMode = AdlMode.TARGET
    netting: Netting = Netting.VENUE


class Bound(Struct, frozen=True):
    """Between what a person may set a limit."""

    low: Decimal
    high: Decimal
    may_be_off: bool = False
    """0 switches it off."""

    def __str__(self) -> str:
        """The bound in words."""
        return f"{self.low} to {self.high}" + (", or 0 for off" if self.may_be_off else "")


def _bound(low: int, high: int, *, may_be_off: bool = False) -> Bound:
    return Bound(Decimal(low), Decimal(high), may_be_off)


BOUNDS: Final[Mapping[str, Bound]] = MappingProxyType(
    {
        "order_value_max": _bound(5, 10**9),
        "position_value_max": _bound(5, 10**9),
        "exposure_max": _bound(5, 10**10),
        "leverage": _bound(1, 125),
        "market_slip_bps": _bound(1, 500),
        "mark_age_ms_max": _bound(100, 600_000),
        "repeats_max": _bound(10, 2_000),
        "duplicate_ms": _bound(50, 10_000, may_be_off=True),
        "daily_loss_max": _bound(1, 10**9, may_be_off=True),
        "drawdown_max": _bound(1, 10**9, may_be_off=True),
        "dead_man_s": _bound(20, 600, may_be_off=True),
    }
)
CHOICES: Final[Mapping[str, type[AdlMode] | type[Netting]]] = MappingProxyType({"adl": AdlMode, "netting": Netting})
NAMES: Final = (*BOUNDS, *CHOICES)


def edited(limits: Limits, name: str, text: str) -> Limits:
    """Return the limits with one of them set from text; raise BadInput for a name or a value that cannot be."""
    if name in CHOICES:
        words = tuple(CHOICES[name])
        if text not in words:
            raise BadInput(f"limit {name}: expected one of {', '.join(words)}, found {text}")
        return structs.replace(limits, **{name: CHOICES[name](text)})
    if name not in BOUNDS:
        raise BadInput(f"limit: expected one of {', '.join(NAMES)}, found {name}")
    bound, is_whole = BOUNDS[name], isinstance(getattr(limits, name), int)
    try:
        value = Decimal(text.replace("_", "").replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    is_off = bound.may_be_off and value == ZERO
    if not value.is_finite() or not (is_off or bound.low <= value <= bound.high) or (is_whole and value % 1):
        raise BadInput(f"limit {name}: expected {bound}{', a whole number' if is_whole else ''}, found {text}")
    return structs.replace(limits, **{name: int(value) if is_whole else value})
