"""A practice market from chance alone: one crowd a symbol, each with its own seeded stream."""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from desk.exchange.crash import Crash, Fall
from desk.exchange.crowd import Character, Crowd, CrowdState
from desk.exchange.market import MarketRecord
from desk.exchange.memo import RandomState
from desk.model.error import BadInput
from desk.model.instrument import Instrument
from desk.model.units import MICROSECOND, MILLISECOND, SECOND, Nanos, Symbol

FALLS_AFTER: Final = Nanos(60 * SECOND)
"""From the opening to the crash: time to take a position."""
_FALL_STEP: Final = Nanos(200 * MILLISECOND)
_NEVER: Final = Nanos(2**62)
_FUNDING_RATE: Final = Decimal("0.0001")

_CHARACTERS: Final = {
    Symbol("BTCUSDT"): Character(home=618_000, touch=4_000, trade=30, reach=6_000, wildness=1.0),
    Symbol("ETHUSDT"): Character(home=265_000, touch=30_000, trade=350, reach=3_000, wildness=1.3),
    Symbol("SOLUSDT"): Character(home=14_800, touch=40_000, trade=500, reach=350, wildness=3.5),
}


class _CrowdMemo(Struct):
    state: CrowdState
    chance: RandomState
    acted: int
    """Nanoseconds since the crowd acted."""
    wait: int
    """Nanoseconds until it acts again."""


class _Stall:
    """One symbol's place in the market: its crowd, its chance, and its times."""

    def __init__(self, instrument: Instrument, character: Character, seed: int, start: Nanos) -> None:
        self.chance = Random(f"{seed}/{instrument.symbol}")
        self.crowd = Crowd(instrument, character, self.chance)
        self.acted_at = start
        self.acts_at = self._pause_from(start)
        self.marks_at = _next_second(start)
        self.fall: Fall | None = None
        self.falls_at = _NEVER
        self._began = start
        self._fallen = 0.0

    @property
    def next_at(self) -> Nanos:
        return min(self.acts_at, self.marks_at, self.falls_at)

    def begin_fall(self, fall: Fall, at: Nanos) -> None:
        self.fall, self.falls_at, self._began, self._fallen = fall, at, at, 0.0

    def take(self) -> list[MarketRecord]:
        if self.falls_at <= min(self.acts_at, self.marks_at):
            return self._fall()
        if self.marks_at <= self.acts_at:
            self.marks_at = _next_second(self.marks_at)
            self.crowd.follow()
            return [self.crowd.mark(_FUNDING_RATE)]
        at = self.acts_at
        records = self.crowd.act((at - self.acted_at) / SECOND)
        self.acted_at, self.acts_at = at, self._pause_from(at)
        return records

    def _fall(self) -> list[MarketRecord]:
        assert self.fall is not None
        seconds = (self.falls_at - self._began) / SECOND
        move = self.fall.move(seconds)
        step, self._fallen = move - self._fallen, move
        self.falls_at = Nanos(self.falls_at + _FALL_STEP) if seconds < self.fall.seconds else _NEVER
        return self.crowd.press(step)

    def save(self, now: Nanos) -> _CrowdMemo:
        return _CrowdMemo(self.crowd.state, self.chance.getstate(), now - self.acted_at, self.acts_at - now)

    def restore(self, memo: _CrowdMemo, now: Nanos) -> None:
        self.crowd.state = memo.state
        self.chance.setstate(memo.chance)
        self.acted_at, self.acts_at = Nanos(now - memo.acted), Nanos(now + memo.wait)
        self.marks_at = _next_second(now)

    def _pause_from(self, at: Nanos) -> Nanos:
        return Nanos(at + max(MICROSECOND, int(self.crowd.pause_seconds() * SECOND)))


class GeneratedMarket:
    """A market that never was; the same seed always gives the same one."""

    name = "practice exchange"
    delay = Nanos(MILLISECOND)

    def __init__(
        self,
        instruments: tuple[Instrument, ...],
        *,
        seed: int,
        start: Nanos,
        crash: Crash | None = None,
        characters: Mapping[Symbol, Character] = _CHARACTERS,
    ) -> None:
        """With a `crash` every price falls, a minute after the opening and each by its own measure."""
        unknown = [each.symbol for each in instruments if each.symbol not in characters]
        if unknown:
            raise BadInput(f"practice market: no crowd for {unknown[0]}; expected one of {', '.join(characters)}")
        self._stalls = {each.symbol: _Stall(each, characters[each.symbol], seed, start) for each in instruments}
        self._opens_at: Nanos | None = start
        if crash is not None:
            for symbol, stall in self._stalls.items():
                stall.begin_fall(Fall(crash, Random(f"{seed}/{symbol}/{crash}")), Nanos(start + FALLS_AFTER))

    def next_at(self) -> Nanos | None:
        """Return when the next records are due; None: no symbol is traded."""
        if self._opens_at is not None:
            return self._opens_at
        return min((stall.next_at for stall in self._stalls.values()), default=None)

    def take(self) -> list[MarketRecord]:
        """Return the records due at `next_at()`: whole books and marks first, then what the crowds do."""
        if self._opens_at is not None:
            self._opens_at = None
            crowds = [stall.crowd for stall in self._stalls.values()]
            opening: list[MarketRecord] = [crowd.whole_book() for crowd in crowds]
            return opening + [crowd.mark(_FUNDING_RATE) for crowd in crowds]
        return min(self._stalls.values(), key=lambda each: each.next_at).take()

    def save(self, now: Nanos) -> bytes:
        """Return every crowd with its chance."""
        return msgspec.msgpack.encode({symbol: stall.save(now) for symbol, stall in self._stalls.items()})

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Go on from the last price at `now`; a symbol that is new starts at home.

        Raises BadInput for bytes that are not a memo.
        """
        try:
            crowds = msgspec.msgpack.decode(memo, type=dict[Symbol, _CrowdMemo])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"practice market: its saved state cannot be read: {error}") from error
        self._opens_at = now
        for symbol, stall in self._stalls.items():
            if symbol in crowds:
                stall.restore(crowds[symbol], now)


def _next_second(now: Nanos) -> Nanos:
    return Nanos((now // SECOND + 1) * SECOND)
