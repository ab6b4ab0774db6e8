"""What becomes of the runs that a restart has brought back: each by its own policy, once the desk knows where it stands."""

from typing import Final

from desk.core.acting import Acts
from desk.core.algos.base import Resume, Stop
from desk.model.effect import Severity
from desk.model.restart import OnRestart
from desk.model.view import DeskMode

CANCELLED: Final = "cancelled after a restart, as it was asked for"
_UNDECIDED: Final = frozenset({DeskMode.STARTING, DeskMode.DEGRADED})


def bring_back(acts: Acts) -> None:
    """Resume, end or leave parked every run that has come back; nothing is done before the venue's truth is known."""
    state = acts.state
    if not state.returning or not state.truth_known or state.mode in _UNDECIDED:
        return
    returning, state.returning = state.returning, ()
    resumed, parked = [], []
    for algo in returning:
        run = state.runs[algo]
        if run.is_done:
            continue
        if run.on_restart is OnRestart.CANCEL:
            acts.drive(run, Stop(CANCELLED))
        elif run.on_restart is OnRestart.RESUME and state.mode is DeskMode.RUNNING and run.symbol not in state.breaks:
            resumed.append(algo)
            acts.drive(run, Resume())
        else:
            parked.append(algo)
    if resumed:
        acts.alert(Severity.WARN, f"resumed after a restart, as they were asked for: {', '.join(resumed)}")
    if parked:
        acts.alert(Severity.WARN, f"came back parked: {', '.join(parked)}; `resume all` or R lets all of them go on")
