"""Stops that the practice exchange holds: asleep, woken by the mark, and orders at any price from then on."""

import pytest

from desk.exchange.stops import Stops, as_order
from desk.model.effect import DropGuard, RequestTruth, SendGuard
from desk.model.event import GuardReported, OrderFilled, TruthLearned
from desk.model.guard import GuardSpec, GuardState
from desk.model.order import Side
from desk.model.units import MILLISECOND, AlgoId, ClientOrderId, SubId
from tests.exchange.scripted import BTC, BUY, IOC, Session, mark, told
from tests.kit.builders import D

BIDS, ASKS = "60000.0x2 59999.9x3", "60000.1x1 60000.2x4"


def stop(name="g", side=Side.SELL, quantity="0.5", trigger="59000.0", **changes):
    return GuardSpec(
        id=ClientOrderId(name),
        sub=SubId("1"),
        symbol=BTC,
        side=side,
        quantity=D(quantity),
        trigger=D(trigger),
        algo=AlgoId("bracket-1"),
        leg=2,
        **changes,
    )


@pytest.fixture
def session():
    made = Session(BIDS, ASKS, wallet="100000")
    made.crowd(mark("60000.0"))
    return made


def guards(events):
    return [(each.order, each.state, each.reason) for each in events if isinstance(each, GuardReported)]


def hold(session, spec):
    return session._request(SendGuard(session.now, spec))


def test_it_sleeps_until_the_mark_comes_to_its_trigger_and_takes_then(session):
    session.place("a", BUY, "0.5", "60000.1", IOC)
    assert guards(hold(session, stop())) == [("g", GuardState.HELD, "")]
    assert guards(session.crowd(mark("59000.1"))) == []

    events = session.crowd(mark("59000.0"))

    assert guards(events) == [("g", GuardState.TRIGGERED, "")]
    assert [(each.order, each.price, each.quantity) for each in events if isinstance(each, OrderFilled)] == [
        ("g", D("60000.0"), D("0.5"))
    ]
    assert session.position == 0


def test_a_buy_is_woken_from_below(session):
    hold(session, stop(side=BUY, trigger="61000.0"))

    assert guards(session.crowd(mark("60999.9"))) == []
    assert guards(session.crowd(mark("61000.0")))[0][1] is GuardState.TRIGGERED


def test_one_that_would_be_woken_at_once_is_refused(session):
    assert guards(hold(session, stop(trigger="60000.0"))) == [
        ("g", GuardState.ENDED, "Order would immediately trigger.")
    ]


def test_it_is_let_go_of_once(session):
    hold(session, stop())

    assert guards(session._request(DropGuard(session.now, ClientOrderId("g"), BTC))) == [("g", GuardState.ENDED, "")]
    assert guards(session._request(DropGuard(session.now, ClientOrderId("g"), BTC))) == [
        ("g", GuardState.UNKNOWN, "Unknown order sent.")
    ]
    assert guards(session.crowd(mark("58000.0"))) == []


def test_one_that_only_reduces_and_has_nothing_to_reduce_is_refused_when_it_is_woken(session):
    hold(session, stop(reduce_only=True))

    events = session.crowd(mark("59000.0"))

    assert told(events)[-1] == "rejected g -2022"


def test_the_truth_knows_what_sleeps_and_a_restart_keeps_it(session):
    hold(session, stop())
    memo = session.exchange.save()
    session.exchange.restore(memo, session.now)
    session.exchange.execute(RequestTruth(session.now), session.now)

    (learned,) = [each for each in session.pass_time(MILLISECOND) if isinstance(each, TruthLearned)]
    assert learned.truth.guards == (stop(),)


def test_two_of_one_name_and_a_symbol_that_is_not_traded_are_refused(session):
    hold(session, stop())

    assert guards(hold(session, stop()))[0][1] is GuardState.ENDED
    stops = Stops(session.exchange._floor.pits)
    assert stops.place(stop()) is None
    assert stops.cancel(ClientOrderId("other")).code == -2011


def test_it_takes_at_the_worst_price_that_the_exchange_allows(session):
    pit = session.exchange._floor.pits[BTC]

    order = as_order(stop(), pit)

    assert order.spec.price == pit.instrument.round_up_to_tick(D(60000) * pit.instrument.collar_down)
    assert (order.spec.closing, order.spec.tif) == (True, IOC)
