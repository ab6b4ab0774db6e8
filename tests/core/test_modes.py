"""What the desk permits itself, and why."""

import pytest

from desk.core import modes
from desk.model.event import LinkState
from desk.model.view import DeskMode
from tests.kit import rig
from tests.kit.builders import BTC, at


@pytest.fixture
def state():
    return rig.started().state


def test_a_desk_that_has_everything_runs(state):
    assert not modes.judge(state)
    assert (state.mode, state.mode_reason) == (DeskMode.RUNNING, "")


def break_link(state):
    state.link, state.link_reason = LinkState.DOWN, "socket closed"


def lose_truth(state):
    state.truth_known = False


def lose_book(state):
    state.markets[BTC].book.drop()


def lose_quote(state):
    state.markets[BTC].quote = None


def lose_mark(state):
    state.markets[BTC].mark = state.markets[BTC].mark_streamed = None


def age_mark(state):
    state.now = at(3_001)


def fail(state):
    state.fault = "journal: disk full"


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (break_link, "socket closed"),
        (lose_truth, "waiting for the venue's account"),
        (lose_book, "BTCUSDT: waiting for a provable book"),
        (lose_quote, "BTCUSDT: waiting for touch and mark"),
        (lose_mark, "BTCUSDT: waiting for touch and mark"),
        (age_mark, "BTCUSDT: the stream's mark is 3 s old"),
        (fail, "journal: disk full"),
    ],
)
def test_what_is_missing_degrades_a_running_desk_with_its_reason(state, harm, reason):
    harm(state)

    assert modes.judge(state)
    assert (state.mode, state.mode_reason) == (DeskMode.DEGRADED, reason)


def test_a_mark_of_exactly_the_limit_is_fresh(state):
    state.now = at(3_000)

    assert not modes.judge(state)


def test_a_starting_desk_only_changes_its_reason(state):
    modes.set_mode(state, DeskMode.STARTING, "")
    lose_book(state)

    assert not modes.judge(state)
    assert (state.mode, state.mode_reason) == (DeskMode.STARTING, "BTCUSDT: waiting for a provable book")


def test_a_halt_is_not_lifted_by_good_news(state):
    modes.set_mode(state, DeskMode.HALTED, "by hand")

    assert not modes.judge(state)
    assert state.mode is DeskMode.HALTED


def test_the_time_a_mode_began_is_kept_while_only_its_reason_changes(state):
    state.now = at(10)
    modes.set_mode(state, DeskMode.DEGRADED, "one thing")
    state.now = at(20)

    assert not modes.set_mode(state, DeskMode.DEGRADED, "another")
    assert (state.mode_since, state.mode_reason) == (at(10), "another")
