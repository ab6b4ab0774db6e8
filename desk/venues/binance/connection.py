"""One streaming connection that is always there: reconnected when it breaks, replaced before the venue cuts it.

The reader never waits for anybody: a frame is handed over by a plain call. The venue replays nothing, so whoever listens
is told of every connection that came and went, and asks for what it may have missed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from desk.model.error import VenueError
from desk.model.following import LineRow
from desk.model.units import SECOND, Nanos
from desk.venues.binance.lane import Lane, StreamId

LIFETIME_S: Final = 23 * 3_600.0
"""The venue cuts every connection after 24 hours; ours is replaced in good time."""
HAND_OVER_S: Final = 10.0
"""How long the old connection is kept beside a new one that has not spoken yet."""
BACKOFF_S: Final = 0.25
BACKOFF_MAX_S: Final = 30.0
FRAME_MAX: Final = 4 * 1024 * 1024
OPEN_WITHIN_S: Final = 10.0
_LOG: Final = logging.getLogger("desk.binance.connection")

OnFrame = Callable[[bytes], StreamId | None]
"""Takes one frame; returns the stream that has spoken, where there is one."""
OnLink = Callable[[bool, str], None]
"""Called with whether the connection is there, and one sentence."""


class Silent(VenueError):
    """The connection is open and dead: it is to be left."""


class Connection:
    """Keeps one path open; `lane` says what is subscribed on it, None: its address says it all."""

    def __init__(
        self,
        name: str,
        address: Callable[[], Awaitable[str]],
        *,
        lane: Lane | None,
        on_frame: OnFrame,
        on_link: OnLink,
        now: Callable[[], Nanos],
        chance: Random,
    ) -> None:
        self.name = name
        self._address = address
        self._lane = lane
        self._on_frame = on_frame
        self._on_link = on_link
        self._now = now
        self._chance = chance
        self._woken = asyncio.Event()
        self._renewal = asyncio.Event()
        self._newest: _Generation | None = None
        self._failures = 0
        self.mangled = 0
        """Frames that whoever listens could not read."""
        self._opened_count = 0
        self._changed_at = Nanos(0)

    def line(self) -> LineRow:
        """Return how it is, for the trader to see."""
        return LineRow(
            name=self.name,
            is_up=self._newest is not None,
            since=self._changed_at,
            streams=self._lane.carried if self._lane is not None else 1,
            connections=self._opened_count,
            mangled=self.mangled,
            resubscribed=self._lane.resubscribed if self._lane is not None else 0,
        )

    def wake(self) -> None:
        """Look at the lane again: what it wants has changed."""
        self._woken.set()

    def renew(self) -> None:
        """Replace the connection by a new one, without a gap."""
        self._renewal.set()

    async def run(self) -> None:
        """Stay connected for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                current = self._start(group)
                while await self._is_to_be_renewed(current):
                    successor = self._start(group)
                    await _first(successor.has_spoken, HAND_OVER_S)
                    if not successor.is_over.is_set():
                        current.leave()
                        current = successor
                await asyncio.sleep(self._delay())

    def _start(self, group: asyncio.TaskGroup) -> "_Generation":
        generation = _Generation()
        generation.task = group.create_task(self._live(generation), name=f"{self.name} connection")
        return generation

    async def _live(self, generation: "_Generation") -> None:
        """Connect, and serve until the connection ends or is left."""
        reason = ""  # of one that we leave ourselves there is nothing to tell
        try:
            reason = await self._until_over(generation)
        finally:
            generation.is_over.set()
            generation.has_spoken.set()
            if reason and self._newest in (None, generation):
                self._gone(reason)

    async def _until_over(self, generation: "_Generation") -> str:
        """Serve until the connection ends by itself; return why."""
        try:
            url = await self._address()
            async with connect(
                url, compression=None, ping_interval=None, max_size=FRAME_MAX, open_timeout=OPEN_WITHIN_S
            ) as socket:
                self._opened(generation)
                await self._serve(socket, generation)
        except* (OSError, WebSocketException, VenueError, TimeoutError) as group:
            reason = "; ".join(_said(each) for each in group.exceptions)
        else:
            reason = "closed by the venue"
        return reason

    def _opened(self, generation: "_Generation") -> None:
        self._opened_count += 1
        self._changed_at = self._now()
        self._newest = generation
        if self._lane is not None:
            self._lane.opened(self._now())
        self._on_link(True, f"{self.name} connected")

    def _gone(self, reason: str) -> None:
        self._newest = None
        self._changed_at = self._now()
        if self._lane is not None:
            self._lane.closed()
        self._failures += 1
        _LOG.warning("%s: %s", self.name, reason)
        self._on_link(False, f"{self.name}: {reason}")

    async def _serve(self, socket: ClientConnection, generation: "_Generation") -> None:
        async with asyncio.TaskGroup() as group:
            tender = group.create_task(self._tend(socket, generation), name=f"{self.name} subscriptions")
            try:
                while True:
                    self._take(await socket.recv(decode=False), generation)
            finally:
                tender.cancel()

    def _take(self, frame: bytes, generation: "_Generation") -> None:
        stream = self._on_frame(frame)
        if generation is self._newest:
            self._failures = 0
            generation.has_spoken.set()
            if stream is not None and self._lane is not None:
                self._lane.heard(stream, self._now())

    async def _tend(self, socket: ClientConnection, generation: "_Generation") -> None:
        """Say what the lane wants said, as long as this connection is the newest."""
        lane = self._lane
        while lane is not None and generation is self._newest:
            self._woken.clear()
            step = lane.act(self._now())
            if step.reconnect:
                raise Silent(step.reconnect)
            for message in step.messages:
                await socket.send(message, text=True)
            until = lane.next_at()
            await _first(self._woken, None if until is None else max(0.0, (until - self._now()) / SECOND))

    async def _is_to_be_renewed(self, generation: "_Generation") -> bool:
        """Wait until the connection is over (False) or old enough to be replaced (True)."""
        self._renewal.clear()
        timer = asyncio.get_running_loop().call_later(LIFETIME_S * (1 - self._chance.random() / 20), self._renewal.set)
        try:
            async with asyncio.TaskGroup() as group:
                waits = [group.create_task(each.wait()) for each in (generation.is_over, self._renewal)]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for each in waits:
                    each.cancel()
        finally:
            timer.cancel()
        return not generation.is_over.is_set()

    def _delay(self) -> float:
        doubled = min(BACKOFF_MAX_S, BACKOFF_S * 2 ** min(self._failures - 1, 16)) if self._failures > 1 else 0.0
        return doubled * (1 + self._chance.random() / 2)


class _Generation:
    """One connection among those that follow each other."""

    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.has_spoken = asyncio.Event()
        """Or is over: waiting for it is in vain."""
        self.is_over = asyncio.Event()

    def leave(self) -> None:
        """Hang up."""
        self.task.cancel()


async def _first(event: asyncio.Event, within_s: float | None) -> None:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        pass


def _said(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(_said(each) for each in error.exceptions)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
