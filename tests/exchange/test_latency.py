from random import Random

from desk.exchange.latency import DEFAULT_LATENCY, NO_LATENCY
from desk.model.units import millis


def test_draws_stay_within_their_bounds_and_centre_on_the_median():
    chance = Random(1)

    draws = sorted(DEFAULT_LATENCY.draw(chance) for _ in range(5_001))

    assert millis(1) <= draws[0]
    assert draws[-1] <= millis(60)
    assert millis(3) < draws[2_500] < millis(5)


def test_the_tail_is_long_above_and_short_below():
    chance = Random(1)

    draws = sorted(DEFAULT_LATENCY.draw(chance) for _ in range(5_001))

    assert draws[4_950] - draws[2_500] > 2 * (draws[2_500] - draws[50])


def test_the_same_chance_draws_the_same():
    assert [DEFAULT_LATENCY.draw(Random(9)) for _ in range(3)] == [DEFAULT_LATENCY.draw(Random(9)) for _ in range(3)]


def test_no_latency_is_none():
    assert NO_LATENCY.draw(Random(1)) == 0
