"""The WebSocket API: requests and answers over one connection, by the same endpoints as REST ("WebSocket API General Info")."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from desk.model.units import Nanos
from desk.server import params as reading
from desk.server.admission import limits
from desk.server.api import Admitted, Api, check_signature, encode, session_payload
from desk.server.keys import ApiKey
from desk.server.methods.route import Security
from desk.server.params import Params
from desk.server.refusal import KEY_UNKNOWN, Refusal, missing
from desk.server.text import millis
from desk.server.wire.market import RateLimit
from desk.server.wire.orders import Complaint

METHODS: Final = {
    "order.place": ("POST", "/fapi/v1/order"),
    "order.modify": ("PUT", "/fapi/v1/order"),
    "order.cancel": ("DELETE", "/fapi/v1/order"),
    "order.status": ("GET", "/fapi/v1/order"),
    "order.test": ("POST", "/fapi/v1/order/test"),
    "algoOrder.place": ("POST", "/fapi/v1/algoOrder"),
    "algoOrder.cancel": ("DELETE", "/fapi/v1/algoOrder"),
    "v2/account.balance": ("GET", "/fapi/v3/balance"),
    "account.balance": ("GET", "/fapi/v2/balance"),
    "v2/account.position": ("GET", "/fapi/v3/positionRisk"),
    "account.position": ("GET", "/fapi/v2/positionRisk"),
    "v2/account.status": ("GET", "/fapi/v3/account"),
    "account.status": ("GET", "/fapi/v2/account"),
    "depth": ("GET", "/fapi/v1/depth"),
    "ticker.price": ("GET", "/fapi/v2/ticker/price"),
    "ticker.book": ("GET", "/fapi/v1/ticker/bookTicker"),
    "userDataStream.start": ("POST", "/fapi/v1/listenKey"),
    "userDataStream.ping": ("PUT", "/fapi/v1/listenKey"),
    "userDataStream.stop": ("DELETE", "/fapi/v1/listenKey"),
}
CONNECT_WEIGHT: Final = 5
SESSION_WEIGHT: Final = 2

Values = Mapping[str, str | int | float | bool | None]


class Message(Struct):
    """A request as it comes."""

    method: str
    id: int | str | None = None
    params: dict[str, str | int | float | bool | None] = {}


class Reply(Struct, rename="camel"):
    """What answers it."""

    id: int | str | None
    status: int
    result: Any = UNSET
    error: Complaint | UnsetType = UNSET
    rate_limits: list[RateLimit] | UnsetType = UNSET


class SessionStatus(Struct, rename="camel"):
    """Who is logged on."""

    api_key: str | None
    authorized_since: int | None
    connected_since: int
    return_rate_limits: bool
    server_time: int


class Pending(Struct, frozen=True):
    """A request that has been let in, with what its answer needs."""

    message: Message
    admitted: Admitted


class Session:
    """One connection's state: who is logged on, and whether limits are shown."""

    def __init__(self, api: Api, address: str, now: Nanos, *, shows_limits: bool) -> None:
        self._api = api
        self._address = address
        self._shows_limits = shows_limits
        self._connected = millis(now)
        self._key: ApiKey | None = None
        self._since: int | None = None
        self.is_over = False
        """The key it was logged on with is gone: the connection is to be closed."""
        api.admission.visitor(address).take(CONNECT_WEIGHT, address, now)

    def admit(self, frame: str | bytes, now: Nanos) -> Pending | bytes:
        """Let a request in, or return what answers it at once."""
        try:
            message = msgspec.json.decode(frame, type=Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return encode(Reply(None, 400, error=Complaint(-1130, "Invalid JSON or request.")))
        try:
            if message.method.startswith("session."):
                return self._reply(message, self._do(message, now))
            return Pending(message, self._admit(message, now))
        except Refusal as refusal:
            return self.refuse(message, refusal)

    def carry(self, pending: Pending, now: Nanos) -> bytes:
        """Carry a request out and return the answer."""
        try:
            result = self._api.carry(pending.admitted, now)
        except Refusal as refusal:
            return self.refuse(pending.message, refusal, pending.admitted)
        return self._reply(pending.message, result, pending.admitted)

    def refuse(self, message: Message, refusal: Refusal, admitted: Admitted | None = None) -> bytes:
        """Return the answer to a request that has been refused."""
        self._api.admission.note_error(self._address, refusal.code)
        number = None if self.is_over else message.id
        complaint = Complaint(refusal.code, refusal.text)
        shown = UNSET if self.is_over else self._limits(message, admitted)
        return encode(Reply(number, refusal.status, error=complaint, rate_limits=shown))

    def _admit(self, message: Message, now: Nanos) -> Admitted:
        api, visitor = self._api, self._api.admission.visitor(self._address)
        known = METHODS.get(message.method)
        if known is None:
            visitor.take(1, self._address, now)
            raise Refusal(-1020, "This operation is not supported.")
        route, params = api.route(*known), reading.from_json(message.params)
        visitor.take(route.weight_of(params), self._address, now)
        key = self._key_of(params) if route.security is not Security.NONE else None
        if route.security is Security.SIGNED and (params.maybe("apiKey") or self._key is None):
            check_signature(key, session_payload(message.params), params.maybe("signature"), params)
        return api.admitted(route, params, key, visitor, now)

    def _key_of(self, params: Params) -> ApiKey:
        named = params.maybe("apiKey")
        if named or self._key is None:
            return self._api.keys.find(named)
        if not self._api.keys.knows(self._key.key):
            self.is_over = True
            raise Refusal(*KEY_UNKNOWN)
        return self._key

    def _do(self, message: Message, now: Nanos) -> SessionStatus:
        api = self._api
        api.admission.visitor(self._address).take(SESSION_WEIGHT, self._address, now)
        match message.method:
            case "session.logon":
                self._log_on(message, now)
            case "session.logout":
                self._key = self._since = None
            case "session.status":
                pass
            case _:
                raise Refusal(-1020, "This operation is not supported.")
        name = None if self._key is None else self._key.key
        return SessionStatus(name, self._since, self._connected, self._shows_limits, millis(now))

    def _log_on(self, message: Message, now: Nanos) -> None:
        params = reading.from_json(message.params)
        key = self._api.keys.find(params.maybe("apiKey"))
        if not key.check.can_log_on:
            raise Refusal(-4056, "Invalid api key type.")
        if not params.maybe("timestamp"):
            raise missing("timestamp")
        check_signature(key, session_payload(message.params), params.maybe("signature"), params)
        self._key, self._since = key, millis(now)

    def _reply(self, message: Message, result: Any, admitted: Admitted | None = None) -> bytes:
        return encode(Reply(message.id, 200, result=result, rate_limits=self._limits(message, admitted)))

    def _limits(self, message: Message, admitted: Admitted | None) -> list[RateLimit] | UnsetType:
        wanted = message.params.get("returnRateLimits", self._shows_limits)
        if wanted in (False, "false"):
            return UNSET
        used = self._api.admission.visitor(self._address).meter.used
        if admitted is None or not admitted.route.counts_orders:
            return [limits(used)[0]]
        meters = self._api.admission.orders(admitted.account)
        weight, minute, ten_seconds = limits(used, meters.ten_seconds.used, meters.minute.used)
        return [weight, ten_seconds, minute]


def path_of(pending: Pending) -> tuple[str, str]:
    """Return method and path of the endpoint a request is for: what faults strike."""
    return pending.admitted.route.method, pending.admitted.route.path
