"""The single writer: one event in, the effects it causes out. All time, chance and identity come in with the events."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from desk.core import (
    asking,
    bookkeeping,
    breaks,
    cards,
    comeback,
    commands,
    deadman,
    estimate,
    fence,
    flatten,
    following,
    guarding,
    guards,
    limiting,
    modes,
    prices,
    pulse,
    queue,
    reconcile,
    resolve,
    rules,
    waking,
    watch,
)
from desk.core.acting import Acts
from desk.core.book import Sync
from desk.core.market import Market
from desk.core.orders import Order
from desk.core.state import DeskState
from desk.model.effect import Agreement, ArmTimer, Effect, Learned, Severity
from desk.model.event import (
    AccountReported,
    AmendRejected,
    CancelRejected,
    CashArrived,
    Event,
    FundingPaid,
    GuardReported,
    LinkChanged,
    LinkState,
    LookedAt,
    MetersReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReport,
    OutcomeUnknown,
    RulesReported,
    Started,
    SubAccountOpened,
    Submitted,
    TimerFired,
    TimerKey,
    TruthLearned,
)
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint
from desk.model.order import OrderStatus
from desk.model.price import Via
from desk.model.units import SECOND, ClientOrderId, Nanos
from desk.model.view import DeskMode

PULSE: Final = TimerKey(None, "pulse")
"""The desk's own timer, once a second: charts, ages, and what must not wait for a market event."""


class Engine:
    """Owns the state; `step` is the only way in."""

    def __init__(self, state: DeskState) -> None:
        self.state = state
        self._acts = Acts(state)

    def step(self, event: Event) -> Sequence[Effect]:
        """Take one event and return what the shell must do; an empty tuple when nothing."""
        self.state.now = max(self.state.now, event.ts)
        HANDLERS[type(event)](self, event)
        while self.state.stirred:
            watch.refresh(self._acts)
        return self._taken()

    def halt(self, now: Nanos, reason: str) -> Sequence[Effect]:
        """Stop trading: cancel what is open, refuse what is new, until a person resumes."""
        self.state.now = max(self.state.now, now)
        modes.set_mode(self.state, DeskMode.HALTED, reason)
        self._acts.alert(Severity.ERROR, f"halted: {reason}")
        for order in list(self.state.open.values()):
            self._acts.cancel(order)
        return self._taken()

    def report_fault(self, now: Nanos, reason: str) -> Sequence[Effect]:
        """Take note that the machine under us fails: nothing new until a restart; cancels and closes pass."""
        self.state.now = max(self.state.now, now)
        self.state.fault = reason
        self._acts.alert(Severity.ERROR, reason)
        self._judge()
        return self._taken()

    def report_stall(self, now: Nanos) -> Sequence[Effect]:
        """Take note that the loop stood still: what waited meanwhile is worked off before anything new is risked."""
        self.state.now = max(self.state.now, now)
        self.state.clean_from = Nanos(self.state.now + modes.CLEAN_AFTER_STALL)
        self._judge()
        return self._taken()

    def part(self, now: Nanos) -> Sequence[Effect]:
        """Return what is left to do when the process ends of its own will: what stays open is meant to."""
        self.state.now = max(self.state.now, now)
        return deadman.call_off(self.state)

    def _taken(self) -> Sequence[Effect]:
        if not self._acts.out:
            return ()
        out, self._acts.out = self._acts.out, []
        return out

    # Start

    def _on_started(self, event: Started) -> None:
        state = self.state
        state.epoch, state.venue, state.rounding = event.epoch, event.venue, event.rounding
        limiting.take(state, event.limits)
        state.order_seq = 0
        state.truth_known = state.truth_asked = False
        rules.take(self._acts, event.instruments)
        for instrument in event.instruments:
            state.markets[instrument.symbol] = Market(instrument)
        following.begin(self._acts)
        state.stirred |= dict.fromkeys(state.accounts)
        state.traded |= dict.fromkeys(state.instruments)
        if modes.note_start(state, state.now):
            self._acts.alert(Severity.ERROR, state.latches[DeskMode.REDUCE_ONLY])
        if state.mode is not DeskMode.HALTED:  # a halt outlives a restart
            modes.set_mode(state, DeskMode.STARTING, "waiting for the first market data")
        asking.ask_truth(self._acts)
        self._arm_pulse()

    def _on_sub_account(self, event: SubAccountOpened) -> None:
        bookkeeping.open_account(self.state, event.sub)

    def _on_truth(self, event: TruthLearned) -> None:
        state = self.state
        findings = reconcile.compare(state, event.truth)
        told = tuple(guards.compare(state, event.truth))
        self._step_aside(*(each.spec.id for each in findings.adopted), *(each.order for each in findings.reports))
        if findings.reports or findings.payments or findings.adopted or told:
            self._acts.out.append(
                Learned(state.now, findings.adopted, findings.reports, findings.payments, findings.statement, told)
            )
        for found in findings.adopted:
            bookkeeping.adopt(state, found, event.truth.ts)
            self._acts.alert(Severity.WARN, f"{found.spec.id}: open at the venue and in no record of ours; adopted")
        for report in findings.reports:
            self._book(report)
        bookkeeping.note_absent(state, findings.absent, event.truth.ts)
        for each in told:
            self._on_guard(each)
        guarding.take_truth(self._acts, event.truth)
        for payment in findings.payments:
            self._on_funding(payment)
        self._on_statement(findings.statement)
        following.look(self._acts)
        for order_id in findings.foreign:
            self._acts.alert(Severity.WARN, f"{order_id}: open at the venue, not an order of this desk; left alone")
        if event.asked is None or event.asked >= state.link_since:  # else the link has been down since it was asked
            state.truth_known, state.truth_asked = True, False
        self._judge()

    # Market data

    def _on_quote(self, quote: Quote) -> None:
        state, market = self.state, self.state.markets[quote.symbol]
        if not prices.is_news(state, market.quote, quote):
            return
        market.quote = quote
        cards.look(state)
        if state.mode is DeskMode.RUNNING:
            for run in state.runs_on(quote.symbol):
                self._acts.drive(run, quote)
        elif state.mode in modes.REDUCING:
            waking.wake_brackets(self._acts, quote)
        elif state.mode is DeskMode.STARTING:
            self._judge()

    def _on_delta(self, delta: BookDelta) -> None:
        market = self.state.markets[delta.symbol]
        if not market.is_followed:
            return  # still on its way when it was let go of
        market.depth_ts = delta.ts
        queue.on_delta(queue.resting(self.state.open.values(), delta.symbol), delta, market.book)
        if market.book.on_delta(delta) is Sync.GAP:
            asking.ask_depth(self._acts, delta.symbol)
            self._judge()

    def _on_depth(self, snapshot: BookSnapshot) -> None:
        market = self.state.markets[snapshot.symbol]
        if not market.is_followed:
            return
        if market.book.on_snapshot(snapshot) is Sync.GAP:
            asking.ask_depth(self._acts, snapshot.symbol)
        market.was_synced |= market.book.synced
        for order in self.state.open_orders(symbol=snapshot.symbol):
            if order.status is OrderStatus.WORKING and order.ahead is None:
                order.ahead = queue.joined(order, market.book)
        self._judge()

    def _on_trade(self, trade: TradePrint) -> None:
        market = self.state.markets[trade.symbol]
        if not market.is_followed:
            return
        market.last = trade
        market.tape.appendleft(trade)
        queue.on_trade(queue.resting(self.state.open.values(), trade.symbol), trade)

    def _on_mark(self, mark: MarkPrice) -> None:
        if not watch.is_price(mark.price):
            self._acts.alert(Severity.ERROR, f"{mark.symbol}: mark: expected a price, found {mark.price}; ignored")
            return
        market = self.state.markets[mark.symbol]
        if mark.via is Via.STREAM:
            market.mark_streamed = mark.ts
        if not prices.is_news(self.state, market.mark, mark):
            return
        market.mark = mark
        watch.on_mark(self._acts, mark)
        quote = market.quote
        if quote is not None and (self.state.mode is DeskMode.RUNNING or self.state.mode in modes.REDUCING):
            waking.wake_brackets(self._acts, quote)
        if self.state.mode is DeskMode.STARTING:
            self._judge()

    def _on_link(self, link: LinkChanged) -> None:
        self.state.link, self.state.link_reason, self.state.link_since = link.state, link.reason, self.state.now
        self._acts.alert(Severity.INFO, f"link {link.state.value}: {link.reason}")
        if link.state is LinkState.DOWN:
            # What happens at the venue meanwhile is not told, and an answer on its way is lost.
            self.state.truth_known = self.state.truth_asked = False
        elif link.state is LinkState.UP and not self.state.truth_known:
            asking.ask_truth(self._acts)
        self._judge()

    # Orders and the account

    def _on_report(self, report: OrderReport) -> None:
        self._book(report)

    def _book(self, report: OrderReport) -> None:
        booked = bookkeeping.apply_report(self.state, report)
        order = booked.order
        if order is None:
            self._step_aside(report.order)
        if booked.problem:
            self._acts.alert(Severity.ERROR, booked.problem)
        if order is None:
            if booked.fill is not None:
                whose = f" by {booked.fill.order}, not placed here"
                self._acts.alert(Severity.WARN, bookkeeping.told(booked.fill) + whose)
            return
        self._settle_estimate(order)
        queue.place(order, report, self.state.markets.get(order.spec.symbol))
        if order.is_open and isinstance(report, OutcomeUnknown):
            asking.doubt(self._acts)
        if booked.fill is not None:
            self._acts.alert(Severity.INFO, bookkeeping.told(booked.fill))
            cards.note_fill(self.state, booked.fill)
            flatten.trim_closing(self._acts, order)
        if isinstance(report, OrderRejected):
            self._acts.alert(Severity.WARN, f"{order.spec.id} rejected: {order.reason}")
        if order.is_cancel_wanted and order.is_open and not order.is_in_flight:
            self._acts.cancel(order)
        self._tell_owner(order, report)
        flatten.on_report(self._acts, order.spec)
        watch.on_order(self._acts, order)
        if not order.is_open:
            bookkeeping.forget_ended(self.state)

    def _on_guard(self, report: GuardReported) -> None:
        guarding.on_report(self._acts, report)

    def _on_statement(self, statement: AccountReported) -> None:
        bookkeeping.apply_statement(self.state, statement)
        for noted in breaks.look(self.state):
            self._acts.out.append(noted)
            severity = Severity.INFO if noted.agreement is Agreement.HEALED else Severity.ERROR
            self._acts.alert(severity, breaks.tell(self.state, noted))
        flatten.on_statement(self._acts)

    def _on_funding(self, payment: FundingPaid) -> None:
        if bookkeeping.apply_funding(self.state, payment):
            self._acts.alert(Severity.INFO, f"funding {payment.symbol}: {payment.amount:+f} at {payment.rate:%}")

    def _on_cash(self, cash: CashArrived) -> None:
        bookkeeping.apply_cash(self.state, cash)
        self._acts.alert(Severity.INFO, f"{cash.reason}: {cash.amount:+f} at the venue, nobody's yet")

    def _on_meters(self, event: MetersReported) -> None:
        self.state.limiter.learn(event)

    def _on_rules(self, event: RulesReported) -> None:
        rules.take(self._acts, event.instruments)

    # People and time

    def _on_submitted(self, event: Submitted) -> None:
        commands.obey(self._acts, event.command)
        following.look(self._acts)

    def _on_looked_at(self, event: LookedAt) -> None:
        following.look_at(self._acts, event.symbol)

    def _on_timer(self, event: TimerFired) -> None:
        if event.key == PULSE:
            self._pulse()
        elif event.key == resolve.RESOLVE:
            asking.resolve_doubts(self._acts)
        elif event.key.algo is not None:
            run = self.state.runs.get(event.key.algo)
            if run is not None and not run.is_done:
                self._acts.drive(run, event)

    def _pulse(self) -> None:
        pulse.look_after(self._acts)
        self._judge()
        self._arm_pulse()

    def _arm_pulse(self) -> None:
        self._acts.out.append(ArmTimer(self.state.now, PULSE, Nanos(self.state.now + SECOND)))

    # Shared

    def _step_aside(self, *seen: ClientOrderId) -> None:
        if fence.step_aside(self.state, seen):
            self._acts.alert(Severity.ERROR, f"fenced off: {self.state.fence}; this desk sends nothing more")
            self._judge()

    def _judge(self) -> None:
        before = self.state.mode
        if modes.judge(self.state):
            mode, reason = self.state.mode, self.state.mode_reason
            severity = Severity.INFO if mode is DeskMode.RUNNING else Severity.WARN
            text = f"{before.value} to {mode.value}"
            self._acts.alert(severity, f"{text}: {reason}" if reason else text)
        comeback.bring_back(self._acts)
        if self.state.mode is DeskMode.RUNNING and before is not DeskMode.RUNNING:
            waking.wake_all(self._acts)

    def _settle_estimate(self, order: Order) -> None:
        unfilled = estimate.settle(self.state, order)
        if unfilled:
            self._acts.alert(Severity.WARN, unfilled)

    def _tell_owner(self, order: Order, report: OrderReport) -> None:
        run = self.state.runs.get(order.spec.algo) if order.spec.algo is not None else None
        if run is None:
            return
        if not run.is_done:
            self._acts.drive(run, report)
        for follower in self.state.runs_on(run.symbol):
            if follower.follows == run.id:
                self._acts.drive(follower, report)


HANDLERS: Final[dict[type, Callable[[Engine, Any], None]]] = {
    Quote: Engine._on_quote,
    BookDelta: Engine._on_delta,
    BookSnapshot: Engine._on_depth,
    TradePrint: Engine._on_trade,
    MarkPrice: Engine._on_mark,
    OrderAccepted: Engine._on_report,
    OrderRejected: Engine._on_report,
    OrderFilled: Engine._on_report,
    OrderCancelled: Engine._on_report,
    OrderExpired: Engine._on_report,
    OrderAmended: Engine._on_report,
    AmendRejected: Engine._on_report,
    CancelRejected: Engine._on_report,
    OutcomeUnknown: Engine._on_report,
    AccountReported: Engine._on_statement,
    FundingPaid: Engine._on_funding,
    GuardReported: Engine._on_guard,
    CashArrived: Engine._on_cash,
    RulesReported: Engine._on_rules,
    MetersReported: Engine._on_meters,
    LinkChanged: Engine._on_link,
    Started: Engine._on_started,
    SubAccountOpened: Engine._on_sub_account,
    Submitted: Engine._on_submitted,
    LookedAt: Engine._on_looked_at,
    TimerFired: Engine._on_timer,
    TruthLearned: Engine._on_truth,
}
"""One handler per event: a type table costs the same for the first and the last, a chain of `match` arms does not."""
