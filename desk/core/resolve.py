"""When to ask the venue what became of a request whose answer is missing; it is never sent again."""

from typing import Final

from desk.core import guards
from desk.core.orders import Order
from desk.core.state import DeskState
from desk.model.event import LinkState, TimerKey
from desk.model.order import OrderStatus
from desk.model.units import MILLISECOND, SECOND, Nanos

RESOLVE: Final = TimerKey(None, "resolve")
"""The desk's timer for the next question."""
ANSWER_MAX: Final = Nanos(3 * SECOND)
"""Longer than any client waits for a reply: an answer that takes longer is lost, told or not."""
PAUSE_MIN: Final = Nanos(300 * MILLISECOND)
PAUSE_MAX: Final = Nanos(5 * SECOND)


def is_in_doubt(state: DeskState) -> bool:
    """Tell whether some order can only be settled by the venue's truth, and the venue can be asked."""
    if state.link is not LinkState.UP:
        return False
    is_guard_doubted = any(guards.is_in_doubt(each, state.now) for each in state.guards.values())
    return is_guard_doubted or any(_is_doubtful(order, state.now) for order in state.open.values())


def pause(asked: int) -> Nanos:
    """Return how long to wait for the answer to question number `asked`, from zero, before asking again."""
    return Nanos(min(PAUSE_MAX, PAUSE_MIN << min(asked, 5)))


def _is_doubtful(order: Order, now: Nanos) -> bool:
    if order.status is OrderStatus.UNKNOWN or order.absent:
        return True
    if order.cancels_refused and order.is_cancel_wanted:
        return True
    return order.is_in_flight and now - order.asked > ANSWER_MAX
