"""The user stream: a key that is kept alive, a connection that is always there, and what it says as events."""

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from desk.model.error import VenueError
from desk.model.event import AccountReported, CashArrived, Event, FundingPaid, LinkChanged, LinkState
from desk.model.following import LineRow
from desk.model.units import Nanos
from desk.venues.binance.codec import Mangled
from desk.venues.binance.connection import Connection, OnLink
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.lane import StreamId
from desk.venues.binance.rest import Call, Rest, Security
from desk.venues.binance.user import CashCame, Hint, KeyExpired, Notice, Statement

KEEP_ALIVE_S: Final = 1_800.0
"""The key lives for an hour."""
RETRY_S: Final = 30.0
_PATH: Final = "/fapi/v1/listenKey"
_LOG: Final = logging.getLogger("desk.binance.user")


class _Key(Struct, rename="camel"):
    listen_key: str


class UserStream:
    """Listens to the account."""

    def __init__(
        self,
        rest: Rest,
        hosts: Hosts,
        statement: Statement,
        *,
        tell: Callable[[Event], None],
        on_link: OnLink,
        now: Callable[[], Nanos],
        chance: Random,
    ) -> None:
        self.spoken = 0
        """Events heard so far."""
        self._held: AccountReported | None = None
        """A statement whose trade has not been told yet."""
        self._rest = rest
        self._hosts = hosts
        self._statement = statement
        self._tell = tell
        self._now = now
        self._connection = Connection(
            "user stream",
            self._address,
            lane=None,
            on_frame=self._on_frame,
            on_link=on_link,
            now=now,
            chance=chance,
        )

    def line(self) -> LineRow:
        """Return how its connection is."""
        return self._connection.line()

    async def run(self) -> None:
        """Listen for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._connection.run(), name="user stream")
            group.create_task(self._keep_alive(), name="listen key")

    async def _address(self) -> str:
        key = await self._key("POST")
        if key is None:
            raise VenueError("user stream: the venue gave no listen key")
        return f"{self._hosts.stream}/private/ws/{key}"

    async def _keep_alive(self) -> None:
        pause = KEEP_ALIVE_S
        while True:
            await asyncio.sleep(pause)
            pause = KEEP_ALIVE_S
            if await self._key("PUT") is None:
                # Whatever the reason: a stream on a key that is gone stays open and silent.
                pause = RETRY_S
                self._connection.renew()

    async def _key(self, verb: str) -> str | None:
        reply = await self._rest.send(Call(verb, _PATH, {}, Security.KEY))
        if reply.answer.status != 200:
            return None
        try:
            return msgspec.json.decode(reply.answer.body, type=_Key).listen_key
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _on_frame(self, frame: bytes) -> StreamId | None:
        self.spoken += 1
        try:
            told = self._statement.read(frame, self._now())
        except Mangled as mangled:
            self._connection.mangled += 1
            _LOG.error("a frame of the user stream cannot be read: %s", mangled)
            # What it said is lost: whoever listens must ask.
            self._tell(LinkChanged(self._now(), LinkState.DOWN, "a report of the venue could not be read"))
            self._tell(LinkChanged(self._now(), LinkState.UP, "asking the venue for what it said"))
            return None
        held, self._held = self._held, None
        for event in told:
            if isinstance(event, AccountReported) and not any(isinstance(each, FundingPaid) for each in told):
                # The venue states the account before it tells the trade that changed it.
                self._held = event
            else:
                self._on_event(event)
        if held is not None and self._held is None:
            if any(isinstance(event, Hint) for event in told):
                self._held = held
            else:
                self._tell(held)
        return None

    def _on_event(self, event: object) -> None:
        match event:
            case KeyExpired():
                _LOG.warning("the listen key has run out: a new one is asked for")
                self._connection.renew()
            case Hint():
                pass  # the trade itself follows, with its fee
            case CashCame(reason=reason, amount=amount, venue_ts=at):
                self._tell(CashArrived(self._now(), amount, reason, at))
            case Notice(text=text):
                self._tell(LinkChanged(self._now(), LinkState.UP, text))
            case _:
                assert isinstance(event, Struct), "everything else is an event of ours"
                self._tell(event)  # type: ignore[arg-type]
