"""The algos side by side, each on the same market: a chase against crossing and against resting; a scalper by regime.

The same order begins at the same moment of the same seed (or of a recording), once for each way. What is left unfilled at
the end is taken to cost what crossing would cost then, so that a way which fills only when it is easy does not look good.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct, structs

from desk.core.risk import exposure
from desk.exchange.crash import Crash
from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.market import MarketSource
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.command import ChaseSpec, Command, OnTtl, PlaceOrder, StartChase, StartRun
from desk.model.event import SubAccount
from desk.model.instrument import Instrument
from desk.model.limits import Limits
from desk.model.market import Quote
from desk.model.order import OrderType, Side, TimeInForce
from desk.model.program import EmaMode, ScalperSpec
from desk.model.units import BPS, SECOND, ZERO, Nanos, SubId, Symbol
from desk.sim.solo import START, Solo

BTC: Final = Symbol("BTCUSDT")
SUB: Final = SubAccount(SubId("1"), "one", Decimal(100_000))
QUANTITY: Final = Decimal("0.500")
SETTLES: Final = 10
"""Seconds before anything is begun."""
TIMEOUT: Final = 30
AFTER: Final = 5
"""Seconds in which what was begun may still end."""
RECORDED_APART: Final = 36
"""Seconds between two beginnings on a recording."""
SCALPS: Final = 180
"""Seconds of a scalper."""


T = TypeVar("T", "Result", "Scalped")


class Way(StrEnum):
    """How one order is worked."""

    CROSS = "cross at once"
    REST = "rest, 30 s"
    CHASE = "chase, 30 s, cross"


class Result(Struct, frozen=True):
    """How one order went; distances in bps of the mid it found, positive is what it cost."""

    filled: Decimal
    """As a fraction."""
    slippage: Decimal
    """Of what was filled."""
    fees: Decimal
    shortfall: Decimal
    """All of it: slippage, fees, and crossing at the end for what was not filled."""
    maker: Decimal
    seconds: Decimal
    """Until the last fill."""


class Mean(Struct, frozen=True):
    """The results of one way."""

    way: Way
    orders: int
    result: Result


class Guard(StrEnum):
    """A scalper with one of its protections off, or with one on that is off by default."""

    ALL = "all on"
    NO_BACKOFF = "no backoff"
    NO_WINDOW = "no entry limit"
    NO_LOSS = "no loss pause"
    NO_STOP = "no stop, no hold"
    EMA = "ema applied"


class Regime(StrEnum):
    """What the market does."""

    RANGE = "range"
    TREND = "trend"
    CRASH = "crash"


class Scalped(Struct, frozen=True):
    """How one scalper went, in quote currency and in base currency."""

    result: Decimal
    """Change of equity with everything marked at the end."""
    drawdown: Decimal
    inventory: Decimal
    """The largest position, without a sign."""
    trips: Decimal


class ScalpedMean(Struct, frozen=True):
    """The scalpers of one regime with one set of protections."""

    regime: Regime
    guard: Guard
    runs: int
    mean: Scalped
    worst: Decimal


_SCALPER: Final = ScalperSpec(
    sub=SUB.id,
    symbol=BTC,
    quantity=Decimal("0.200"),
    layers=4,
    base_bps=Decimal(1),
    max_bps=Decimal(6),
    target_bps=Decimal(2),
    requote_bps=Decimal("0.5"),
    inventory_max=Decimal("0.400"),
    fills_max=12,
    loss_bps=Decimal(8),
    stop_bps=Decimal(20),
    hold_ms=60_000,
    ema=EmaMode.OBSERVE,
)
_FAR: Final = Decimal(2_000)
_GUARDS: Final[dict[Guard, Callable[[ScalperSpec], ScalperSpec]]] = {
    Guard.ALL: lambda spec: spec,
    Guard.NO_BACKOFF: lambda spec: structs.replace(spec, delay_ms=spec.throttle_ms),
    Guard.NO_WINDOW: lambda spec: structs.replace(spec, fills_max=0),
    Guard.NO_LOSS: lambda spec: structs.replace(spec, loss_bps=spec.stop_bps),
    Guard.NO_STOP: lambda spec: structs.replace(spec, stop_bps=_FAR, hold_ms=0),
    Guard.EMA: lambda spec: structs.replace(spec, ema=EmaMode.APPLY),
}
_CRASHES: Final = {Regime.RANGE: None, Regime.TREND: Crash.DRIFT, Regime.CRASH: Crash.CASCADE}


def execute(seed: int, way: Way) -> Result:
    """Work one order one way on a seeded market; odd seeds buy."""
    market = GeneratedMarket(_instruments(), seed=seed, start=START)
    desk = _desk(market, seed, START)
    return _order(desk, Nanos(START + SETTLES * SECOND), Side.BUY if seed % 2 else Side.SELL, way)


def execute_on(recording: Path, way: Way) -> list[Result]:
    """Work an order one way every RECORDED_APART seconds of a recording, buying and selling in turn."""
    market = RecordedMarket(recording, practice_instruments())
    first = market.next_at()
    assert first is not None, "an empty recording is refused before"
    desk, results = _desk(market, 1, first), list[Result]()
    at = Nanos(first + SETTLES * SECOND)
    while True:
        desk.run(at)
        if market.next_at() is None:
            return results
        results.append(_order(desk, at, Side.BUY if len(results) % 2 else Side.SELL, way))
        at = Nanos(at + RECORDED_APART * SECOND)


def scalp(seed: int, regime: Regime, guard: Guard) -> Scalped:
    """Let a scalper work through one market; a trend and a crash begin a minute after the opening."""
    market = GeneratedMarket(_instruments(), seed=seed, start=START, crash=_CRASHES[regime])
    desk = _desk(market, seed, START)
    desk.run(Nanos(START + SETTLES * SECOND))
    desk.submit(StartRun(_GUARDS[guard](_SCALPER)))
    before = high = exposure.equity(desk.state, SUB.id)
    drawdown = inventory = ZERO
    for second in range(SETTLES, SETTLES + SCALPS):
        desk.run(Nanos(START + second * SECOND))
        now = exposure.equity(desk.state, SUB.id)
        high = max(high, now)
        drawdown = max(drawdown, high - now)
        inventory = max(inventory, abs(desk.state.accounts[SUB.id].quantity(BTC)))
    trips = sum(1 for fill in desk.state.fills if fill.realised_pnl)
    return Scalped(exposure.equity(desk.state, SUB.id) - before, drawdown, inventory, Decimal(trips))


def means(results: Iterable[tuple[Way, Result]]) -> list[Mean]:
    """Return one row for each way."""
    by_way: dict[Way, list[Result]] = {way: [] for way in Way}
    for way, result in results:
        by_way[way].append(result)
    return [Mean(way, len(found), _mean(found, Result)) for way, found in by_way.items() if found]


def scalped_means(results: Iterable[tuple[Regime, Guard, Scalped]]) -> list[ScalpedMean]:
    """Return one row for each regime and set of protections."""
    cells: dict[tuple[Regime, Guard], list[Scalped]] = {(regime, guard): [] for regime in Regime for guard in Guard}
    for regime, guard, result in results:
        cells[regime, guard].append(result)
    return [
        ScalpedMean(regime, guard, len(found), _mean(found, Scalped), min(each.result for each in found))
        for (regime, guard), found in cells.items()
        if found
    ]


def _mean(found: Sequence[T], kind: type[T]) -> T:
    names = kind.__struct_fields__
    return kind(*(sum((getattr(each, name) for each in found), ZERO) / len(found) for name in names))


def _instruments() -> tuple[Instrument, ...]:
    return tuple(each for each in practice_instruments() if each.symbol == BTC)


def _desk(market: MarketSource, seed: int, start: Nanos) -> Solo:
    limits = Limits(
        order_value_max=Decimal(10**6), market_slip_bps=Decimal(50), leverage=10, dead_man_s=0, duplicate_ms=0
    )
    exchange = Exchange(instruments=_instruments(), market=market, start=start, seed=seed, wallet=SUB.wallet)
    return Solo(exchange, _instruments(), limits, SUB, start)


def _order(desk: Solo, at: Nanos, side: Side, way: Way) -> Result:
    """Work one order; its fills are those booked since."""
    desk.run(at)
    quote = desk.state.markets[BTC].quote
    assert quote is not None, "the market has settled"
    known = {(fill.symbol, fill.trade) for fill in desk.state.fills}
    desk.submit(_command(way, side, quote))
    desk.run(Nanos(at + TIMEOUT * SECOND))
    for order in list(desk.state.open.values()):
        if order.spec.algo is None:
            desk.cancel(order.spec.id)
    desk.run(Nanos(at + (TIMEOUT + AFTER) * SECOND))
    return _result(desk, side, quote, at, known)


def _command(way: Way, side: Side, quote: Quote) -> Command:
    if way is Way.CROSS:
        return PlaceOrder(sub=SUB.id, symbol=BTC, side=side, quantity=QUANTITY, type=OrderType.MARKET)
    if way is Way.REST:
        touch = quote.bid if side is Side.BUY else quote.ask
        return PlaceOrder(sub=SUB.id, symbol=BTC, side=side, quantity=QUANTITY, price=touch, tif=TimeInForce.GTX)
    return StartChase(
        ChaseSpec(sub=SUB.id, symbol=BTC, side=side, quantity=QUANTITY, ttl_ms=TIMEOUT * 1_000, on_ttl=OnTtl.CROSS)
    )


def _result(desk: Solo, side: Side, arrival: Quote, at: Nanos, known: set[tuple[Symbol, int]]) -> Result:
    fills = [fill for fill in desk.state.fills if (fill.symbol, fill.trade) not in known]
    filled = sum((fill.quantity for fill in fills), ZERO)
    value = sum((fill.quantity * fill.price for fill in fills), ZERO)
    fees = sum((fill.fee for fill in fills), ZERO)
    maker = sum((fill.quantity for fill in fills if fill.maker), ZERO)
    whole = QUANTITY * arrival.mid * BPS
    lost = side.sign * (value - filled * arrival.mid)
    quote = desk.state.markets[BTC].quote
    assert quote is not None, "it was there when the order began"
    far = quote.ask if side is Side.BUY else quote.bid
    left = QUANTITY - filled
    rest = left * (side.sign * (far - arrival.mid) + far * desk.state.instruments[BTC].taker_fee)
    last = max((fill.ts for fill in fills), default=at)
    return Result(
        filled=filled / QUANTITY,
        slippage=lost / (filled * arrival.mid * BPS) if filled else ZERO,
        fees=fees / whole,
        shortfall=(lost + fees + rest) / whole,
        maker=maker / filled if filled else ZERO,
        seconds=Decimal(last - at) / SECOND,
    )
