"""What the desk does about an answer that does not come: it asks, and never hammers."""

from msgspec.structs import replace

from desk.core.engine import PULSE
from desk.model.command import CancelOrder, PlaceOrder
from desk.model.effect import RequestTruth, SendCancel
from desk.model.event import (
    CancelRejected,
    LinkChanged,
    LinkState,
    OrderAccepted,
    TimerFired,
    TruthLearned,
)
from desk.model.order import Side
from desk.model.units import ZERO
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, D, at


def resting():
    """Return a desk with one order at rest, and the order's id."""
    desk = rig.started()
    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")), 10)
    (order,) = desk.state.open
    desk.step(OrderAccepted(at(20), order, 1, ZERO, at(15)))
    return desk, order


def kinds(effects):
    return [type(effect) for effect in effects]


def refused(order, millis):
    return CancelRejected(at(millis), order, -2011, "Unknown order sent.", at(millis - 1))


def test_a_cancel_that_finds_nothing_twice_waits_for_the_pulse():
    desk, order = resting()
    desk.command(CancelOrder(order), 30)

    once = desk.step(refused(order, 50))
    twice = desk.step(refused(order, 70))
    later = desk.step(TimerFired(at(1200), PULSE))

    assert SendCancel in kinds(once)
    assert SendCancel not in kinds(twice)
    assert {SendCancel, RequestTruth} <= set(kinds(later))


def test_a_request_without_an_answer_for_long_is_a_reason_to_ask_for_the_truth():
    desk, order = resting()
    desk.command(CancelOrder(order), 30)

    soon = desk.step(TimerFired(at(1000), PULSE))
    late = desk.step(TimerFired(at(4000), PULSE))

    assert RequestTruth not in kinds(soon)
    assert RequestTruth in kinds(late)


def test_an_answer_asked_for_before_the_link_broke_does_not_end_the_gap():
    desk, _ = resting()
    desk.step(LinkChanged(at(100), LinkState.DOWN, "reset"))
    desk.step(LinkChanged(at(200), LinkState.UP, "again"))
    truth = replace(rig.truth(D(200_000)), ts=at(90))

    desk.step(TruthLearned(at(210), truth, asked=at(80)))
    assert not desk.state.truth_known
    desk.step(TruthLearned(at(220), replace(truth, ts=at(215)), asked=at(200)))

    assert desk.state.truth_known
