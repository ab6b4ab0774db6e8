"""The market streams: two routed connections, each symbol's touch and mark always, depth and trades where they are followed."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from random import Random
from typing import Final

from desk.model.event import Event
from desk.model.following import LineRow
from desk.model.market import MarkPrice
from desk.model.units import Nanos, Symbol
from desk.venues.binance.codec import Mangled, decode_market
from desk.venues.binance.connection import Connection
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.lane import MARKET, PUBLIC, Lane, StreamId

NAMES: Final = ("touch and depth", "marks and trades")
DEPTH: Final = "depth@100ms"
FLOWS_WITHIN_S: Final = 2.0
"""So long a depth that is asked for waits for its stream to flow."""
_LOG: Final = logging.getLogger("desk.binance")


class MarketStreams:
    """Listens to the market, and says what it hears."""

    def __init__(
        self,
        hosts: Hosts,
        symbols: tuple[Symbol, ...],
        *,
        tell: Callable[[Event], None],
        on_mark: Callable[[MarkPrice], None],
        on_link: Callable[[str, bool, str], None],
        now: Callable[[], Nanos],
        chance: Random,
    ) -> None:
        self._hosts = hosts
        self._tell = tell
        self._on_mark = on_mark
        self._on_link = on_link
        self._now = now
        self._chance = chance
        self._watched = symbols
        self._public, self._market = Lane("/public", PUBLIC), Lane("/market", MARKET)
        self._lanes = (self._public, self._market)
        self.connections = tuple(map(self._connection, NAMES, self._lanes))
        self._flowing: dict[Symbol, asyncio.Event] = {}
        self.follow(())

    def follow(self, symbols: Iterable[Symbol]) -> None:
        """Follow depth and trades of these symbols, and of no others."""
        in_full = frozenset(symbols)
        for lane, connection in zip(self._lanes, self.connections, strict=True):
            lane.want(self._watched, in_full)
            connection.wake()

    def lines(self) -> tuple[LineRow, ...]:
        """Return how the two connections are."""
        return tuple(each.line() for each in self.connections)

    async def flows(self, symbol: Symbol) -> None:
        """Return when the symbol's depth flows, or does not after a while.

        A depth that is older than the first change that is heard cannot be joined with it.
        """
        stream = StreamId(symbol, DEPTH)
        if stream not in self._public.wanted or self._public.has_spoken(stream):
            return
        flowing = self._flowing.setdefault(symbol, asyncio.Event())
        try:
            async with asyncio.timeout(FLOWS_WITHIN_S):
                await flowing.wait()
        except TimeoutError:
            _LOG.warning("%s: its depth is asked for, though its stream is silent", symbol)
        finally:
            self._flowing.pop(symbol, None)

    def _connection(self, name: str, lane: Lane) -> Connection:
        async def address() -> str:
            return f"{self._hosts.stream}{lane.path}/ws"

        connection = Connection(
            name,
            address,
            lane=lane,
            on_frame=lambda frame: self._on_frame(frame, connection),
            on_link=lambda is_up, reason: self._on_link(name, is_up, reason),
            now=self._now,
            chance=self._chance,
        )
        return connection

    def _on_frame(self, frame: bytes, connection: Connection) -> StreamId | None:
        try:
            decoded = decode_market(frame, self._now())
        except Mangled as mangled:
            connection.mangled += 1
            _LOG.warning("a frame of the market streams: %s", mangled)
            return None
        if decoded is None:
            return None
        event, stream = decoded
        if isinstance(event, MarkPrice):
            self._on_mark(event)
        self._tell(event)
        if self._flowing and stream.suffix == DEPTH and stream.symbol in self._flowing:
            self._flowing[stream.symbol].set()
        return stream
