"""Our books against the venue's: what is missing comes back as reports, in an order that can be booked."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core import bookkeeping, reconcile
from desk.core.state import DeskState
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    OpenOrder,
    OrderAccepted,
    OrderAmended,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    SubAccount,
    VenueTrade,
)
from desk.model.order import OrderStatus
from desk.model.units import MILLISECOND, ZERO
from tests.kit import builders, rig
from tests.kit.builders import BTC, EPOCH, at

D = Decimal
SPEC = builders.spec(quantity=D("1.0"))


@pytest.fixture
def state():
    """The state of a second process: one order of the first, sent and never answered."""
    made = DeskState(builders.limits())
    made.epoch = 2
    bookkeeping.open_account(made, SubAccount("1", "alpha", D(1000)))
    bookkeeping.record_send(made, SendOrder(EPOCH, SPEC))
    return made


def accept(state):
    bookkeeping.apply_report(state, OrderAccepted(EPOCH, SPEC.id, 7, ZERO, EPOCH))
    return state.orders[SPEC.id]


def traded(trade, quantity, spec=SPEC):
    return VenueTrade(spec.id, BTC, trade, spec.price, D(quantity), ZERO, True, at(1))


def truth(orders=(), trades=()):
    return replace(rig.truth(D(1000), 9), orders=tuple(orders), trades=tuple(trades))


def resting(filled="0", **changes):
    return OpenOrder(replace(SPEC, **changes), 7, D(filled))


def settle(state, known):
    """Book what is found; return the kinds of the reports."""
    findings = reconcile.compare(state, known)
    reports = findings.reports
    bookkeeping.note_absent(state, findings.absent, known.ts)
    for report in reports:
        assert not bookkeeping.apply_report(state, report).problem
    return [type(report) for report in reports]


def test_an_order_that_rests_at_the_venue_is_adopted(state):
    assert settle(state, truth([resting()])) == [OrderAccepted]
    assert state.orders[SPEC.id].status is OrderStatus.WORKING


def test_an_order_the_venue_never_saw_is_over(state):
    assert settle(state, truth()) == [OrderRejected]
    assert state.orders[SPEC.id].reason == "it never reached the venue"


def test_an_order_of_this_process_that_is_still_on_its_way_keeps_its_own_answer(state):
    state.epoch = 1

    assert settle(state, truth()) == []


def test_an_order_of_this_process_whose_outcome_is_unknown_is_judged(state):
    state.epoch = 1
    bookkeeping.apply_report(state, OutcomeUnknown(EPOCH, SPEC.id, "no answer"))

    assert settle(state, truth()) == [OrderRejected]


def test_trades_that_were_missed_are_booked_before_the_order_ends(state):
    accept(state)

    kinds = settle(state, truth(trades=[traded(1, "0.25"), traded(2, "0.5")]))

    assert kinds == [OrderFilled, OrderFilled, OrderExpired]
    order = state.orders[SPEC.id]
    assert (order.status, order.filled, order.is_settled) == (OrderStatus.EXPIRED, D("0.75"), True)
    assert state.accounts["1"].quantity(BTC) == D("0.75")


def test_an_order_that_filled_meanwhile_needs_no_other_end(state):
    assert settle(state, truth(trades=[traded(1, "1.0")])) == [OrderFilled]
    assert state.orders[SPEC.id].status is OrderStatus.FILLED


def test_trades_that_are_known_are_not_booked_again(state):
    accept(state)
    bookkeeping.apply_report(state, builders.fill(SPEC, 1, "0.4", "0.4"))

    assert settle(state, truth([resting("0.6")], [traded(1, "0.4"), traded(2, "0.2")])) == [OrderFilled, OrderAccepted]
    assert state.orders[SPEC.id].filled == D("0.6")


def test_comparing_twice_finds_nothing_more_to_book(state):
    known = truth([resting("0.4")], [traded(1, "0.4")])
    settle(state, known)

    settle(state, known)

    assert state.accounts["1"].quantity(BTC) == D("0.4")
    assert len(state.fills) == 1


def test_an_amendment_that_was_taken_is_learned(state):
    order = accept(state)
    bookkeeping.record_send(state, SendAmend(EPOCH, SPEC.id, BTC, D("99.0"), D("2.0")))

    kinds = settle(state, truth([resting("1.5", price=D("99.0"), quantity=D("2.0"))], [traded(1, "1.5")]))

    assert kinds == [OrderFilled, OrderAccepted, OrderAmended]
    assert (order.price, order.leaves, order.pending) == (D("99.0"), D("0.5"), "")


@pytest.mark.parametrize(
    ("request_sent", "answer"),
    [
        (SendAmend(EPOCH, SPEC.id, BTC, D("99.0"), D("1.0")), AmendRejected),
        (SendCancel(EPOCH, SPEC.id, BTC), CancelRejected),
    ],
)
def test_a_change_that_a_dead_process_asked_for_and_never_arrived_is_answered(state, request_sent, answer):
    order = accept(state)
    bookkeeping.record_send(state, request_sent)

    assert settle(state, truth([resting()])) == [OrderAccepted, answer]
    assert not order.is_in_flight


def test_an_amended_order_that_ended_with_its_old_quantity_is_over(state):
    order = accept(state)
    bookkeeping.record_send(state, SendAmend(EPOCH, SPEC.id, BTC, D("99.0"), D("2.0")))

    settle(state, truth(trades=[traded(1, "1.0")]))

    assert (order.is_open, order.is_settled) == (False, True)


def test_what_is_not_ours_is_named_and_not_booked(state):
    foreign = builders.spec("web_1")

    findings = reconcile.compare(state, truth([resting(), OpenOrder(foreign, 9, ZERO)], [traded(5, "1.0", foreign)]))

    assert findings.foreign == ("web_1",)
    assert [type(each) for each in findings.reports] == [OrderAccepted]


def test_the_statement_is_the_venues_word(state):
    known = replace(truth(), positions=(builders.held(BTC, "1", "100"),))

    statement = reconcile.compare(state, known).statement

    assert (statement.wallet, statement.positions, statement.venue_ts) == (D(1000), known.positions, at(9))


def test_a_truth_older_than_the_last_news_of_an_order_says_nothing_of_it(state):
    bookkeeping.apply_report(state, OrderAccepted(at(20), SPEC.id, 7, ZERO, at(10)))

    assert settle(state, truth()) == []
    assert settle(state, replace(truth(), ts=at(10))) == []  # the same instant: which came first cannot be told
    assert settle(state, replace(truth(), ts=at(11))) == [OrderExpired]


OURS = "PMS0001_MAN000000000_0000Z"


def test_an_order_of_ours_that_no_record_knows_is_adopted_and_one_from_elsewhere_is_not(state):
    spec = replace(SPEC, id=OURS)
    web = replace(SPEC, id="web_1")

    findings = reconcile.compare(state, replace(truth(), orders=(OpenOrder(spec, 9, ZERO), OpenOrder(web, 10, ZERO))))

    assert [each.spec.id for each in findings.adopted] == [OURS]
    assert findings.foreign == ("web_1",)


def test_an_adopted_order_counts_the_trades_that_are_booked_with_it_once(state):
    spec = replace(SPEC, id=OURS)
    trade = VenueTrade(OURS, BTC, 31, D(100), D("0.4"), ZERO, True, at(3), SPEC.side)

    findings = reconcile.compare(state, replace(truth(), orders=(OpenOrder(spec, 9, D("0.4")),), trades=(trade,)))
    bookkeeping.adopt(state, findings.adopted[0], at(9))
    for report in findings.reports:
        bookkeeping.apply_report(state, report)

    assert (state.orders[OURS].filled, state.orders[OURS].filled_at_venue) == (D("0.4"), D("0.4"))
    assert state.fills[0].sub == "1"


def after_horizon(state, millis=0):
    """Return a truth without any order, `millis` after the horizon of the one that was sent."""
    asked = state.orders[SPEC.id].asked
    return replace(truth(), ts=asked + reconcile.HORIZON + millis * MILLISECOND, is_final=False)


def test_an_order_is_given_up_when_it_is_absent_twice_after_the_horizon(state):
    assert settle(state, after_horizon(state)) == []
    assert settle(state, after_horizon(state, 2_000)) == [OrderRejected]


def test_an_absence_before_the_horizon_does_not_count(state):
    assert settle(state, after_horizon(state, -1)) == []
    assert settle(state, after_horizon(state, 1_999)) == []
    assert state.orders[SPEC.id].is_open


def test_the_same_absence_told_again_is_not_a_second_one(state):
    settle(state, after_horizon(state))

    assert settle(state, after_horizon(state)) == []
    assert settle(state, after_horizon(state, 1_999)) == []


def test_an_order_that_turns_up_after_its_first_absence_lives(state):
    settle(state, after_horizon(state))
    bookkeeping.apply_report(state, OrderAccepted(at(9_000), SPEC.id, 7, ZERO, at(8_900)))

    assert settle(state, replace(after_horizon(state, 3_000), orders=(resting(),))) == []
    assert state.orders[SPEC.id].status is OrderStatus.WORKING


def test_an_order_that_was_there_is_over_when_it_is_missing_twice_two_seconds_apart(state):
    order = accept(state)

    assert settle(state, replace(truth(), ts=at(9), is_final=False)) == []
    assert settle(state, replace(truth(), ts=at(2_008), is_final=False)) == []
    assert settle(state, replace(truth(), ts=at(2_009), is_final=False)) == [OrderExpired]
    assert order.reason == "ended at the venue, and its end was not told"


def test_an_order_that_is_back_in_the_second_answer_was_never_gone(state):
    accept(state)
    settle(state, replace(truth(), ts=at(9), is_final=False))

    assert settle(state, replace(truth([resting()]), ts=at(3_000), is_final=False)) == [OrderAccepted]
    assert settle(state, replace(truth([resting()]), ts=at(33_000), is_final=False)) == []
    assert settle(state, replace(truth(), ts=at(63_000), is_final=False)) == []


def test_a_trade_told_with_the_absence_is_booked_at_once_and_the_end_is_not(state):
    order = accept(state)

    kinds = settle(state, replace(truth(trades=[traded(1, "0.25")]), is_final=False))

    assert kinds == [OrderFilled]
    assert (order.status, order.filled, order.absent) == (OrderStatus.WORKING, D("0.25"), at(9))


def test_a_refused_cancel_does_not_prove_that_an_order_was_there(state):
    bookkeeping.apply_report(state, CancelRejected(at(20), SPEC.id, -2011, "unknown", at(10)))

    assert settle(state, replace(truth(), ts=at(20), is_final=False)) == []


def test_cancels_sent_again_and_again_do_not_keep_a_lost_order_alive(state):
    first, second = after_horizon(state), after_horizon(state, 2_000)
    for millis in (7_000, 9_000):
        bookkeeping.record_send(state, SendCancel(at(millis), SPEC.id, SPEC.symbol))

    assert settle(state, first) == []
    assert settle(state, second) == [OrderRejected]


def test_an_amendment_that_may_still_arrive_is_not_given_up_before_the_horizon(state):
    accept(state)
    amend = SendAmend(at(1), SPEC.id, BTC, D("100.1"), D("1.0"))
    bookkeeping.record_send(state, amend)
    early = replace(truth([resting()]), is_final=False)
    late = replace(early, ts=amend.ts + reconcile.HORIZON)

    assert settle(state, early) == [OrderAccepted]
    assert settle(state, late) == [OrderAccepted, AmendRejected]


def test_a_cancel_of_this_process_whose_answer_never_came_may_be_sent_again(state):
    state.epoch = 1
    accept(state)
    bookkeeping.record_send(state, SendCancel(at(1), SPEC.id, BTC))

    assert settle(state, truth([resting()])) == [OrderAccepted]
    assert settle(state, replace(truth([resting()]), ts=at(1) + reconcile.HORIZON)) == [OrderAccepted, CancelRejected]
