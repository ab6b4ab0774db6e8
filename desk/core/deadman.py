"""The dead-man switch: the venue cancels our orders by itself when we have given no sign of life for a while.

A sign of life says that the desk is well, not that its process exists: a desk that does not know its account, or whose
journal has failed, gives none, and its orders go. It is given for each symbol we have orders in, before the first of them
leaves, and called off once none is open any more.
"""

from collections.abc import Iterator
from typing import Final

from desk.core.limiter import COUNTDOWN_WEIGHT
from desk.core.state import DeskState
from desk.model.effect import ArmCountdown
from desk.model.event import LinkState
from desk.model.units import MILLISECOND, SECOND, Nanos, Symbol

BEATS: Final = 3
"""Signs of life within one countdown: two may be lost on the way."""
TOLD_WITHIN: Final = Nanos(90 * SECOND)
"""A desk that has not heard of its account for so long does not know how it is."""


def before_order(state: DeskState, symbol: Symbol) -> Iterator[ArmCountdown]:
    """Yield the sign of life that has to leave before a symbol's first order."""
    if state.limits.dead_man_s and symbol not in state.countdowns and is_well(state):
        yield _arm(state, symbol, state.limits.dead_man_s * SECOND)


def beat(state: DeskState) -> Iterator[ArmCountdown]:
    """Once a second: yield the signs of life that are due, and call off what is not needed any more."""
    span = state.limits.dead_man_s * SECOND
    busy = {order.spec.symbol for order in state.open.values()}
    for symbol in list(state.countdowns):
        if symbol not in busy or not span:
            yield _arm(state, symbol, 0)
    if not span or not is_well(state):
        return
    for symbol in sorted(busy):
        if state.now - state.countdowns.get(symbol, 0) >= span // BEATS:
            yield _arm(state, symbol, span)


def call_off(state: DeskState) -> list[ArmCountdown]:
    """Return what calls every countdown off: the desk is left, and what is open is to stay."""
    return [_arm(state, symbol, 0) for symbol in list(state.countdowns)]


def is_well(state: DeskState) -> bool:
    """Tell whether the desk knows what it does."""
    return (
        not state.fault
        and not state.fence
        and state.now >= state.clean_from
        and state.link is LinkState.UP
        and state.truth_known
        and state.now - state.account.ts < TOLD_WITHIN
    )


def _arm(state: DeskState, symbol: Symbol, span: int) -> ArmCountdown:
    if span:
        state.countdowns[symbol] = state.now
    else:
        del state.countdowns[symbol]
    state.limiter.note_weight(COUNTDOWN_WEIGHT, state.now)
    return ArmCountdown(state.now, symbol, span // MILLISECOND)
