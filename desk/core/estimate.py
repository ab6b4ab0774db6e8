"""What an order that takes will probably have done: shown at once, marked `~`, and never booked.

Between the sending of a market order and its trades lie the way to the venue and back. What it would do in the book of
this moment is shown meanwhile; the ledger moves on trades alone, and by how much the estimate was wrong is kept.
"""

from typing import Final

from desk.core.orders import Order
from desk.core.state import DeskState, Estimate
from desk.model.order import OrderSpec, TimeInForce
from desk.model.units import ZERO, ClientOrderId

DEPTH: Final = 200
"""Levels of the book that are walked."""
KEPT: Final = 200
"""Estimates remembered for the detail of their fills."""


def note(state: DeskState, spec: OrderSpec) -> None:
    """Remember what an order that is leaving will probably do, if it can only take."""
    if spec.tif not in (TimeInForce.IOC, TimeInForce.FOK) or spec.symbol not in state.markets:
        return
    market = state.markets[spec.symbol]
    left, value = spec.quantity, ZERO
    for level in market.book.top(spec.side.opposite, DEPTH):
        if (level.price - spec.price) * spec.side.sign > ZERO or left <= ZERO:
            break
        taken = min(left, level.size)
        left, value = left - taken, value + taken * level.price
    quantity = spec.quantity - left
    if quantity <= ZERO or (spec.tif is TimeInForce.FOK and left > ZERO):
        return
    fee = value * market.instrument.taker_fee
    state.estimates[spec.id] = state.estimated[spec.id] = Estimate(spec, quantity, value / quantity, fee, state.now)
    if len(state.estimated) > KEPT:
        del state.estimated[next(iter(state.estimated))]


def settle(state: DeskState, order: Order) -> str:
    """Take the estimate of an order away as soon as the truth is known; return a sentence if nothing of it came true."""
    if not order.filled and not order.is_settled:
        return ""
    estimate = state.estimates.pop(order.spec.id, None)
    if estimate is None or order.filled:
        return ""
    return f"{order.spec.id}: estimated {estimate.quantity} @{estimate.price:f}, and nothing was filled"


def of(state: DeskState, order: ClientOrderId) -> Estimate | None:
    """Return what had been expected of an order, for as long as it is remembered."""
    return state.estimated.get(order)
