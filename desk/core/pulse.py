"""What must not wait for an event of the market: once a second."""

from desk.core import asking, cards, charts, deadman, following, guards, locks, prices, watch
from desk.core.acting import Acts


def look_after(acts: Acts) -> None:
    """Repeat what is still wanted, ask what is still open, and look at what has only grown older."""
    state = acts.state
    for order in list(state.open.values()):
        if order.is_cancel_wanted and not order.is_in_flight:
            acts.cancel(order)
    acts.out.extend(guards.look(state))
    following.look(acts)
    asking.ask_again(acts)
    prices.look(acts)
    watch.sweep(acts)
    locks.watch(acts)
    acts.out.extend(deadman.beat(state))
    charts.sample(state)
    cards.watch(acts)
