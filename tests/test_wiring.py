"""The composition root: what a desk is built from."""

import asyncio
from decimal import Decimal
from itertools import count

import pytest
from msgspec.structs import replace

from desk.config import Settings
from desk.model.command import PlaceOrder
from desk.model.error import BadInput
from desk.model.order import Side
from desk.model.units import MILLISECOND, SECOND, UNALLOCATED, Nanos, SubId, Symbol
from desk.model.view import DeskMode, ProofState
from desk.runtime.clocks import VirtualClock, WallClock
from desk.venues.binance.hosts import on_loopback
from desk.venues.binance.site import Site
from desk.venues.keys import Credentials
from desk.venues.secret import Secret
from desk.wiring import Options, assembled
from tests.exchange.scripted import change
from tests.server.live import opened

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


async def test_a_desk_outside_begins_its_books_with_what_the_venue_has_beyond_the_sub_accounts(tmp_path):
    async with opened() as live:
        async with outside(live, tmp_path) as assembly:
            await turn_until(
                assembly, live, lambda view: view.mode is DeskMode.RUNNING and view.proof.state is ProofState.PROVEN
            )
            view = assembly.pump.view
        assert view.venue == "EXCHANGE"
        assert sum(each.wallet for each in view.subs) <= 100_000

        # And goes on with them: what happened while it was away is found.
        await live.order(type="MARKET", timeInForce="", price="", quantity="0.5")
        async with outside(live, tmp_path) as assembly:
            await turn_until(assembly, live, lambda view: view.proof.state is ProofState.PROVEN and bool(view.fills))
            assert assembly.pump.view.fills[0].sub == UNALLOCATED


async def test_sub_accounts_with_more_than_the_venue_has_are_refused(tmp_path):
    async with opened() as live:
        await live.fault(kind="cash", amount="-1000")
        with pytest.raises(BadInput, match=r"expected at most the venue's 99000.00 together, found 100000.00"):
            async with outside(live, tmp_path):
                pass


async def test_a_live_market_is_played_by_the_practice_exchange(tmp_path):
    async with opened() as live:
        hosts = on_loopback(live.at.rest, live.at.ws, live.at.ws_api)
        settings = Settings(data_dir=tmp_path, symbols=(Symbol("BTCUSDT"),))
        async with assembled(Options(settings=settings, live=hosts)) as assembly:
            await turn_until(assembly, live, lambda view: view.mode is DeskMode.RUNNING)
            assert assembly.pump.view.venue == "PAPER LIVE"


async def move_the_touch(live):
    for size in count(2):
        live.crowd(change(bids=f"60000.0x{size}"))
        await asyncio.sleep(0.05)


def outside(live, directory):
    credentials = Credentials(Secret(live.at.key.encode()), Secret(live.at.secret.encode()), "the greeting")
    site = Site("EXCHANGE", "x", on_loopback(live.at.rest, live.at.ws, live.at.ws_api), credentials)
    settings = Settings(data_dir=directory, symbols=(Symbol("BTCUSDT"),))
    return assembled(Options(settings=settings, venue=site))


async def turn_until(assembly, live, wanted):
    """Let the desk run, with its feeds, until its picture is as wanted; the touch moves meanwhile."""
    pump = assembly.pump

    def look(state):
        pump.publish()
        if wanted(pump.view):
            pump.stop()

    pump.observe(look)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(run()) for _, run, _ in assembly.feeds]
        beside.append(tasks.create_task(move_the_touch(live)))
        await pump.run()
        for each in beside:
            each.cancel()
