"""Who listens to what: every connection of the streams, and what is sent to it.

An event is encoded once a form, raw and in the combined envelope, and written to all that want it. Nobody is waited for: a
client that does not read is cut off when too much is waiting for it.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from websockets.asyncio.connection import broadcast
from websockets.asyncio.server import ServerConnection

from desk.server.listenkeys import ListenKeys
from desk.server.subscriptions import Subscriptions
from desk.server.wire import events, streams

WAITING_MAX: Final = 4_000_000
"""Bytes that may wait for a client."""
_ENCODER: Final = msgspec.json.Encoder()


class Listener:
    """One connection and what it has subscribed to."""

    def __init__(self, connection: ServerConnection, subscriptions: Subscriptions) -> None:
        self.connection = connection
        self.subscriptions = subscriptions

    @property
    def is_slow(self) -> bool:
        """Tell whether too much waits for it."""
        return self.connection.transport.get_write_buffer_size() > WAITING_MAX


class Mood:
    """How the streams behave just now: what a fault makes of them. Counts are of events still to be struck."""

    def __init__(self) -> None:
        self.is_market_silent = False
        self.is_user_silent = False
        self.twice = 0
        self.late = 0
        self.late_by = 0.0


class Hub:
    """All connections."""

    def __init__(self, listen_keys: ListenKeys) -> None:
        self.mood = Mood()
        self.sent = 0
        """Messages written to clients."""
        self._listen_keys = listen_keys
        self._streams: dict[str, dict[Listener, None]] = {}
        self._accounts: dict[str, dict[Listener, str]] = {}
        self._listeners: dict[Listener, list[str]] = {}

    def refresh(self, listener: Listener) -> None:
        """Take note of what a connection has subscribed to now."""
        self.leave(listener)
        subscriptions, live = listener.subscriptions, []
        for name in subscriptions.names:
            if subscriptions.speaks(name):
                self._streams.setdefault(name, {})[listener] = None
                live.append(name)
            account = self._listen_keys.account_of(name) if subscriptions.hears_accounts else None
            if account is not None:
                self._accounts.setdefault(account, {})[listener] = name
        self._listeners[listener] = live

    def leave(self, listener: Listener) -> None:
        """Forget a connection."""
        for name in self._listeners.pop(listener, ()):
            wanting = self._streams.get(name)
            if wanting is not None:
                wanting.pop(listener, None)
                if not wanting:
                    del self._streams[name]
        for heard in self._accounts.values():
            heard.pop(listener, None)

    def wants(self, stream: str) -> bool:
        """Tell whether anybody listens to a stream."""
        return stream in self._streams

    def send(self, stream: str, event: streams.MarketEvent | list[streams.MarketEvent]) -> None:
        """Send a market event to all that want it."""
        if not self.mood.is_market_silent:
            self._write(self._streams.get(stream, {}), stream, event)

    def tell(self, account: str, event: events.UserEvent) -> None:
        """Send a user event to an account's streams."""
        mood = self.mood
        if mood.is_user_silent or account not in self._accounts:
            return
        if mood.late:
            mood.late -= 1
            asyncio.get_running_loop().call_later(mood.late_by, self._tell, account, event)
        else:
            self._tell(account, event)
        if mood.twice:
            mood.twice -= 1
            self._tell(account, event)

    def expire(self, account: str, key: str, at: int) -> None:
        """Tell that a listen key has run out; its connections stay open, and hear nothing more."""
        self._tell(account, events.KeyExpired(E=at, listenKey=key))
        self._accounts.pop(account, None)

    def _tell(self, account: str, event: events.UserEvent) -> None:
        kind = str(type(event).__struct_config__.tag)
        for listener, key in list(self._accounts.get(account, {}).items()):
            wanted = listener.subscriptions.events
            if not wanted or kind in wanted:
                self._write([listener], key, event)

    def _write(self, listeners: Iterable[Listener], name: str, event: Any) -> None:
        raw = _ENCODER.encode(event)
        plain: list[ServerConnection] = []
        wrapped: list[ServerConnection] = []
        for listener in list(listeners):
            if listener.is_slow:
                self.leave(listener)
                listener.connection.transport.abort()
                continue
            (wrapped if listener.subscriptions.is_combined else plain).append(listener.connection)
        self.sent += len(plain) + len(wrapped)
        if plain:
            broadcast(plain, raw, text=True)
        if wrapped:
            broadcast(wrapped, b'{"stream":"%s","data":%s}' % (name.encode(), raw), text=True)
