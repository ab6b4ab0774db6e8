"""Stream names, the paths they belong to, and what a client says to subscribe; without a socket.

Source: "Important WebSocket Change Notice" and "Live Subscribing/Unsubscribing to streams". A stream asked for on the wrong
path is acknowledged and silent, like one that does not exist.
"""

import re
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import UNSET, Struct

from desk.server.wire.streams import Mistake, Refusal, Subscribed, Told

STREAMS_MAX: Final = 1024
_VARIANTS: Final = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
_PUBLIC: Final = re.compile(r"(!bookTicker|[^@!]+@(bookTicker|depth.*|rpiDepth.*|trade))")
_COUNTER: Final = re.compile(r"[0-9]+")


class Side(StrEnum):
    """Which path a connection has come by."""

    PUBLIC = "public"
    MARKET = "market"
    PRIVATE = "private"
    LEGACY = "legacy"
    """No routed path: connects and acknowledges, and only public streams speak."""


class Opening(Struct, frozen=True):
    """What a connection's address asks for."""

    side: Side
    is_combined: bool
    streams: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Listen keys."""
    events: frozenset[str] = frozenset()
    """The user events that are wanted; none: all."""


class Subscriptions:
    """What one connection has subscribed to."""

    def __init__(self, opening: Opening, *, is_lenient: bool) -> None:
        self.side = opening.side
        self.is_combined = opening.is_combined
        self.events = opening.events
        self._is_lenient = is_lenient
        self._names: dict[str, None] = dict.fromkeys((*opening.streams, *opening.keys))

    @property
    def names(self) -> list[str]:
        """Everything subscribed to, also what stays silent."""
        return list(self._names)

    @property
    def is_full(self) -> bool:
        """Tell whether there are more than a connection may have."""
        return len(self._names) > STREAMS_MAX

    def speaks(self, name: str) -> bool:
        """Tell whether a stream is heard on this path."""
        if self._is_lenient and self.side is Side.LEGACY:
            return True
        if self.side is Side.PRIVATE:
            return False
        is_public = bool(_PUBLIC.fullmatch(name))
        if self.side is Side.MARKET:
            return not is_public or name.endswith("@trade")
        return is_public

    @property
    def hears_accounts(self) -> bool:
        """Tell whether user events are heard on this path."""
        return self.side is Side.PRIVATE or (self._is_lenient and self.side is Side.LEGACY)

    def control(self, message: str | bytes) -> tuple[Any, bool]:
        """Take a control message; return the answer, and whether the connection must be closed after it."""
        try:
            request = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Refusal(Mistake(3, "Invalid JSON: expected value at line 1 column 1")), True
        if not isinstance(request, dict):
            return Refusal(Mistake(3, "Invalid JSON: expected value at line 1 column 1")), True
        number = request.get("id")
        if number is not None and not isinstance(number, int | str):
            return Refusal(Mistake(2, "Invalid request: request ID must be an unsigned integer")), False
        return self._do(request.get("method"), request.get("params", []), number)

    def _do(self, method: Any, params: Any, number: int | str | None) -> tuple[Any, bool]:
        match method:
            case "SUBSCRIBE" | "UNSUBSCRIBE":
                return self._change(method, params, number)
            case "LIST_SUBSCRIPTIONS":
                return Told(self.names, number), False
            case "SET_PROPERTY":
                return self._set(params, number), False
            case "GET_PROPERTY":
                return Told(self.is_combined, number), False
            case None:
                return _wrong(2, "Invalid request: missing field `method` at line 1 column 73", number), False
            case _:
                text = f"Invalid request: unknown variant `{method}`, expected one of {_VARIANTS} at line 1 column 28"
                return _wrong(2, text, number), False

    def _change(self, method: str, params: Any, number: int | str | None) -> tuple[Any, bool]:
        if not isinstance(params, list) or not all(isinstance(each, str) for each in params):
            return _wrong(2, "Invalid request: property name must be a string", number), False
        for name in params:
            if method == "SUBSCRIBE":
                self._names[name] = None
            else:
                self._names.pop(name, None)
        if self.is_full:
            return _wrong(2, "Invalid request", number), True
        return Subscribed(None, number), False

    def _set(self, params: Any, number: int | str | None) -> Any:
        if not isinstance(params, list) or len(params) != 2 or params[0] != "combined":
            return _wrong(0, "Unknown property", number)
        if not isinstance(params[1], bool):
            return _wrong(1, "Invalid value type: expected Boolean", number)
        self.is_combined = params[1]
        return Subscribed(None, number)


def read_address(target: str) -> Opening | None:
    """Return what a connection's path and query ask for; None: there is nothing at such a path."""
    path, _, query = target.partition("?")
    parts = [unquote(each) for each in path.split("/") if each]
    side = Side.LEGACY
    if parts and parts[0] in (Side.PUBLIC, Side.MARKET, Side.PRIVATE):
        side = Side(parts.pop(0))
    if not parts or parts[0] not in ("ws", "stream"):
        return None
    is_combined = parts[0] == "stream"
    pairs = parse_qsl(query)
    named = [each for name, text in pairs if name == "streams" for each in text.split("/")]
    in_path = [each for each in parts[1:] if not _COUNTER.fullmatch(each)]
    keys = [text for name, text in pairs if name == "listenKey"]
    events = frozenset(each for name, text in pairs if name == "events" for each in text.split("/"))
    if side is Side.PRIVATE:
        keys, in_path = [*in_path, *keys], []
    return Opening(side, is_combined, tuple([*in_path, *named]), tuple(keys), events)


def _wrong(code: int, text: str, number: int | str | None) -> Refusal:
    return Refusal(Mistake(code, text), UNSET if number is None else number)
