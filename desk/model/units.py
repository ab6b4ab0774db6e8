"""Units and identities: the types that numbers and names travel in."""

from decimal import Decimal
from typing import Final, NewType

Nanos = NewType("Nanos", int)
"""A point in time, or a span of it, in nanoseconds (UTC epoch where it is a point)."""

Symbol = NewType("Symbol", str)
"""The venue's string for an instrument, e.g. `BTCUSDT`."""

SubId = NewType("SubId", str)
"""One of our virtual sub-accounts, e.g. `1`; see also UNALLOCATED and HOUSE."""

ClientOrderId = NewType("ClientOrderId", str)
"""Ours, unique for ever, assigned by the engine: `PMS0001_CHS00A000F01_00042`."""

AlgoId = NewType("AlgoId", str)
"""One run of an algo, e.g. `chase-3`."""

UNALLOCATED: Final = SubId("UNALLOCATED")
"""The account that holds what no sub-account owns: manual orders from elsewhere, venue liquidations."""

HOUSE: Final = SubId("HOUSE")
"""The account that takes rounding residues and internal crosses."""

ZERO: Final = Decimal(0)
MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000
BPS: Final = Decimal("0.0001")
MONEY_STEP: Final = Decimal("0.00000001")
"""Cash is booked to eight decimals, as the venue does."""


def millis(count: int) -> Nanos:
    """Return `count` milliseconds as nanoseconds."""
    return Nanos(count * MILLISECOND)


def seconds(count: int) -> Nanos:
    """Return `count` whole seconds as nanoseconds."""
    return Nanos(count * SECOND)
