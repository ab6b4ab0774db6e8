"""A connection over a real socket of this machine: it comes back, and is replaced without a gap."""

import asyncio
from contextlib import asynccontextmanager
from random import Random

import msgspec
import pytest
from websockets.asyncio.server import serve

from desk.model.units import Nanos, Symbol
from desk.venues.binance.connection import Connection
from desk.venues.binance.lane import MARKET, Lane, StreamId

BTC = Symbol("BTCUSDT")
MARK = StreamId(BTC, "markPrice@1s")


class Venue:
    """A server that says and hears only what a test wants."""

    def __init__(self):
        self.sockets = asyncio.Queue()
        self.heard = asyncio.Queue()

    async def serve(self, socket):
        await self.sockets.put(socket)
        async for message in socket:
            await self.heard.put((socket, msgspec.json.decode(message)))


class Listener:
    """What the connection told."""

    def __init__(self):
        self.frames = asyncio.Queue()
        self.links = asyncio.Queue()

    def on_frame(self, frame):
        self.frames.put_nowait(frame)
        return MARK

    def on_link(self, is_up, reason):
        self.links.put_nowait((is_up, reason))


@asynccontextmanager
async def connected(lane=None):
    venue, listener = Venue(), Listener()
    async with serve(venue.serve, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]

        async def address():
            return f"ws://127.0.0.1:{port}/market/ws"

        connection = Connection(
            "market",
            address,
            lane=lane,
            on_frame=listener.on_frame,
            on_link=listener.on_link,
            now=lambda: Nanos(0),
            chance=Random(1),
        )
        task = asyncio.get_running_loop().create_task(connection.run())
        try:
            yield connection, venue, listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_frames_are_handed_over_as_they_came():
    async with connected() as (_, venue, listener):
        socket = await venue.sockets.get()
        await socket.send('{"e":"x"}')

        assert await listener.links.get() == (True, "market connected")
        assert await listener.frames.get() == b'{"e":"x"}'


async def test_what_the_lane_wants_is_subscribed_and_again_after_a_break():
    lane = Lane("/market", MARKET)
    lane.want([BTC], [BTC])
    async with connected(lane) as (_, venue, listener):
        first = await venue.sockets.get()
        _, asked = await venue.heard.get()
        await first.close()
        second = await venue.sockets.get()
        socket, again = await venue.heard.get()

        assert asked["params"] == again["params"] == ["btcusdt@aggTrade", "btcusdt@markPrice@1s"]
        assert socket is second
        assert [(await listener.links.get())[0] for _ in range(3)] == [True, False, True]


async def test_a_break_is_told_with_its_reason():
    async with connected() as (_, venue, listener):
        socket = await venue.sockets.get()
        await listener.links.get()
        await socket.close(1008, "Too many requests")

        is_up, reason = await listener.links.get()

        assert not is_up
        assert "1008" in reason
        assert "Too many requests" in reason


async def test_a_renewed_connection_is_heard_before_the_old_one_is_left():
    async with connected() as (connection, venue, listener):
        old = await venue.sockets.get()
        await listener.links.get()
        connection.renew()
        new = await venue.sockets.get()
        await old.send("from the old one")
        assert await listener.frames.get() == b"from the old one"
        await new.send("from the new one")
        assert await listener.frames.get() == b"from the new one"
        await old.wait_closed()

        await new.send("still here")

        assert await listener.frames.get() == b"still here"
        assert [listener.links.get_nowait()[0] for _ in range(listener.links.qsize())] == [True]
        assert connection.line().connections == 2


async def test_where_no_new_connection_can_be_had_the_old_one_is_kept():
    async with connected() as (connection, venue, listener):
        old = await venue.sockets.get()
        await listener.links.get()
        tried = asyncio.Event()

        async def nowhere():
            tried.set()
            raise OSError("no route to host")

        connection._address = nowhere
        connection.renew()
        await tried.wait()

        await old.send("still here")

        assert await listener.frames.get() == b"still here"
        assert listener.links.empty()


async def test_a_new_symbol_is_subscribed_on_the_connection_there_is(monkeypatch):
    monkeypatch.setattr("desk.venues.binance.lane.CONTROL_APART", 0)
    lane = Lane("/market", MARKET)
    lane.want([BTC], [BTC])
    async with connected(lane) as (connection, venue, _):
        await venue.heard.get()
        lane.want([BTC, Symbol("ETHUSDT")], [BTC, Symbol("ETHUSDT")])
        connection.wake()

        _, asked = await venue.heard.get()

        assert asked["params"] == ["ethusdt@aggTrade", "ethusdt@markPrice@1s"]


async def test_an_address_where_nobody_listens_is_a_reason_and_not_an_end():
    listener = Listener()
    attempts = asyncio.Queue()

    async def nowhere():
        attempts.put_nowait(None)
        raise OSError("no route to host")

    connection = Connection(
        "market",
        nowhere,
        lane=None,
        on_frame=listener.on_frame,
        on_link=listener.on_link,
        now=lambda: Nanos(0),
        chance=Random(1),
    )
    task = asyncio.get_running_loop().create_task(connection.run())
    try:
        for _ in range(2):
            await attempts.get()
            assert await listener.links.get() == (False, "market: OSError: no route to host")
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
