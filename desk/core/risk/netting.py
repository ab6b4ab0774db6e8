"""What closing a position does to the venue's net: a leg that another account offsets cannot be closed there alone."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.core import margin
from desk.core.adl import cuts
from desk.core.risk import standings
from desk.core.state import DeskState
from desk.model.effect import Booking, Crossed
from desk.model.limits import Netting
from desk.model.order import Side
from desk.model.units import HOUSE, ZERO, SubId, Symbol

VENUE_RATIO_MAX: Final = Decimal("0.90")
"""The venue's own account is not brought this near to its liquidation to save a sub-account."""


class Close(Struct, frozen=True):
    """What a sub-account is to close."""

    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal


def split(close: Close, state: DeskState) -> tuple[Decimal, tuple[Crossed, ...]]:
    """Return how much of a close goes to the venue, and what is crossed inside the desk instead."""
    reducible = max(ZERO, -state.net(close.symbol) * close.side.sign)
    netted = max(ZERO, close.quantity - reducible)
    policy = state.limits.netting
    if not netted or (policy is Netting.VENUE and not _endangers_venue(close, state)):
        return close.quantity, ()
    if policy is Netting.CROSS_HOUSE:
        return close.quantity - netted, (_crossed(close, HOUSE, netted, 1, state),)
    crossed = tuple(_against_others(close, netted, state))
    return close.quantity - sum((each.quantity for each in crossed), ZERO), crossed


def _against_others(close: Close, left: Decimal, state: DeskState) -> Iterator[Crossed]:
    """Yield closes against the accounts that hold the other side, the largest first."""
    held = {each.id: each.quantity(close.symbol) * close.side.sign for each in state.accounts.values()}
    others = [sub for sub, quantity in held.items() if sub != close.sub and quantity > ZERO]
    for number, other in enumerate(sorted(others, key=lambda sub: -held[sub]), 1):
        taken = min(left, held[other])
        if taken > ZERO:
            left -= taken
            yield _crossed(close, other, taken, number, state)


def _crossed(close: Close, other: SubId, quantity: Decimal, number: int, state: DeskState) -> Crossed:
    seller, buyer = (close.sub, other) if close.side is Side.SELL else (other, close.sub)
    return Crossed(
        ts=state.now,
        number=state.posting_seq + number,
        booking=Booking.CROSS,
        seller=seller,
        buyer=buyer,
        symbol=close.symbol,
        quantity=quantity,
        price=state.marks()[close.symbol],
        reason="deleverage",
    )


def _endangers_venue(close: Close, state: DeskState) -> bool:
    """Tell whether the venue's account would be near its liquidation after the close.

    It trades at the mark, where profit is made of what was unrealised: equity falls by the cost alone.
    """
    marks = state.marks()
    mark, cost = marks[close.symbol], cuts.cost_of(state.instruments[close.symbol])
    mirror = standings.mirror(state)
    position = mirror.position(close.symbol)
    position.quantity += close.side.sign * close.quantity
    position.cost += close.side.sign * close.quantity * mark
    mirror.wallet -= cost * close.quantity * mark
    return margin.standing(mirror, state.instruments, marks, {}, state.limits.leverage).ratio >= VENUE_RATIO_MAX
