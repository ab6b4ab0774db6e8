"""The door: who asks, whether they may, what it costs; then the endpoint, and the answer with its headers.

The order of the checks is the venue's as far as it is known: meters, path, key, signature, timestamp, then the parameters.
Nothing here waits: a request is admitted at one moment and carried out at that or a later one, when the matching engine
checks the age of an order's timestamp again.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from desk.model.units import Nanos
from desk.server import params as reading
from desk.server.admission import Admission, Visitor
from desk.server.keys import ApiKey, KeyRing, split_signature
from desk.server.listenkeys import ListenKeys
from desk.server.methods import account, algo, market, settings, trade, wallet
from desk.server.methods.route import Call, Route, Security
from desk.server.params import Params
from desk.server.refusal import ENGINE_TOO_OLD, SIGNATURE, TOO_EARLY, TOO_OLD, WINDOW, Refusal, missing, no_such_path
from desk.server.text import millis
from desk.server.venue import Venue
from desk.server.wire.orders import Complaint

WINDOW_USUAL: Final = 5_000
WINDOW_MAX: Final = 60_000
AHEAD_MAX: Final = 1_000
JSON: Final = ("Content-Type", "application/json;charset=UTF-8")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


class Request(Struct, frozen=True):
    """A request over HTTP, as received."""

    method: str
    path: str
    query: bytes
    body: bytes
    key: str
    address: str


class Answer(Struct, frozen=True):
    """What is sent back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (JSON,)


class Admitted(Struct, frozen=True):
    """A request that has been let in, and not been carried out yet."""

    route: Route
    call: Call
    account: str
    stamp: int | None
    window: int


class Api:
    """Every endpoint, and what guards it."""

    def __init__(self, venue: Venue, keys: KeyRing, admission: Admission, listen_keys: ListenKeys) -> None:
        self.venue = venue
        self.keys = keys
        self.admission = admission
        self.listen_keys = listen_keys
        modules = (market, trade, algo, account, settings, wallet)
        self._routes: dict[tuple[str, str], Route] = {
            (each.method, each.path): each for module in modules for each in module.ROUTES
        }

    def route(self, method: str, path: str) -> Route:
        """Return an endpoint; raises Refusal where there is none."""
        found = self._routes.get((method, path))
        if found is None:
            raise no_such_path(method, path)
        return found

    def admit(self, request: Request, now: Nanos) -> Admitted:
        """Let a request in, or raise Refusal."""
        visitor = self.admission.visitor(request.address)
        try:
            route, params, weight = self._read(request)
        except Refusal:
            visitor.take(1, request.address, now)
            raise
        visitor.take(weight, request.address, now)
        key = self._key(route, request.key)
        if route.security is Security.SIGNED:
            payload, signature = split_signature(request.query, request.body)
            check_signature(key, payload, signature, params)
        return self.admitted(route, params, key, visitor, now)

    def admitted(self, route: Route, params: Params, key: ApiKey | None, visitor: Visitor, now: Nanos) -> Admitted:
        """Check a request's time and order meters, when its key and signature have been checked."""
        stamp, window = None, WINDOW_USUAL
        if route.security is Security.SIGNED:
            stamp, window = _checked_time(params, millis(now))
        name = "" if key is None else key.account
        if any(route.orders):
            self.admission.orders(name).take(*route.orders, visitor.usage, now)
        owner = self.venue.seats[name] if key is not None else None
        return Admitted(route, Call(params, self.venue, self.listen_keys, owner), name, stamp, window)

    def carry(self, admitted: Admitted, now: Nanos) -> Any:
        """Carry a request out, and return what answers it; raises Refusal."""
        self.venue.advance(now)
        age = 0 if admitted.stamp is None else millis(now) - admitted.stamp
        if admitted.route.is_late_checked and age > admitted.window:
            raise Refusal(*ENGINE_TOO_OLD)
        return admitted.route.handler(admitted.call)

    def answer(self, request: Request, now: Nanos) -> Answer:
        """Admit a request and carry it out at once."""
        admitted = None
        try:
            admitted = self.admit(request, now)
            return self.accept(self.carry(admitted, now), request.address, admitted)
        except Refusal as refusal:
            return self.refuse(refusal, request.address, admitted)

    def accept(self, result: Any, address: str, admitted: Admitted) -> Answer:
        """Return the answer to a request that has been carried out."""
        return Answer(200, _ENCODER.encode(result), self._headers(address, admitted))

    def refuse(self, refusal: Refusal, address: str, admitted: Admitted | None) -> Answer:
        """Return the answer to a request that has been refused; the refusal is counted."""
        self.admission.note_error(address, refusal.code)
        headers = self._headers(address, admitted)
        if refusal.status in (418, 429):
            headers = (*headers, ("Retry-After", str(self._wait(address))))
        return Answer(refusal.status, _ENCODER.encode(Complaint(refusal.code, refusal.text)), headers)

    def _wait(self, address: str) -> int:
        now, until = self.venue.now, self.admission.visitor(address).banned_until
        if until > now:
            return (until - now) // 1_000_000_000 + 1
        return 60 - now // 1_000_000_000 % 60

    def _headers(self, address: str, admitted: Admitted | None) -> tuple[tuple[str, str], ...]:
        used = self.admission.visitor(address).meter.used
        headers = [JSON, ("X-MBX-USED-WEIGHT-1M", str(used)), ("X-MBX-USED-WEIGHT", str(used))]
        if admitted is not None and admitted.route.counts_orders:
            meters = self.admission.orders(admitted.account)
            headers.append(("X-MBX-ORDER-COUNT-10S", str(meters.ten_seconds.used)))
            headers.append(("X-MBX-ORDER-COUNT-1M", str(meters.minute.used)))
        return tuple(headers)

    def _read(self, request: Request) -> tuple[Route, Params, int]:
        route = self.route(request.method, request.path)
        params = reading.parse(request.query, request.body)
        return route, params, route.weight_of(params)

    def _key(self, route: Route, key: str) -> ApiKey | None:
        return None if route.security is Security.NONE else self.keys.find(key)


def check_signature(key: ApiKey | None, payload: bytes, signature: str, params: Params) -> None:
    """Refuse a request that its key has not signed."""
    assert key is not None, "the route asks for a key"
    if not params.maybe("signature"):
        raise missing("signature")
    if not signature or not key.check(payload, signature):
        raise Refusal(*SIGNATURE)


def session_payload(values: Mapping[str, str | int | float | bool | None]) -> bytes:
    """Return what is signed of a WebSocket API request: everything but the signature, sorted by name."""
    pairs = ((name, value) for name, value in values.items() if name != "signature" and value is not None)
    return "&".join(f"{name}={reading.text_of(value)}" for name, value in sorted(pairs)).encode()


def encode(message: Any) -> bytes:
    """Return a message as JSON, numbers of decimals as numbers."""
    return _ENCODER.encode(message)


def _checked_time(params: Params, now: int) -> tuple[int, int]:
    stamp = params.integer("timestamp")
    window = params.maybe_integer("recvWindow")
    if window is None:
        window = WINDOW_USUAL
    if window > WINDOW_MAX:
        raise Refusal(*WINDOW)
    if stamp >= now + AHEAD_MAX:
        raise Refusal(*TOO_EARLY)
    if now - stamp > window:
        raise Refusal(*TOO_OLD)
    return stamp, window
