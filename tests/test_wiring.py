"""The composition root: what a desk is built from."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.config import Settings
from desk.model.command import PlaceOrder
from desk.model.error import BadInput
from desk.model.order import Side
from desk.model.units import MILLISECOND, SECOND, Nanos, SubId, Symbol
from desk.runtime.clocks import VirtualClock, WallClock
from desk.wiring import Options, assembled

REST = PlaceOrder(
    sub=SubId("1"), symbol=Symbol("BTCUSDT"), side=Side.BUY, quantity=Decimal("0.01"), price=Decimal(60_000)
)


@pytest.fixture
def options(tmp_path):
    (tmp_path / "data").mkdir()
    return Options(settings=Settings(data_dir=tmp_path / "data", symbols=(Symbol("BTCUSDT"),)), speed=None)


async def test_without_a_speed_time_is_virtual_and_with_one_it_is_the_walls(options):
    async with assembled(options) as fast:
        assert isinstance(fast.clock, VirtualClock)
    async with assembled(replace(options, speed=1)) as real:
        assert isinstance(real.clock, WallClock)


async def test_each_start_is_a_new_epoch_and_time_never_goes_back(options):
    seen = []
    for _ in range(2):
        async with assembled(options) as desk:
            await desk.pump.run(desk.clock.now() + 5 * SECOND)
            seen.append((desk.pump.view.epoch, desk.pump.view.now))

    (first, first_now), (second, second_now) = seen
    assert second == first + 1
    assert second_now > first_now


@pytest.mark.parametrize("latency_ms", [8, 24])
async def test_an_order_needs_as_long_to_be_known_at_the_venue_as_the_settings_say(options, latency_ms):
    slow = replace(options, settings=replace(options.settings, latency_ms_median=latency_ms))
    async with assembled(slow) as desk:
        await desk.pump.run(Nanos(desk.clock.now() + SECOND))
        for _ in range(40):
            desk.pump.command(REST)
            await desk.pump.run(Nanos(desk.clock.now() + SECOND))
        waits = sorted(row.updated - row.created for row in desk.pump.view.orders)

    assert len(waits) == 40
    assert 2 * latency_ms * 0.7 < waits[20] / MILLISECOND < 2 * latency_ms * 1.6  # there and back, long in the tail


async def test_a_desk_that_cannot_be_built_lets_go_of_its_journal(options):
    with pytest.raises(BadInput, match="found DOGEUSDT"):
        async with assembled(replace(options, settings=replace(options.settings, symbols=(Symbol("DOGEUSDT"),)))):
            pass

    async with assembled(options) as desk:
        await desk.pump.run(desk.clock.now() + SECOND)
        assert desk.pump.view.epoch == 1
