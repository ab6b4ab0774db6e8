"""The crowd of one practice symbol: makers and takers around a fair price that wanders."""

from decimal import Decimal
from enum import StrEnum
from math import exp, log, log1p, sqrt
from random import Random
from typing import Final

from msgspec import Struct

from desk.exchange.market import FullLevels, LevelChanges, Mark, MarketRecord, Print
from desk.model.instrument import Instrument
from desk.model.market import Level
from desk.model.order import Side


class Mood(StrEnum):
    """How a market behaves for a while."""

    QUIET = "quiet"
    TREND = "trend"
    BURST = "burst"
    GAP = "gap"
    """A jump of the fair price, and the scramble after it."""


class _Manner(Struct, frozen=True):
    events_per_second: float
    volatility: float
    """Standard deviation of the logarithm of the fair price after one second."""
    drift: float
    """Move of the logarithm per second, in the mood's own direction."""
    lasts_seconds: float
    trades: float
    """Share of the events that are trades."""


_MANNERS: Final = {
    Mood.QUIET: _Manner(40.0, 0.000003, 0.0, 20.0, 0.22),
    Mood.TREND: _Manner(60.0, 0.000004, 0.000005, 12.0, 0.30),
    Mood.BURST: _Manner(150.0, 0.00004, 0.0, 2.5, 0.40),
    Mood.GAP: _Manner(100.0, 0.00004, 0.0, 1.0, 0.45),
}
_AFTER_QUIET: Final = (Mood.TREND, Mood.TREND, Mood.BURST, Mood.BURST, Mood.BURST, Mood.GAP)
_HOMESICK_SECONDS: Final = 4 * 3_600.0
"""The fair price is pulled home this slowly: it wanders freely for minutes and never leaves for good."""
_STICKY_TICKS: Final = 1.0
"""The touch stands until the fair price has left it by this much: queues have time to form and to be eaten."""
_HASTE: Final = 0.4
"""Chance that an event then moves the touch."""
_SWEEP_LEVELS_MAX: Final = 12
_PRESSED_TICKS_MAX: Final = 40
"""Further than this from its fair price the whole crowd moves at once."""
_SPREAD_TICKS_MAX: Final = 25
_LEVELS_MAX: Final = 320


class Character(Struct, frozen=True, kw_only=True):
    """What distinguishes one symbol; prices in ticks, sizes in lots."""

    home: int
    touch: int
    """Usual size of the best level."""
    trade: int
    """Median size of a trade."""
    reach: int
    """How far from the touch orders rest."""
    wildness: float
    """Volatility, as a multiple of the manner's."""


class CrowdState(Struct):
    """Everything a crowd remembers; sizes in lots by price in ticks."""

    fair: float
    smooth: float
    """The mid as the mark price follows it."""
    basis: float = 0.0
    mood: Mood = Mood.QUIET
    mood_left: float = 20.0
    direction: int = 1
    bids: dict[int, int] = {}
    asks: dict[int, int] = {}


class Crowd:
    """One symbol's crowd; the same chance gives the same market."""

    def __init__(self, instrument: Instrument, character: Character, chance: Random) -> None:
        self._instrument = instrument
        self._character = character
        self._chance = chance
        self._records: list[MarketRecord] = []
        self._changed: dict[Side, dict[int, int]] = {side: {} for side in Side}
        self.state = CrowdState(fair=float(character.home), smooth=float(character.home))
        self._settle_in()

    def pause_seconds(self) -> float:
        """Draw the time until the crowd acts again."""
        return self._chance.expovariate(_MANNERS[self.state.mood].events_per_second)

    def act(self, elapsed: float) -> list[MarketRecord]:
        """Let one thing happen, `elapsed` seconds after the last."""
        self._wander(elapsed)
        mid, spread = (self._best(Side.BUY) + self._best(Side.SELL)) / 2, self._spread()
        if abs(self.state.fair - mid) > spread / 2 + _STICKY_TICKS and self._chance.random() < _HASTE:
            self._move(Side.BUY if self.state.fair > mid else Side.SELL)
        elif spread > 1 and self._chance.random() < 0.6:
            self._improve(Side.BUY if self.state.fair > mid else Side.SELL)
        else:
            self._fidget()
        while self._spread() > _SPREAD_TICKS_MAX:
            self._improve(self._either_side())
        return self._told()

    def press(self, move: float) -> list[MarketRecord]:
        """Let the fair price move by a logarithm at once; where the crowd cannot follow step by step, it all moves.

        Then the touch trades on the way, and everybody who rested is a step further.
        """
        self.state.fair *= exp(move)
        best = self._best(Side.BUY)
        gap = int(self.state.fair) - best
        if abs(gap) <= _PRESSED_TICKS_MAX:
            return self._told()
        aggressor = Side.SELL if gap < 0 else Side.BUY
        touch = self._best(aggressor.opposite)
        self._print(touch, self._book(aggressor.opposite)[touch], aggressor)
        self.state.bids = {price + gap: lots for price, lots in self.state.bids.items() if price + gap > 0}
        self.state.asks = {price + gap: lots for price, lots in self.state.asks.items() if price + gap > 0}
        return [*self._told(), self.whole_book()]

    def whole_book(self) -> FullLevels:
        """Return the crowd's whole depth."""
        bids = self._as_levels(sorted(self.state.bids.items(), reverse=True))
        asks = self._as_levels(sorted(self.state.asks.items()))
        return FullLevels(self._instrument.symbol, bids, asks)

    def follow(self) -> None:
        """Let the mark price follow the mid for a second, a small basis off the index."""
        state = self.state
        mid = (self._best(Side.BUY) + self._best(Side.SELL)) / 2
        state.smooth += 0.5 * (mid - state.smooth)
        state.basis = 0.98 * state.basis + self._chance.gauss(0.0, 0.000004) * mid

    def mark(self, funding_rate: Decimal) -> Mark:
        """Return the mark price as it is."""
        state, step = self.state, self._instrument.tick_size / 100
        price, index = step * round(state.smooth * 100), step * round((state.smooth - state.basis) * 100)
        return Mark(self._instrument.symbol, price, index, funding_rate)

    # The fair price.

    def _wander(self, elapsed: float) -> None:
        state, manner = self.state, _MANNERS[self.state.mood]
        state.mood_left -= elapsed
        if state.mood_left <= 0:
            self._change_mood()
        noise = manner.volatility * self._character.wildness * sqrt(elapsed) * self._chance.gauss(0.0, 1.0)
        state.fair *= exp(noise + state.direction * manner.drift * elapsed)
        state.fair += (self._character.home - state.fair) * min(1.0, elapsed / _HOMESICK_SECONDS)

    def _change_mood(self) -> None:
        state, chance = self.state, self._chance
        state.mood = chance.choice(_AFTER_QUIET) if state.mood is Mood.QUIET else Mood.QUIET
        state.mood_left = chance.expovariate(1 / _MANNERS[state.mood].lasts_seconds)
        state.direction = chance.choice((-1, 1))
        if state.mood is Mood.GAP:
            state.fair *= exp(state.direction * chance.uniform(0.0004, 0.0012) * self._character.wildness)

    # What makers and takers do.

    def _move(self, towards: Side) -> None:
        # The crowd on the far side is traded away or flees; the near side follows up to the new touch.
        far, fair = towards.opposite, self.state.fair
        is_traded = self._chance.random() < 0.6
        for _ in range(_SWEEP_LEVELS_MAX):
            best = self._best(far)
            if (best - fair) * towards.sign >= 0 or len(self._book(far)) < 20:
                break
            if is_traded:
                self._print(best, self._book(far)[best], towards)
            self._set(far, best, 0)
        self._improve(towards)

    def _improve(self, side: Side) -> None:
        best, limit = self._best(side), self._best(side.opposite) - side.sign
        room = (limit - best) * side.sign
        if room <= 0:
            return
        step = room if self._chance.random() < 0.8 else self._chance.randint(1, room)
        self._set(side, best + step * side.sign, self._size(0))
        for between in range(max(1, step - 10), step):
            if self._chance.random() < 0.6:
                self._set(side, best + between * side.sign, self._size(step - between))

    def _fidget(self) -> None:
        side, choice = self._either_side(), self._chance.random()
        trades = _MANNERS[self.state.mood].trades
        if choice < trades:
            self._trade(side)
        elif choice < trades + 0.4:
            self._adjust_touch(side)
        else:
            self._adjust_depth(side)

    def _trade(self, aggressor: Side) -> None:
        side = aggressor.opposite
        lots = max(1, int(self._character.trade * exp(1.3 * self._chance.gauss(0.0, 1.0))))
        for _ in range(3):
            best = self._best(side)
            size = self._book(side)[best]
            eaten = min(lots, size)
            self._print(best, eaten, aggressor)
            lots -= eaten
            self._set(side, best, size - eaten)
            if not lots or len(self._book(side)) < 20:
                break

    def _adjust_touch(self, side: Side) -> None:
        best, usual = self._best(side), self._character.touch
        size = self._book(side)[best]
        if size > 2 * usual or (size > usual / 4 and self._chance.random() < 0.45):
            self._set(side, best, max(1, int(size * self._chance.uniform(0.3, 0.95))))
        else:
            self._set(side, best, size + max(1, self._size(0) // 4))

    def _adjust_depth(self, side: Side) -> None:
        book, reach = self._book(side), self._character.reach
        distance = max(1, int(exp(self._chance.uniform(0.0, log(reach)))))
        price = self._best(side) - distance * side.sign
        if price <= 0:
            return
        is_crowded = len(book) > _LEVELS_MAX
        if price in book and self._chance.random() < (0.9 if is_crowded else 0.4):
            self._set(side, price, 0)
        else:
            self._set(side, price, self._size(distance))
        if is_crowded:
            self._set(side, min(book) if side is Side.BUY else max(book), 0)

    def _settle_in(self) -> None:
        for side, touch in ((Side.BUY, self._character.home), (Side.SELL, self._character.home + 1)):
            distance, stride = 0, 1.0
            while distance < self._character.reach:
                if distance == 0 or self._chance.random() < 0.85:
                    self._set(side, touch - distance * side.sign, self._size(distance))
                stride = stride if distance < 40 else stride * 1.02
                distance += max(1, int(stride * self._chance.uniform(0.6, 1.4)))
            self._changed[side].clear()

    def _size(self, distance: int) -> int:
        # Thick at the touch, thin behind it, heavier again further out; now and then a wall.
        share = 1.0 if distance == 0 else 0.06 + 0.05 * log1p(distance)
        share *= exp(0.7 * self._chance.gauss(0.0, 1.0))
        if distance > 5 and self._chance.random() < 0.015:
            share *= 10
        return max(1, int(self._character.touch * share))

    # The book in ticks and lots.

    def _book(self, side: Side) -> dict[int, int]:
        return self.state.bids if side is Side.BUY else self.state.asks

    def _best(self, side: Side) -> int:
        return max(self.state.bids) if side is Side.BUY else min(self.state.asks)

    def _spread(self) -> int:
        return self._best(Side.SELL) - self._best(Side.BUY)

    def _either_side(self) -> Side:
        return Side.BUY if self._chance.random() < 0.5 else Side.SELL

    def _set(self, side: Side, price: int, lots: int) -> None:
        if lots:
            self._book(side)[price] = lots
        else:
            del self._book(side)[price]
        self._changed[side][price] = lots

    def _print(self, price: int, lots: int, aggressor: Side) -> None:
        tick, lot = self._instrument.tick_size, self._instrument.lot_size
        self._records.append(Print(self._instrument.symbol, tick * price, lot * lots, aggressor))

    def _told(self) -> list[MarketRecord]:
        records, self._records = self._records, []
        bids, asks = self._changed[Side.BUY], self._changed[Side.SELL]
        if bids or asks:
            told = LevelChanges(
                self._instrument.symbol, self._as_levels(list(bids.items())), self._as_levels(list(asks.items()))
            )
            records.append(told)
            bids.clear()
            asks.clear()
        return records

    def _as_levels(self, lots_at: list[tuple[int, int]]) -> tuple[Level, ...]:
        tick, lot = self._instrument.tick_size, self._instrument.lot_size
        return tuple([Level(tick * price, lot * lots) for price, lots in lots_at])
