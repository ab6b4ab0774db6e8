"""The doorway of a running desk, with real sockets."""

import asyncio
import stat

import pytest
from msgspec.structs import replace

from desk.model.command import CancelAll
from desk.runtime import doorway
from desk.runtime.doorway import Doorway, socket_path
from desk.runtime.frames import LENGTH, Glance, Hello, frame, read_view
from tests.kit.views import BTC, desk_view


class Pump:
    """Shows a view and remembers commands."""

    def __init__(self):
        self.view = desk_view()
        self.heard = asyncio.Queue()

    def command(self, command):
        self.heard.put_nowait(command)

    def look_at(self, symbol):
        self.heard.put_nowait(symbol)


@pytest.fixture
async def served(tmp_path):
    pump, path = Pump(), socket_path(tmp_path)
    task = asyncio.ensure_future(Doorway(path, pump).run())
    while not path.exists():
        await asyncio.sleep(0)
    yield pump, path
    task.cancel()
    await asyncio.wait([task])
    assert not path.exists()


async def connect(path, *, controls=True):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(frame(Hello(controls)))
    return reader, writer


async def next_view(reader):
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    return read_view(await reader.readexactly(length))


async def test_only_its_owner_may_open_the_door(served):
    _, path = served

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_visitor_sees_the_view_and_then_the_newer_one(served):
    pump, path = served
    reader, writer = await connect(path)

    first = await next_view(reader)
    pump.view = replace(pump.view, seq=99)
    second = await next_view(reader)
    writer.close()

    assert first == desk_view()
    assert second.seq == 99


async def test_who_controls_is_obeyed_and_who_watches_is_not(served):
    pump, path = served
    watching, w = await connect(path, controls=False)
    controlling, c = await connect(path)
    await next_view(watching)

    w.write(frame(CancelAll()))
    await w.drain()
    await next_view(controlling)
    c.write(frame(CancelAll(sub="2")))
    heard = await pump.heard.get()
    w.close()
    c.close()

    assert heard == CancelAll(sub="2")
    assert pump.heard.empty()


async def test_who_watches_may_say_what_it_looks_at(served):
    pump, path = served
    reader, writer = await connect(path, controls=False)
    await next_view(reader)

    writer.write(frame(Glance(BTC)))
    heard = await pump.heard.get()
    writer.close()

    assert heard == BTC


async def test_a_stranger_to_the_language_is_shown_out_and_the_others_stay(served):
    pump, path = served
    good, g = await connect(path)
    await next_view(good)
    reader, writer = await asyncio.open_unix_connection(path)

    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    left = await reader.read()
    pump.view = replace(pump.view, seq=5)
    view = await next_view(good)
    writer.close()
    g.close()

    assert left == b""
    assert view.seq == 5


class Stuck:
    """A connection whose other end reads nothing."""

    def __init__(self):
        self.written = 0
        self.transport = self

    def get_write_buffer_size(self):
        return doorway.BUFFER_MAX + 1

    def write(self, data):
        self.written += len(data)


async def test_a_visitor_that_does_not_read_is_sent_nothing_more_and_dropped(monkeypatch, tmp_path):
    naps, writer = [], Stuck()

    async def at_once(seconds):
        naps.append(seconds)

    monkeypatch.setattr(doorway.asyncio, "sleep", at_once)

    with pytest.raises(ConnectionError, match="does not read"):
        await Doorway(tmp_path / "desk.sock", Pump())._push(writer)

    assert writer.written == 0
    assert sum(naps) == pytest.approx(doorway.SLOW_S, abs=doorway.FRAME_S)
