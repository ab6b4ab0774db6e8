"""The vectors S6 to S10: pauses, averages, windows, and what is under water."""

import pytest

from desk.core.algos.layer import Ema, Layer, Window, worst
from desk.model.order import Side
from desk.model.program import EmaMode, ScalperSpec
from desk.model.units import Nanos
from tests.kit.builders import ALPHA, BTC, D

SECOND = 1_000_000_000


def seconds(number):
    return Nanos(int(D(str(number)) * SECOND))


def spec(**changes):
    return ScalperSpec(**{"sub": ALPHA, "symbol": BTC, "quantity": D(1), **changes})


def layer(side=Side.BUY, **changes):
    return Layer(side=side, index=0, **changes)


def test_a_pause_doubles_up_to_sixteenfold():
    pauses = [layer(level=level).pause(1_500) / SECOND for level in range(1, 8)]

    assert pauses == [1.5, 3, 6, 12, 24, 24, 24]


def test_each_fill_inside_the_pause_doubles_it():
    quick = layer()
    for at in (0, 1, 3, 6):
        quick.on_first_fill(seconds(at), 1_500)

    assert quick.level == 4
    assert quick.free_at(1_500) == seconds(6 + 12)


def test_quiet_takes_it_back_level_by_level():
    quick = layer(level=3, last_fill=seconds(0), eased_at=seconds(0))

    quick.ease(seconds(11.9), 1_500)
    assert quick.level == 3
    quick.ease(seconds(12), 1_500)  # twice 6 s
    assert quick.level == 2
    quick.ease(seconds(18), 1_500)  # and twice 3 s
    assert quick.level == 1
    quick.ease(seconds(21), 1_500)
    assert quick.level == 0


def test_a_round_trip_halves_it():
    trip = layer(level=4)
    trip.enter(D(1), D(100), seconds(0))

    trip.leave(D(1), D(101))

    assert trip.level == 2


def test_the_average_is_without_the_bias_of_its_beginning():
    ema, values, corrected, multipliers = Ema(), [], [], []
    for bps in ("5", "-10", "-10", "2", "-20"):
        ema.add(D(bps))
        values.append(round(ema.value, 6))
        corrected.append(round(ema.corrected, 6))
        multipliers.append(round(ema.multiplier(D(2)), 3))

    assert values == [D(each) for each in ("0.75", "-0.8625", "-2.233125", "-1.598156", "-4.358433")]
    assert corrected == [D(each) for each in ("5", "-3.108108", "-5.787172", "-3.343467", "-7.834755")]
    assert multipliers == [D(each) for each in ("1", "1.777", "2.447", "1.836", "2.959")]


def test_the_average_widens_only_where_it_is_applied_and_has_seen_enough():
    ema = Ema()
    for _ in range(4):
        ema.add(D(-10))
    assert ema.applied(spec(ema=EmaMode.APPLY)) == 1

    ema.add(D(-10))
    assert round(ema.applied(spec(ema=EmaMode.APPLY)), 9) == 3
    assert ema.applied(spec(ema=EmaMode.OBSERVE)) == 1


def test_five_a_minute_are_five():
    window = Window()
    for at in (0, 10, 20, 30, "59.9"):
        window.add(seconds(at), D(100))

    assert window.free_at(seconds("59.95"), spec(fills_max=5)) == seconds(60)
    assert window.free_at(seconds(60), spec(fills_max=5)) <= seconds(60)


def test_so_is_what_they_may_be_worth():
    window = Window()
    window.add(seconds(0), D(600))
    window.add(seconds(10), D(500))

    assert window.free_at(seconds(11), spec(fills_max=0, notional_max=D(1_000))) == seconds(60)
    assert window.free_at(seconds(61), spec(fills_max=0, notional_max=D(1_000))) <= seconds(61)


@pytest.mark.parametrize(
    ("side", "mark", "bps"), [(Side.BUY, 59_700, -50), (Side.SELL, 60_300, -50), (Side.BUY, 60_600, 100)]
)
def test_a_layer_under_water(side, mark, bps):
    held = layer(side)
    held.enter(D(1), D(60_000), seconds(0))

    assert held.bps(D(mark)) == bps
    assert worst([held, layer(side)], side, D(mark)) == bps


def test_a_round_trip_in_parts_has_one_result():
    trip = layer(Side.SELL)
    trip.enter(D(2), D(202), seconds(0))
    trip.enter(D(2), D(198), seconds(1))

    assert trip.leave(D(1), D(99)) is None
    assert (trip.held, trip.entry, trip.opened) == (3, 100, 0)
    # 400 sold, 99 + 297 bought: 4 gained, 100 bps.
    assert trip.leave(D(3), D(297)) == 100
    assert (trip.held, trip.cost, trip.opened) == (0, 0, None)
