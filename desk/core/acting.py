"""Turning a decision into effects: place, amend, cancel, drive a run, tell the trader."""

from decimal import Decimal
from typing import Final, assert_never

from desk.core import deadman, estimate, guards
from desk.core.algos.base import Algo, AlgoEvent, Refused, Stop
from desk.core.bookkeeping import record_send
from desk.core.orders import Order
from desk.core.risk import crossing, gate
from desk.core.risk.gate import Claim
from desk.core.state import DeskState, sight
from desk.model.effect import Alert, ArmTimer, Effect, RunEnded, SendCancel, SendOrder, Severity
from desk.model.event import TimerKey
from desk.model.intent import Amend, Cancel, EndRun, Finish, Forget, Hold, Intent, LetGo, Place, Refusal, Wake
from desk.model.units import SECOND, AlgoId, SubId, Symbol
from desk.model.view import AlertRow

CANCEL_PAUSE: Final = SECOND
"""A cancel that found nothing twice is not sent again sooner, and then later and later: its end is news on its way."""


class Acts:
    """The engine's hands: whatever leaves is written into the books first, then collected in `out`."""

    def __init__(self, state: DeskState) -> None:
        self.state = state
        self.out: list[Effect] = []

    def alert(self, severity: Severity, text: str) -> None:
        """Tell the trader one sentence."""
        state = self.state
        state.alert_seq += 1
        state.alerts.append(AlertRow(state.alert_seq, state.now, severity, text))
        self.out.append(Alert(state.now, severity, text))

    def place(self, wish: Place, claim: Claim) -> Refusal | None:
        """Send an order if the gate allows it; return the refusal if not."""
        answer = gate.review(wish, claim, self.state)
        if isinstance(answer, Refusal):
            self.state.refusals[answer.check] += 1
            return answer
        self._clear_the_way(answer)
        self._send(answer)
        return None

    def amend(self, order: Order, price: Decimal, quantity: Decimal) -> Refusal | None:
        """Change an order if the gate allows it; return the refusal if not."""
        answer = gate.review_amend(order, price, quantity, self.state)
        if isinstance(answer, Refusal):
            self.state.refusals[answer.check] += 1
            return answer
        record_send(self.state, answer)
        self.out.append(answer)
        return None

    def cancel(self, order: Order) -> None:
        """Cancel an order; once asked for, it stays wanted until the order is gone."""
        if not order.is_open or self.state.fence:
            return
        if order.pending == "cancel":
            return
        if order.cancels_refused > 1 and not self._may_repeat(order):
            order.is_cancel_wanted = True  # the pulse asks again
            return
        effect = SendCancel(self.state.now, order.spec.id, order.spec.symbol)
        record_send(self.state, effect)
        self.out.append(effect)

    def _may_repeat(self, order: Order) -> bool:
        """Tell whether a cancel that has found nothing twice may be sent once more."""
        pause = CANCEL_PAUSE << min(order.cancels_refused - 2, 3)
        return self.state.now - order.asked >= pause and self.state.limiter.may_repeat(self.state.now)

    def stop_runs(self, reason: str, sub: SubId | None = None, symbol: Symbol | None = None) -> None:
        """Stop the unfinished runs, of one sub-account and symbol where given."""
        for run in list(self.state.runs.values()):
            if not run.is_done and sub in (None, run.sub) and symbol in (None, run.symbol):
                self.drive(run, Stop(reason))

    def drive(self, run: Algo, event: AlgoEvent) -> None:
        """Show an event to a run and act on what it wishes."""
        if run.symbol not in self.state.markets:
            self.alert(Severity.WARN, f"{run.id}: {run.symbol} is not traded by this desk any more")
            return
        for intent in run.on_event(event, sight(self.state, run)):
            self._act(run, intent)

    def _act(self, run: Algo, intent: Intent) -> None:
        match intent:
            case Place():
                claim = Claim(
                    sub=run.sub,
                    symbol=run.symbol,
                    kind=run.kind,
                    algo=run.id,
                    parent_quantity=run.quantity,
                    leg=intent.leg,
                )
                self._answer(run, self.place(intent, claim), intent.leg)
            case Amend(order=order, price=price, quantity=quantity):
                amended = self.state.orders[order]
                self._answer(run, self.amend(amended, price, quantity), amended.spec.leg)
            case Cancel(order=order):
                self.cancel(self.state.orders[order])
            case Hold():
                self._hold(run, intent)
            case LetGo():
                self.out += guards.let_go(self.state, run.id)
            case Wake(at=at, purpose=purpose):
                self.out.append(ArmTimer(self.state.now, TimerKey(run.id, purpose), at))
            case EndRun(algo=algo, reason=reason):
                self._end_run(algo, reason)
            case Forget(order=order):
                self.state.run_orders.get(run.id, {}).pop(order, None)
            case Finish(reason=reason):
                self.out.append(RunEnded(self.state.now, run.id, reason))
                self.out += guards.let_go(self.state, run.id)
                self.alert(Severity.INFO, f"{run.id} ended: {reason}")
            case _:
                assert_never(intent)

    def _hold(self, run: Algo, wish: Hold) -> None:
        claim = Claim(sub=run.sub, symbol=run.symbol, kind=run.kind, algo=run.id, leg=wish.leg)
        answer = gate.review_guard(wish, claim, self.state)
        if isinstance(answer, Refusal):
            self.state.refusals[answer.check] += 1
        else:
            self.out += guards.send(self.state, answer)

    def _end_run(self, algo: AlgoId, reason: str) -> None:
        run = self.state.runs.get(algo)
        if run is not None and not run.is_done:
            self.drive(run, Stop(reason))

    def _answer(self, run: Algo, refusal: Refusal | None, leg: int) -> None:
        if refusal is not None:
            self.drive(run, Refused(refusal, leg))

    def _clear_the_way(self, going: SendOrder) -> None:
        """Cancel our own orders that a way out would meet: it is not held, and they are not left to the venue's rule."""
        spec = going.spec
        coming = crossing.Coming(spec.side, spec.quantity, spec.price, spec.symbol, crossing.may_rest(spec.tif))
        for order in list(crossing.in_the_way(coming, self.state)):
            self.alert(
                Severity.WARN, f"{order.spec.id} of sub-account {order.spec.sub} is cancelled: {spec.id} must get out"
            )
            self.cancel(order)

    def _send(self, effect: SendOrder) -> None:
        self.out.extend(deadman.before_order(self.state, effect.spec.symbol))
        record_send(self.state, effect)
        estimate.note(self.state, effect.spec)
        self.out.append(effect)
