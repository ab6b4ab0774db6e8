"""Flatten, told as stories: cancelled first, closed after, never beyond."""

from decimal import Decimal

from tests.kit import builders, rig
from tests.kit.builders import BTC
from tests.kit.story import tell

D = Decimal


def holding(**held):
    """A desk whose sub-accounts hold these quantities: `s1="2.0"`."""
    desk = rig.started()
    for name, quantity in held.items():
        position = desk.state.accounts[name[1:]].position(BTC)
        position.quantity, position.cost = D(quantity), D(quantity) * 100
    return desk


def test_a_long_is_sold_at_the_market_and_the_trader_is_told():
    player = tell(
        """
           0ms  flatten                          => place sell 2.0 @99.9 market reduce-only
          40ms  fill #1 2.0 @100.0 taker
        """,
        holding(s1="2.0"),
    )

    assert player.rig.alerts[-1] == "flatten BTCUSDT: sub-account 1 is flat"
    assert player.rig.state.flattens == {}


def test_a_short_is_bought_back():
    tell("   0ms  flatten  => place buy 1.5 @100.2 market reduce-only", holding(s1="-1.5"))


def test_what_rests_is_cancelled_first_and_what_fills_meanwhile_is_closed_too():
    tell(
        """
           0ms  buy 1.0 @100.0                   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          50ms  flatten                          => cancel #1
          60ms  fill #1 0.25
          90ms  cancelled #1                     => place sell 2.25 @99.9 market reduce-only
        """,
        holding(s1="2.0"),
    )


def test_an_order_that_ended_is_waited_for_until_its_last_trade_is_booked():
    tell(
        """
           0ms  sell 1.0 @100.1                  => place sell 1.0 @100.1 gtc
          40ms  accepted #1
          50ms  flatten                          => cancel #1
          90ms  cancelled #1 filled=0.5
         130ms  fill #1 0.5                      => place sell 1.5 @99.9 market reduce-only
        """,
        holding(s1="2.0"),
    )


def test_a_chase_is_stopped_before_its_position_is_closed():
    tell(
        """
           0ms  chase buy 1.0                    => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          50ms  flatten                          => cancel #1
          90ms  cancelled #1                     => end chase-1 cancel all, place sell 2.0 @99.9 market reduce-only
        """,
        holding(s1="2.0"),
    )


def test_accounts_that_net_each_other_out_are_closed_with_plain_orders_where_the_venue_would_refuse():
    tell(
        """
           0ms  flatten   => place sell 2.0 @99.9 market closing, place buy 3.0 @100.2 market closing
        """,
        holding(s1="2.0", s2="-3.0"),
    )


def test_a_book_too_thin_is_tried_three_times_and_then_left_to_a_person():
    player = tell(
        """
           0ms  flatten                          => place sell 2.0 @99.9 market reduce-only
          10ms  fill #1 0.5 @100.0 taker
          11ms  expired #1 ioc remainder         => place sell 1.5 @99.9 market reduce-only
          20ms  fill #2 0.5 @100.0 taker
          21ms  expired #2 ioc remainder         => place sell 1.0 @99.9 market reduce-only
          30ms  expired #3 ioc remainder
        """,
        holding(s1="2.0"),
    )

    assert player.rig.alerts[-1] == "flatten BTCUSDT: sub-account 1: expected flat, found 1.0 left after 3 orders"


def test_a_position_larger_than_the_venue_takes_at_once_is_closed_in_pieces():
    desk = rig.started(instruments=[builders.instrument(market_quantity_max=D(2))])
    position = desk.state.accounts["1"].position(BTC)
    position.quantity, position.cost = D(3), D(300)

    tell(
        """
           0ms  flatten                          => place sell 2 @99.9 market reduce-only
          10ms  fill #1 2 @100.0 taker           => place sell 1 @99.9 market reduce-only
          20ms  fill #2 1 @100.0 taker
        """,
        desk,
    )


def test_a_refused_close_is_told_and_not_tried_again():
    desk = holding(s1="2.0")
    desk.take(desk.engine.halt(desk.state.now, "books broke"))

    player = tell("  10ms  flatten", desk)

    assert player.rig.alerts[-1] == "flatten: sell 2.0 BTCUSDT: the desk is halted (books broke)"
    assert player.rig.state.flattens == {}
