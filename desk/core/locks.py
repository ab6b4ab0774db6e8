"""Loss-locks: a sub-account that has lost too much today, or from its peak, may only reduce until a person lifts it."""

from decimal import Decimal
from typing import Final

from desk.core.acting import Acts
from desk.core.risk import exposure, trust
from desk.core.state import DeskState
from desk.model.command import UnlockSub
from desk.model.effect import BaselineSet, Severity, SubLocked
from desk.model.units import SECOND, SubId

UNLOCK_PHRASE: Final = "trade again"
"""What has to be typed to lift a lock."""
_DAY: Final = 86_400 * SECOND


def watch(acts: Acts) -> None:
    """Once a second: begin the day where it is new, and lock who has lost too much."""
    state = acts.state
    today = state.now // _DAY
    subs = [account.id for account in state.subs()]
    new = subs if today != state.day else [sub for sub in subs if sub not in state.baselines]
    if new and state.truth_known and all(market.mark is not None for market in state.markets.values()):
        _begin(acts, today, new)
    for sub in subs:
        if sub in state.baselines and sub not in state.locks:
            _judge(acts, sub)


def unlock(acts: Acts, command: UnlockSub) -> None:
    """Lift a lock; losses are counted anew from here."""
    state, sub = acts.state, command.sub
    if sub not in state.locks:
        acts.alert(Severity.WARN, f"unlock: sub-account {sub} is not locked")
    elif command.phrase != UNLOCK_PHRASE:
        acts.alert(Severity.WARN, f"unlock: expected `{UNLOCK_PHRASE}`, found `{command.phrase}`")
    else:
        del state.locks[sub]
        _begin(acts, state.day, [sub])
        acts.alert(Severity.WARN, f"sub-account {state.accounts[sub].name} is unlocked; its losses count from here")


def set_baseline(state: DeskState, baseline: BaselineSet) -> None:
    """Count losses from these equities."""
    state.day = baseline.day
    state.baselines.update(baseline.equities)
    state.peaks.update(baseline.equities)


def _begin(acts: Acts, day: int, subs: list[SubId]) -> None:
    baseline = BaselineSet(acts.state.now, day, {sub: exposure.equity(acts.state, sub) for sub in subs})
    set_baseline(acts.state, baseline)
    acts.out.append(baseline)


def _judge(acts: Acts, sub: SubId) -> None:
    state = acts.state
    held = [symbol for symbol, position in state.accounts[sub].positions.items() if position.quantity]
    if held and trust.doubt(state, held):
        return  # a loss that one source alone states is none yet
    equity = exposure.equity(state, sub)
    state.peaks[sub] = max(state.peaks[sub], equity)
    reason = _reason(state, sub, equity)
    if reason:
        _lock(acts, sub, reason)


def _reason(state: DeskState, sub: SubId, equity: Decimal) -> str:
    daily, drawdown = state.limits.daily_loss_max, state.limits.drawdown_max
    lost, below = state.baselines[sub] - equity, state.peaks[sub] - equity
    if daily and lost >= daily:
        return f"lost {lost:.2f} today, the limit is {daily:f}"
    if drawdown and below >= drawdown:
        return f"{below:.2f} below its peak of {state.peaks[sub]:.2f}, the limit is {drawdown:f}"
    return ""


def _lock(acts: Acts, sub: SubId, reason: str) -> None:
    """Latch first, then stop and cancel: nothing may slip out between."""
    state = acts.state
    state.locks[sub] = reason
    acts.out.append(SubLocked(state.now, sub, reason))
    acts.alert(
        Severity.ERROR,
        f"sub-account {state.accounts[sub].name} is locked: {reason}; it may only reduce until"
        f" `unlock {sub} {UNLOCK_PHRASE}`",
    )
    acts.stop_runs(f"locked: {reason}", sub)
    for order in list(state.open_orders(sub)):
        if not order.spec.closing:
            acts.cancel(order)
