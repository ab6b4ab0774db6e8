"""Records one symbol's market as it comes, in the form that `--market` plays: `<receive ns> <message>`, a line each."""

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from desk.model.units import SECOND, Nanos, Symbol
from desk.venues.binance.connection import Connection
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.lane import MARKET, Channel, Lane, StreamId
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.rest import Call, Rest, Security

FINE: Final = (
    Channel("bookTicker", first_within=Nanos(20 * SECOND), silent_max=None),
    Channel("depth@100ms", first_within=Nanos(10 * SECOND), silent_max=Nanos(30 * SECOND)),
)
RETRY_S: Final = 5.0
APART_S: Final = 1.0
"""Between two depths, however often they are wanted."""
_LOG: Final = logging.getLogger("desk.binance.recorder")


class _Envelope(Struct):
    stream: str = ""


class Recorder:
    """Listens, and writes every message down with the time it came; after each connection a whole depth."""

    def __init__(self, hosts: Hosts, symbol: Symbol, write: Callable[[bytes], None], now: Callable[[], Nanos]) -> None:
        self.lines = 0
        """Lines written so far."""
        self._hosts = hosts
        self._symbol = symbol
        self._write = write
        self._now = now
        self._rest = Rest(hosts.rest, key=None, signer=None, server_clock=ServerClock(), now=now)
        self._wants_depth = asyncio.Event()

    def want_depth(self) -> None:
        """Ask for a whole depth: whoever reads the lines has lost the chain."""
        self._wants_depth.set()

    async def run(self) -> None:
        """Record for ever."""
        lanes = Lane("/public", FINE), Lane("/market", MARKET)
        try:
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    lane.want([self._symbol], [self._symbol])
                    group.create_task(self._connection(lane).run(), name=f"record {lane.path}")
                group.create_task(self._write_depths(), name="record depth")
        finally:
            await self._rest.close()

    def _connection(self, lane: Lane) -> Connection:
        async def address() -> str:
            return f"{self._hosts.stream}{lane.path}/stream"

        return Connection(
            f"record {lane.path}",
            address,
            lane=lane,
            on_frame=self._on_frame,
            on_link=lambda is_up, reason: self._on_link(lane, is_up, reason),
            now=self._now,
            chance=Random(),
        )

    def _on_frame(self, frame: bytes) -> StreamId | None:
        try:
            name = msgspec.json.decode(frame, type=_Envelope).stream
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if not name:
            return None  # the answer to a subscription
        self._line(frame)
        return StreamId(self._symbol, name.partition("@")[2])

    def _on_link(self, lane: Lane, is_up: bool, reason: str) -> None:
        _LOG.info("%s", reason)
        if is_up and lane.path == "/public":
            self._wants_depth.set()

    async def _write_depths(self) -> None:
        while True:
            await self._wants_depth.wait()
            call = Call("GET", "/fapi/v1/depth", {"symbol": self._symbol, "limit": 1_000}, Security.NONE, weight=20)
            reply = await self._rest.send(call)
            if reply.answer.status == 200:
                self._line(reply.answer.body)
                self._wants_depth.clear()
            await asyncio.sleep(APART_S if reply.answer.status == 200 else RETRY_S)

    def _line(self, message: bytes) -> None:
        self.lines += 1
        self._write(b"%d %s\n" % (self._now(), message))
