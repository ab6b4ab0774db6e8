"""What must hold of brackets once the weather is calm: the profit's order is what is held, no stop is passed by."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.core.algos.bracket import OUT, PROFIT, Bracket
from desk.core.orders import Order
from desk.core.state import DeskState, sight
from desk.model.exits import Trigger
from desk.model.units import BPS, SECOND, ZERO, Nanos, millis
from desk.model.view import DeskMode

PASSED: Final = Decimal(1)
"""A price so many bps beyond a stop is no rounding any more."""
SETTLES: Final = Nanos(3 * SECOND)


def problems(state: DeskState) -> Iterator[str]:
    """Yield what is wrong with the brackets of a desk whose weather is calm."""
    if state.mode is not DeskMode.RUNNING:
        return
    for run in state.runs.values():
        if isinstance(run, Bracket) and not run.is_done and not run.save().is_parked:
            yield from _problems_of(state, run)


def _problems_of(state: DeskState, run: Bracket) -> Iterator[str]:
    memo = run.save()
    spec = memo.spec
    own = list(state.orders_of(run.id).values())
    entries = (
        [each for each in own if each.spec.leg not in (PROFIT, OUT)]
        if spec.follows is None
        else list(state.orders_of(spec.follows).values())
    )
    exits = [each for each in own if each.spec.leg in (PROFIT, OUT)]
    if any(not each.is_open and each.unbooked for each in (*own, *entries)) or memo.stopping:
        return
    held = _filled(entries) - _filled(exits)
    resting = sum((each.leaves for each in exits if each.spec.leg == PROFIT), ZERO)
    is_moving = any(each.is_in_flight or state.now - each.updated < SETTLES for each in (*own, *entries))
    if resting > held and not is_moving:
        yield f"{run.id} offers {resting} and holds {held}"
    if is_moving or memo.free_at > state.now - SETTLES or memo.released or memo.rejects:
        return  # it is at work, or the gate has refused it: others have closed what it held
    has_profit = spec.exits.profit_bps is not None or spec.exits.profit_price is not None
    if has_profit and not memo.is_out and resting != held:
        yield f"{run.id} holds {held} and offers {resting}"
    if held > ZERO and not memo.is_out and _is_passed(state, run):
        yield f"{run.id} holds {held} beyond its stop"


def _is_passed(state: DeskState, run: Bracket) -> bool:
    exits, market = run.save().spec.exits, state.markets[run.symbol]
    row = run.view(sight(state, run))
    quote, mark = market.quote, market.mark
    if row.stop_price is None or quote is None or mark is None or state.now - quote.ts > millis(exits.stale_ms):
        return False
    touch = quote.bid if row.side.sign > 0 else quote.ask
    watched = mark.price if exits.trigger is Trigger.MARK else touch
    return (row.stop_price - watched) * row.side.sign > row.stop_price * PASSED * BPS


def _filled(orders: list[Order]) -> Decimal:
    return sum((each.filled for each in orders), ZERO)
