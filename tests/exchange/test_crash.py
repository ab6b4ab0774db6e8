"""The shapes of a fall."""

from itertools import pairwise
from math import exp
from random import Random

import pytest

from desk.exchange.crash import Crash, Fall


def drawn(crash, seed=1):
    return Fall(crash, Random(seed))


@pytest.mark.parametrize("crash", list(Crash))
def test_every_fall_begins_at_its_start_and_ends_at_its_depth(crash):
    for seed in range(20):
        fall = drawn(crash, seed)

        assert fall.move(-1.0) == fall.move(0.0) == 0.0
        assert exp(fall.move(fall.seconds)) == pytest.approx(1 - fall.depth)
        assert fall.move(10_000.0) == fall.move(fall.seconds)


@pytest.mark.parametrize("crash", list(Crash))
def test_no_fall_ever_rises(crash):
    fall = drawn(crash)
    moves = [fall.move(second / 10) for second in range(int(fall.seconds * 10) + 20)]

    assert moves == sorted(moves, reverse=True)


def test_a_drift_is_even():
    fall = drawn(Crash.DRIFT)

    assert fall.move(fall.seconds / 2) == pytest.approx(fall.move(fall.seconds) / 2)


def test_a_jump_does_most_of_it_in_two_seconds():
    fall = drawn(Crash.JUMP)

    assert 0.7 < fall.move(2.0) / fall.move(fall.seconds) < 0.75


def test_a_gap_leaves_nothing_between():
    fall = drawn(Crash.GAP)

    assert fall.move(1e-9) / fall.move(fall.seconds) == pytest.approx(0.85)


def test_the_waves_of_a_cascade_grow():
    fall = drawn(Crash.CASCADE)
    wave = fall.seconds / fall._waves
    sizes = [fall.move(wave * (n + 1)) - fall.move(wave * n) for n in range(fall._waves)]

    assert all(later == pytest.approx(2 * earlier) for earlier, later in pairwise(sizes))


def test_the_same_chance_is_the_same_fall():
    one, other = drawn(Crash.CASCADE, 5), drawn(Crash.CASCADE, 5)

    assert [one.move(t) for t in range(60)] == [other.move(t) for t in range(60)]
