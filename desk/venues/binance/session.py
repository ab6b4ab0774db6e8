"""Requests and answers over the WebSocket API: the short way for orders.

With an Ed25519 key the session is logged on once and requests carry no signature of their own; with any other key each is
signed. A connection that ends takes every request in flight with it, and what became of those is unknown.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from desk.model.error import VenueError
from desk.model.units import Nanos
from desk.venues.binance.connection import BACKOFF_MAX_S, BACKOFF_S, FRAME_MAX, OPEN_WITHIN_S, OnLink
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.rest import ANSWER_WITHIN_S, RECV_WINDOW_MS
from desk.venues.binance.signing import Params, Signer, session_payload
from desk.venues.outcomes import Answer
from desk.venues.secret import Secret

_LOG: Final = logging.getLogger("desk.binance.session")


class SessionReply(Struct, frozen=True):
    """What came back of one request; `answer` reads like an HTTP answer, so that one rule judges both."""

    answer: Answer
    result: msgspec.Raw
    counts: tuple["RateLimit", ...] = ()


class RateLimit(Struct, frozen=True, rename="camel"):
    """One meter of the venue with its present count."""

    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int
    count: int = 0


class _Request(Struct):
    id: int
    method: str
    params: Mapping[str, str | int | bool]


class _Response(Struct, rename={"rate_limits": "rateLimits"}):
    id: int | str | None = None
    status: int = 0
    result: msgspec.Raw = msgspec.Raw(b"")
    error: msgspec.Raw = msgspec.Raw(b"")
    rate_limits: tuple[RateLimit, ...] = ()


_NO_ANSWER: Final = SessionReply(Answer(bytes_written=1), msgspec.Raw(b""))
_NOT_SENT: Final = SessionReply(Answer(bytes_written=0), msgspec.Raw(b""))


class Session:
    """One session at a time, reconnected for ever."""

    def __init__(
        self,
        address: str,
        *,
        key: Secret,
        signer: Signer,
        server_clock: ServerClock,
        now: Callable[[], Nanos],
        on_link: OnLink,
        on_counts: Callable[[tuple[RateLimit, ...]], None],
        chance: Random,
    ) -> None:
        """`on_counts` is told the venue's meters with each answer that has them."""
        self._on_counts = on_counts
        self._address = address
        self._key = key
        self._signer = signer
        self._server_clock = server_clock
        self._now = now
        self._on_link = on_link
        self._chance = chance
        self._socket: ClientConnection | None = None
        self._is_logged_on = False
        self._waiting: dict[int, asyncio.Future[SessionReply]] = {}
        self._ids = 0
        self._failures = 0

    @property
    def is_ready(self) -> bool:
        """Tell whether a request would leave now."""
        return self._socket is not None and (self._is_logged_on or not self._signer.can_log_on)

    async def run(self) -> None:
        """Stay connected for ever."""
        while True:
            reason = "closed by the venue"
            try:
                async with connect(
                    self._address, compression=None, ping_interval=None, max_size=FRAME_MAX, open_timeout=OPEN_WITHIN_S
                ) as socket:
                    await self._serve(socket)
            except* (OSError, WebSocketException, VenueError, TimeoutError) as group:
                reason = "; ".join(f"{type(each).__name__}: {each}" for each in group.exceptions)
            self._drop(reason)
            self._failures += 1
            await asyncio.sleep(self._delay())

    async def request(self, method: str, params: Params) -> SessionReply:
        """Send a request that needs the account's right; return what came back, or how far it got."""
        if not self.is_ready:
            return _NOT_SENT
        stamped = {**params, "recvWindow": RECV_WINDOW_MS, "timestamp": self._server_clock.timestamp_ms(self._now())}
        return await self._exchange(method, stamped if self._is_logged_on else self._signed(stamped))

    async def _serve(self, socket: ClientConnection) -> None:
        self._socket = socket
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(self._read(socket), name="session answers")
            try:
                if self._signer.can_log_on:
                    await self._log_on()
                self._failures = 0
                self._on_link(True, "orders connected")
                await reader
            finally:
                reader.cancel()

    async def _log_on(self) -> None:
        stamp = {"recvWindow": RECV_WINDOW_MS, "timestamp": self._server_clock.timestamp_ms(self._now())}
        reply = await self._exchange("session.logon", self._signed(stamp))
        if reply.answer.status != 200:
            raise VenueError(f"session.logon: expected status 200, found {reply.answer.status or 'no answer'}")
        self._is_logged_on = True

    async def _read(self, socket: ClientConnection) -> None:
        while True:
            frame = await socket.recv(decode=False)
            try:
                response = msgspec.json.decode(frame, type=_Response)
            except msgspec.DecodeError as error:
                _LOG.warning("an answer that cannot be read (%d bytes): %s", len(frame), error)
                continue
            self._answer(response)

    def _answer(self, response: _Response) -> None:
        if response.id is None:
            # The venue ends a session this way when its key is taken back: nobody has asked for it.
            raise VenueError(f"the session was ended by the venue with status {response.status}")
        waiting = self._waiting.pop(response.id, None) if isinstance(response.id, int) else None
        if waiting is None or waiting.done():
            return  # its sender has given up on it, and resolves it by asking
        if response.rate_limits:
            self._on_counts(response.rate_limits)
        body = bytes(response.result) if response.status == 200 else bytes(response.error)
        waiting.set_result(
            SessionReply(
                Answer(bytes_written=1, status=response.status, body=body or b"{}"),
                response.result,
                response.rate_limits,
            )
        )

    async def _exchange(self, method: str, params: Params) -> SessionReply:
        socket = self._socket
        if socket is None:
            return _NOT_SENT
        self._ids += 1
        number = self._ids
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await socket.send(msgspec.json.encode(_Request(number, method, params)), text=True)
                reply: SessionReply = await waiting
                return reply
        except (TimeoutError, OSError, WebSocketException):
            return _NO_ANSWER  # bytes may have left before the connection broke
        finally:
            self._waiting.pop(number, None)

    def _signed(self, params: Params) -> Params:
        full = {"apiKey": self._key.reveal().decode(), **params}
        return {**full, "signature": self._signer.sign(session_payload(full))}

    def _drop(self, reason: str) -> None:
        self._socket, self._is_logged_on = None, False
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(_NO_ANSWER)
        self._waiting.clear()
        self._on_link(False, f"orders: {reason}")

    def _delay(self) -> float:
        doubled = min(BACKOFF_MAX_S, BACKOFF_S * 2 ** min(self._failures - 1, 16)) if self._failures > 1 else 0.0
        return doubled * (1 + self._chance.random() / 2)
