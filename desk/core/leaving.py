"""Leaving the desk: nothing new, what is open is brought to its end, and then the process may end."""

from typing import Final

from desk.core import flatten, modes
from desk.core.acting import Acts
from desk.core.state import DeskState
from desk.model.command import LeaveDesk, Leaving
from desk.model.effect import Severity
from desk.model.units import SECOND, Nanos

WITHIN: Final = Nanos(10 * SECOND)
"""How long the desk waits for its orders to end; what is open then is told, and the next start finds it."""


def begin(acts: Acts, command: LeaveDesk) -> None:
    """Latch first, then stop the runs and cancel: nothing may slip out between."""
    state = acts.state
    state.leaving, state.leave_by = f"{command.reason}: {command.how.value}", Nanos(state.now + WITHIN)
    modes.judge(state)
    acts.alert(Severity.WARN, f"stopping: {state.leaving}; {modes.lifted_by(state)}")
    acts.stop_runs("the desk is being left")
    for order in list(state.open.values()):
        acts.cancel(order)
    if command.how is Leaving.FLATTEN:
        flatten.begin(acts, None, None)


def is_over(state: DeskState) -> bool:
    """Tell whether the process may end: nothing is open any more, or it has been waited for long enough."""
    if not state.leaving:
        return False
    return state.now >= state.leave_by or not (state.open or state.flattens or state.guards)


def end(state: DeskState) -> str:
    """Take note that the process ends of its own will; return what a desk that was to end cleanly leaves behind."""
    state.starts = ()
    open_ones = len(state.open) + len(state.guards)
    if not state.leaving or not (open_ones or state.flattens):
        return ""
    return f"left although {open_ones} orders and {len(state.flattens)} closes have not ended"
