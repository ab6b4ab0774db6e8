"""What goes wrong is drawn from the seed, and one class does not move another."""

import pytest

from desk.model.error import BadInput
from desk.model.units import Nanos, seconds
from desk.sim.plan import ALL, Calendar, Dice, Fault, Plan, chosen, swarm


def struck(plan, fault, times=400):
    dice = Dice(plan)
    return [dice.strikes(fault) for _ in range(times)]


def test_the_same_seed_strikes_the_same_messages():
    once, again = (struck(Plan(7, (Fault.BUSY,)), Fault.BUSY) for _ in range(2))

    assert once == again
    assert any(once)


def test_leaving_a_class_out_does_not_move_the_others():
    alone = struck(Plan(7, (Fault.BUSY,)), Fault.BUSY)
    among = struck(Plan(7, ALL), Fault.BUSY)

    assert alone == among


def test_a_class_that_is_not_chosen_never_strikes():
    assert not any(struck(Plan(7, (Fault.BUSY,)), Fault.LATE))


def test_nothing_strikes_in_calm_weather():
    dice = Dice(Plan(7, ALL))
    dice.is_stormy = False

    assert not any(dice.strikes(Fault.BUSY) for _ in range(400))


def test_a_timed_fault_that_falls_due_in_a_calm_is_put_off():
    calendar = Calendar(Plan(7, (Fault.KILL,)), Nanos(0))

    in_calm = calendar.take(seconds(100_000), is_stormy=False)
    right_after = calendar.take(seconds(100_000), is_stormy=True)

    assert (in_calm, right_after) == ([], [])


def test_a_swarm_of_seeds_has_every_class_in_some_and_not_in_others():
    chosen_by = [swarm(seed) for seed in range(40)]

    for fault in Fault:
        count = sum(fault in each for each in chosen_by)
        assert 15 < count < 40, fault


def test_faults_are_chosen_by_name_in_a_fixed_order():
    assert chosen("kill,busy") == (Fault.BUSY, Fault.KILL)
    assert chosen("none") == ()
    assert chosen("all") == ALL


def test_an_unknown_fault_is_named_in_the_complaint():
    with pytest.raises(BadInput, match="found earthquake"):
        chosen("busy,earthquake")
