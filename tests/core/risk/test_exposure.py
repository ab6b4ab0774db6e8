"""The furthest an account can come; told in orders and refusals in test_gate."""

from desk.core.risk import exposure
from desk.core.risk.exposure import Added
from desk.model.order import Side
from tests.core.risk.test_gate import claim, hold, send, wish
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, D
from tests.kit.story import tell


def test_the_reach_is_that_of_the_worse_side():
    desk = rig.started()
    hold(desk, ALPHA, "2")
    send(desk, wish(quantity="1.0", price="99.0"))
    send(desk, wish("sell", "7.0", "101.0"))

    assert exposure.reach(desk.state, ALPHA) == {BTC: D("5.0")}
    assert exposure.reach(desk.state, ALPHA, Added(ALPHA, BTC, Side.BUY, D("3.0"))) == {BTC: D("6.0")}


def test_what_only_closes_reaches_nowhere():
    desk = rig.started()
    hold(desk, ALPHA, "2")
    send(desk, wish("sell", "2.0", "101.0", reduce_only=True), claim())

    assert exposure.notional(desk.state, ALPHA) == D(200)


def test_an_order_that_is_over_reaches_as_far_as_its_trades_that_are_still_to_come():
    desk = tell("""
           0ms  buy 3.0 @100.1 ioc       => place buy 3.0 @100.1 ioc
          40ms  accepted #1
          50ms  fill #1 0.5 taker
          60ms  expired #1 nothing more filled=2.0
    """).rig

    assert exposure.reach(desk.state, ALPHA) == {BTC: D("2.0")}


def test_what_opens_behind_what_closes_reaches_further():
    desk = rig.started()
    hold(desk, ALPHA, "-2")
    send(desk, wish("buy", "2.0", "99.0", reduce_only=True), claim())
    send(desk, wish("buy", "3.0", "99.0"))

    assert exposure.reach(desk.state, ALPHA) == {BTC: D("3.0")}


def test_what_meets_a_position_that_is_being_closed_is_no_cover():
    desk = rig.started()
    hold(desk, ALPHA, "-2")
    cover = Added(ALPHA, BTC, Side.BUY, D("1.0"))
    assert not exposure.grows(desk.state, cover)

    send(desk, wish("buy", "2.0", "99.0", reduce_only=True), claim())

    assert exposure.grows(desk.state, cover)
    assert "found 20.00" in exposure.margin_problem(desk.state, cover, covered_by=D("19.99"))
    assert exposure.margin_problem(desk.state, cover, covered_by=D("20")) == ""
