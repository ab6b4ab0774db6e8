"""Questions to the venue: for a depth, and for everything it knows of the account; paced, and counted as they leave."""

from desk.core import breaks, limiter, resolve
from desk.core.acting import Acts
from desk.core.state import DeskState
from desk.model.effect import ArmTimer, RequestDepth, RequestTruth
from desk.model.event import LinkState
from desk.model.units import SECOND, Nanos, Symbol

TRUTH_PAUSE = Nanos(30 * SECOND)
"""A stream may be silent and look alive: the venue's truth is asked for at least this often."""


def ask_truth(acts: Acts) -> None:
    """Ask what the venue knows of the account, unless an answer is on its way."""
    state = acts.state
    if not state.truth_asked and _may_ask(state, limiter.TRUTH_WEIGHT):
        state.truth_asked, state.truth_asked_at = True, state.now
        acts.out.append(RequestTruth(state.now))


def ask_depth(acts: Acts, symbol: Symbol) -> None:
    """Ask for a depth snapshot."""
    if _may_ask(acts.state, limiter.DEPTH_WEIGHT):
        acts.out.append(RequestDepth(acts.state.now, symbol))


def ask_again(acts: Acts) -> None:
    """Once a second: ask again for what has not been answered, or not for long."""
    state = acts.state
    for symbol, market in state.markets.items():
        if market.is_followed and not market.book.synced:
            ask_depth(acts, symbol)
    if state.link is LinkState.UP and state.now - state.truth_asked_at >= truth_pause(state):
        state.truth_asked = False  # an answer that has not come by now is lost
        ask_truth(acts)
    if not state.doubts:
        resolve_doubts(acts)


def truth_pause(state: DeskState) -> Nanos:
    """Until the truth is known it is asked for every second; then now and then, for what a silent stream swallowed.

    Every second as well while a statement is at odds with our books: a trade that was never told shows before it is a break.
    """
    if not state.truth_known or state.looks:
        return max(Nanos(SECOND), state.limiter.pause(state.now))
    return breaks.ROUND_PAUSE if breaks.is_asking(state) else TRUTH_PAUSE


def resolve_doubts(acts: Acts) -> None:
    """Ask what became of the requests without an answer, and again after longer and longer pauses."""
    state = acts.state
    if not resolve.is_in_doubt(state):
        state.doubts = 0
        return
    state.truth_asked = False  # the answer to the last question is lost, or came too early
    ask_truth(acts)
    pause = max(resolve.pause(state.doubts), state.limiter.pause(state.now))
    acts.out.append(ArmTimer(state.now, resolve.RESOLVE, Nanos(state.now + pause)))
    state.doubts += 1


def doubt(acts: Acts) -> None:
    """Ask about a new doubt at once, unless so much has been asked that the next question answers it as well."""
    state = acts.state
    if not state.doubts or state.now - state.truth_asked_at >= state.limiter.pause(state.now):
        state.doubts = 0
        resolve_doubts(acts)


def _may_ask(state: DeskState, weight: int) -> bool:
    """Tell whether a question may leave, and count it; one that may not is asked again at a later pulse."""
    if not state.limiter.may_ask(weight, state.now):
        return False
    state.limiter.note_weight(weight, state.now)
    return True
