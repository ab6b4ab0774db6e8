"""The venue over HTTP: one kept-alive client, and every answer told for what it proves.

No exception leaves this room for what a network can do: an answer says how many bytes had left, and `outcomes` says what
that proves. A request is stamped and signed at the moment it is sent, and never sent twice.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

import httpx
from msgspec import Struct

from desk.model.units import Nanos
from desk.venues.binance.offset import RoundTrip, ServerClock
from desk.venues.binance.signing import Params, Signer, encode, signed
from desk.venues.outcomes import Answer
from desk.venues.secret import Secret

RECV_WINDOW_MS: Final = 5_000
KEEP_ALIVE_S: Final = 300.0
"""The client's own default of 5 s would make an order after a quiet moment pay for a new connection."""
CONNECTIONS_MAX: Final = 10
"""Requests at one time: the inventory's limit of parallel calls."""
ANSWER_WITHIN_S: Final = 10.0
_NOTHING_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Security(Enum):
    """What a request must carry."""

    NONE = "none"
    KEY = "key"
    SIGNED = "signed"


class Call(Struct, frozen=True):
    """One request: its parameters in the order they are sent."""

    method: str
    path: str
    params: Params
    security: Security = Security.SIGNED
    weight: int = 1
    """What it costs of the address's budget, by the venue's table."""
    base: str = ""
    """Another address of the venue than the client's own."""


class Reply(Struct, frozen=True):
    """What came back."""

    answer: Answer
    meters: Mapping[str, int]
    """The venue's own counts by header name in lower case, e.g. `x-mbx-used-weight-1m`."""
    retry_after_s: int | None
    sent: Nanos
    received: Nanos


class Rest:
    """Sends one call at a time of its caller's; many callers may send side by side."""

    def __init__(
        self,
        base: str,
        *,
        key: Secret | None,
        signer: Signer | None,
        server_clock: ServerClock,
        now: Callable[[], Nanos],
        transport: httpx.AsyncBaseTransport | None = None,
        on_meters: Callable[[Mapping[str, int]], None] | None = None,
    ) -> None:
        """`on_meters` is told the venue's own counts, by header name in lower case."""
        self._on_meters = on_meters
        self._base = base
        self._signer = signer
        self._server_clock = server_clock
        self._now = now
        self._headers = {} if key is None else {"X-MBX-APIKEY": key.reveal().decode()}
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(ANSWER_WITHIN_S, connect=5.0),
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX,
                max_keepalive_connections=CONNECTIONS_MAX,
                keepalive_expiry=KEEP_ALIVE_S,
            ),
            trust_env=False,  # a proxy of the environment would read every order
            follow_redirects=False,  # a redirect would carry the key to another host
        )

    async def send(self, call: Call) -> Reply:
        """Send a call and return what came back, or how far it got."""
        sent = self._now()
        try:
            answer = await self._client.request(
                call.method,
                self._url(call, sent),
                headers=None if call.security is Security.NONE else self._headers,
            )
        except httpx.HTTPError as error:
            written = 0 if isinstance(error, _NOTHING_LEFT) else 1
            # Its kind alone: the message of a transport may quote the address, and that holds a signature.
            return Reply(Answer(bytes_written=written, body=type(error).__name__.encode()), {}, None, sent, self._now())
        meters = _meters(answer.headers)
        if meters and self._on_meters is not None:
            self._on_meters(meters)
        return Reply(
            Answer(bytes_written=1, status=answer.status_code, body=answer.content),
            meters,
            _whole(answer.headers.get("retry-after")),
            sent,
            self._now(),
        )

    async def learn_time(self, call: Call, server_ms: Callable[[bytes], int]) -> Reply:
        """Ask for the venue's time and take the round trip into account."""
        reply = await self.send(call)
        if reply.answer.status == 200:
            server = Nanos(server_ms(reply.answer.body) * 1_000_000)
            self._server_clock.learn(RoundTrip(reply.sent, reply.received, server))
        return reply

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    def _url(self, call: Call, now: Nanos) -> httpx.URL:
        query = encode(call.params)
        if call.security is Security.SIGNED:
            if self._signer is None:
                raise AssertionError(f"{call.path}: a signed call without a key")
            stamp = encode({"recvWindow": RECV_WINDOW_MS, "timestamp": self._server_clock.timestamp_ms(now)})
            query = signed(f"{query}&{stamp}" if query else stamp, self._signer)
        # The very bytes that were signed: what the client would build from parameters may differ from them.
        target = f"{call.path}?{query}" if query else call.path
        return httpx.URL(call.base or self._base).copy_with(raw_path=target.encode())


def _meters(headers: httpx.Headers) -> dict[str, int]:
    counts = {}
    for name, value in headers.items():
        number = _whole(value) if name.startswith("x-mbx-") else None
        if number is not None:
            counts[name] = number
    return counts


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 18 else None
