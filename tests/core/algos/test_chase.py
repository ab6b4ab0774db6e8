"""Chases, told as stories: what goes wrong on the wire, and what a person may wish."""

from decimal import Decimal

from desk.core.state import sight
from desk.model.command import ResumeAlgo
from desk.model.order import Side
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.story import tell

# The other side


def test_a_selling_chase_mirrors_a_buying_one():
    tell("""
           0ms  chase sell 1.0 throttle_ms=500   => place sell 1.0 @100.1 gtx
          40ms  accepted #1
         600ms  quote 99.8/99.9                  => amend #1 99.9 x1.0
         640ms  amended #1
         700ms  fill #1 1.0                      => end chase-1 filled
    """)


# One operation at a time


def test_nothing_is_sent_while_an_order_is_on_its_way():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
         600ms  quote 100.4/100.5
         700ms  quote 100.5/100.6
         800ms  accepted #1                     => amend #1 100.5 x1.0
         900ms  quote 100.7/100.8
        1500ms  (timer)
    """)


def test_an_order_that_came_to_nothing_is_replaced_only_when_its_trades_are_in():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         500ms  expired #1 self-trade prevention filled=0.3
         600ms  quote 100.0/100.1
         700ms  fill #1 0.3                     => place buy 0.7 @100.0 gtx
    """)

    assert player.order(2).quantity == Decimal("0.7")


def test_a_fill_that_overtakes_the_acknowledgement_counts():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          30ms  fill #1 1.0                     => end chase-1 filled
          40ms  accepted #1
        2500ms  (timer)
    """)


def test_a_trade_told_twice_is_booked_once():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  fill #1 0.6
         110ms  fill #1 0.6 trade=1
         120ms  fill #1 0.4                     => end chase-1 filled
    """)

    assert player.rig.state.accounts["1"].quantity("BTCUSDT") == Decimal("1.0")


def test_an_outcome_that_is_unknown_stops_the_chase_from_sending():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  unknown #1                      => truth?
         340ms  (timer)                         => truth?
         500ms  quote 100.4/100.5
         900ms  accepted #1                     => amend #1 100.4 x1.0
    """)


# Refusals


def test_an_amendment_that_changes_nothing_is_no_refusal():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 100.1/100.2               => amend #1 100.1 x1.0
         640ms  amend-rejected #1 -5027 nothing to modify
    """)

    assert player.rig.state.runs["chase-1"].save().rejects == 0


def test_a_second_refusal_in_a_row_keeps_one_tick_more_from_the_touch():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  rejected #1 -5022 would take
         100ms  (timer)                         => place buy 1.0 @100.0 gtx
         140ms  rejected #2 -5022 would take
         200ms  (timer)                         => place buy 1.0 @99.9 gtx
    """)


def test_a_chase_gives_up_after_too_many_refusals_in_a_row():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100 rejects_max=2   => place buy 1.0 @100.0 gtx
          40ms  rejected #1 -5022 would take
         100ms  (timer)                                       => place buy 1.0 @100.0 gtx
         140ms  rejected #2 -5022 would take
         200ms  (timer)                                       => place buy 1.0 @99.9 gtx
         240ms  rejected #3 -5022 would take => end chase-1 gave up, refused 3x: would take
        2500ms  (timer)
    """)

    assert player.rig.state.runs["chase-1"].is_done


def test_an_amendment_that_ended_the_order_counts_as_a_refusal_and_waits():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 100.1/100.2               => amend #1 100.1 x1.0
         640ms  expired #1 post-only would take
        1100ms  (timer)                         => place buy 1.0 @100.1 gtx
    """)

    assert player.rig.state.runs["chase-1"].save().rejects == 1


# What a person does


def test_a_stopped_chase_cancels_its_order_and_ends():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         500ms  stop chase-1                    => cancel #1
         540ms  cancelled #1                    => end chase-1 stopped by hand
        2500ms  (timer)
    """)


def test_a_chase_stopped_before_its_order_rests_cancels_it_all_the_same():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          20ms  stop chase-1
          40ms  accepted #1                     => cancel #1
          80ms  cancelled #1                    => end chase-1 stopped by hand
    """)


def test_a_paused_chase_leaves_its_order_and_sends_nothing_until_it_is_resumed():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         300ms  pause chase-1
         400ms  quote 100.4/100.5
        1000ms  (timer)
    """)
    assert player.rig.state.runs["chase-1"].save().state is AlgoState.PARKED

    effects = player.rig.command(ResumeAlgo("chase-1"))

    assert [type(each).__name__ for each in effects] == ["SendAmend"]


# Time


def test_a_stale_touch_parks_the_chase_and_a_fresh_one_wakes_it():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100 stale_ms=1500  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         500ms  quote 100.1/100.2                            => amend #1 100.1 x1.0
         540ms  amended #1
         580ms  quote 100.2/100.3
         590ms  quote 100.2/100.3
         600ms  (timer)                                      => amend #1 100.2 x1.0
        2500ms  amended #1
    """)
    row = view(player)
    assert (row.state, row.note) == (AlgoState.PARKED, "parked: touch 1.9 s old")

    effects = player.rig.step(builders.quote("100.3/100.4", 2600))

    assert [type(each).__name__ for each in effects] == ["SendAmend"]


def test_a_chase_whose_time_is_over_cancels_what_is_left():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100 ttl_ms=1000 on_ttl=cancel  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         300ms  fill #1 0.2
        1000ms  (timer)                                                  => cancel #1
        1040ms  cancelled #1                                             => end chase-1 time is over
    """)


def test_a_chase_may_leave_its_order_when_its_time_is_over():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100 ttl_ms=1000 on_ttl=keep  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
        1000ms  (timer)                                                => end chase-1 time is over, order kept
    """)

    assert player.order(1).is_open


def test_a_crossing_that_comes_back_short_is_tried_again_after_the_throttle():
    tell("""
           0ms  chase buy 1.0 throttle_ms=200 ttl_ms=1000 on_ttl=cross  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         900ms  quote 100.0/100.1
        1000ms  (timer)                              => cancel #1
        1040ms  cancelled #1                         => place buy 1.0 @100.1 ioc
        1080ms  fill #2 0.3 @100.1 taker
        1080ms  expired #2 ioc remainder
        1240ms  (timer)                              => place buy 0.7 @100.1 ioc
        1280ms  fill #3 0.7 @100.1 taker             => end chase-1 filled
    """)


def test_a_parked_chase_whose_time_is_over_crosses_as_soon_as_the_touch_is_fresh():
    tell("""
           0ms  chase buy 1.0 throttle_ms=200 ttl_ms=2000 on_ttl=cross  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  pause chase-1
        2000ms  (timer)                              => cancel #1
        2040ms  cancelled #1
        2200ms  quote 100.0/100.1                    => place buy 1.0 @100.1 ioc
    """)


# The cap, and what is too small


def test_a_chase_may_cross_when_its_cap_is_passed():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100 cap_price=100.2 on_cap=cross  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 100.5/100.6                                           => cancel #1
         640ms  cancelled #1                                                => place buy 1.0 @100.6 ioc
    """)


def test_a_chase_may_end_when_its_cap_is_passed():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100 cap_price=100.2 on_cap=cancel  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 100.5/100.6                                            => cancel #1
         640ms  cancelled #1                                                 => end chase-1 cap 100.2 passed
    """)


def test_what_is_too_small_for_the_venue_ends_the_chase():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  fill #1 0.96
         500ms  expired #1 self-trade prevention  => end chase-1 dust
    """)


def test_an_iceberg_shows_a_part_and_the_next_when_that_is_filled():
    player = tell("""
           0ms  chase buy 1.0 show=0.4          => place buy 0.4 @100.0 gtx
          40ms  accepted #1
         500ms  fill #1 0.1
         600ms  quote 100.1/100.2               => amend #1 100.1 x0.4
         640ms  amended #1
         900ms  fill #1 0.3                     => place buy 0.4 @100.1 gtx
         940ms  accepted #2
        1500ms  fill #2 0.4                     => place buy 0.2 @100.1 gtx
        1540ms  accepted #3
        2000ms  fill #3 0.2                     => end chase-1 filled
    """)

    assert player.order(3).quantity == Decimal("0.2")


def test_an_iceberg_leaves_no_rest_that_is_too_small_for_the_venue():
    tell("""
           0ms  chase buy 0.44 show=0.4         => place buy 0.44 @100.0 gtx
    """)


def test_an_iceberg_takes_all_that_is_left_when_its_time_is_over():
    tell("""
           0ms  chase buy 1.0 show=0.4 ttl_ms=1000 on_ttl=cross   => place buy 0.4 @100.0 gtx
          40ms  accepted #1
        1000ms  (timer)                         => cancel #1
        1040ms  cancelled #1                    => place buy 1.0 @100.1 ioc
    """)


def test_an_order_amended_as_often_as_the_venue_allows_is_replaced():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
    """)
    player.order(1).requests = 10_001

    effects = player.rig.step(builders.quote("100.1/100.2", 600))

    assert [type(each).__name__ for each in effects] == ["SendCancel"]


def test_a_reduce_only_chase_closes_and_says_so():
    seat = rig.started()
    seat.state.accounts["1"].position("BTCUSDT").quantity = Decimal("2.0")

    tell(
        """
           0ms  chase sell 2.0 throttle_ms=100 reduce_only=true  => place sell 2.0 @100.1 gtx reduce-only
        """,
        seat,
    )


# What the screen is told


def test_a_row_tells_what_was_filled_at_which_price_and_how_much_as_maker():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500 ttl_ms=1000 on_ttl=cross  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  fill #1 0.25
         900ms  quote 100.0/100.1
        1000ms  (timer)                     => cancel #1
        1040ms  cancelled #1                => place buy 0.75 @100.1 ioc
        1080ms  fill #2 0.75 @100.1 taker   => end chase-1 filled
    """)

    row = view(player)

    assert (row.filled, row.maker_quantity) == (Decimal("1.00"), Decimal("0.25"))
    assert row.average_price == Decimal("100.075")  # (0.25 * 100.0 + 0.75 * 100.1) / 1
    assert row.arrival_mid == Decimal("100.05")
    assert (row.side, row.state, row.note, row.operations) == (Side.BUY, AlgoState.DONE, "filled", 3)


def view(player):
    run = player.rig.state.runs["chase-1"]
    return run.view(sight(player.rig.state, run))
