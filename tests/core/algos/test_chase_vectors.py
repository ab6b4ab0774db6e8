"""The vectors of the chase, told as they stand: buy 1.0, join, tick 0.1, throttle 500 ms, answers after 40 ms."""

from decimal import Decimal

from tests.kit.story import tell


def test_moves_inside_a_throttle_are_answered_once_at_its_end():
    tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  quote 100.1/100.2
         200ms  quote 100.2/100.3
         300ms  quote 100.3/100.4
         400ms  quote 100.2/100.3
         500ms  (timer)                         => amend #1 100.2 x1.0
         540ms  amended #1
        2500ms  (timer)
    """)


def test_a_touch_that_comes_back_in_time_moves_nothing():
    tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  quote 100.1/100.2
         200ms  quote 100.0/100.1
        2500ms  (timer)
    """)


def test_maintain_follows_the_touch_away_from_the_market():
    tell("""
           0ms  chase buy 1.0 throttle_ms=500 mode=maintain  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 99.8/99.9                              => amend #1 99.8 x1.0
         640ms  amended #1
        2500ms  (timer)
    """)


def test_trail_only_moves_towards_the_market():
    tell("""
           0ms  chase buy 1.0 throttle_ms=500 mode=trail  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 99.8/99.9
        1200ms  quote 100.2/100.3                         => amend #1 100.2 x1.0
        1240ms  amended #1
        2500ms  (timer)
    """)


def test_a_cap_of_20_bps_is_not_passed_and_the_order_rests_there():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500 cap_bps=20 on_cap=hold  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 100.1/100.2                                     => amend #1 100.1 x1.0
         640ms  amended #1
        1200ms  quote 100.5/100.6                                     => amend #1 100.2 x1.0
        1240ms  amended #1
        1800ms  quote 100.6/100.7
        3500ms  (timer)
    """)

    assert player.order(1).price == Decimal("100.2")


def test_what_filled_while_the_cancel_was_on_its_way_is_not_bought_again():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500 ttl_ms=3000 on_ttl=cross cross_slip_bps=5  => place buy 1.0 @100.0 gtx
          40ms  accepted #1
        1000ms  fill #1 0.4
        2000ms  quote 100.0/100.1
        3000ms  (timer)                   => cancel #1
        3010ms  fill #1 0.1
        3040ms  cancelled #1              => place buy 0.5 @100.1 ioc
        3080ms  fill #2 0.5 @100.1 taker  => end chase-1 filled
    """)

    assert player.rig.state.accounts["1"].quantity("BTCUSDT") == Decimal("1.0")


def test_a_post_only_order_that_lost_its_race_is_placed_again_after_the_throttle():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          20ms  quote 99.9/100.0
          40ms  rejected #1 -5022 would take
         500ms  (timer)                         => place buy 1.0 @99.9 gtx
         540ms  accepted #2
    """)

    assert player.rig.state.runs["chase-1"].save().rejects == 0


def test_an_amendment_sends_the_total_never_what_remains():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  fill #1 0.4
         600ms  quote 100.1/100.2               => amend #1 100.1 x1.0
         640ms  amended #1
    """)

    assert player.order(1).leaves == Decimal("0.6")


def test_a_fill_at_the_old_price_that_crosses_an_amendment_is_counted_once():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=500   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         600ms  quote 100.1/100.2               => amend #1 100.1 x1.0
         610ms  fill #1 0.6 @100.0
         640ms  amended #1
         700ms  fill #1 0.4 @100.1              => end chase-1 filled
        2500ms  (timer)
    """)

    assert player.rig.state.accounts["1"].quantity("BTCUSDT") == Decimal("1.0")


def test_a_chase_alone_at_the_touch_does_not_follow_its_own_shadow():
    tell("""
           0ms  chase buy 1.0 throttle_ms=500         => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         590ms  depth 1.0@100.0 2@99.7 / 5@100.1
         600ms  quote 100.0/100.1 BTCUSDT 1.0         => amend #1 99.7 x1.0
    """)
