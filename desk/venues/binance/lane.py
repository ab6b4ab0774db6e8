"""One routed path of the market streams: what is subscribed, what has gone silent, and what to do about it.

A subscription that is acknowledged proves nothing: the venue acknowledges names it does not know and streams of another
path. Only data does, so every stream has a time by which it must have spoken. Decides only; `connection` acts.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from desk.model.units import MILLISECOND, SECOND, Nanos, Symbol

CONTROL_APART: Final = Nanos(150 * MILLISECOND)
"""Between two control messages: the venue hangs up on more than ten a second, and its own pings count."""
NAMES_MAX: Final = 200
"""Names in one control message."""
STREAMS_MAX: Final = 1_024
"""Streams a connection may carry."""


class Channel(Struct, frozen=True):
    """A kind of stream: the end of its name, and how long it may be silent (None: as long as it likes)."""

    suffix: str
    first_within: Nanos | None
    """Without data for this long after a subscription, something is wrong."""
    silent_max: Nanos | None
    is_on_demand: bool = False
    """Only for the symbols that are followed in full."""


class StreamId(Struct, frozen=True, order=True):
    """One stream of one symbol."""

    symbol: Symbol
    suffix: str

    @property
    def name(self) -> str:
        """The venue's name for it: in lower case, or it is acknowledged and stays silent."""
        return f"{self.symbol.lower()}@{self.suffix}"


class Step(Struct, frozen=True):
    """What to do now: messages for the socket, or a reason to leave it."""

    messages: tuple[bytes, ...] = ()
    reconnect: str = ""


class _Request(Struct):
    method: str
    params: list[str]
    id: int


class _State(Struct):
    since: Nanos
    """When it was subscribed, or last spoke."""
    has_spoken: bool = False
    is_retried: bool = False
    """It has been subscribed anew on this connection, and to no avail so far."""


class Lane:
    """Keeps the streams of one path alive on one connection at a time."""

    def __init__(self, path: str, channels: Iterable[Channel]) -> None:
        self.path = path
        self._channels: Mapping[str, Channel] = {each.suffix: each for each in channels}
        self._wanted: frozenset[StreamId] = frozenset()
        self._carried: dict[StreamId, _State] = {}
        self._is_open = False
        self._control_at = Nanos(0)
        self._ids = 0
        self.resubscribed = 0
        """Streams that had to be asked for again, for the trader to see."""

    @property
    def wanted(self) -> frozenset[StreamId]:
        """The streams that should be carried."""
        return self._wanted

    def want(self, symbols: Iterable[Symbol], in_full: Collection[Symbol]) -> None:
        """State all the symbols to follow; those `in_full` have every channel of this path."""
        wanted = [
            StreamId(symbol, channel.suffix)
            for symbol in sorted(set(symbols))
            for channel in self._channels.values()
            if symbol in in_full or not channel.is_on_demand
        ]
        self._wanted = frozenset(wanted[:STREAMS_MAX])

    @property
    def carried(self) -> int:
        """How many streams the connection carries."""
        return len(self._carried)

    def has_spoken(self, stream: StreamId) -> bool:
        """Tell whether a stream has spoken since it was subscribed on this connection."""
        state = self._carried.get(stream)
        return state is not None and state.has_spoken

    def opened(self, now: Nanos) -> None:
        """A new connection carries nothing yet."""
        self._is_open = True
        self._carried.clear()
        self._control_at = now

    def closed(self) -> None:
        """The connection is gone, and all it carried with it."""
        self._is_open = False
        self._carried.clear()

    def heard(self, stream: StreamId, now: Nanos) -> None:
        """A stream has spoken."""
        state = self._carried.get(stream)
        if state is not None:
            state.since, state.has_spoken, state.is_retried = now, True, False

    def silent(self, now: Nanos) -> tuple[StreamId, ...]:
        """Return the streams that should have spoken by now."""
        return tuple(sorted(stream for stream, state in self._carried.items() if self._due(stream, state) <= now))

    def act(self, now: Nanos) -> Step:
        """Return what is due: at most one control message, for there may be no two of them at once."""
        if not self._is_open:
            return Step()
        silent = self.silent(now)
        hopeless = [stream for stream in silent if self._carried[stream].is_retried]
        if hopeless:
            return Step(reconnect=f"{hopeless[0].name} is silent on {self.path}, and was subscribed anew in vain")
        if now < self._control_at:
            return Step()
        dropped = sorted(self._carried.keys() - self._wanted)[:NAMES_MAX]
        if dropped:
            return self._control("UNSUBSCRIBE", dropped, now)
        missing = sorted(self._wanted - self._carried.keys())[:NAMES_MAX]
        if missing:
            return self._control("SUBSCRIBE", missing, now)
        if silent:
            self.resubscribed += len(silent[:NAMES_MAX])
            return self._control("SUBSCRIBE", silent[:NAMES_MAX], now)
        return Step()

    def next_at(self) -> Nanos | None:
        """Return when `act` may have something to do; None: not before something else happens."""
        if not self._is_open:
            return None
        times = [self._due(stream, state) for stream, state in self._carried.items()]
        if self._wanted != self._carried.keys():
            times.append(self._control_at)
        soonest = min(times, default=_NEVER)
        return None if soonest == _NEVER else max(soonest, self._control_at)

    def _due(self, stream: StreamId, state: _State) -> Nanos:
        channel = self._channels[stream.suffix]
        allowed = channel.silent_max if state.has_spoken else channel.first_within
        return _NEVER if allowed is None else Nanos(state.since + allowed)

    def _control(self, method: str, streams: Iterable[StreamId], now: Nanos) -> Step:
        names = []
        for stream in streams:
            names.append(stream.name)
            if method == "UNSUBSCRIBE":
                del self._carried[stream]
            else:
                self._carried[stream] = _State(now, is_retried=stream in self._carried)
        self._ids += 1
        self._control_at = Nanos(now + CONTROL_APART)
        return Step(messages=(msgspec.json.encode(_Request(method, names, self._ids)),))


_NEVER: Final = Nanos(2**63 - 1)
PUBLIC: Final = (
    Channel("bookTicker", first_within=Nanos(20 * SECOND), silent_max=None),
    Channel("depth@100ms", first_within=Nanos(10 * SECOND), silent_max=Nanos(30 * SECOND), is_on_demand=True),
)
"""A quiet symbol's touch may stand still for minutes, and so says nothing of its stream."""
MARKET: Final = (
    Channel("markPrice@1s", first_within=Nanos(5 * SECOND), silent_max=Nanos(3 * SECOND)),
    Channel("aggTrade", first_within=None, silent_max=None, is_on_demand=True),
)
"""The mark price speaks every second, whatever happens: it is the heartbeat of its symbol and of the connection."""
