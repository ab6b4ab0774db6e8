"""A request whose answer is missing is asked about, less and less often, until something is known of it."""

import pytest
from msgspec.structs import replace

from desk.core import resolve
from desk.core.reconcile import HORIZON
from desk.model.command import AmendOrder, CancelOrder, PlaceOrder
from desk.model.effect import RequestTruth, SendAmend, SendCancel, SendOrder
from desk.model.event import (
    CancelRejected,
    LinkChanged,
    LinkState,
    OpenOrder,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OutcomeUnknown,
    TruthLearned,
    VenueTrade,
)
from desk.model.order import OrderStatus, Side
from desk.model.units import ZERO, Nanos
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, EPOCH, D, at

CASH = D(200_000)


def bought():
    """Return a desk that has sent an order at 10 ms, and that order."""
    desk = rig.started()
    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")), 10)
    (order,) = desk.state.open.values()
    return desk, order


def resting():
    desk, order = bought()
    desk.step(OrderAccepted(at(20), order.spec.id, 1, ZERO, at(15)))
    return desk, order


def lose(desk, order, millis=40):
    return desk.step(OutcomeUnknown(at(millis), order.spec.id, "no answer in time"))


def asked(desk, until):
    """Return when the desk asks for the truth up to `until`, in milliseconds."""
    return [
        (now - EPOCH) // 1_000_000
        for now, effects in desk.wait(at(until))
        if any(isinstance(each, RequestTruth) for each in effects)
    ]


def learn(desk, ts, **known):
    truth = replace(rig.truth(CASH), ts=ts, is_final=False, **known)
    return desk.step(TruthLearned(Nanos(ts + 1), truth))


def sent(desk):
    return [type(each) for each in desk.effects if isinstance(each, SendOrder | SendAmend | SendCancel)]


@pytest.mark.parametrize(("number", "millis"), [(0, 300), (1, 600), (2, 1_200), (3, 2_400), (4, 4_800), (5, 5_000)])
def test_every_pause_is_twice_the_one_before_up_to_five_seconds(number, millis):
    assert resolve.pause(number) == millis * 1_000_000


def test_a_pause_stays_at_its_longest_however_often_was_asked():
    assert resolve.pause(10_000) == resolve.PAUSE_MAX


def test_an_unknown_outcome_is_asked_for_at_once_and_then_after_growing_pauses():
    desk, order = bought()

    effects = lose(desk, order)

    assert (
        RequestTruth(
            at(40),
        )
        in effects
    )
    assert asked(desk, 12_000) == [340, 940, 2_140, 4_540, 9_340]


def test_a_report_of_the_order_ends_the_questions():
    desk, order = bought()
    lose(desk, order)

    desk.step(OrderAccepted(at(200), order.spec.id, 1, ZERO, at(100)))

    assert asked(desk, 12_000) == []


def test_a_new_doubt_is_asked_about_soon_though_an_old_one_waits_long():
    desk, old = bought()
    lose(desk, old)
    asked(desk, 5_000)
    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("98.0")), 5_000)
    new = list(desk.state.open.values())[-1]

    lose(desk, new, 5_100)

    assert asked(desk, 6_100) == [5_400, 6_000]


def test_an_answer_that_nobody_reports_lost_is_missed_by_the_desk_itself():
    desk, _ = bought()

    assert asked(desk, 5_000) == [4_000, 4_300, 4_900]


def test_nothing_is_asked_while_the_link_is_down_and_at_once_when_it_is_back():
    desk, order = bought()
    lose(desk, order)
    desk.step(LinkChanged(at(100), LinkState.DOWN, "reset"))
    in_the_dark = asked(desk, 3_000)

    effects = desk.step(LinkChanged(at(3_100), LinkState.UP, "again"))

    assert in_the_dark == []
    assert RequestTruth(at(3_100)) in effects


def test_an_accepted_order_whose_reply_was_lost_is_adopted_and_never_sent_again():
    desk, order = bought()
    lose(desk, order)

    learn(desk, at(300), orders=(OpenOrder(order.spec, 7, ZERO),))

    assert (order.status, order.venue_order) == (OrderStatus.WORKING, 7)
    assert sent(desk) == [SendOrder]


def test_an_order_that_filled_while_its_reply_was_lost_is_booked_once():
    desk, order = bought()
    lose(desk, order)
    trade = VenueTrade(order.spec.id, BTC, 1, D("99.0"), D("1.0"), ZERO, True, at(100))

    learn(desk, at(300), trades=(trade,))
    desk.step(builders.fill(order.spec, 1, "1.0", "1.0", ts=at(400)))

    assert order.status is OrderStatus.FILLED
    assert desk.state.accounts[ALPHA].quantity(BTC) == D("1.0")


def test_a_request_that_was_lost_is_given_up_after_the_horizon_and_two_absences():
    desk, order = bought()
    lose(desk, order)
    horizon = Nanos(order.asked + HORIZON)

    statuses = []
    for ts in (at(300), Nanos(horizon - 1), horizon, Nanos(horizon + 1_999_000_000), Nanos(horizon + 2_000_000_000)):
        learn(desk, ts)
        statuses.append(order.status)

    assert statuses == [OrderStatus.UNKNOWN] * 4 + [OrderStatus.REJECTED]
    assert order.reason == "it never reached the venue"


def test_a_request_that_arrives_late_lives():
    desk, order = bought()
    lose(desk, order)
    learn(desk, at(300))

    desk.step(OrderAccepted(at(4_500), order.spec.id, 7, ZERO, at(4_450)))

    assert order.status is OrderStatus.WORKING


def test_a_report_of_an_order_that_was_given_up_is_an_alarm_and_changes_nothing():
    desk, order = bought()
    lose(desk, order)
    desk.step(OrderRejected(at(9_000), order.spec.id, 0, "it never reached the venue", at(9_000)))

    desk.step(OrderAccepted(at(9_500), order.spec.id, 7, ZERO, at(9_400)))

    assert order.status is OrderStatus.REJECTED
    assert desk.alerts[-1] == f"{order.spec.id}: OrderAccepted while rejected: not possible"


def test_an_unknown_order_counts_with_its_whole_quantity_until_it_is_settled():
    desk, order = bought()

    lose(desk, order)

    assert (order.outstanding, order.leaves) == (D("1.0"), D("1.0"))


def test_an_unknown_order_holds_up_no_other():
    desk, order = bought()
    lose(desk, order)

    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("2.0"), price=D("98.0")), 100)

    assert sent(desk) == [SendOrder, SendOrder]


def test_an_amendment_whose_answer_was_lost_and_which_was_taken_is_learned():
    desk, order = resting()
    desk.command(AmendOrder(order=order.spec.id, price=D("98.5"), quantity=D("1.5")), 30)
    lose(desk, order)

    learn(desk, at(300), orders=(OpenOrder(replace(order.spec, price=D("98.5"), quantity=D("1.5")), 1, ZERO),))

    assert (order.status, order.price, order.quantity, order.pending) == (
        OrderStatus.WORKING,
        D("98.5"),
        D("1.5"),
        "",
    )
    assert sent(desk) == [SendOrder, SendAmend]


def test_a_cancel_whose_answer_was_lost_and_which_was_carried_out_ends_the_order():
    desk, order = resting()
    desk.command(CancelOrder(order.spec.id), 30)
    lose(desk, order)

    learn(desk, at(300))
    after_one = order.status
    learn(desk, at(2_300))

    assert after_one is OrderStatus.UNKNOWN
    assert (order.status, order.is_settled) == (OrderStatus.EXPIRED, True)


def test_an_order_that_is_missing_for_the_first_time_is_asked_about_again_soon():
    desk, order = resting()
    desk.wait(at(5_000))
    learn(desk, at(5_000))

    questions = asked(desk, 9_000)

    assert order.status is OrderStatus.WORKING
    assert questions[0] <= 6_000
    assert questions[-1] >= 7_000


def test_a_cancel_that_finds_nothing_ends_no_order_before_its_trades_are_in():
    desk, order = resting()
    desk.command(CancelOrder(order.spec.id), 30)
    desk.step(CancelRejected(at(50), order.spec.id, -2011, "Unknown order sent.", at(45)))
    still_open = order.is_open

    learn(desk, at(300), trades=(VenueTrade(order.spec.id, BTC, 1, D("99.0"), D("1.0"), ZERO, True, at(40)),))

    assert still_open
    assert (order.status, order.filled) == (OrderStatus.FILLED, D("1.0"))


def test_a_fill_between_a_cancel_and_its_answer_is_booked():
    desk, order = resting()
    desk.command(CancelOrder(order.spec.id), 30)

    desk.step(builders.fill(order.spec, 1, "0.4", "0.4", ts=at(40)))
    desk.step(OrderCancelled(at(60), order.spec.id, D("0.4"), at(50)))

    assert (order.status, order.is_settled) == (OrderStatus.CANCELLED, True)
    assert desk.state.accounts[ALPHA].quantity(BTC) == D("0.4")


def test_an_end_that_overtakes_its_fill_is_settled_only_by_the_fill():
    desk, order = resting()
    desk.command(CancelOrder(order.spec.id), 30)
    desk.step(OrderCancelled(at(60), order.spec.id, D("0.4"), at(50)))
    before = (order.is_settled, order.outstanding)

    desk.step(builders.fill(order.spec, 1, "0.4", "0.4", ts=at(40)))

    assert before == (False, D("0.4"))
    assert (order.is_settled, order.outstanding) == (True, ZERO)
