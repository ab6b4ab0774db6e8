"""Our own orders never meet at the venue."""

import pytest

from desk.core.risk import gate
from desk.model.order import OrderType, Side, TimeInForce
from tests.core.risk.test_gate import claim, granted, refusal, send, wish
from tests.kit import rig
from tests.kit.builders import ALPHA, BRAVO, BTC, D, depth
from tests.kit.story import tell


@pytest.fixture
def desk():
    return rig.started()


def test_an_order_that_would_meet_another_sub_accounts_is_held_and_the_ways_out_are_told(desk):
    resting = send(desk, wish("sell", "2.0", "100.4"), claim(BRAVO))

    check, reason = refusal(desk, wish("buy", "1.0", "100.4"))

    assert check == "crossing"
    assert reason == (
        f"buy 1.0 {BTC}: it would meet our own sell 2.0 @100.4 of sub-account {BRAVO}: cancel that first, or"
        f" `cross QTY {BTC} from {BRAVO} to {ALPHA}` inside the touch"
    )
    assert resting.is_open


def test_one_that_would_meet_its_own_sub_accounts_is_told_which(desk):
    resting = send(desk, wish("buy", "1.0", "99.8"))

    assert refusal(desk, wish("sell", "1.0", "99.7")) == (
        "crossing",
        f"sell 1.0 {BTC}: it would meet our own buy 1.0 @99.8 of sub-account {ALPHA}: cancel {resting.spec.id} first",
    )


def test_one_that_only_stands_behind_ours_passes(desk):
    send(desk, wish("sell", "2.0", "100.4"), claim(BRAVO))

    assert granted(desk, wish("buy", "1.0", "100.3")).price == D("100.3")
    assert granted(desk, wish("sell", "1.0", "100.4")).side is Side.SELL


def test_it_counts_until_its_end_is_proven(desk):
    tell(
        """
           0ms  sell 2.0 @100.4 sub=2 => place sell 2.0 @100.4 gtc
           5ms  accepted #1
          10ms  cancel #1             => cancel #1
          20ms  buy 1.0 @100.4
          30ms  cancelled #1
          40ms  buy 1.0 @100.4        => place buy 1.0 @100.4 gtc
        """,
        desk,
    )


def test_an_amendment_counts_at_both_its_prices_until_it_is_answered(desk):
    tell(
        """
           0ms  sell 2.0 @100.6 sub=2 => place sell 2.0 @100.6 gtc
           5ms  accepted #1
          10ms  amend #1 100.4 x2.0   => amend #1 100.4 x2.0
          20ms  buy 1.0 @100.4
          30ms  amended #1 100.4
          40ms  amend #1 100.6 x2.0   => amend #1 100.6 x2.0
          50ms  buy 1.0 @100.4
          60ms  amended #1 100.6
          70ms  buy 1.0 @100.4        => place buy 1.0 @100.4 gtc
        """,
        desk,
    )


def test_an_amendment_may_not_walk_into_one_of_ours_either(desk):
    tell(
        """
           0ms  sell 2.0 @100.4 sub=2 => place sell 2.0 @100.4 gtc
           5ms  accepted #1
          10ms  buy 1.0 @99.9         => place buy 1.0 @99.9 gtc
          15ms  accepted #2
          20ms  amend #2 100.4 x1.0
          30ms  amend #2 100.3 x1.0   => amend #2 100.3 x1.0
        """,
        desk,
    )


def test_two_orders_of_which_neither_rests_cannot_meet(desk):
    send(desk, wish("buy", "1.0", "100.3", tif=TimeInForce.IOC), claim(BRAVO))

    assert granted(desk, wish("sell", "1.0", "100.0", tif=TimeInForce.IOC))
    assert refusal(desk, wish("sell", "1.0", "100.0"))[0] == "crossing"


def test_a_market_order_ends_one_tick_before_our_own(desk):
    send(desk, wish("sell", "2.0", "100.2"), claim(BRAVO))

    assert gate.worst_price(Side.BUY, desk.state, BTC) == D("100.2")
    assert gate.taking_price(Side.BUY, D("30"), desk.state, BTC) == D("100.1")


def test_where_our_own_is_the_very_touch_a_market_order_is_held(desk):
    touch = desk.state.markets[BTC].touch(Side.SELL)
    send(desk, wish("sell", "2.0", str(touch)), claim(BRAVO))

    price = gate.taking_price(Side.BUY, D("30"), desk.state, BTC)

    assert refusal(desk, wish("buy", "30", str(price), type=OrderType.MARKET))[0] == "crossing"


def test_a_market_order_that_is_filled_before_it_comes_to_ours_is_not_held(desk):
    desk.step(depth("5@100.0", "5@100.1 5@100.3", 11))
    resting = send(desk, wish("sell", "2.0", "100.1"), claim(BRAVO))
    resting.ahead = D("5")

    assert granted(desk, wish("buy", "2.5", "100.1", type=OrderType.MARKET))
    assert refusal(desk, wish("buy", "2.6", "100.1", type=OrderType.MARKET))[0] == "crossing"


def test_what_stands_at_better_prices_is_taken_first(desk):
    desk.step(depth("5@100.0", "1@100.1 5@100.3", 11))
    send(desk, wish("sell", "2.0", "100.2"), claim(BRAVO))

    assert granted(desk, wish("buy", "0.5", "100.3", type=OrderType.MARKET))
    assert refusal(desk, wish("buy", "0.6", "100.3", type=OrderType.MARKET))[0] == "crossing"


def test_a_way_out_is_not_held_and_cancels_what_stands_in_it(desk):
    tell(
        """
           0ms  buy 1.0 @99.9          => place buy 1.0 @99.9 gtc
           5ms  accepted #1
          10ms  fill #1 1.0
          15ms  depth 1@100.0 / 5@100.3
          20ms  buy 1.0 @99.9 sub=2    => place buy 1.0 @99.9 gtc
          25ms  accepted #2
          30ms  sell 1.0 @99.9 reduce-only
          40ms  flatten sub=1          => cancel #2, place sell 1.0 @99.9 market reduce-only
        """,
        desk,
    )

    assert "of sub-account 2 is cancelled: " in desk.alerts[-1]
