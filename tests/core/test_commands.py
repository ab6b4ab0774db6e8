"""What a person asks, told as stories: it is done, or one sentence says why not."""

from decimal import Decimal

import pytest

from desk.model.command import (
    AmendOrder,
    CancelAll,
    CancelLevel,
    CancelOrder,
    ChaseSpec,
    PauseAlgo,
    PlaceOrder,
    ResumeAlgo,
    ResumeDesk,
    StartChase,
    StopAlgo,
)
from desk.model.effect import RunStarted
from desk.model.event import LinkChanged, LinkState
from desk.model.order import OrderType, Side
from desk.model.view import DeskMode
from tests.kit import rig
from tests.kit.builders import ALPHA, BRAVO, BTC, at
from tests.kit.story import tell

D = Decimal


def kinds(effects):
    return [type(each).__name__ for each in effects]


# Placing


def test_a_limit_order_is_placed_as_asked():
    tell("   0ms  sell 1.5 @101.0 gtx   => place sell 1.5 @101.0 gtx")


@pytest.mark.parametrize(("side", "price"), [("buy", "100.2"), ("sell", "99.9")])
def test_a_market_order_leaves_with_its_worst_price(side, price):
    tell(f"   0ms  {side} 1.5 market   => place {side} 1.5 @{price} market")


def test_a_limit_order_without_a_price_is_refused():
    player = tell("   0ms  buy 1.0")

    assert player.rig.alerts == ["buy 1.0 BTCUSDT: price: expected one for a limit order, found none"]


def test_a_market_order_without_a_touch_is_refused():
    player = tell("   0ms  buy 1.0 market", rig.begun())

    assert player.rig.alerts == ["buy 1.0 BTCUSDT: no touch yet"]


def test_a_market_order_in_a_symbol_we_do_not_trade_is_refused():
    desk = rig.started()

    desk.command(PlaceOrder(sub=ALPHA, symbol="XRPUSDT", side=Side.BUY, quantity=D(1), type=OrderType.MARKET))

    assert desk.alerts == ["buy 1 XRPUSDT: no touch yet"]


# Changing


def test_an_amendment_changes_what_it_names_and_keeps_the_rest():
    player = tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
          40ms  accepted #1
    """)
    order = player.sent[0].id

    (first,) = player.rig.command(AmendOrder(order=order, price=D("99.5")))

    assert (first.price, first.quantity) == (D("99.5"), D("1.0"))


def test_a_second_change_waits_for_the_answer_to_the_first():
    player = tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
          40ms  accepted #1
          50ms  amend #1 99.5 x1.0              => amend #1 99.5 x1.0
          60ms  amend #1 99.6 x1.0
    """)

    assert player.rig.alerts == ["amend PMS0001_MAN001000000_00001: amend, wait for the answer"]


def test_an_order_on_its_way_is_not_amended():
    player = tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
           5ms  amend #1 99.5 x1.0
    """)

    assert player.rig.alerts == ["amend PMS0001_MAN001000000_00001: submitted, wait for the answer"]


@pytest.mark.parametrize("command", [CancelOrder("web_1"), AmendOrder(order="web_1", price=D(1))])
def test_an_order_that_is_not_open_cannot_be_changed(command):
    desk = rig.started()

    desk.command(command)

    assert desk.alerts == ["web_1: no open order of that id"]


# Cancelling


def orders_of_two():
    return tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
           1ms  buy 1.0 @98.9                   => place buy 1.0 @98.9 gtc
           2ms  buy 1.0 @98.8                   => place buy 1.0 @98.8 gtc
           3ms  buy 1.0 @99.0 sub=2             => place buy 1.0 @99.0 gtc
          40ms  accepted #1
          41ms  accepted #2
          42ms  accepted #3
          43ms  accepted #4
    """)


def test_a_row_of_the_price_panel_is_cancelled_with_both_its_ends_for_one_sub_account():
    player = orders_of_two()

    effects = player.rig.command(CancelLevel(ALPHA, BTC, D("98.9"), D("99.0")))

    assert [each.order for each in effects] == [player.sent[0].id, player.sent[1].id]


def test_cancel_all_of_a_sub_account_leaves_the_others():
    player = orders_of_two()

    effects = player.rig.command(CancelAll(sub=BRAVO))

    assert [each.order for each in effects] == [player.sent[3].id]


def test_cancel_all_cancels_all_and_stops_the_algos():
    tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
           1ms  chase buy 1.0 sub=2             => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          41ms  accepted #2
          50ms  cancel all                      => cancel #2, cancel #1
          90ms  cancelled #1
          91ms  cancelled #2                    => end chase-1 cancel all
    """)


def test_cancelling_the_order_of_a_chase_by_hand_stops_the_chase():
    tell("""
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          50ms  cancel #1                       => cancel #1
          90ms  cancelled #1                    => end chase-1 its order was cancelled by hand
        2000ms  (timer)
    """)


def test_cancelling_an_order_kept_by_a_chase_that_is_over_only_cancels_it():
    tell("""
           0ms  chase buy 1.0 ttl_ms=500 on_ttl=keep  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         500ms  (timer)                               => end chase-1 time is over, order kept
         600ms  cancel #1                             => cancel #1
    """)


# Algos


def test_a_chase_starts_with_what_it_found_and_the_next_has_the_next_number():
    desk = rig.started()
    spec = ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"))

    first, second = desk.command(StartChase(spec)), desk.command(StartChase(spec))

    started = [each for each in (*first, *second) if isinstance(each, RunStarted)]
    assert [each.algo for each in started] == ["chase-1", "chase-2"]
    assert (started[0].spec, started[0].arrival.bid) == (spec, D("100.0"))


def test_a_chase_that_makes_no_sense_is_refused():
    player = tell("   0ms  chase buy 1.0 throttle_ms=10")

    assert player.rig.alerts == ["chase buy 1.0 BTCUSDT: throttle: expected at least 50 ms, found 10 ms"]
    assert player.rig.state.runs == {}


def test_a_chase_does_not_start_while_the_desk_is_degraded():
    desk = rig.started()
    desk.step(LinkChanged(at(10), LinkState.DOWN, "socket closed"))

    tell("  20ms  chase buy 1.0", desk)

    assert desk.alerts[-1] == "chase: the desk is degraded (socket closed)"


@pytest.mark.parametrize("command", [StopAlgo("chase-9"), PauseAlgo("chase-9"), ResumeAlgo("chase-9")])
def test_an_algo_that_does_not_run_cannot_be_steered(command):
    desk = rig.started()

    desk.command(command)

    assert desk.alerts == ["chase-9: no running algo of that name"]


def test_an_algo_that_is_over_cannot_be_steered():
    player = tell("""
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
          40ms  fill #1 1.0                     => end chase-1 filled
          50ms  stop chase-1
    """)

    assert player.rig.alerts[-1] == "chase-1: no running algo of that name"


# The desk


def test_a_desk_that_is_not_halted_cannot_be_resumed():
    desk = rig.started()

    desk.command(ResumeDesk())

    assert desk.alerts == ["resume desk: it is running, not halted"]


def test_a_resumed_desk_starts_over():
    desk = rig.started()
    desk.take(desk.engine.halt(at(5), "by hand"))

    effects = desk.command(ResumeDesk(), 10)

    assert kinds(effects) == []
    assert (desk.state.mode, desk.state.mode_since) == (DeskMode.STARTING, at(10))
