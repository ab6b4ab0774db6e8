"""The judge compares the desk with the venue, and finds every kind of difference."""

from collections import Counter

import pytest
from msgspec import structs

from desk.exchange.exchange import Exchange
from desk.exchange.latency import NO_LATENCY
from desk.exchange.rules import practice_instruments
from desk.model.command import PlaceOrder
from desk.model.effect import SendOrder
from desk.model.event import OrderAccepted, OrderRejected, Submitted
from desk.model.order import Side
from desk.model.units import SECOND, Nanos
from desk.sim.disk import Disk
from desk.sim.invariants import BOOKED_WITHIN, Judge
from desk.sim.market import CHARACTERS, START, CoarseMarket
from desk.sim.oracle import Oracle
from desk.sim.overseer import Overseer
from desk.sim.plan import Plan
from tests.kit import rig
from tests.kit.builders import ALPHA, BRAVO, BTC, D, at, fill, spec


class Desk:
    """A living desk in the shape the judge looks at."""

    def __init__(self, made):
        self.state, self.engine = made.state, made.engine
        self.epoch, self.broken = 1, ""


@pytest.fixture
def scene():
    instruments = tuple(each for each in practice_instruments() if each.symbol in CHARACTERS)
    plan = Plan(1, ())
    market = CoarseMarket(instruments, tuple(plan.stream(each.symbol) for each in instruments), START)
    exchange = Exchange(
        instruments=instruments, market=market, start=START, seed=1, latency=NO_LATENCY, wallet=D(200_000)
    )
    oracle, disk = Oracle({ALPHA: D(100_000), BRAVO: D(100_000)}, 10, Counter()), Disk()
    made = rig.started()
    return made, Desk(made), Judge(oracle, exchange, disk, Overseer(oracle, Counter())), oracle, disk


def sent(made, desk, judge):
    made.step(_placed(made))
    order = next(iter(made.state.orders.values()))
    judge.after_turn(desk)
    return order.spec


def _placed(made):
    order = PlaceOrder(sub=ALPHA, symbol=spec().symbol, side=Side.BUY, quantity=D("1.0"), price=D("100.0"))
    return Submitted(made.state.now, order)


def accept(oracle, order):
    oracle.arrived(SendOrder(at(0), order), at(0))
    oracle.heard(OrderAccepted(at(0), order.id, 1, D(0), at(0)), at(0))


def test_an_order_that_leaves_before_its_intent_is_durable_is_a_violation(scene):
    _, desk, judge, oracle, _ = scene

    judge.sent(SendOrder(at(0), spec()), desk)

    assert oracle.violations == [f"I3: {spec().id} left before its intent was durable"]


def test_an_order_of_another_epoch_is_a_violation(scene):
    _, desk, judge, oracle, disk = scene
    stranger = spec("PMS0001_MAN002000000_00001")
    disk.intents.add(stranger.id)

    judge.sent(SendOrder(at(0), stranger), desk)

    assert [each[:3] for each in oracle.violations] == ["I18"]


def test_a_close_larger_than_what_is_held_is_a_violation(scene):
    _, desk, judge, oracle, disk = scene
    disk.intents.add(spec().id)

    judge.sent(SendOrder(at(0), spec(closing=True)), desk)

    assert [each[:3] for each in oracle.violations] == ["I10"]


def test_calling_an_accepted_order_rejected_is_a_violation(scene):
    made, desk, judge, oracle, _ = scene
    order = sent(made, desk, judge)
    accept(oracle, order)

    made.step(OrderRejected(made.state.now, order.id, 0, "it never reached the venue", at(1)))
    judge.after_turn(desk)

    assert [each[:3] for each in oracle.violations] == ["I11"]


def test_an_order_that_arrives_after_it_was_given_up_is_a_violation(scene):
    made, desk, judge, oracle, _ = scene
    order = sent(made, desk, judge)
    made.step(OrderRejected(made.state.now, order.id, 0, "absent", at(1)))
    judge.after_turn(desk)
    assert oracle.violations == []

    judge.late_acceptance(order.id)

    assert [each[:3] for each in oracle.violations] == ["I11"]


def test_an_order_that_is_open_again_is_a_violation(scene):
    made, desk, judge, oracle, _ = scene
    order = sent(made, desk, judge)
    made.step(OrderRejected(made.state.now, order.id, 0, "absent", at(1)))
    judge.after_turn(desk)

    ended = made.state.orders[order.id]
    made.state.open[order.id] = structs.replace(ended, status=ended.status.WORKING)
    judge.after_turn(desk)

    assert [each[:3] for each in oracle.violations] == ["I12"]


def test_a_trade_that_is_not_booked_in_time_is_a_violation(scene):
    made, _, judge, oracle, _ = scene
    accept(oracle, spec())
    oracle.heard(fill(spec(), 1, "1.0", "1.0"), Nanos(0))

    judge.check_lag(made.state, Nanos(0), BOOKED_WITHIN)
    assert oracle.violations == []
    judge.check_lag(made.state, Nanos(0), Nanos(BOOKED_WITHIN + SECOND))

    assert [each[:3] for each in oracle.violations] == ["I14"]


def test_a_calm_in_which_all_agrees_passes(scene):
    made, _, judge, oracle, _ = scene

    judge.check_calm(made.state, made.state.now)

    assert oracle.violations == []


def test_a_trade_the_desk_has_invented_is_a_violation(scene):
    made, _, judge, oracle, _ = scene
    made.state.trades[spec().symbol, 9] = None

    judge.check_calm(made.state, made.state.now)

    assert [each[:2] for each in oracle.violations] == ["I2"]


def test_a_digit_of_cash_too_much_is_a_violation(scene):
    made, _, judge, oracle, _ = scene
    made.state.accounts[ALPHA].wallet += D("0.00000001")

    judge.check_calm(made.state, made.state.now)

    assert [each[:2] for each in oracle.violations] == ["I4"]


@pytest.mark.parametrize("followed", [frozenset(), frozenset({BTC})])
def test_what_is_worked_and_not_followed_is_a_violation(scene, followed):
    made, desk, judge, oracle, _ = scene
    sent(made, desk, judge)
    judge._exchange.followed = followed
    judge.check_calm(made.state, made.state.now)

    assert [each[:2] for each in oracle.violations] == ([] if followed else ["3c"])


def test_an_order_still_in_flight_in_a_calm_is_a_violation(scene):
    made, desk, judge, oracle, _ = scene
    sent(made, desk, judge)

    judge.check_calm(made.state, made.state.now)
    assert oracle.violations == []  # the answer is on its way

    made.state.now = at(5_000)
    judge.check_calm(made.state, made.state.now)
    assert "I7" in {each[:2] for each in oracle.violations}
