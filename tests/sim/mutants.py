"""Bugs that others have paid for, planted one at a time into the real engine: the simulator has to find each."""

from dataclasses import dataclass

from desk.core import (
    bookkeeping,
    checkpoint,
    deleverage,
    estimate,
    following,
    guards,
    ledger,
    orders,
    prices,
    reconcile,
)
from desk.core.adl import cuts, tiers
from desk.core.algos import bracket
from desk.core.algos.bracket import Bracket
from desk.core.engine import HANDLERS, Engine
from desk.core.limiter import Limiter
from desk.core.margin import ONE
from desk.core.orders import TRANSITIONS, Order
from desk.core.risk import crossing, gate, trust
from desk.core.risk.gate import Claim
from desk.model.effect import SendOrder
from desk.model.event import CancelRejected, OrderAccepted, OrderRejected, OutcomeUnknown
from desk.model.following import Reason
from desk.model.intent import Hold, Place
from desk.model.order import OrderStatus
from desk.model.tier import AdlTier
from desk.model.units import ZERO, Nanos
from desk.sim.plan import Fault
from desk.sim.process import Process

LOSSES = (Fault.REPLY_LOST, Fault.REQUEST_LOST, Fault.UNKNOWN_503, Fault.LATE, Fault.TOO_LATE)
DEATHS = (Fault.KILL, Fault.KILL_BEFORE_SEND, Fault.KILL_IN_RECOVERY, Fault.POWER_CUT)
STREAMS = (Fault.REORDER, Fault.DUPLICATE, Fault.DUPLICATE_LATE, Fault.LINK_DOWN, Fault.STALL)


@dataclass(frozen=True)
class Mutant:
    """One planted bug: how to plant it, the weather it shows in, and the invariants that may notice."""

    plant: object
    faults: tuple
    noticed_by: frozenset
    seeds: int = 12
    """Sessions it may take."""


def timeout_is_a_rejection(patch):
    patch.setitem(TRANSITIONS, (OrderStatus.SUBMITTED, OutcomeUnknown), OrderStatus.REJECTED)


def _on_unknown(patch, react):
    def on_report(engine, report):
        order = engine.state.orders.get(report.order)
        if isinstance(report, OutcomeUnknown) and order is not None and order.status is OrderStatus.SUBMITTED:
            react(engine, order, report)
        else:
            Engine._on_report(engine, report)

    patch.setitem(HANDLERS, OutcomeUnknown, on_report)


def resend_with_a_new_id(patch):
    def react(engine, order, report):
        spec = order.spec
        Engine._on_report(engine, OrderRejected(report.ts, spec.id, 0, "timed out", report.ts))
        wish = Place(side=spec.side, quantity=spec.quantity, price=spec.price, type=spec.type, tif=spec.tif)
        engine._acts.place(wish, Claim(sub=spec.sub, symbol=spec.symbol, kind=spec.kind, algo=spec.algo))

    _on_unknown(patch, react)


def resend_with_the_same_id(patch):
    def react(engine, order, report):
        engine._acts.out.append(SendOrder(engine.state.now, order.spec))

    _on_unknown(patch, react)


def no_fill_dedup(patch):
    booked = bookkeeping._apply_fill

    def forgetful(state, order, report):
        state.trades.pop((report.symbol, report.trade), None)
        return booked(state, order, report)

    patch.setattr(bookkeeping, "_apply_fill", forgetful)


def dedup_in_memory_only(patch):
    restore = checkpoint.restore

    def forgetful(memo, tail, limits):
        state = restore(memo, tail, limits)
        state.trades.clear()
        return state

    patch.setattr(checkpoint, "restore", forgetful)


def gone_means_cancelled(patch):
    for status in (OrderStatus.WORKING, OrderStatus.SUBMITTED, OrderStatus.UNKNOWN):
        patch.setitem(TRANSITIONS, (status, CancelRejected), OrderStatus.CANCELLED)


def journal_after_send(patch):
    commit, carry_out = Process._commit, Process._carry_out
    waiting = []

    def later(process, records, clock):
        waiting.append((records, clock))

    def send_first(process, effects, clock):
        carry_out(process, effects, clock)
        while waiting:
            commit(process, *waiting.pop())

    patch.setattr(Process, "_commit", later)
    patch.setattr(Process, "_carry_out", send_first)


def terminal_before_its_fills(patch):
    patch.setattr(Order, "unbooked", property(lambda order: ZERO))


def no_back_fill(patch):
    patch.setattr(reconcile, "_missing_trades", lambda state, truth: [])


def terminal_works_again(patch):
    for status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED):
        patch.setitem(TRANSITIONS, (status, OrderAccepted), OrderStatus.WORKING)


def an_old_answer_counts(patch):
    def forgetting(note):
        def forgetful(order, report):
            order.answered = 0
            note(order, report)

        return forgetful

    for name in ("_on_amended", "_on_refused"):
        patch.setattr(orders, name, forgetting(getattr(orders, name)))


def funding_is_not_remembered(patch):
    apply_funding = bookkeeping.apply_funding

    def forgetful(state, payment):
        state.funded.clear()
        return apply_funding(state, payment)

    patch.setattr(bookkeeping, "apply_funding", forgetful)


def own_orders_may_meet(patch):
    patch.setattr(crossing, "problem", lambda *told: "")
    patch.setattr(crossing, "short_of_our_own", lambda coming, state: coming.price)


def absent_means_never_there(patch):
    patch.setattr(reconcile, "_can_still_arrive", lambda state, order, truth: False)
    patch.setattr(reconcile, "_is_first_absence", lambda state, order, filled, truth: False)
    patch.setattr(reconcile, "ABSENCES_APART", 0)


def limits_ignore_what_is_in_flight(patch):
    def resting_only(order):
        return ZERO if order.status in (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN) else order.leaves

    patch.setattr(Order, "outstanding", property(resting_only))


def the_limiter_forgets(patch):
    restore = checkpoint.restore

    def forgetful(memo, tail, limits):
        state = restore(memo, tail, limits)
        state.limiter.orders.clear()
        return state

    patch.setattr(checkpoint, "restore", forgetful)


def a_token_bucket(patch):
    def problem(limiter, now, *, is_closing):
        """A bucket of the venue's whole limit that refills evenly."""
        full, per_second = 300, 30
        tokens, last = getattr(a_token_bucket, "level", (full, now))
        tokens = min(full, tokens + max(0, now - last) * per_second / 1e9)
        a_token_bucket.level = (max(0, tokens - 1), now)
        return "" if tokens >= 1 else "orders in 10 s: the bucket is empty"

    a_token_bucket.level = (300, 0)
    patch.setattr(Limiter, "problem", problem)


def an_estimate_is_booked(patch):
    note = estimate.note

    def booking(state, spec):
        note(state, spec)
        found = state.estimates.get(spec.id)
        if found is not None:
            account = state.accounts[spec.sub]
            ledger.apply_fill(
                account, spec.symbol, spec.side, quantity=found.quantity, price=found.price, fee=found.fee
            )

    patch.setattr(estimate, "note", booking)


def an_estimate_stays(patch):
    patch.setattr(estimate, "settle", lambda state, order: "")


def a_step_is_not_waited_for(patch):
    patch.setattr(deleverage, "_is_clear", lambda acts, episode, symbol: True)


def prices_are_trusted(patch):
    patch.setattr(trust, "doubt", lambda state, symbols: "")


def an_account_in_a_tier_may_open(patch):
    patch.setattr(gate, "_CHECKS", tuple(each for each in gate._CHECKS if each[0] != "tier"))


def everything_at_the_first_tier(patch):
    patch.setitem(cuts.SHARES, AdlTier.T1, ONE)
    patch.setattr(tiers, "CALM_NEAR", ONE * 60)
    patch.setattr(cuts, "CALM_NEAR", ONE * 60)


def a_tier_is_left_at_once(patch):
    judge = deleverage.judge

    def forgetful(acts, sub, found, tier):
        episode = acts.state.episodes.get(sub)
        if episode is not None:
            episode.tier = max(tier, AdlTier.T1, key=lambda each: each.rank)
        judge(acts, sub, found, tier)

    patch.setattr(deleverage, "judge", forgetful)


def a_stop_is_not_watched(patch):
    patch.setattr(Bracket, "_is_hit", lambda self, sight, entry: False)


def what_is_held_is_let_go_of(patch):
    reasons = following._reasons
    patch.setattr(
        following, "_reasons", lambda state: tuple(each for each in reasons(state) if each[0] is Reason.FOCUS)
    )


def only_the_streams_are_asked(patch):
    patch.setattr(prices, "look", lambda acts: None)


def a_guard_outlives_its_run(patch):
    patch.setattr(guards, "let_go", lambda state, algo: [])
    patch.setattr(guards, "look", lambda state: [])


def two_guards_for_one_run(patch):
    patch.setattr(Bracket, "_keep_net", _hold_again)


def _hold_again(self, sight, held, entry):
    price = bracket.net_price(self._memo.spec.exits, self._memo.spec.side, entry, sight.instrument)
    if price is None or sight.now < self._memo.net_at:
        return ()
    self._memo.net_at = Nanos(sight.now + bracket.NET_APART)
    return [Hold(side=self._memo.spec.side.opposite, quantity=held, trigger=price, leg=bracket.OUT)]


FALLS = (Fault.CRASH, Fault.PRICE_GAP)

MUTANTS = {
    "a stop is not watched": Mutant(a_stop_is_not_watched, (Fault.PRICE_GAP,), frozenset({"BR"}), seeds=40),
    "a step is not waited for": Mutant(a_step_is_not_waited_for, FALLS, frozenset({"I13", "I10"}), seeds=40),
    "prices are trusted": Mutant(prices_are_trusted, (Fault.MARK_LIES,), frozenset({"I13", "I5"}), seeds=40),
    "an account in a tier may open": Mutant(an_account_in_a_tier_may_open, FALLS, frozenset({"I13"}), seeds=40),
    "everything at the first tier": Mutant(everything_at_the_first_tier, FALLS, frozenset({"I13"}), seeds=40),
    "a tier is left at once": Mutant(a_tier_is_left_at_once, FALLS, frozenset({"I13"}), seeds=40),
    "an estimate is booked": Mutant(an_estimate_is_booked, (), frozenset({"I1", "I12", "I4", "I10", "I15", "A", "I5"})),
    "an estimate stays": Mutant(an_estimate_stays, (), frozenset({"2b"})),
    "the limiter forgets": Mutant(the_limiter_forgets, DEATHS, frozenset({"I8"}), seeds=40),
    "a token bucket": Mutant(a_token_bucket, (), frozenset({"I8"})),
    "our own orders may meet": Mutant(own_orders_may_meet, (), frozenset({"C10"})),
    "absent now counts as never there": Mutant(absent_means_never_there, LOSSES, frozenset({"I11", "I6"})),
    "limits ignore what is in flight": Mutant(limits_ignore_what_is_in_flight, LOSSES, frozenset({"I5", "I9", "I10"})),
    "a time-out counts as a rejection": Mutant(timeout_is_a_rejection, LOSSES, frozenset({"I6", "I11", "I12", "I9"})),
    "sent again with a new id": Mutant(resend_with_a_new_id, LOSSES, frozenset({"I6", "I9", "I11"})),
    "sent again with the same id": Mutant(resend_with_the_same_id, LOSSES, frozenset({"I10", "I9"})),
    "fills are not recognised": Mutant(no_fill_dedup, STREAMS, frozenset({"A", "I1", "I4", "I5", "I2", "I10"})),
    "fills are recognised until the restart": Mutant(
        dedup_in_memory_only, (*DEATHS, *STREAMS), frozenset({"A", "I1", "I2", "I4"})
    ),
    "an unknown order counts as cancelled": Mutant(
        gone_means_cancelled, (*LOSSES, *STREAMS), frozenset({"I6", "I12", "I11", "I15"})
    ),
    "the journal is written after the sending": Mutant(journal_after_send, (), frozenset({"I3"})),
    "over before its fills are in": Mutant(terminal_before_its_fills, STREAMS, frozenset({"I9", "I5", "I10", "I12"})),
    "nothing is filled in after a gap": Mutant(
        no_back_fill, (*DEATHS, *STREAMS), frozenset({"I14", "I2", "I1", "I12"})
    ),
    "an ended order works again": Mutant(terminal_works_again, STREAMS, frozenset({"I12", "A"})),
    "an old answer counts": Mutant(an_old_answer_counts, STREAMS, frozenset({"A", "I15", "I12"})),
    "a guard outlives its run": Mutant(a_guard_outlives_its_run, (), frozenset({"G2"}), seeds=40),
    "two guards for one run": Mutant(two_guards_for_one_run, (), frozenset({"G3"}), seeds=40),
    "only the streams are asked": Mutant(
        only_the_streams_are_asked, (Fault.MARKET_SILENT,), frozenset({"3a"}), seeds=40
    ),
    "what is held is let go of": Mutant(what_is_held_is_let_go_of, (), frozenset({"3c"})),
    "funding is not remembered": Mutant(funding_is_not_remembered, STREAMS, frozenset({"I4"})),
}
