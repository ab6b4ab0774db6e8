"""Short ways to say what a test needs: instruments, market data, orders and reports."""

from decimal import Decimal

from msgspec.structs import replace

from desk.model.event import OrderFilled, VenuePosition
from desk.model.instrument import Bracket, Instrument
from desk.model.limits import Limits
from desk.model.market import BookDelta, BookSnapshot, Level, MarkPrice, MarkSource, Quote, TradePrint
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, SECOND, ZERO, ClientOrderId, Nanos, SubId, Symbol

D = Decimal
EPOCH = Nanos(1_764_028_800 * SECOND)
"""When every story begins: 2025-11-25 00:00:00 UTC."""
BTC = Symbol("BTCUSDT")
ETH = Symbol("ETHUSDT")
ALPHA = SubId("1")
BRAVO = SubId("2")


def at(millis: int) -> Nanos:
    """Return the time `millis` milliseconds after the beginning."""
    return Nanos(EPOCH + millis * MILLISECOND)


def brackets(*rows: str) -> tuple[Bracket, ...]:
    """Return brackets from rows of `cap rate cum`, each beginning where the one before ends."""
    made: list[Bracket] = []
    for row in rows:
        cap, rate, cum = (D(word) for word in row.split())
        made.append(Bracket(made[-1].cap if made else ZERO, cap, rate, cum, leverage=int(1 / rate / 2) or 1))
    return tuple(made)


BRACKETS = brackets(
    "50000 0.004 0",
    "250000 0.005 50",
    "1000000 0.01 1300",
    "10000000 0.025 16300",
    "20000000 0.05 266300",
    "50000000 0.10 1266300",
)
"""An old table of the venue for BTC: test data, whose liquidation prices are known."""


def instrument(symbol: str = BTC, **changes: object) -> Instrument:
    """Return an instrument: tick 0.1, lot 0.001, at least 5 of notional, prices within 5 % of the mark."""
    made = Instrument(
        symbol=Symbol(symbol),
        base=symbol.removesuffix("USDT"),
        quote="USDT",
        tick_size=D("0.1"),
        lot_size=D("0.001"),
        quantity_min=D("0.001"),
        quantity_max=D(1000),
        market_quantity_max=D(100),
        notional_min=D(5),
        collar_up=D("1.05"),
        collar_down=D("0.95"),
        maker_fee=D("0.0002"),
        taker_fee=D("0.0005"),
        brackets=BRACKETS,
    )
    return replace(made, **changes)


def limits(**changes: object) -> Limits:
    """Return limits: a million an order, market orders within 10 bps of the touch, 10x.

    What would speak up in every story is off: the dead-man switch and the guard against doubled orders.
    """
    made = Limits(order_value_max=D(1_000_000), market_slip_bps=D(10), dead_man_s=0, duplicate_ms=0)
    return replace(made, **changes)


def quote(touch: str, millis: int = 0, symbol: str = BTC, size: str = "5") -> Quote:
    """Return a quote from `67000.0/67000.1`, the same size on both sides."""
    bid, _, ask = touch.partition("/")
    return Quote(at(millis), Symbol(symbol), D(bid), D(size), D(ask), D(size), at(millis))


def mark(price: str, millis: int = 0, symbol: str = BTC) -> MarkPrice:
    """Return a mark price, funding 1 bp, eight hours away."""
    return MarkPrice(
        ts=at(millis),
        symbol=Symbol(symbol),
        price=D(price),
        index=D(price),
        funding_rate=D("0.0001"),
        next_funding=at(8 * 3_600_000),
        source=MarkSource.VENUE,
        venue_ts=at(millis),
    )


def trade(price: str, quantity: str, aggressor: Side, millis: int = 0, symbol: str = BTC) -> TradePrint:
    """Return a trade of the market."""
    return TradePrint(at(millis), Symbol(symbol), D(price), D(quantity), aggressor, at(millis))


def levels(text: str) -> tuple[Level, ...]:
    """Return levels from `2@100.0 1@99.9`."""
    return tuple(Level(D(price), D(size)) for size, _, price in (word.partition("@") for word in text.split()))


def depth(bids: str, asks: str, last_id: int = 10, millis: int = 0, symbol: str = BTC) -> BookSnapshot:
    """Return a depth snapshot at `last_id`."""
    return BookSnapshot(at(millis), Symbol(symbol), last_id, levels(bids), levels(asks), at(millis))


def delta(ids: str, bids: str = "", asks: str = "", millis: int = 0, symbol: str = BTC) -> BookDelta:
    """Return a change of the book; `ids` is `first-last after previous`."""
    span, _, previous = ids.partition(" after ")
    first, _, last = span.partition("-")
    return BookDelta(
        ts=at(millis),
        symbol=Symbol(symbol),
        first_id=int(first),
        last_id=int(last),
        previous_id=int(previous),
        bids=levels(bids),
        asks=levels(asks),
        venue_ts=at(millis),
    )


def spec(order_id: str = "PMS0001_MAN001000000_00001", **changes: object) -> OrderSpec:
    """Return an order as it would leave: sub-account 1 buys 1.0 BTCUSDT at 100.0."""
    made = OrderSpec(
        id=ClientOrderId(order_id),
        sub=ALPHA,
        symbol=BTC,
        side=Side.BUY,
        type=OrderType.LIMIT,
        tif=TimeInForce.GTC,
        quantity=D("1.0"),
        price=D("100.0"),
        kind=OrderKind.MANUAL,
    )
    return replace(made, **changes)


def fill(order: OrderSpec, trade_id: int, quantity: str, filled: str, **changes: object) -> OrderFilled:
    """Return a trade of `order` at its own price, as maker and without a fee; `filled` includes it."""
    made = OrderFilled(
        ts=at(0),
        order=order.id,
        symbol=order.symbol,
        trade=trade_id,
        price=order.price,
        quantity=D(quantity),
        fee=ZERO,
        maker=True,
        filled=D(filled),
        venue_ts=at(0),
    )
    return replace(made, **changes)


def held(symbol: str, quantity: str, entry: str) -> VenuePosition:
    """Return a position as the venue states it."""
    return VenuePosition(Symbol(symbol), D(quantity), D(entry), D(quantity) * D(entry))
