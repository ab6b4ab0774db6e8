"""Leaving the desk: nothing new, what is open ends, and then it may end."""

import pytest

from desk.core import checkpoint, leaving, modes
from desk.model.command import LeaveDesk, Leaving, PlaceOrder, RestrictDesk
from desk.model.effect import DropGuard, SendCancel, SendOrder
from desk.model.event import GuardReported, OrderCancelled, Started, Submitted
from desk.model.guard import GuardState
from desk.model.order import Side
from desk.model.view import DeskMode
from tests.core.test_guards import HELD
from tests.core.test_kill import BUY, CHASE, CLOSE, accept, hold, of
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at
from tests.kit.story import tell


@pytest.fixture
def desk():
    return rig.started()


def test_orders_are_cancelled_and_the_desk_may_end_when_they_have(desk):
    (order,) = accept(desk, desk.command(BUY))

    effects = desk.command(LeaveDesk(Leaving.CANCEL))

    assert [each.order for each in of(SendCancel, effects)] == [order]
    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.STOPPING, "left by hand: cancel")
    assert not leaving.is_over(desk.state)
    desk.step(OrderCancelled(desk.state.now, order, D(0), desk.state.now))
    assert leaving.is_over(desk.state)
    assert leaving.end(desk.state) == ""


def test_nothing_new_is_sent_and_runs_are_stopped(desk):
    accept(desk, desk.command(CHASE))
    desk.command(LeaveDesk(Leaving.CANCEL))
    desk.effects.clear()

    desk.command(BUY)
    desk.step(builders.quote("101.0/101.1", 300))

    assert of(SendOrder, desk.effects) == []
    assert "the desk is stopping" in desk.alerts[-1]


def test_a_stop_at_the_venue_is_let_go_of_first(desk):
    tell(HELD, desk)

    (drop,) = of(DropGuard, desk.command(LeaveDesk(Leaving.CANCEL), 1_000))

    assert not leaving.is_over(desk.state)
    assert leaving.end(desk.state) == "left although 1 orders and 0 closes have not ended"
    desk.step(GuardReported(at(1_020), drop.order, GuardState.ENDED, "cancelled", at(1_020)))
    assert leaving.is_over(desk.state)


def test_with_flatten_positions_are_closed_first(desk):
    hold(desk, 1)

    effects = desk.command(LeaveDesk(Leaving.FLATTEN))

    assert [(each.spec.side, each.spec.quantity) for each in of(SendOrder, effects)] == [(Side.SELL, D(1))]
    assert not leaving.is_over(desk.state)


def test_a_close_by_hand_still_passes(desk):
    hold(desk, 1)
    accept(desk, desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), price=D("95.0"))))
    desk.command(LeaveDesk(Leaving.CANCEL))

    assert len(of(SendOrder, desk.command(CLOSE))) == 1


def test_after_ten_seconds_it_ends_anyway_and_says_what_is_left(desk):
    accept(desk, desk.command(BUY))
    desk.command(LeaveDesk(Leaving.CANCEL))
    desk.state.now = at(9_999)
    assert not leaving.is_over(desk.state)
    desk.state.now = at(10_000)

    assert leaving.is_over(desk.state)
    assert leaving.end(desk.state) == "left although 1 orders and 0 closes have not ended"


def test_the_next_start_lifts_it(desk):
    desk.command(LeaveDesk(Leaving.CANCEL))

    state = checkpoint.restore(None, desk.journal, desk.state.limits)

    assert state.leaving == ""
    assert state.mode is DeskMode.STARTING


def starts(journal, *seconds):
    """A desk whose processes were started at these seconds and never ended cleanly."""
    state = checkpoint.restore(None, journal, builders.limits())
    for number, second in enumerate(seconds, 1):
        message = Started(at(second * 1_000), number, "PAPER", (builders.instrument(),), builders.limits())
        journal.append(message)
        state = checkpoint.restore(None, journal, builders.limits())
    return state


def test_the_start_after_three_bad_ends_in_ten_minutes_only_reduces():
    assert DeskMode.REDUCE_ONLY not in starts([], 0, 100, 200).latches
    assert starts([], 0, 100, 200, 300).latches == {
        DeskMode.REDUCE_ONLY: "3 starts in 10 minutes, none of which ended cleanly"
    }


def test_bad_ends_that_lie_apart_are_forgiven():
    assert DeskMode.REDUCE_ONLY not in starts([], 0, 300, 600, 900).latches


def test_a_clean_end_is_a_fresh_start():
    state = starts([], 0, 100, 200)
    leaving.end(state)

    restored = checkpoint.restore(checkpoint.save(state), [], builders.limits())

    assert restored.starts == ()
    assert not modes.note_start(restored, at(300_000))


def test_what_a_crash_loop_has_latched_a_person_lifts():
    journal = []
    starts(journal, 0, 1, 2, 3)
    journal.append(Submitted(at(4_000), RestrictDesk(on=False)))

    assert checkpoint.restore(None, journal, builders.limits()).latches == {}
