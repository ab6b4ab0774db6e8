"""What the desk does when it hears of a stop that the venue holds."""

from desk.core import asking, bookkeeping, flatten, guards
from desk.core.acting import Acts
from desk.model.effect import Severity
from desk.model.event import GuardReported, VenueTruth
from desk.model.guard import GuardState


def on_report(acts: Acts, report: GuardReported) -> None:
    """Note it, tell the trader what matters of it, and let the run go on that the stop is for."""
    state = acts.state
    guard = bookkeeping.apply_guard(state, report)
    if guard is None:
        return
    run = state.runs.get(guard.spec.algo)
    if report.state is GuardState.UNKNOWN:
        asking.doubt(acts)
    elif report.state is GuardState.TRIGGERED:
        acts.alert(Severity.WARN, f"the stop at the venue of {guard.spec.algo} is triggered at {guard.spec.trigger}")
    elif report.state is GuardState.ENDED and not guard.is_leaving:
        acts.alert(Severity.WARN, f"{guard.spec.algo} has no stop at the venue: {report.reason}")
    if run is not None and not run.is_done:
        acts.drive(run, report)
    flatten.go_on(acts, guard.spec.sub, guard.spec.symbol)


def take_truth(acts: Acts, truth: VenueTruth) -> None:
    """Note what is missing, and let go of stops of ours that no record of ours knows."""
    guards.note_absent(acts.state, truth)
    for spec in list(guards.strange(acts.state, truth)):
        bookkeeping.adopt_guard(acts.state, spec, truth.ts)
        acts.alert(Severity.WARN, f"{spec.id}: a stop at the venue and in no record of ours; it is let go of")
