"""What the desk permits itself: STARTING, RUNNING, DEGRADED, HALTED, each with its cause."""

from desk.core.state import DeskState
from desk.model.event import LinkState
from desk.model.units import millis
from desk.model.view import DeskMode


def judge(state: DeskState) -> bool:
    """Set the mode from what is true now; tell whether it changed. A halt is lifted by a person only."""
    if state.mode is DeskMode.HALTED:
        return False
    problem = _problem(state)
    if not problem:
        return set_mode(state, DeskMode.RUNNING, "")
    if state.mode is DeskMode.STARTING:
        state.mode_reason = problem
        return False
    return set_mode(state, DeskMode.DEGRADED, problem)


def set_mode(state: DeskState, mode: DeskMode, reason: str) -> bool:
    """Enter a mode; the time it began is kept while only the reason changes."""
    changed = mode is not state.mode
    state.mode, state.mode_reason = mode, reason
    if changed:
        state.mode_since = state.now
    return changed


def _problem(state: DeskState) -> str:
    if state.fault:
        return state.fault
    if state.link is not LinkState.UP:
        return state.link_reason or f"the link is {state.link.value}"
    if not state.truth_known:
        return "waiting for the venue's account"
    for symbol, market in state.markets.items():
        if not market.book.synced:
            return f"{symbol}: waiting for a provable book"
        age = state.mark_age(symbol)
        if age is None or market.quote is None:
            return f"{symbol}: waiting for touch and mark"
        if age > millis(state.limits.mark_age_ms_max):
            return f"{symbol}: mark is {age // 1_000_000_000} s old"
    return ""
