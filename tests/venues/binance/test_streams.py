"""Depth and trades come for what is followed, on the connection that is there; touch and mark come always."""

import asyncio
from contextlib import asynccontextmanager
from random import Random

from desk.model.market import BookDelta, MarkPrice, Quote, TradePrint
from desk.model.order import Side
from desk.venues.binance.hosts import on_loopback
from desk.venues.binance.streams import MarketStreams
from tests.exchange.scripted import change, trade
from tests.kit.builders import BTC
from tests.server.live import opened
from tests.venues.binance.test_venue import Desk, now


@asynccontextmanager
async def listening(live):
    """Yield the streams of BTC at work, and who hears them."""
    desk, marks = Desk(), []
    streams = MarketStreams(
        on_loopback(live.at.rest, live.at.ws, live.at.ws_api),
        (BTC,),
        tell=desk.tell,
        on_mark=marks.append,
        on_link=lambda name, is_up, reason: None,
        now=now,
        chance=Random(1),
    )
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(each.run()) for each in streams.connections]
        await desk.until(MarkPrice)
        assert marks
        yield streams, desk
        for each in running:
            each.cancel()


async def test_what_nobody_follows_has_touch_and_mark_alone():
    async with opened() as live, listening(live) as (streams, desk):
        live.crowd(trade("60000.1", "0.5", Side.BUY), change(bids="60000.0x7"))
        await desk.until(Quote, lambda quote: quote.bid_size == 7)
        await desk.until(MarkPrice)
        await desk.until(MarkPrice)  # what was said before it has come by now, on either connection

        assert {type(event) for event in desk.all} == {Quote, MarkPrice}
        assert [(line.name, line.is_up, line.streams) for line in streams.lines()] == [
            ("touch and depth", True, 1),
            ("marks and trades", True, 1),
        ]


async def test_what_is_followed_comes_and_what_is_let_go_of_ends():
    async with opened() as live, listening(live) as (streams, desk):
        streams.follow((BTC,))
        await _until(lambda: [line.streams for line in streams.lines()] == [2, 2])
        live.crowd(trade("60000.1", "0.5", Side.BUY), change(bids="60000.0x7"))
        await desk.until(BookDelta)
        live.crowd(trade("60000.1", "0.5", Side.BUY))
        await desk.until(TradePrint)

        streams.follow(())
        await _until(lambda: [line.streams for line in streams.lines()] == [1, 1])
        assert [line.connections for line in streams.lines()] == [1, 1]


async def test_a_depth_waits_for_its_stream_to_flow():
    async with opened() as live, listening(live) as (streams, _):
        streams.follow((BTC,))
        waiting = asyncio.ensure_future(streams.flows(BTC))
        await asyncio.sleep(0)
        assert not waiting.done()

        await _until(lambda: [line.streams for line in streams.lines()] == [2, 2])
        live.crowd(change(bids="60000.0x7"))
        await asyncio.wait_for(waiting, 1.5)
        await asyncio.wait_for(streams.flows(BTC), 0.1)


async def test_a_depth_of_what_is_not_followed_does_not_wait():
    async with opened() as live, listening(live) as (streams, _):
        await asyncio.wait_for(streams.flows(BTC), 0.1)


async def _until(holds):
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)
