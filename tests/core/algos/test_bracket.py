"""Brackets, told as stories: partly filled entries, both exits, races, others who close, restarts."""

from msgspec import structs

from desk.core import checkpoint
from desk.core.algos import bracket
from desk.core.state import sight
from desk.model.command import CancelAll, PlaceOrder, ResumeAlgo, StopAlgo
from desk.model.exits import Exits
from desk.model.order import Side
from desk.model.units import ZERO, AlgoId
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D
from tests.kit.story import tell

RUN = AlgoId("bracket-1")


def row(player, run=RUN):
    state = player.rig.state
    return state.runs[run].view(sight(state, state.runs[run]))


# The profit


def test_the_profit_is_taken_where_it_was_asked_for():
    player = tell("""
           0ms  buy 1.0 @100.0 tp=40           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
         900ms  fill #2 1.0                    => end bracket-1 profit taken at 100.4, +40.0 bps
    """)

    assert player.rig.state.accounts[ALPHA].quantity(BTC) == ZERO


def test_half_an_entry_is_half_guarded_and_the_rest_as_it_comes():
    player = tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=100    => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 0.4                    => place sell 0.4 @100.4 gtc reduce-only
         540ms  accepted #2
         900ms  fill #1 0.6                    => amend #2 100.4 x1.0
         940ms  amended #2
        1000ms  fill #2 0.3
    """)

    assert (row(player).filled, row(player).average_price, row(player).order_price) == (D(1), D(100), D("100.4"))
    assert row(player).stop_price == D("99.00")
    assert row(player).note == "guards 0.7, profit at 100.4, stop at 99, 101.0 bps away"


def test_moves_of_the_profit_s_order_are_apart():
    tell("""
           0ms  buy 1.0 @100.0 tp=40           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 0.4                    => place sell 0.4 @100.4 gtc reduce-only
         540ms  accepted #2
         600ms  fill #1 0.3
         750ms  (timer)                        => amend #2 100.4 x0.7
    """)


def test_a_short_is_mirrored():
    tell("""
           0ms  sell 1.0 @100.1 tp=@99.5 sl=@101.0  => place sell 1.0 @100.1 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place buy 1.0 @99.5 gtc reduce-only
         540ms  accepted #2
         900ms  mark 100.9
        1000ms  mark 101.0                     => cancel #2
        1040ms  cancelled #2                   => place buy 1.0 @100.3 ioc reduce-only
        1080ms  fill #3 1.0 @100.2 taker       => end bracket-1 stopped out at 100.2, -10.0 bps
    """)


# The stop


def test_the_stop_takes_the_profit_s_order_back_before_it_sells():
    tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50     => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
        1000ms  quote 99.4/99.5
        1010ms  mark 99.5                      => cancel #2
        1050ms  cancelled #2                   => place sell 1.0 @99.3 ioc reduce-only
        1090ms  fill #3 1.0 @99.4 taker        => end bracket-1 stopped out at 99.4, -60.0 bps
    """)


def test_a_profit_that_overtakes_its_cancel_is_not_sold_twice():
    tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50     => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
        1010ms  mark 99.5                      => cancel #2
        1020ms  fill #2 0.7
        1050ms  cancelled #2                   => place sell 0.3 @99.9 ioc reduce-only
        1090ms  fill #3 0.3 @100.0 taker       => end bracket-1 stopped out at 100.28, +28.0 bps
    """)


def test_a_cancelled_profit_waits_for_its_trades_before_anything_is_sold():
    tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50     => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
        1010ms  mark 99.5                      => cancel #2
        1050ms  cancelled #2 filled=0.7
        1060ms  fill #2 0.7                    => place sell 0.3 @99.9 ioc reduce-only
    """)


def test_a_stop_ends_the_entry_and_what_it_still_fills_is_sold_too():
    tell("""
           0ms  buy 1.0 @100.0 sl=50           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 0.4
        1010ms  mark 99.5                      => cancel #1
        1020ms  fill #1 0.1
        1050ms  cancelled #1                   => place sell 0.5 @99.9 ioc reduce-only
        1090ms  fill #2 0.5 @100.0 taker       => end bracket-1 stopped out at 100, +0.0 bps
    """)


def test_a_way_out_that_comes_back_short_is_tried_again():
    tell("""
           0ms  buy 1.0 @100.0 sl=50           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0
        1010ms  mark 99.5                      => place sell 1.0 @99.9 ioc reduce-only
        1040ms  fill #2 0.2 @100.0 taker
        1050ms  expired #2 nothing more
        1060ms  quote 99.3/99.4
        1260ms  (timer)                        => place sell 0.8 @99.2 ioc reduce-only
    """)


def test_a_stop_that_was_hit_stays_hit_when_the_price_comes_back():
    player = tell("""
           0ms  buy 1.0 @100.0 sl=50           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0
        1010ms  mark 99.5                      => place sell 1.0 @99.9 ioc reduce-only
        1050ms  expired #2 nothing more
        1060ms  mark 100.0
        1260ms  (timer)                        => place sell 1.0 @99.9 ioc reduce-only
    """)

    assert row(player).state is AlgoState.CROSSING


def test_a_stop_may_watch_the_touch():
    tell("""
           0ms  buy 1.0 @100.0 sl=50 trigger=touch   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0
         900ms  mark 99.0
        1000ms  quote 99.5/99.6                => place sell 1.0 @99.4 ioc reduce-only
    """)


def test_a_stop_does_not_act_on_a_touch_that_is_old():
    player = tell("""
           0ms  buy 1.0 @100.0 sl=50           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0
        1600ms  mark 99.0
        1700ms  quote 99.0/99.1                => place sell 1.0 @98.9 ioc reduce-only
    """)

    assert row(player).state is AlgoState.CROSSING


# The entry


def test_an_entry_that_is_cancelled_ends_the_bracket():
    player = tell("""
           0ms  buy 1.0 @99.0 tp=40            => place buy 1.0 @99.0 gtc
          40ms  accepted #1
    """)
    player.rig.command(StopAlgo(RUN))
    assert row(player).state is AlgoState.CANCELLING


def test_a_refused_entry_ends_at_once_and_says_why():
    tell("""
           0ms  buy 99999 @100.0 tp=40         => end bracket-1 not entered: buy 99999 BTCUSDT: quantity: expected at most 1000, found 99999
    """)


def test_a_chase_is_guarded_as_it_fills_and_ended_by_the_stop():
    player = tell("""
           0ms  chase buy 1.0 tp=40 sl=50      => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         500ms  fill #1 0.4                    => place sell 0.4 @100.4 gtc reduce-only
         540ms  accepted #2
        1010ms  mark 99.5                      => cancel #1, cancel #2
        1050ms  cancelled #1                   => end chase-1 stopped out
        1060ms  cancelled #2                   => place sell 0.4 @99.9 ioc reduce-only
        1090ms  fill #3 0.4 @100.0 taker       => end bracket-2 stopped out at 100, +0.0 bps
    """)

    assert player.rig.state.runs[AlgoId("bracket-2")].is_done


# Others


def test_what_others_have_closed_is_not_closed_again():
    player = tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50     => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
         800ms  sell 0.4 @100.0 ioc            => place sell 0.4 @100.0 ioc
         840ms  fill #3 0.4 @100.0 taker       => cancel #2
         880ms  cancelled #2                   => place sell 0.6 @100.4 gtc reduce-only
    """)

    assert row(player).note.startswith("guards 0.6")


def test_a_position_closed_by_others_ends_the_bracket():
    tell("""
           0ms  buy 1.0 @100.0 sl=50           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0
         800ms  sell 1.0 @100.0 ioc            => place sell 1.0 @100.0 ioc
         840ms  fill #2 1.0 @100.0 taker
         900ms  quote 100.0/100.1              => end bracket-1 entered at 100, closed by others
    """)


def test_a_stop_out_clears_our_own_orders_out_of_its_way():
    """Sub-account 2 bids where the stop will sell: the way out is not held."""
    tell("""
           0ms  buy 4.0 @100.0 sl=50           => place buy 4.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 4.0
         600ms  buy 1.0 @100.0 sub=2           => place buy 1.0 @100.0 gtc
         640ms  accepted #2
        1010ms  mark 99.4                      => cancel #2, place sell 4.0 @99.9 ioc reduce-only
    """)


def test_a_way_out_is_not_held_by_the_count_of_repeats():
    desk = rig.started(limits=builders.limits(repeats_max=2))
    tell(
        """
           0ms  buy 4.0 @100.0 tp=40 sl=50     => place buy 4.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
         900ms  fill #1 1.0
        1010ms  mark 99.4                      => cancel #1, cancel #2
        1050ms  cancelled #1
        1060ms  cancelled #2                   => place sell 2.0 @99.9 ioc reduce-only
    """,
        desk,
    )


def test_cancel_all_ends_it_and_says_what_is_not_guarded_any_more():
    player = tell("""
           0ms  buy 1.0 @100.0 sl=50           => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0
    """)
    player.rig.command(CancelAll())

    assert player.rig.alerts[-1] == "bracket-1 ended: cancel all, 1.0 held without a stop"


# Restart


def guarded():
    return tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50     => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
    """).rig


def test_what_it_guards_is_the_same_after_a_restart():
    dead = guarded()
    for state in (
        checkpoint.restore(None, dead.journal, dead.state.limits),
        checkpoint.restore(checkpoint.save(dead.state), (), dead.state.limits),
    ):
        run = state.runs[RUN]
        assert run.save().is_parked
        assert run.on_restart.value == "resume"
        assert state.orders_of(RUN).keys() == dead.state.orders_of(RUN).keys()


def test_it_resumes_by_a_command_and_its_stop_watches_again():
    desk = guarded()
    run = desk.state.runs[RUN]
    run.park("parked: the desk was restarted, resume to go on")
    desk.step(builders.mark("99.0", 900))
    assert not run.save().is_out
    desk.command(ResumeAlgo(RUN))

    assert run.save().is_out


# Prices


def test_profits_are_rounded_to_the_better_side():
    rules = builders.instrument()

    assert bracket.profit_price(Exits(profit_bps=D("3")), Side.BUY, D("100.0"), rules) == D("100.1")
    assert bracket.profit_price(Exits(profit_bps=D("3")), Side.SELL, D("100.0"), rules) == D("99.9")
    assert bracket.profit_price(Exits(stop_bps=D("3")), Side.BUY, D("100.0"), rules) is None


def test_a_stop_out_of_bounds_is_refused_before_anything_is_sent():
    desk = guarded()
    desk.command(
        PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D(1), price=D(101), exits=Exits(stop_bps=D("9999")))
    )

    assert desk.alerts[-1] == "bracket sell 1 BTCUSDT: stop: expected more than 0 and at most 2000 bps, found 9999 bps"


# The stop that the venue holds, for the time when no desk watches


def test_the_venue_holds_a_stop_beyond_the_desks_own():
    player = tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
    """)

    # 100.0 less 50 bps is 99.5, less 100 bps of that 98.505: on the tick, outwards.
    assert row(player).note == "guards 1.0, stop at 99.5, 50.3 bps away, at the venue 98.5"


def test_a_short_has_its_stop_at_the_venue_above():
    tell("""
           0ms  sell 1.0 @100.1 sl=@101.0 net=100  => place sell 1.0 @100.1 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold buy 1.0 @102.1 reduce-only
    """)


def test_what_comes_on_top_is_held_anew_one_at_a_time_and_not_too_often():
    tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 0.4                    => hold sell 0.4 @98.5 reduce-only
         520ms  guard held
         600ms  fill #1 0.6                    => let go
         620ms  guard ended cancelled
        1500ms  (timer)                        => hold sell 1.0 @98.5 reduce-only
    """)


def test_the_desks_stop_waits_until_the_venue_has_let_go_of_its_own():
    tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
         900ms  mark 99.4                      => let go
         910ms  mark 99.3
         930ms  guard ended cancelled          => place sell 1.0 @99.9 ioc reduce-only
         950ms  fill #2 1.0                    => end bracket-1 stopped out at 99.9, -10.0 bps
    """)


def test_a_venue_that_does_not_let_go_is_not_waited_for_for_ever():
    tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
         900ms  mark 99.4                      => let go
        3000ms  (timer)                        => let go, truth?
        3300ms  (timer)                        => truth?
        3800ms  quote 99.3/99.4
        3900ms  (timer)                        => place sell 1.0 @99.2 ioc reduce-only
        3900ms  (timer)                        => truth?
    """)


def test_a_stop_that_the_venue_may_not_hold_is_waited_for_shortly():
    tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         600ms  guard unknown no answer        => truth?
         900ms  (timer)                        => truth?
         900ms  mark 99.4                      => let go
        1500ms  (timer)                        => truth?
        1850ms  quote 99.3/99.4
        1900ms  (timer)                        => place sell 1.0 @99.2 ioc reduce-only
    """)


def test_the_venues_stop_that_acts_first_is_waited_for_and_nothing_is_sold_twice():
    player = tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
         900ms  guard triggered
         910ms  mark 98.4
         930ms  fill #2 1.0 @98.3 taker        => end bracket-1 stopped out at 98.3, -170.0 bps
    """)

    assert player.rig.state.accounts[ALPHA].quantity(BTC) == ZERO
    assert player.order(2).spec.closing


def test_a_trade_of_the_venues_stop_that_overtakes_the_news_of_it_is_the_runs_all_the_same():
    desk = rig.started()
    player = tell(
        """
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
    """,
        desk,
    )

    sold = builders.fill(player.sent[0], 7, "1", "1", price=D("98.3"), ts=builders.at(900))
    desk.step(structs.replace(sold, order=player.guards[0].id))

    assert desk.state.accounts[ALPHA].quantity(BTC) == ZERO
    assert (desk.state.guards, row(player).state) == ({}, AlgoState.DONE)


def test_a_profit_that_is_taken_takes_the_venues_stop_along():
    tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50 net=100  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only, place sell 1.0 @100.4 gtc reduce-only
         520ms  guard held
         540ms  accepted #2
         900ms  fill #2 1.0                    => end bracket-1 profit taken at 100.4, +40.0 bps, let go
    """)


def test_a_stop_that_the_venue_would_not_hold_is_asked_for_again_less_and_less_often():
    tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard ended would trigger
        1520ms  (timer)                        => hold sell 1.0 @98.5 reduce-only
        1540ms  guard ended would trigger
        3540ms  (timer)                        => hold sell 1.0 @98.5 reduce-only
        3560ms  guard held
    """)


def test_a_run_that_is_stopped_lets_go_of_the_venues_stop():
    player = tell("""
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
    """)

    kinds = [type(each).__name__ for each in player.rig.command(StopAlgo(RUN), 600)]

    assert kinds[:2] == ["RunEnded", "DropGuard"]
