"""What the desk holds itself to, and between which bounds a person may move it."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


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
    adl: AdlMode = AdlMode.TARGET
    netting: Netting = Netting.VENUE
