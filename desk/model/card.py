"""The execution card: how a parent order that is over has done."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.order import OrderKind, Side
from desk.model.units import AlgoId, Nanos, SubId, Symbol

HORIZONS: Final = (1, 5, 30)
"""Seconds after a trade at which the mid is looked at."""


class Card(Struct, frozen=True, kw_only=True):
    """What a run got against what it found, and what the price did afterwards; money in quote currency."""

    algo: AlgoId
    kind: OrderKind
    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    filled: Decimal
    average_price: Decimal | None
    """None: nothing was filled."""
    arrival_mid: Decimal
    slippage_bps: Decimal
    """Of the average against the mid at its arrival: positive is what it cost."""
    maker_share: Decimal
    """A fraction of what was filled."""
    fee: Decimal
    cost: Decimal
    """Slippage and fee together."""
    cost_if_crossed: Decimal
    """What taking the same quantity from the touch at its arrival would have cost, fee included."""
    markouts: tuple[Decimal | None, ...]
    """By how many bps the mid stood better than its trades, at each of HORIZONS; None: not known (yet)."""
    operations: int
    rejects: int
    started: Nanos
    ended: Nanos
    reason: str
    """How it ended."""
