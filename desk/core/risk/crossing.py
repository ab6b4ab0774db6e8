"""Our own orders must not meet: the venue would end one of them, by a rule of its own and at a moment of its choosing.

An order counts from the moment it is meant until its end is proven, with its price and the one an amendment asks for:
whatever may be at the venue, or may yet arrive there, is in the way. So an order that would meet one of ours is held,
with a sentence; only what the desk does to get out of a position goes through, and cancels what stands in its way.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.core.orders import Order
from desk.core.state import DeskState
from desk.model.market import Level
from desk.model.order import OrderKind, Side, TimeInForce
from desk.model.units import ZERO, SubId, Symbol

URGENT: Final = frozenset({OrderKind.FLATTEN, OrderKind.DELEVERAGE})
"""The way out is never held."""
DEPTH: Final = 100
"""Levels looked at for what stands before ours."""


class Coming(Struct, frozen=True):
    """An order that is to be sent, as far as it may meet another."""

    side: Side
    quantity: Decimal
    price: Decimal
    symbol: Symbol
    rests: bool
    """What is left of it stays in the book. Of two orders that do not, neither can find the other."""


def in_the_way(coming: Coming, state: DeskState) -> Iterator[Order]:
    """Yield our orders that the coming one could trade with."""
    for order in state.open_orders(symbol=coming.symbol):
        if (
            order.spec.side is coming.side.opposite
            and (reach(order) - coming.price) * coming.side.sign <= ZERO
            and (coming.rests or (may_rest(order.spec.tif) and _is_within_reach(order, coming, state)))
        ):
            yield order


def _is_within_reach(order: Order, coming: Coming, state: DeskState) -> bool:
    """Tell whether an order that only takes may come as far as ours, which stands behind others at its price.

    The book may thin out on the way, so what stands before ours must be twice what is wanted.
    """
    side, price = order.spec.side, reach(order)
    book = state.markets[coming.symbol].book
    before = ZERO
    for level in book.top(side, DEPTH):
        if (level.price - price) * side.sign <= ZERO:
            break
        before += _of_others(level, state, coming.symbol)
    # One that has not joined its queue yet will stand behind all that is there now.
    here = Level(price, book.size(side, price))
    before += _of_others(here, state, coming.symbol) if order.ahead is None else order.ahead
    return before < 2 * coming.quantity


def _of_others(level: Level, state: DeskState, symbol: Symbol) -> Decimal:
    """Return what of a level is not ours, as far as ours are known to be in it."""
    own = (each.leaves for each in state.open_orders(symbol=symbol) if each.price == level.price and each.heard)
    return max(ZERO, level.size - sum(own, ZERO))


def may_rest(tif: TimeInForce) -> bool:
    """Tell whether what is left of such an order stays in the book."""
    return tif in (TimeInForce.GTC, TimeInForce.GTX)


def reach(order: Order) -> Decimal:
    """Return the price at which an order of ours may be met: the better one for the other side, while it is amended."""
    if not order.price_asked:
        return order.price
    return max(order.price, order.price_asked) if order.spec.side is Side.BUY else min(order.price, order.price_asked)


def short_of_our_own(coming: Coming, state: DeskState) -> Decimal:
    """Return the price cut so that the order ends one tick before the first of our own orders that it could reach."""
    met = [reach(order) for order in in_the_way(coming, state)]
    if not met:
        return coming.price
    tick = state.instruments[coming.symbol].tick_size
    return min(met) - tick if coming.side is Side.BUY else max(met) + tick


def problem(coming: Coming, sub: SubId, state: DeskState) -> str:
    """Return why an order is held, with the ways out; empty when it would meet none of ours."""
    met = next(in_the_way(coming, state), None)
    if met is None:
        return ""
    what = f"our own {met.spec.side.value} {met.leaves} @{reach(met)} of sub-account {met.spec.sub}"
    if met.spec.sub == sub:
        return f"it would meet {what}: cancel {met.spec.id} first"
    seller, buyer = (met.spec.sub, sub) if coming.side is Side.BUY else (sub, met.spec.sub)
    return f"it would meet {what}: cancel that first, or `cross QTY {coming.symbol} from {seller} to {buyer}` inside the touch"
