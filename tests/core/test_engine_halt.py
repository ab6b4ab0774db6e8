"""The engine when it must do less: trimming closes, halting, a failing machine."""

from decimal import Decimal

import pytest

from desk.model.error import InvariantBroken
from desk.model.event import Started, TruthLearned
from desk.model.view import DeskMode
from tests.kit import builders, rig
from tests.kit.builders import BTC, at
from tests.kit.story import tell

D = Decimal


def kinds(effects):
    return [type(each).__name__ for each in effects]


# Closing


def holding(quantity):
    desk = rig.started()
    position = desk.state.accounts["1"].position(BTC)
    position.quantity, position.cost = D(quantity), D(quantity) * 100
    return desk


def test_closing_orders_that_a_fill_made_too_large_are_cancelled_the_newest_first():
    tell(
        """
           0ms  sell 1.0 @100.3 reduce-only     => place sell 1.0 @100.3 gtc reduce-only
           1ms  sell 1.0 @100.4 reduce-only     => place sell 1.0 @100.4 gtc reduce-only
           2ms  sell 0.5 @100.2                 => place sell 0.5 @100.2 gtc
          40ms  accepted #1
          41ms  accepted #2
          42ms  accepted #3
          90ms  fill #3 0.5                     => cancel #2
        """,
        holding("2.0"),
    )


def test_a_closing_order_that_still_fits_stays():
    tell(
        """
           0ms  sell 1.0 @100.3 reduce-only     => place sell 1.0 @100.3 gtc reduce-only
          40ms  accepted #1
          90ms  fill #1 0.4
        """,
        holding("1.0"),
    )


# Halting


def test_a_halt_cancels_everything_and_refuses_everything_until_a_person_resumes():
    player = tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
           1ms  buy 1.0 @98.0 sub=2             => place buy 1.0 @98.0 gtc
          40ms  accepted #1
          50ms  halt books broke                => cancel #1, cancel #2
          60ms  accepted #2
          90ms  cancelled #1
          91ms  cancelled #2
         100ms  buy 1.0 @99.0
         200ms  quote 100.0/100.1
         300ms  resume desk
         400ms  quote 100.0/100.1
         500ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
    """)

    assert "halted: books broke" in player.rig.alerts
    assert "buy 1.0 BTCUSDT: the desk is halted (books broke)" in player.rig.alerts


def test_a_halted_desk_moves_no_chase():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          50ms  halt by hand                    => cancel #1
          90ms  cancelled #1
         500ms  quote 100.2/100.3
        2000ms  (timer)
    """)

    assert player.rig.state.mode is DeskMode.HALTED


def test_a_halt_outlives_what_would_let_a_desk_run():
    desk = rig.started()
    desk.take(desk.engine.halt(at(5), "books broke"))

    desk.step(Started(at(10), 2, "PAPER", (builders.instrument(),), builders.limits()))
    desk.step(TruthLearned(at(10), rig.truth(D(200_000))))
    rig.show(desk, "100.0/100.1", millis=10)
    list(desk.wait(at(3000)))

    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.HALTED, "books broke")


def test_the_engine_can_be_halted_after_a_step_that_broke_its_books():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
    """)
    with pytest.raises(InvariantBroken):
        player.rig.step(builders.fill(player.sent[0], 1, "1.1", "1.1", ts=at(50)))

    effects = player.rig.engine.halt(at(50), "books broke")

    assert kinds(effects) == ["Alert", "SendCancel"]
    assert player.order(1).filled == D(0)


def test_a_fault_of_the_machine_leaves_closes_and_cancels():
    desk = holding("2.0")
    desk.take(desk.engine.report_fault(at(5), "journal: disk full"))

    player = tell(
        """
          10ms  buy 1.0 @100.0
          20ms  sell 1.0 @100.1 reduce-only     => place sell 1.0 @100.1 gtc reduce-only
          40ms  cancel #1                       => cancel #1
        """,
        desk,
    )

    assert (player.rig.state.mode, player.rig.state.mode_reason) == (DeskMode.DEGRADED, "journal: disk full")
