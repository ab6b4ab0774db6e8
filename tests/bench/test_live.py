"""What the way to a venue outside costs: `python -m pytest -m bench -s tests/bench/test_live.py`. Loopback, one process."""

import asyncio
import json
import time
from decimal import Decimal
from random import Random

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import broadcast, serve

from desk.config import Settings
from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.model.effect import SendOrder
from desk.model.event import LinkChanged, LinkState, OrderAccepted, Started, SubAccount, SubAccountOpened
from desk.model.units import Nanos, SubId
from desk.runtime.clocks import WallClock
from desk.runtime.pump import Pump
from desk.server.api import session_payload
from desk.stores.memory import MemoryJournal
from desk.venues.binance.codec import decode_market
from desk.venues.binance.connection import Connection
from desk.venues.binance.lane import PUBLIC, Lane
from desk.venues.binance.signing import HmacSigner
from desk.venues.secret import Secret
from tests.bench.table import percentile, show
from tests.exchange.scripted import BTC, change
from tests.kit.builders import spec
from tests.server.live import opened
from tests.venues.binance.test_venue import Desk, now, venue_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
SAMPLES = 400


def rows(title, spent):
    return (title, f"p50 {percentile(spent, 50) * 1e6:.0f} µs, p99 {percentile(spent, 99) * 1e6:.0f} µs")


async def running(venue, live):
    """Return a pump at work on a venue, and its tasks' group."""
    instruments = await venue.open((BTC,), 20)
    state = DeskState(Settings().limits)
    pump = Pump(Engine(state), clock=WallClock(), venue=venue, journal=MemoryJournal(), sources=[])
    venue.attach(pump.feed, (), now())
    pump.feed(Started(now(), 1, "BENCH", instruments, Settings().limits))
    pump.feed(SubAccountOpened(now(), SubAccount(SubId("1"), "main", Decimal(100_000))))
    pump.look_at(BTC)
    return pump, state


async def until(wanted):
    async with asyncio.timeout(20):
        while not wanted():
            await asyncio.sleep(0.001)


async def heard_by(ear, size):
    while (await ear.hear())["B"] != f"{size:.3f}":
        pass


async def first_quote(live, state):
    """Move the touch until the desk has heard of it: a stream says only what changes."""
    size = 10
    while state.markets.get(BTC) is None or state.markets[BTC].quote is None:
        size += 1
        live.crowd(change(bids=f"60000.0x{size}"))
        await asyncio.sleep(0.05)


def test_a_frame_on_the_socket_until_the_engine_knows_it(capsys):
    async def measure():
        bare, desk = [], []
        async with opened() as live, live.stream("/public/ws/btcusdt@bookTicker") as ear:
            venue = venue_of(live)
            pump, state = await running(venue, live)
            async with asyncio.TaskGroup() as tasks:
                at_work = [tasks.create_task(run()) for _, run, _ in venue.feeds()]
                at_work.append(tasks.create_task(pump.run()))
                await first_quote(live, state)
                pit, known = live.server.venue.floor.pits[BTC], asyncio.Event()
                pump.observe(lambda _: known.set())
                for step in range(SAMPLES):
                    size = Decimal(step % 7 + 1)
                    pit.apply(change(bids=f"60000.0x{size}"))
                    began = time.perf_counter()
                    live.server.venue.floor.settle(pit)
                    if step % 2:  # one is waited for at a time: the other is behind it in the same loop
                        await heard_by(ear, size)
                        bare.append(time.perf_counter() - began)
                    while state.markets[BTC].quote.bid_size != size:
                        known.clear()
                        await known.wait()
                    if not step % 2:
                        desk.append(time.perf_counter() - began)
                        await heard_by(ear, size)
                for each in at_work:
                    each.cancel()
            await venue.close()
        return bare, desk

    bare, desk = asyncio.run(measure())
    ratio = percentile(desk, 50) / percentile(bare, 50)
    show(
        capsys,
        "written by the exchange until",
        [rows("received by a bare client", bare), rows("known to the engine", desk), ("ratio", f"{ratio:.2f}")],
    )


def test_an_order_until_it_is_acknowledged(capsys):
    async def measure():
        raw, desk = [], []
        async with opened() as live:
            signer = HmacSigner(Secret(live.at.secret.encode()))
            async with connect(live.at.ws_api, ping_interval=None, compression=None) as connection:
                for number in range(100):
                    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
                    params |= {"quantity": "0.01", "price": "59990.0", "apiKey": live.at.key}
                    params["timestamp"] = time.time_ns() // 1_000_000
                    began = time.perf_counter()
                    params["signature"] = signer.sign(session_payload(params))
                    await connection.send(json.dumps({"id": number, "method": "order.place", "params": params}))
                    await connection.recv()
                    raw.append(time.perf_counter() - began)
            venue, told = venue_of(live), Desk()
            await venue.open((BTC,), 20)
            venue.attach(told.tell, (), now())
            async with asyncio.TaskGroup() as tasks:
                at_work = [tasks.create_task(run()) for _, run, _ in venue.feeds()]
                await told.until(LinkChanged, lambda event: event.state is LinkState.UP)
                await until(lambda: venue._session.is_ready)
                for number in range(90):
                    order = spec(
                        f"PMS0001_MAN001000000_{number:05}", quantity=Decimal("0.01"), price=Decimal("59990.0")
                    )
                    began = time.perf_counter()
                    venue.execute(SendOrder(now(), order), now())
                    await told.until(OrderAccepted, lambda event, order=order: event.order == order.id)
                    desk.append(time.perf_counter() - began)
                for each in at_work:
                    each.cancel()
            await venue.close()
        return raw, desk

    raw, desk = asyncio.run(measure())
    show(
        capsys,
        "an order until its acknowledgement",
        [
            rows("raw socket", raw),
            rows("through the adapter", desk),
            ("ratio", f"{percentile(desk, 50) / percentile(raw, 50):.2f}"),
        ],
    )


@pytest.mark.parametrize(("rate", "seconds"), [(5_000, 5), (20_000, 2)])
def test_a_flood(capsys, rate, seconds):
    """Frames of the touch at a pace, from this process: how late the loop wakes, and whether the last one is known."""

    async def measure():
        clients = set()

        async def answer(connection):
            clients.add(connection)
            async for message in connection:
                await connection.send(json.dumps({"result": None, "id": json.loads(message)["id"]}))

        heard, last = 0, None

        def on_frame(frame):
            nonlocal heard, last
            decoded = decode_market(frame, Nanos(time.time_ns()))
            if decoded is None:
                return None
            heard, last = heard + 1, decoded[0]
            pump.feed(decoded[0])
            return decoded[1]

        async with opened() as live, serve(answer, "127.0.0.1", 0, compression=None) as server:
            venue = venue_of(live)
            pump, state = await running(venue, live)
            lane = Lane("/public", PUBLIC)
            lane.want([BTC], [BTC])
            address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

            async def there():
                return address

            reader = Connection(
                "flood", there, lane=lane, on_frame=on_frame, on_link=lambda *_: None, now=now, chance=Random(1)
            )
            async with asyncio.TaskGroup() as tasks:
                at_work = [tasks.create_task(each) for each in (reader.run(), pump.run(), pump.beat())]
                await until(lambda: clients)
                sent, began = 0, time.perf_counter()
                while (spent := time.perf_counter() - began) < seconds:
                    for _ in range(int(rate * spent) - sent):
                        sent += 1
                        frame = '{"e":"bookTicker","u":%d,"E":1,"T":1,"s":"BTCUSDT","b":"60000.0","B":"%d","a":"60000.1","A":"1"}'
                        broadcast(clients, frame % (sent, sent))
                    await asyncio.sleep(0.001)
                await until(lambda: heard == sent)
                await until(lambda: state.markets[BTC].quote is not None and state.markets[BTC].quote.bid_size == sent)
                pump.publish()
                health = pump.view.health
                for each in at_work:
                    each.cancel()
            await venue.close()
        return sent, heard, health

    sent, heard, health = asyncio.run(measure())
    show(
        capsys,
        f"{rate} frames a second for {seconds} s",
        [
            ("sent, heard", f"{sent}, {heard}"),
            ("conflated", f"{health.conflated}"),
            ("loop lag p99", f"{health.loop_lag_p99 / 1e6:.1f} ms"),
        ],
    )
