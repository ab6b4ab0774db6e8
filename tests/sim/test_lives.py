"""The desk dies and comes back, and the venue goes on without it."""

from desk.model.view import DeskMode
from desk.sim.plan import Plan
from desk.sim.process import Seam
from desk.sim.world import World


def world(seed=1):
    """Return a world without faults, ten seconds old."""
    made = World(Plan(seed, ()), 600)
    made.begin()
    go_on(made, 10)
    return made


def go_on(made, seconds):
    end = made.now + seconds * 1_000_000_000
    while made.now < end:
        made.advance()


def test_a_desk_runs_a_few_seconds_after_its_start():
    made = world()

    assert made.lives.state.mode is DeskMode.RUNNING


def test_a_killed_desk_is_back_within_seconds_in_a_new_epoch():
    made = world()

    made.lives.kill(made.now)
    assert made.lives.state is None
    go_on(made, 20)

    assert made.lives.state.epoch == 2
    assert made.lives.kills == 1


def test_a_crash_loop_kills_the_next_ones_too():
    made = world()

    made.lives.kill_repeatedly(made.now, 5)
    go_on(made, 120)

    assert made.lives.kills == 5
    assert made.lives.state.epoch == 6


def test_a_stalled_desk_finds_everything_at_once():
    made = world()
    seen = made.lives.state.now

    made.lives.stall(made.now + 30_000_000_000)
    go_on(made, 29)
    assert made.lives.state.now == seen
    go_on(made, 5)

    assert made.lives.state.now > seen


def test_a_seam_kills_at_the_next_order():
    made = world()

    made.lives.die_at(Seam.BEFORE_SEND)
    go_on(made, 40)

    assert made.lives.kills == 1


def test_what_is_spared_lives_on():
    made = world()
    made.lives.die_at(Seam.BEFORE_COMMIT)

    made.lives.spare(made.now)
    go_on(made, 40)

    assert made.lives.kills == 0
