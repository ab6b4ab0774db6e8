"""Two desks on one account: the one with the older epoch steps aside as soon as it sees an order of the newer one."""

from collections.abc import Iterable

from desk.core import ids
from desk.core.state import DeskState
from desk.model.units import ClientOrderId


def step_aside(state: DeskState, seen: Iterable[ClientOrderId]) -> bool:
    """Fence the desk off if any of these ids is of a later epoch than ours; tell whether that is new.

    Ids of our own records are never newer: only those that are in none of them have to be shown here.
    """
    if state.fence:
        return False
    for order_id in seen:
        parts = ids.parse(order_id)
        if parts is not None and parts.epoch > state.epoch:
            state.fence = f"another desk with a newer epoch: {parts.epoch}, ours is {state.epoch}"
            return True
    return False
