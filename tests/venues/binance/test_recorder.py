"""What is written of a market."""

import asyncio
import json
import time

from desk.model.order import Side
from desk.model.units import Nanos
from desk.venues.binance.hosts import on_loopback
from desk.venues.binance.recorder import Recorder
from tests.exchange.scripted import BTC, change, trade
from tests.server.live import PATIENCE, opened


async def test_every_message_is_a_line_with_the_time_it_came_and_a_depth_begins_each_connection():
    lines, woken = [], asyncio.Event()

    def write(line):
        lines.append(line)
        woken.set()

    async def until(wanted):
        async with asyncio.timeout(PATIENCE):
            while not any(wanted(line) for line in lines):
                woken.clear()
                await woken.wait()

    async with opened() as live:
        hosts = on_loopback(live.at.rest, live.at.ws, live.at.ws_api)
        recorder = Recorder(hosts, BTC, write, lambda: Nanos(time.time_ns()))
        async with asyncio.TaskGroup() as tasks:
            recording = tasks.create_task(recorder.run())
            await until(lambda line: b"lastUpdateId" in line)
            await until(lambda line: b"markPriceUpdate" in line)
            live.crowd(change(bids="60000.0x7"), trade("60000.1", "0.5", Side.BUY))
            await until(lambda line: b"aggTrade" in line)
            await until(lambda line: b"depthUpdate" in line)
            before = sum(b"lastUpdateId" in line for line in lines)
            await live.fault(kind="disconnect", path="/public")
            await until(lambda line: sum(b"lastUpdateId" in each for each in lines) > before)
            recording.cancel()

    assert recorder.lines == len(lines)
    for line in lines:
        stamp, _, message = line.partition(b" ")
        assert stamp.isdigit()
        assert json.loads(message)
    assert [int(line.partition(b" ")[0]) for line in lines] == sorted(int(line.partition(b" ")[0]) for line in lines)
