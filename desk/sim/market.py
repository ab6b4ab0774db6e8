"""A coarse market: a few levels a side, one event every second or two and now and then a burst; cheap to simulate."""

from decimal import Decimal
from random import Random
from typing import Final

from msgspec import Struct

from desk.exchange.market import FullLevels, Mark, MarketRecord, Print
from desk.model.instrument import Instrument
from desk.model.market import Level
from desk.model.order import Side
from desk.model.units import MILLISECOND, SECOND, Nanos, Symbol, millis

FUNDING_RATE: Final = Decimal("0.0001")
_LEVELS: Final = 5
_BURST_SHARE: Final = 0.03
_BURST_EVENTS: Final = 12


class Character(Struct, frozen=True):
    """What distinguishes one symbol: its first price in ticks, its size at a level in lots."""

    home: int
    size: int
    step: float
    """Standard deviation of one move, in ticks."""


CHARACTERS: Final = {
    Symbol("BTCUSDT"): Character(618_000, 400, 6.0),
    Symbol("ETHUSDT"): Character(265_000, 6_000, 5.0),
}


class _Stall:
    """One symbol's crowd."""

    def __init__(self, instrument: Instrument, chance: Random, start: Nanos) -> None:
        self.instrument = instrument
        self.chance = chance
        self.character = CHARACTERS[instrument.symbol]
        self.mid = self.character.home
        self.next_at = Nanos(start + 1)
        self.burst_left = 0

    def take(self) -> list[MarketRecord]:
        chance = self.chance
        if not self.burst_left and chance.random() < _BURST_SHARE:
            self.burst_left = _BURST_EVENTS
        wildness = 3.0 if self.burst_left else 1.0
        self.mid += round(chance.gauss((self.character.home - self.mid) / 4_000, self.character.step * wildness))
        pause = chance.randint(40, 200) if self.burst_left else chance.randint(500, 2_400)
        self.burst_left = max(0, self.burst_left - 1)
        self.next_at = Nanos(self.next_at + pause * MILLISECOND)
        records: list[MarketRecord] = []
        if chance.random() < 0.7:
            records.append(self._trade())
        records += [self._depth(), self._mark()]
        return records

    def leap(self, share: float) -> None:
        self.mid += round(self.mid * share)

    def _trade(self) -> Print:
        side = Side.BUY if self.chance.random() < 0.5 else Side.SELL
        # At the touch as it will be, now and then a tick or two through it.
        through = self.chance.choice((0, 0, 0, 1, 3))
        price = self.mid + (1 + through if side is Side.BUY else -through)
        # Many small and a few large: orders are filled in parts.
        lots = max(1, int(self.character.size * self.chance.expovariate(1.5) ** 2))
        return Print(self.instrument.symbol, self._price(price), self.instrument.lot_size * lots, side)

    def _depth(self) -> FullLevels:
        bids = tuple([self._level(self.mid - step) for step in range(_LEVELS)])
        asks = tuple([self._level(self.mid + 1 + step) for step in range(_LEVELS)])
        return FullLevels(self.instrument.symbol, bids, asks)

    def _mark(self) -> Mark:
        price = self._price(self.mid)
        return Mark(self.instrument.symbol, price, price, FUNDING_RATE)

    def _level(self, price: int) -> Level:
        lots = self.chance.randint(self.character.size // 4, self.character.size)
        return Level(self._price(price), self.instrument.lot_size * lots)

    def _price(self, ticks: int) -> Decimal:
        return self.instrument.tick_size * ticks


class CoarseMarket:
    """A market source for simulated worlds; the price has a chance of its own, nobody's orders move it."""

    name = "simulated market"
    delay = millis(0)

    def __init__(self, instruments: tuple[Instrument, ...], chances: tuple[Random, ...], start: Nanos) -> None:
        self._stalls = [_Stall(each, chance, start) for each, chance in zip(instruments, chances, strict=True)]

    def next_at(self) -> Nanos:
        """Return when the next records are due."""
        return min(stall.next_at for stall in self._stalls)

    def take(self) -> list[MarketRecord]:
        """Return the records due at `next_at()`, and move on."""
        stall = min(self._stalls, key=lambda each: each.next_at)
        return stall.take()

    def leap(self, share: float) -> None:
        """Let every price jump by a share of itself."""
        for stall in self._stalls:
            stall.leap(share)

    def save(self, now: Nanos) -> bytes:
        """Return nothing: a simulated exchange outlives every desk."""
        return b""

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Start over at `now`."""
        for stall in self._stalls:
            stall.next_at = Nanos(max(stall.next_at, now))


START: Final = Nanos(1_764_028_800 * SECOND - 240 * SECOND)
"""When every session begins: four minutes before funding is paid."""
