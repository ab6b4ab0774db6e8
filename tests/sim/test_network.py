"""What can happen to a message between desk and venue, one way at a time."""

import pytest

from desk.model.effect import Follow, RequestTruth
from desk.model.event import (
    LinkChanged,
    LinkState,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OutcomeUnknown,
    TruthLearned,
)
from desk.model.market import Quote
from desk.sim.plan import Dice, Fault, Sighting
from tests.sim.scene import Scene


@pytest.fixture
def always(monkeypatch):
    """Let the chosen faults strike every message."""
    monkeypatch.setattr(Dice, "strikes", lambda self, fault: fault in self._chances)


def test_an_acknowledgement_comes_as_a_reply_and_on_the_stream():
    scene = Scene()

    order = scene.place()
    scene.go_on(1)

    assert [event.order for event in scene.told(OrderAccepted)] == [order.id, order.id]


@pytest.mark.usefixtures("always")
def test_a_lost_request_never_reaches_the_venue_and_is_told_as_unknown():
    scene = Scene(Fault.REQUEST_LOST)

    order = scene.place()
    scene.go_on(4)

    assert order.id not in scene.oracle.orders
    assert [event.order for event in scene.told(OutcomeUnknown)] == [order.id]


@pytest.mark.usefixtures("always")
def test_a_lost_reply_is_told_as_unknown_while_the_venue_has_the_order():
    scene = Scene(Fault.REPLY_LOST)

    order = scene.place()
    scene.go_on(4)

    assert scene.oracle.orders[order.id].is_open
    assert len(scene.told(OutcomeUnknown)) == 1
    assert len(scene.told(OrderAccepted)) == 1, "the stream still tells"


@pytest.mark.usefixtures("always")
def test_a_busy_venue_refuses_and_takes_nothing_on():
    scene = Scene(Fault.BUSY)

    order = scene.place()
    scene.go_on(1)

    assert order.id not in scene.oracle.orders
    assert len(scene.told(OrderRejected)) == 1


@pytest.mark.usefixtures("always")
def test_a_request_outside_the_window_is_refused_when_it_arrives():
    scene = Scene(Fault.TOO_LATE)

    order = scene.place()
    scene.go_on(10)

    assert order.id not in scene.oracle.orders
    assert len(scene.told(OutcomeUnknown)) == 1, "the client had stopped waiting"


@pytest.mark.usefixtures("always")
def test_a_late_request_inside_the_window_is_taken_on_after_the_client_gave_up():
    scene = Scene(Fault.LATE)

    orders = [scene.place(number) for number in range(1, 9)]
    scene.go_on(10)

    assert all(order.id in scene.oracle.orders for order in orders)
    assert scene.told(OutcomeUnknown)


def test_a_request_of_a_dead_process_still_lands_and_nobody_hears_the_reply():
    scene = Scene()

    order = scene.place()
    scene.network.disconnect()
    scene.connect()
    scene.go_on(1)

    assert scene.oracle.orders[order.id].is_open
    assert scene.counts[Sighting.DEAD_REQUEST] == 1
    assert len(scene.told(OrderAccepted)) == 1, "the stream only"


def test_a_broken_link_is_told_and_what_happens_meanwhile_is_not():
    scene = Scene()
    order = scene.place()
    scene.go_on(1)
    scene.heard.clear()

    scene.network.break_streams(scene.now)
    scene.cancel(order)
    scene.go_on(1)
    scene.network.mend(scene.now)
    scene.go_on(1)

    assert [event.state for event in scene.told(LinkChanged)] == [LinkState.DOWN, LinkState.UP]
    assert len(scene.told(OrderCancelled)) == 1, "the reply, not the stream"


def test_what_is_followed_is_said_on_a_connection_and_forgotten_with_it():
    scene = Scene()

    scene.network.send(Follow(scene.now, ("BTCUSDT",)), scene.now)
    scene.go_on(1)
    assert scene.exchange.followed == {"BTCUSDT"}

    scene.network.send(Follow(scene.now, ()), scene.now)
    scene.network.disconnect()
    scene.connect()
    assert scene.exchange.followed == frozenset()
    scene.network.send(Follow(scene.now, ("BTCUSDT",)), scene.now)
    scene.go_on(1)
    assert scene.exchange.followed == {"BTCUSDT"}


def test_what_is_held_up_comes_in_one_burst():
    scene = Scene()
    scene.heard.clear()

    scene.network.ways.is_held_up = True
    scene.go_on(20)
    assert scene.heard == []
    scene.network.release(scene.now)
    scene.go_on(0.1)

    assert len(scene.told(Quote)) > 5


@pytest.mark.usefixtures("always")
def test_a_stale_truth_is_dated_when_it_was_taken():
    scene = Scene(Fault.STALE_TRUTH)
    scene.heard.clear()

    scene.network.send(RequestTruth(scene.now), scene.now)
    asked = scene.now
    scene.go_on(0.3)
    assert scene.told(TruthLearned) == []
    scene.go_on(4)

    (learned,) = scene.told(TruthLearned)
    assert learned.truth.ts - asked < 100_000_000


@pytest.mark.usefixtures("always")
def test_a_report_told_twice_and_out_of_order_is_the_same_report():
    scene = Scene(Fault.DUPLICATE, Fault.REORDER)

    scene.place()
    scene.go_on(5)

    assert len(scene.told(OrderAccepted)) == 3
    assert len({event.venue_order for event in scene.told(OrderAccepted)}) == 1


def test_each_order_of_a_batch_has_its_own_answer():
    scene = Scene()

    orders = scene.place_together(3)
    scene.go_on(1)

    assert {event.order for event in scene.told(OrderAccepted)} == {each.id for each in orders}


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(("fault", "is_there"), [(Fault.REQUEST_LOST, False), (Fault.REPLY_LOST, True)])
def test_a_batch_whose_fate_is_not_known_is_told_so_for_each_order(fault, is_there):
    scene = Scene(fault)

    orders = scene.place_together(3)
    scene.go_on(4)

    assert [event.order for event in scene.told(OutcomeUnknown)] == [each.id for each in orders]
    assert all((each.id in scene.oracle.orders) is is_there for each in orders)


@pytest.mark.usefixtures("always")
def test_a_busy_venue_refuses_every_order_of_a_batch():
    scene = Scene(Fault.BUSY)

    orders = scene.place_together(3)
    scene.go_on(1)

    assert [event.order for event in scene.told(OrderRejected)] == [each.id for each in orders]
