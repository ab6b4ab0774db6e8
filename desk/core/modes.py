"""What the desk permits itself, why, and what lifts it.

STARTING → RUNNING ↔ DEGRADED      by what is true of feeds, books and machine
REDUCE_ONLY, KILLED                latched by a person or a crash loop, over restarts
STOPPING                           the desk is being left; for as long as this process lives
HALTED                             our books broke; lifted by a person
FENCED                             a newer desk acts on the account; for as long as this process lives
"""

from typing import Final

from desk.core.state import DeskState
from desk.model.event import LinkState
from desk.model.units import SECOND, Nanos, millis
from desk.model.view import DeskMode

REVIVE_PHRASE: Final = "trade again"
"""What has to be typed to lift a kill."""
CLEAN_AFTER_STALL: Final = Nanos(5 * SECOND)
CRASHES_MAX: Final = 3
"""So many ends that were not clean, ..."""
CRASHES_WITHIN: Final = Nanos(600 * SECOND)
"""... within this time, are no accident: the next start only reduces."""
REDUCING: Final = frozenset({DeskMode.DEGRADED, DeskMode.REDUCE_ONLY, DeskMode.STOPPING})
"""Modes in which a position may still be closed; cancels pass in every mode."""
_LIFTED_BY: Final = {
    DeskMode.STARTING: "lifts itself",
    DeskMode.RUNNING: "",
    DeskMode.DEGRADED: "lifts itself",
    DeskMode.REDUCE_ONLY: "lifted by `restrict off`",
    DeskMode.STOPPING: "lifted by the next start",
    DeskMode.HALTED: "lifted by `resume desk`, once you have looked",
    DeskMode.FENCED: "lifted by a restart, once the other desk has ended",
    DeskMode.KILLED: f"lifted by `revive {REVIVE_PHRASE}`",
}


def judge(state: DeskState) -> bool:
    """Set the mode from what is latched and what is true now; tell whether it changed."""
    if state.fence:
        return set_mode(state, DeskMode.FENCED, state.fence)
    if state.mode is DeskMode.HALTED:
        return False
    if DeskMode.KILLED in state.latches:
        return set_mode(state, DeskMode.KILLED, state.latches[DeskMode.KILLED])
    if state.leaving:
        return set_mode(state, DeskMode.STOPPING, state.leaving)
    problem = _problem(state)
    if problem and state.mode is DeskMode.STARTING:
        state.mode_reason = problem
        return False
    if DeskMode.REDUCE_ONLY in state.latches:
        return set_mode(state, DeskMode.REDUCE_ONLY, state.latches[DeskMode.REDUCE_ONLY])
    if problem:
        return set_mode(state, DeskMode.DEGRADED, problem)
    return set_mode(state, DeskMode.RUNNING, "")


def set_mode(state: DeskState, mode: DeskMode, reason: str) -> bool:
    """Enter a mode; the time it began is kept while only the reason changes."""
    changed = mode is not state.mode
    state.mode, state.mode_reason = mode, reason
    if changed:
        state.mode_since = state.now
    return changed


def latch(state: DeskState, mode: DeskMode, reason: str) -> None:
    """Keep a mode until it is released; the first reason stands."""
    state.latches.setdefault(mode, reason)


def note_start(state: DeskState, now: Nanos) -> bool:
    """Count a start, and latch REDUCE_ONLY where too many before it have ended badly; tell whether it did."""
    lately = tuple(each for each in state.starts if now - each < CRASHES_WITHIN)
    state.starts = (*lately, now)
    if len(lately) < CRASHES_MAX:
        return False
    minutes = CRASHES_WITHIN // (60 * SECOND)
    latch(state, DeskMode.REDUCE_ONLY, f"{len(lately)} starts in {minutes} minutes, none of which ended cleanly")
    return True


def release(state: DeskState, mode: DeskMode) -> bool:
    """Lift a latched mode: the desk starts over from STARTING; tell whether it had been latched."""
    if state.latches.pop(mode, None) is None:
        return False
    if state.mode is mode:
        set_mode(state, DeskMode.STARTING, "waiting for the feeds")
    return True


def lifted_by(state: DeskState) -> str:
    """Return what ends the present mode."""
    if state.fault and state.mode is DeskMode.DEGRADED:
        return "lifted by a restart, once the cause is mended"
    return _LIFTED_BY[state.mode]


def _problem(state: DeskState) -> str:
    if state.fault:
        return state.fault
    if state.now < state.clean_from:
        return "the engine stood still for more than 2 s"
    if state.link is not LinkState.UP:
        return state.link_reason or f"the link is {state.link.value}"
    if not state.truth_known:
        return "waiting for the venue's account"
    for symbol, market in state.markets.items():
        is_starting = state.mode is DeskMode.STARTING and market.is_followed and not market.book.synced
        if is_starting or market.is_book_missing(state.now):
            return f"{symbol}: waiting for a provable book"
        if market.mark_streamed is None or market.quote is None:
            return f"{symbol}: waiting for touch and mark"
        age = state.now - market.mark_streamed
        if age > millis(state.limits.mark_age_ms_max):
            return f"{symbol}: the stream's mark is {age // 1_000_000_000} s old"
    return ""
