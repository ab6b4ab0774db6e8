"""Changing a run while it works: new parameters for the same parent, checked like those of a new one."""

from decimal import Decimal

from msgspec import structs

from desk.core.acting import Acts
from desk.core.algos.base import Algo, Edited
from desk.core.algos.registry import RunSpec, settled
from desk.core.risk import starting
from desk.core.state import DeskState
from desk.model.command import EditRun
from desk.model.effect import RunEdited, Severity
from desk.model.program import ScaleSpec, ScalperSpec, TwapSpec
from desk.model.units import ZERO, AlgoId

_FIXED = {
    TwapSpec: ("span_ms", "slices"),
    ScalperSpec: ("layers",),
}
"""What a run is built on: to have it otherwise is another run."""
_SAME = ("sub", "symbol", "side")


def edit(acts: Acts, run: Algo, command: EditRun) -> None:
    """Give a run its new parameters, or say in one sentence why not."""
    state = acts.state
    before, after = run.spec, command.spec
    problem = _problem(state, run, before, after)
    if problem:
        return acts.alert(Severity.WARN, f"edit {command.algo}: {problem}")
    arrival = run.arrival
    edited = RunEdited(state.now, run.id, settled(after, arrival, state.instruments[run.symbol]))
    remember(state, edited)
    acts.out.append(edited)
    acts.alert(Severity.INFO, f"{run.id} edited: {changes(before, edited.spec)}")
    return acts.drive(run, Edited())


def remember(state: DeskState, edited: RunEdited) -> None:
    """Give a run its new parameters."""
    run = state.runs.get(edited.algo)
    if run is not None and not run.is_done:
        run.edit(edited.spec)


def changes(before: RunSpec, after: RunSpec) -> str:
    """Say what is different."""
    if type(before) is not type(after):
        return "another kind"
    parts = []
    for name in type(before).__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            parts.append(f"{name} {_told(old)} to {_told(new)}")
    return ", ".join(parts) or "nothing"


def used(state: DeskState, algo: AlgoId) -> Decimal:
    """Return what is filled or may still be: less than that a parent can no longer become."""
    return sum((each.filled + each.outstanding for each in state.orders_of(algo).values()), ZERO)


def _problem(state: DeskState, run: Algo, before: RunSpec, after: RunSpec) -> str:
    if type(before) is not type(after):
        return "expected parameters of the same kind of algo"
    fixed = (*_SAME, *_FIXED.get(type(before), ()))
    for name in fixed:
        if getattr(before, name, None) != getattr(after, name, None):
            return f"{name}: expected {_told(getattr(before, name))} as it was, found {_told(getattr(after, name))}"
    if before == after:
        return "expected a change, found none"
    return _quantity_problem(state, run, before, after) or _refusal(state, after)


def _quantity_problem(state: DeskState, run: Algo, before: RunSpec, after: RunSpec) -> str:
    orders = state.orders_of(run.id).values()
    filled = sum((each.filled for each in orders), ZERO)
    if isinstance(after, ScaleSpec) and filled and structs.replace(after, on_restart=before.on_restart) != before:
        return f"a scale: expected nothing filled yet, found {filled}: stop it, and start another for the rest"
    if run.quantity is None or after.quantity >= before.quantity:
        return ""
    # A chase amends its one order, and a scale its many; what a slice has sent cannot be called back.
    least = used(state, run.id) if isinstance(after, TwapSpec) else filled
    return f"quantity: expected more than {least}, found {after.quantity}" if after.quantity <= least else ""


def _refusal(state: DeskState, after: RunSpec) -> str:
    refusal = starting.review(after, state)
    return refusal.reason.partition(": ")[2] if refusal is not None else ""


def _told(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else "none" if value is None else str(value)
