"""A thousand crashes: how many accounts the exchange liquidates with our deleverage and without, and what it costs.

One leveraged account on the practice exchange, one crash drawn from a seed, and the same crash again for each way to
deleverage. The engine and the exchange are the real ones; between them is a way of some milliseconds.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import exp
from random import Random
from typing import Final

from msgspec import Struct

from desk.core.risk import exposure
from desk.exchange.crash import Crash, Fall
from desk.exchange.exchange import Exchange
from desk.exchange.latency import Latency
from desk.exchange.market import FullLevels, Mark, MarketRecord, Print
from desk.exchange.rules import practice_instruments
from desk.model.command import PlaceOrder
from desk.model.event import SubAccount
from desk.model.instrument import Instrument
from desk.model.limits import AdlMode, Limits
from desk.model.market import Level
from desk.model.order import OrderKind, OrderType, Side
from desk.model.units import MILLISECOND, SECOND, Nanos, SubId, Symbol, millis
from desk.sim.solo import START, Solo

WALLET: Final = Decimal(10_000)
SUB: Final = SubAccount(SubId("1"), "one", WALLET)
_OPENS_AT: Final = 10
_FALLS_AT: Final = 20
_AFTER: Final = 20
"""Seconds: until the position is taken, until the fall begins, and after its end."""
_STEP: Final = Nanos(200 * MILLISECOND)
_LEVELS: Final = 40
_HOMES: Final = {Symbol("BTCUSDT"): (618_000, 900), Symbol("ETHUSDT"): (265_000, 20_000)}
"""First price in ticks, and size at a level in lots."""
_LEVERAGES: Final = (6.0, 30.0)


class Ending(Struct, frozen=True):
    """How one account came out of one crash."""

    crash: Crash
    adl: AdlMode
    is_liquidated: bool
    kept: Decimal
    """Equity at the end, as a fraction of that at the beginning; below zero, more than all was lost."""
    orders: int
    """Orders that deleveraged."""


class Row(Struct, frozen=True):
    """The endings of one shape and one way to deleverage."""

    crash: str
    adl: AdlMode
    accounts: int
    liquidated: int
    kept: Decimal
    """Mean fraction of equity that was left."""
    worst: Decimal
    orders: Decimal
    """Mean number of orders."""


class FallingMarket:
    """A book that thins out while it falls, a trade a step, and a mark a second that follows with some delay."""

    name = "crash"
    delay = millis(1)

    def __init__(self, instruments: Sequence[Instrument], crash: Crash, seed: int) -> None:
        chance = Random(f"{seed}/{crash}")
        self._books = [_Book(each, Fall(crash, chance), chance) for each in instruments]
        self.seconds = _FALLS_AT + max(each.fall.seconds for each in self._books) + _AFTER
        self._step = 0

    def next_at(self) -> Nanos:
        """Return when the next step is due."""
        return Nanos(START + 1 + self._step * _STEP)

    def take(self) -> list[MarketRecord]:
        """Return the next step of every symbol."""
        seconds = self._step * _STEP / SECOND
        is_marked = self._step % (SECOND // _STEP) == 0
        self._step += 1
        return [record for each in self._books for record in each.records(seconds, is_marked=is_marked)]

    def save(self, now: Nanos) -> bytes:
        """Return nothing: a crash is played once."""
        return b""

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Start over."""


class _Book:
    """One symbol on its way down."""

    def __init__(self, instrument: Instrument, fall: Fall, chance: Random) -> None:
        self.fall = fall
        self._instrument = instrument
        self._chance = chance
        self._home, self._size = _HOMES[instrument.symbol]
        self._noise = 0.0
        self._mark = float(self._home)
        self._last = float(self._home)

    def records(self, seconds: float, *, is_marked: bool) -> Iterator[MarketRecord]:
        self._noise = 0.98 * self._noise + self._chance.gauss(0.0, 0.00004)
        price = self._home * exp(self.fall.move(seconds - _FALLS_AT) + self._noise)
        speed = abs(price - self._last) / self._last
        self._last = price
        thin = 1.0 / (1.0 + 2_000.0 * speed)
        mid = round(price)
        yield Print(self._instrument.symbol, self._at(mid), self._instrument.lot_size * 10, Side.SELL)
        yield FullLevels(self._instrument.symbol, self._side(mid, -1, thin), self._side(mid + 1, 1, thin))
        if is_marked:
            self._mark += 0.5 * (price - self._mark)
            mark = self._instrument.tick_size * round(self._mark)
            yield Mark(self._instrument.symbol, mark, mark, Decimal(0))

    def _side(self, touch: int, sign: int, thin: float) -> tuple[Level, ...]:
        apart = max(1, round(3 / thin))
        levels = []
        for number in range(_LEVELS):
            lots = max(1, int(self._size * thin * self._chance.uniform(0.3, 1.7)))
            levels.append(Level(self._at(touch + sign * number * apart), self._instrument.lot_size * lots))
        return tuple(levels)

    def _at(self, ticks: int) -> Decimal:
        return self._instrument.tick_size * ticks


def play(seed: int, crash: Crash, adl: AdlMode) -> Ending:
    """Play one crash with one way to deleverage."""
    instruments = tuple(each for each in practice_instruments() if each.symbol in _HOMES)
    market = FallingMarket(instruments, crash, seed)
    exchange = Exchange(
        instruments=instruments,
        market=market,
        start=START,
        seed=seed,
        latency=Latency(median=millis(4)),
        wallet=WALLET,
        leverage=50,
    )
    limits = Limits(order_value_max=Decimal(10**6), market_slip_bps=Decimal(100), leverage=50, adl=adl, dead_man_s=0)
    desk = Solo(exchange, instruments, limits, SUB)
    end = Nanos(START + int(market.seconds * SECOND))
    desk.run(Nanos(START + _OPENS_AT * SECOND))
    leverage = Random(f"{seed}/leverage").uniform(*_LEVERAGES)
    for command in _opening(instruments, leverage, seed):
        desk.submit(command)
    desk.run(Nanos(START + _FALLS_AT * SECOND))
    before = exposure.equity(desk.state, SUB.id)
    desk.run(end)
    wallet = exchange.truth(end)
    marks = desk.state.marks()
    after = wallet.wallet + sum(
        (each.quantity * marks[each.symbol] - each.entry_value for each in wallet.positions), Decimal(0)
    )
    return Ending(crash, adl, exchange.liquidator.count > 0, after / before, desk.sent[OrderKind.DELEVERAGE])


def table(endings: Sequence[Ending]) -> list[Row]:
    """Return one row for each shape and way, and one for all shapes together."""
    rows = []
    for crash in (*Crash, None):
        for adl in (AdlMode.OFF, AdlMode.CLASSIC, AdlMode.TARGET):
            chosen = [each for each in endings if each.adl is adl and crash in (None, each.crash)]
            if chosen:
                rows.append(_row(crash.value if crash is not None else "all", adl, chosen))
    return rows


def _row(crash: str, adl: AdlMode, endings: Sequence[Ending]) -> Row:
    count = len(endings)
    return Row(
        crash=crash,
        adl=adl,
        accounts=count,
        liquidated=sum(each.is_liquidated for each in endings),
        kept=sum((each.kept for each in endings), Decimal(0)) / count,
        worst=min(each.kept for each in endings),
        orders=Decimal(sum(each.orders for each in endings)) / count,
    )


def _opening(instruments: Sequence[Instrument], leverage: float, seed: int) -> Iterator[PlaceOrder]:
    """Buy for so many times the wallet, in one symbol or shared between two."""
    shares = Random(f"{seed}/shares").choice(((1.0, 0.0), (0.5, 0.5), (0.2, 0.8)))
    for instrument, share in zip(instruments, shares, strict=True):
        home, _ = _HOMES[instrument.symbol]
        wanted = Decimal(str(round(leverage * share * 1_000))) / 1_000 * WALLET / (instrument.tick_size * home)
        quantity = instrument.round_down_to_lot(wanted)
        if quantity:
            yield PlaceOrder(
                sub=SUB.id, symbol=instrument.symbol, side=Side.BUY, quantity=quantity, type=OrderType.MARKET
            )
