"""Where a price comes from, what it is for, and how old it may be for that."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from desk.model.units import MILLISECOND, SECOND, Nanos


class Via(StrEnum):
    """By which way a price has come, in the order in which they are asked."""

    STREAM = "stream"
    SHARED = "shared"
    """From a cache that several desks read."""
    REST = "rest"


class PriceKind(StrEnum):
    """Which price: they are never put in each other's place."""

    TOUCH = "touch"
    MARK = "mark"


class Purpose(StrEnum):
    """What a price is for."""

    CHASE = "chase"
    """Orders follow it."""
    MARGIN = "margin"
    """Accounts are judged by it."""
    DISPLAY = "display"


OLDEST: Final[Mapping[Purpose, Nanos]] = {
    Purpose.CHASE: Nanos(1_500 * MILLISECOND),
    Purpose.MARGIN: Nanos(3 * SECOND),
    Purpose.DISPLAY: Nanos(10 * SECOND),
}
"""What is older is shown with its age, and not acted on."""
