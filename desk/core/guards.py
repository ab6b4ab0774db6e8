"""The stops that the venue holds for us: asked for, let go of, and never two at a time for one run.

A guard is there for the time when no desk watches. So the desk's own stop acts first, and only when the venue has let go:
two that act at once would close the position twice. A guard whose run is over is let go of until the venue says it is gone.
"""

from collections.abc import Iterator
from typing import Final

from desk.core import ids
from desk.core.bookkeeping import record_send
from desk.core.reconcile import ABSENCES_APART, HORIZON
from desk.core.state import DeskState, Guard
from desk.model.effect import DropGuard, SendGuard
from desk.model.event import GuardReported, VenueTruth
from desk.model.guard import GuardSpec, GuardState
from desk.model.units import SECOND, AlgoId, Nanos

AGAIN: Final = Nanos(2 * SECOND)
"""A request to let go that is not answered is sent again: it may be sent twice."""
GONE: Final = "the venue does not hold it"


def send(state: DeskState, effect: SendGuard) -> list[SendGuard]:
    """Note a guard that is about to leave, and return it."""
    record_send(state, effect)
    return [effect]


def let_go(state: DeskState, algo: AlgoId) -> list[DropGuard]:
    """Return what lets go of a run's guard, if it has one and nothing of the kind is on its way."""
    guard = state.guard_of(algo)
    if guard is None or (guard.is_leaving and state.now - guard.asked < AGAIN):
        return []
    return _drop(state, guard)


def look(state: DeskState) -> list[DropGuard]:
    """Once a second: let go of what guards nothing any more, and ask again where that has not been answered."""
    out = []
    for guard in list(state.guards.values()):
        run = state.runs.get(guard.spec.algo)
        is_idle = run is None or run.is_done
        if (guard.is_leaving or is_idle) and state.now - guard.asked >= AGAIN:
            out += _drop(state, guard)
    return out


def is_in_doubt(guard: Guard, now: Nanos) -> bool:
    """Tell whether only the venue's truth can say what has become of a guard."""
    since = guard.leaving_since or guard.asked
    is_overdue = (guard.is_pending or guard.is_leaving) and now - since >= AGAIN
    return guard.state is GuardState.UNKNOWN or bool(guard.absent) or is_overdue


def compare(state: DeskState, truth: VenueTruth) -> Iterator[GuardReported]:
    """Yield what has to be noted so that our guards are the venue's; an absence counts when it is seen twice."""
    held = {each.id for each in truth.guards}
    for guard in state.guards.values():
        if guard.heard >= truth.ts:
            continue
        order, is_there = guard.spec.id, guard.spec.id in held
        if is_there and (guard.state is not GuardState.HELD or guard.is_pending or guard.absent):
            yield GuardReported(truth.ts, order, GuardState.HELD, "", truth.ts)
        elif not is_there and _is_gone(guard, truth):
            yield GuardReported(truth.ts, order, GuardState.ENDED, GONE, truth.ts)


def note_absent(state: DeskState, truth: VenueTruth) -> None:
    """Remember which guards the truth did not know for the first time."""
    held = {each.id for each in truth.guards}
    for guard in state.guards.values():
        if guard.spec.id not in held and guard.heard < truth.ts and not guard.absent and not _may_arrive(guard, truth):
            guard.absent = truth.ts


def strange(state: DeskState, truth: VenueTruth) -> Iterator[GuardSpec]:
    """Yield guards of ours by their ids that no record of ours knows, neither as guards nor as orders."""
    for spec in truth.guards:
        if spec.id not in state.guards and spec.id not in state.orders and ids.parse(spec.id) is not None:
            yield spec


def _is_gone(guard: Guard, truth: VenueTruth) -> bool:
    if _may_arrive(guard, truth):
        return False
    return truth.is_final or (bool(guard.absent) and truth.ts >= guard.absent + ABSENCES_APART)


def _may_arrive(guard: Guard, truth: VenueTruth) -> bool:
    """Tell whether a guard that has not been heard of may still reach the venue."""
    return not guard.heard and truth.ts < guard.sent + HORIZON


def _drop(state: DeskState, guard: Guard) -> list[DropGuard]:
    if state.fence:
        return []
    effect = DropGuard(state.now, guard.spec.id, guard.spec.symbol)
    record_send(state, effect)
    return [effect]
