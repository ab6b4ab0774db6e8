"""The sockets: market and user streams, and the WebSocket API, on one port by their paths."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from msgspec import Struct
from websockets.asyncio.server import Server as SocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response

from desk.model.units import Nanos
from desk.server.api import Api, encode
from desk.server.faults import Fault, FaultKind, Weather
from desk.server.hub import Hub, Listener
from desk.server.refusal import Refusal
from desk.server.sessions import Pending, Session, path_of
from desk.server.storm import is_exempt, lands, refusal_of, waits
from desk.server.subscriptions import Opening, Subscriptions, read_address

SESSION_PATH: Final = "/ws-fapi/v1"
FRAME_MAX: Final = 256 * 1024
MESSAGES_A_SECOND: Final = 10
LIFETIME_S: Final = 24 * 3_600.0
PING_EVERY_S: Final = 180.0
PONG_WITHIN_S: Final = 600.0
POLICY: Final = 1008
GOING: Final = 1001
_OPEN_MAX: Final = 4_000
_SILENT: Final = logging.getLogger("desk.exchange.sockets")
"""A client that goes in the middle of a sentence is no news; what our own code does wrong is told at its place."""
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class Rules(Struct, frozen=True):
    """How the streams' side behaves."""

    is_lenient: bool = False
    """Connections without a routed path hear every stream, as they did until April 2026."""
    lifetime: float = LIFETIME_S


class Sockets:
    """Serves every connection."""

    def __init__(self, api: Api, hub: Hub, weather: Weather, clock: Callable[[], Nanos], rules: Rules) -> None:
        self._api = api
        self._hub = hub
        self._weather = weather
        self._clock = clock
        self._rules = rules
        self._paths: dict[ServerConnection, str] = {}

    async def open(self, host: str, port: int) -> SocketServer:
        """Begin to listen."""
        return await serve(
            self._serve,
            host,
            port,
            process_request=self._look_at,
            compression=None,
            max_size=FRAME_MAX,
            ping_interval=PING_EVERY_S,
            ping_timeout=PONG_WITHIN_S,
            server_header=None,
            logger=_SILENT,
        )

    async def disconnect(self, path: str) -> None:
        """Close every connection whose path begins so."""
        going = [each for each, at in self._paths.items() if at.startswith(path)]
        await asyncio.gather(*(each.close(GOING, "going away") for each in going))

    def _look_at(self, connection: ServerConnection, handshake: Handshake) -> Response | None:
        """Turn away who asks for nothing that is here, or is one too many."""
        path = handshake.path.partition("?")[0]
        if len(self._paths) >= _OPEN_MAX:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections\n")
        if self._api.admission.visitor(_address(connection)).banned_until > self._clock():
            return connection.respond(HTTPStatus.FORBIDDEN, "banned\n")
        if path.rstrip("/") == SESSION_PATH or read_address(handshake.path) is not None:
            return None
        return connection.respond(HTTPStatus.NOT_FOUND, "no such path\n")

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None, "the handshake is over"
        target = connection.request.path
        self._paths[connection] = target
        try:
            async with asyncio.timeout(self._rules.lifetime):
                opening = read_address(target)
                if opening is None:
                    await self._serve_session(connection, target)
                else:
                    await self._serve_streams(connection, opening)
        except TimeoutError:
            await connection.close(GOING, "24 hours")
        except ConnectionClosed:
            pass
        finally:
            del self._paths[connection]

    async def _serve_streams(self, connection: ServerConnection, opening: Opening) -> None:
        listener = Listener(connection, Subscriptions(opening, is_lenient=self._rules.is_lenient))
        self._hub.refresh(listener)
        usage = self._api.admission.visitor(_address(connection)).usage
        pace = Pace(MESSAGES_A_SECOND)
        try:
            if listener.subscriptions.is_full:
                await connection.close(POLICY, "Invalid request")
                return
            async for message in connection:
                usage.frames += 1
                if pace.is_over(self._clock()):
                    await connection.close(POLICY, "Too many requests")
                    return
                answer, must_close = listener.subscriptions.control(message)
                self._hub.refresh(listener)
                await connection.send(encode(answer), text=True)
                if must_close:
                    await connection.close(POLICY, "Invalid request")
                    return
        finally:
            self._hub.leave(listener)

    async def _serve_session(self, connection: ServerConnection, target: str) -> None:
        address = _address(connection)
        shows = "returnratelimits=false" not in target.lower()
        try:
            session = Session(self._api, address, self._clock(), shows_limits=shows)
        except Refusal as refusal:
            await connection.close(POLICY, refusal.text[:120])
            return
        async with asyncio.TaskGroup() as late:
            with contextlib.suppress(ConnectionClosed):
                async for message in connection:
                    answer = session.admit(message, self._clock())
                    if isinstance(answer, Pending):
                        await self._carry(connection, session, answer, late)
                    else:
                        await connection.send(answer, text=True)
                    if session.is_over:
                        await connection.close(POLICY, "API key revoked")
                        return

    async def _carry(
        self, connection: ServerConnection, session: Session, pending: Pending, late: asyncio.TaskGroup
    ) -> None:
        fault = self._weather.strike(*path_of(pending))
        if fault is None or is_exempt(fault, pending.admitted):
            await connection.send(session.carry(pending, self._clock()), text=True)
        elif waits(fault):
            late.create_task(self._carry_later(connection, session, pending, fault))
        else:
            await self._carry_in_storm(connection, session, pending, fault)

    async def _carry_later(
        self, connection: ServerConnection, session: Session, pending: Pending, fault: Fault
    ) -> None:
        """Carry a request out late, or answer it late; others overtake it."""
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.ms / 1_000)
        answer = session.carry(pending, self._clock())
        if fault.kind is FaultKind.SLOW_REPLY:
            await asyncio.sleep(fault.ms / 1_000)
        with contextlib.suppress(ConnectionClosed):
            await connection.send(answer, text=True)

    async def _carry_in_storm(
        self, connection: ServerConnection, session: Session, pending: Pending, fault: Fault
    ) -> None:
        told = refusal_of(fault)
        if lands(fault):
            session.carry(pending, self._clock())
        if told is None:
            connection.transport.abort()
        else:
            await connection.send(session.refuse(pending.message, told, pending.admitted), text=True)


class Pace:
    """Counts messages in the last second."""

    def __init__(self, most: int) -> None:
        self._times: deque[Nanos] = deque(maxlen=most + 1)

    def is_over(self, now: Nanos) -> bool:
        """Count one; tell whether it is one too many."""
        self._times.append(now)
        return len(self._times) == self._times.maxlen and now - self._times[0] < 1_000_000_000


def _address(connection: ServerConnection) -> str:
    remote = connection.remote_address
    return str(remote[0]) if remote else ""
