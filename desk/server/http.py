"""REST over HTTP, and the control endpoint beside it.

Outside the venue's paths: `POST /practice/faults` takes faults, one JSON object a line; `GET /practice/clients` says what every
client has done; `POST /practice/accounts` opens an account and returns its key.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from desk.model.error import BadInput
from desk.model.units import Nanos
from desk.server.api import Admitted, Answer, Api, Request, encode
from desk.server.faults import PAGE, Fault, FaultKind, Weather, read_plan
from desk.server.refusal import Refusal
from desk.server.storm import is_exempt, lands, refusal_of, waits
from desk.server.wire.orders import Complaint

BODY_MAX: Final = 1_000_000
BODY_WITHIN_S: Final = 10.0
_METHODS: Final = ["GET", "POST", "PUT", "DELETE"]
_LOCAL: Final = frozenset({"127.0.0.1", "::1"})
_TRANSPORT: Final = "desk.transport"


class TellingProtocol(HttpToolsProtocol):
    """HTTP whose requests know their transport: a lost reply is a broken connection."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}


class Front:
    """The application that uvicorn serves."""

    def __init__(
        self,
        api: Api,
        weather: Weather,
        clock: Callable[[], Nanos],
        open_account: Callable[[str, str], Any],
        happen: Callable[[], Awaitable[None]],
    ) -> None:
        """`happen` lets the faults happen that are due."""
        self._api = api
        self._weather = weather
        self._clock = clock
        self._open_account = open_account
        self._happen = happen

    def app(self) -> Starlette:
        """Return the routes: the control endpoint's, and everything else."""
        return Starlette(
            routes=[
                Route("/practice/faults", self._faults, methods=["POST"]),
                Route("/practice/clients", self._clients, methods=["GET"]),
                Route("/practice/accounts", self._accounts, methods=["POST"]),
                Route("/{path:path}", self._serve, methods=_METHODS),
            ]
        )

    async def _serve(self, http: HttpRequest) -> Response:
        body = await _body(http)
        if body is None:
            return _response(Answer(413, encode(Complaint(-1101, "Too many parameters sent for this endpoint."))))
        request = Request(
            method=http.method,
            path=http.scope["path"],
            query=http.scope["query_string"],
            body=body,
            key=http.headers.get("x-mbx-apikey", ""),
            address=_address(http),
        )
        try:
            admitted = self._api.admit(request, self._clock())
        except Refusal as refusal:
            return _response(self._api.refuse(refusal, request.address, None))
        fault = self._weather.strike(request.method, request.path)
        if fault is None or is_exempt(fault, admitted):
            return _response(self._carry(request, admitted))
        return await self._in_storm(http, request, admitted, fault)

    def _carry(self, request: Request, admitted: Admitted) -> Answer:
        try:
            return self._api.accept(self._api.carry(admitted, self._clock()), request.address, admitted)
        except Refusal as refusal:
            return self._api.refuse(refusal, request.address, admitted)

    async def _in_storm(self, http: HttpRequest, request: Request, admitted: Admitted, fault: Fault) -> Response:
        if waits(fault):
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(fault.ms / 1_000)
            answer = self._carry(request, admitted)
            if fault.kind is FaultKind.SLOW_REPLY:
                await asyncio.sleep(fault.ms / 1_000)
            return _response(answer)
        if lands(fault):
            self._carry(request, admitted)
        told = refusal_of(fault)
        if told is not None:
            return _response(self._api.refuse(told, request.address, admitted))
        if fault.kind is FaultKind.BAD_GATEWAY:
            return Response(PAGE, 502, media_type="text/html")
        return _Broken()

    # The control endpoint.

    async def _faults(self, http: HttpRequest) -> Response:
        if _address(http) not in _LOCAL:
            return _response(Answer(403, encode({"error": "faults are made from this machine only"})))
        try:
            plan = read_plan(await _body(http) or b"")
        except BadInput as error:
            return _response(Answer(400, encode({"error": str(error)})))
        for fault in plan:
            self._weather.add(fault, self._clock())
        await self._happen()
        return _response(Answer(200, encode({"planned": len(plan), "struck": self._weather.struck})))

    async def _clients(self, http: HttpRequest) -> Response:
        return _response(Answer(200, encode(self._api.admission.usages())))

    async def _accounts(self, http: HttpRequest) -> Response:
        if _address(http) not in _LOCAL:
            return _response(Answer(403, encode({"error": "accounts are opened from this machine only"})))
        name, wallet = http.query_params.get("account", ""), http.query_params.get("wallet", "")
        try:
            return _response(Answer(200, encode(self._open_account(name, wallet))))
        except BadInput as error:
            return _response(Answer(400, encode({"error": str(error)})))


class _Broken(Response):
    """No answer: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][_TRANSPORT]["transport"].abort()


async def _body(http: HttpRequest) -> bytes | None:
    """Return a request's body; None: it is too large, or too long in coming."""
    chunks, size = [], 0
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in http.stream():
                size += len(chunk)
                if size > BODY_MAX:
                    return None
                chunks.append(chunk)
            return b"".join(chunks)
    return None


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))


def _address(http: HttpRequest) -> str:
    return http.client.host if http.client is not None else ""
