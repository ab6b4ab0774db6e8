"""The oracle sees at the venue's door what must never happen there."""

from collections import Counter

import pytest

from desk.model.effect import SendCancel, SendOrder
from desk.model.event import OrderAccepted, OrderCancelled, OrderExpired
from desk.model.market import MarkPrice
from desk.model.order import Side
from desk.model.units import AlgoId
from desk.sim.oracle import SELF_TRADE, Oracle
from desk.sim.plan import Sighting
from tests.kit.builders import ALPHA, BTC, D, at, fill, mark, spec

RUN = AlgoId("chase-1")


@pytest.fixture
def oracle():
    made = Oracle({ALPHA: D(1_000)}, 10, Counter())
    made.heard(mark("100.0"), at(0))
    return made


def accept(oracle, order):
    oracle.arrived(SendOrder(at(0), order), at(0))
    oracle.heard(OrderAccepted(at(0), order.id, 1, D(0), at(0)), at(0))


def numbered(number, **changes):
    return spec(f"PMS0001_MAN001000000_{number:05}", **changes)


def test_an_order_that_comes_again_after_its_acceptance_is_a_violation(oracle):
    accept(oracle, spec())

    oracle.arrived(SendOrder(at(1), spec()), at(1))

    assert oracle.violations == [f"I10: {spec().id} was sent again after the venue had accepted it"]


def test_a_run_with_two_working_orders_is_a_violation(oracle):
    accept(oracle, numbered(1, algo=RUN))
    accept(oracle, numbered(2, algo=RUN))

    assert [each[:2] for each in oracle.violations] == ["I6"]


def test_a_second_order_of_a_run_is_fine_once_the_first_is_gone(oracle):
    first = numbered(1, algo=RUN)
    accept(oracle, first)

    oracle.heard(OrderCancelled(at(1), first.id, D(0), at(1)), at(1))
    accept(oracle, numbered(2, algo=RUN))

    assert oracle.violations == []


def test_what_a_run_has_filled_and_has_working_may_not_pass_its_parent(oracle):
    oracle.parents[RUN] = D("1.5")
    first = numbered(1, algo=RUN)
    accept(oracle, first)
    oracle.heard(fill(first, 1, "1.0", "1.0"), at(1))

    accept(oracle, numbered(2, algo=RUN))

    assert oracle.violations == ["I9: chase-1: 2.0 filled or working at the venue, asked for 1.5"]


def test_orders_whose_fills_would_pass_the_equity_are_a_violation(oracle):
    # 1,000 of equity at 10x carries 100 at a price of 100; the slack for moving prices is a tenth.
    accept(oracle, numbered(1, quantity=D(60)))
    accept(oracle, numbered(2, quantity=D(49)))
    assert oracle.violations == []

    accept(oracle, numbered(3, quantity=D(2)))

    assert [each[:2] for each in oracle.violations] == ["I5"]


def test_what_is_let_go_beside_orders_under_way_must_be_covered_with_them(oracle):
    for number, quantity in ((1, D(60)), (2, D(60))):
        oracle.sent(SendOrder(at(0), numbered(number, quantity=quantity)))

    accept(oracle, numbered(1, quantity=D(60)))
    accept(oracle, numbered(2, quantity=D(60)))

    assert [each[:2] for each in oracle.violations] == ["I5"]


def test_an_order_let_go_in_time_is_not_too_much_because_a_position_has_closed_meanwhile(oracle):
    # Long 50 with 90 for sale, 50 more to sell come to 90 short. When the 50 are closed meanwhile it is 140.
    held, sells = numbered(1, quantity=D(50)), numbered(2, side=Side.SELL, quantity=D(90))
    late = numbered(3, side=Side.SELL, quantity=D(50))
    accept(oracle, held)
    oracle.heard(fill(held, 1, "100", "50"), at(1))
    accept(oracle, sells)
    gone = SendOrder(at(2), numbered(5, side=Side.SELL, quantity=D(50)))
    oracle.sent(gone)
    oracle.lost(gone)
    oracle.sent(SendOrder(at(2), late))
    close = numbered(4, side=Side.SELL, quantity=D(50), closing=True)
    accept(oracle, close)
    oracle.heard(fill(close, 2, "100", "50"), at(3))

    accept(oracle, late)

    assert oracle.violations == []


def test_an_order_that_only_shrinks_the_worst_case_is_never_too_much(oracle):
    accept(oracle, numbered(1, quantity=D(100)))
    oracle.heard(fill(numbered(1, quantity=D(100)), 1, "100", "100"), at(1))
    oracle.heard(MarkPrice(**{**_fields(mark("95.0")), "ts": at(2)}), at(2))

    accept(oracle, numbered(2, side=Side.SELL, quantity=D(1)))

    assert oracle.violations == []


def test_a_fill_behind_a_cancel_that_has_left_is_counted(oracle):
    accept(oracle, spec())

    oracle.sent(SendCancel(at(1), spec().id, BTC))
    oracle.heard(fill(spec(), 1, "0.5", "0.5"), at(2))

    assert oracle._counts[Sighting.FILL_BEHIND_CANCEL] == 1


def test_two_orders_of_ours_that_meet_are_told(oracle):
    met = []
    oracle.on_met = lambda resting, coming: met.append((resting.id, coming.id))
    coming = numbered(2, side=Side.SELL)
    accept(oracle, spec())

    oracle.arrived(SendOrder(at(1), coming), at(1))
    oracle.heard(OrderExpired(at(1), spec().id, D(0), SELF_TRADE, at(1)), at(1))

    assert met == [(spec().id, coming.id)]


def test_an_order_of_ours_that_meets_a_stranger_is_nobodys_fault(oracle):
    met = []
    oracle.on_met = lambda resting, coming: met.append(resting.id)
    oracle.arrived(SendOrder(at(1), spec()), at(1))
    oracle.taken_in()
    accept(oracle, spec())
    oracle.taken_in()

    oracle.heard(OrderExpired(at(1), spec().id, D(0), SELF_TRADE, at(1)), at(1))

    assert met == []


def _fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}
