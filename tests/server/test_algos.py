"""The service for conditional orders, without the protocol."""

import pytest

from desk.exchange.conditional import WorkingPrice
from desk.server import algos
from desk.server.refusal import Refusal
from tests.server.counter import Counter
from tests.server.test_algo_orders import sleeping


@pytest.fixture
def counter():
    return Counter()


def test_it_is_numbered_named_and_found_by_either(counter):
    desk, seat = counter.venue.algos, counter.seat()

    order = desk.place(seat, sleeping(client_id=""))

    assert order.id > algos.FIRST_ALGO
    assert desk.find(seat, order.id, "") is order
    assert desk.find(seat, None, order.client_id) is order
    assert desk.find(counter.seat("bob"), order.id, "") is None
    assert desk.of(seat, "ETHUSDT") == []


def test_one_that_is_woken_twice_acts_once(counter):
    desk, seat = counter.venue.algos, counter.seat()
    order = desk.place(seat, sleeping())

    desk.on_price("BTCUSDT", WorkingPrice.LAST, order.condition.trigger)
    desk.on_price("BTCUSDT", WorkingPrice.LAST, order.condition.trigger)
    counter.pass_time()

    assert order.status in ("FINISHED", "TRIGGERED")
    assert len(seat.orders) == 1


def test_one_cancelled_between_its_price_and_its_turn_stays_cancelled(counter):
    desk, seat = counter.venue.algos, counter.seat()
    order = desk.place(seat, sleeping())
    desk.on_price("BTCUSDT", WorkingPrice.LAST, order.condition.trigger)

    desk.cancel(order)
    counter.pass_time()

    assert (order.status, seat.orders) == ("CANCELED", {})
    with pytest.raises(Refusal, match="Unknown order"):
        desk.cancel(order)


def test_the_oldest_that_is_over_is_forgotten(counter, monkeypatch):
    monkeypatch.setattr(algos, "KEPT", 2)
    desk, seat = counter.venue.algos, counter.seat()
    first = desk.place(seat, sleeping())
    desk.cancel(first)

    for _ in range(2):
        desk.place(seat, sleeping())

    assert desk.find(seat, first.id, "") is None
    assert len(desk.of(seat)) == 2
