"""Frames of the market streams as events: one decoding, exact decimals, stamped by the caller.

Unknown fields are ignored and an unknown kind of event is no error: the venue adds both without notice. A value that is no
price is one: NaN passes as a decimal, and would poison every comparison after it.
"""

from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec
from msgspec import Struct, field

from desk.model.error import VenueError
from desk.model.market import BookDelta, BookSnapshot, Level, MarkPrice, MarkSource, Quote, TradePrint
from desk.model.order import Side
from desk.model.price import Via
from desk.model.units import MILLISECOND, ZERO, Nanos, Symbol
from desk.venues.binance.lane import StreamId

MarketData = Quote | BookDelta | TradePrint | MarkPrice


class Mangled(VenueError):
    """A frame or an answer that cannot be what the venue meant."""


class _BookTicker(Struct, gc=False, tag="bookTicker", tag_field="e"):
    symbol: str = field(name="s")
    bid: Decimal = field(name="b")
    bid_size: Decimal = field(name="B")
    ask: Decimal = field(name="a")
    ask_size: Decimal = field(name="A")
    at: int = field(name="T", default=0)


class _Depth(Struct, tag="depthUpdate", tag_field="e"):
    symbol: str = field(name="s")
    first_id: int = field(name="U")
    last_id: int = field(name="u")
    previous_id: int = field(name="pu")
    bids: tuple[Level, ...] = field(name="b")
    asks: tuple[Level, ...] = field(name="a")
    at: int = field(name="T", default=0)


class _AggTrade(Struct, gc=False, tag="aggTrade", tag_field="e"):
    symbol: str = field(name="s")
    price: Decimal = field(name="p")
    quantity: Decimal = field(name="q")
    is_buyer_maker: bool = field(name="m")
    at: int = field(name="T", default=0)


class _Mark(Struct, gc=False, tag="markPriceUpdate", tag_field="e"):
    symbol: str = field(name="s")
    price: Decimal = field(name="p")
    index: Decimal = field(name="i")
    rate: str = field(name="r")
    next_funding: int = field(name="T")
    at: int = field(name="E", default=0)


_Frame = _BookTicker | _Depth | _AggTrade | _Mark
_DECODER: Final = msgspec.json.Decoder(_Frame)
_KNOWN: Final = frozenset({"bookTicker", "depthUpdate", "aggTrade", "markPriceUpdate"})


class _Kind(Struct):
    e: str | None = None


class _DepthAnswer(Struct, rename={"last_update_id": "lastUpdateId", "at": "T"}):
    last_update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at: int = 0


def decode_market(frame: bytes, ts: Nanos) -> tuple[MarketData, StreamId] | None:
    """Return the event in a frame that arrived at `ts`, and its stream; None for a frame that is no market data.

    Raise Mangled for market data that cannot be right.
    """
    try:
        message = _DECODER.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        check_passable(frame, error, _KNOWN)
        return None
    try:
        match message:
            case _BookTicker():
                return _on_ticker(message, ts)
            case _Depth():
                return _on_depth(message, ts)
            case _AggTrade():
                return _on_trade(message, ts)
            case _:
                return _on_mark(message, ts)
    except InvalidOperation:
        raise Mangled(f"{message.__class__.__name__[1:]} of {message.symbol}: expected numbers, found NaN") from None


def decode_depth(symbol: Symbol, body: bytes, ts: Nanos) -> BookSnapshot:
    """Return the answer to a question for the depth; raise Mangled for one that is none."""
    try:
        answer = msgspec.json.decode(body, type=_DepthAnswer)
        _check_levels(symbol, answer.bids, answer.asks)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Mangled(f"depth of {symbol}: {error}") from None
    except InvalidOperation:
        raise Mangled(f"depth of {symbol}: expected numbers, found NaN") from None
    return BookSnapshot(ts, symbol, answer.last_update_id, answer.bids, answer.asks, Nanos(answer.at * MILLISECOND))


def check_passable(frame: bytes, error: Exception, ours: frozenset[str]) -> None:
    """Pass an answer to a control message and kinds of event that are not ours; raise Mangled for any other frame."""
    try:
        kind = msgspec.json.decode(frame, type=_Kind).e
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        kind = ""
    if kind == "" or kind in ours:
        raise Mangled(f"a frame of {len(frame)} bytes cannot be read: {error}") from None


def touch_of(
    symbol: Symbol, sides: tuple[Decimal, Decimal, Decimal, Decimal], *, ts: Nanos, at: int, via: Via
) -> Quote:
    """Return a touch of bid, its size, ask, its size, made by the venue at `at` ms; raise Mangled for one that is none."""
    bid, bid_size, ask, ask_size = sides
    # An empty side is told as a zero; a touch that is crossed is no touch.
    if not (ZERO < bid < ask and bid_size >= ZERO and ask_size >= ZERO and ask.is_finite()):
        raise Mangled(f"touch of {symbol}: expected bid below ask, found {bid} and {ask}")
    return Quote(ts, symbol, bid, bid_size, ask, ask_size, Nanos(at * MILLISECOND), via)


def mark_of(
    symbol: Symbol, prices: tuple[Decimal, Decimal], funding: tuple[str, int], *, ts: Nanos, at: int, via: Via
) -> MarkPrice:
    """Return a mark of mark and index price, rate and next time of funding; raise Mangled for one that cannot be."""
    (price, index), (told, next_funding) = prices, funding
    # A symbol that pays no funding, like one that is being delivered, has an empty rate.
    rate = Decimal(told) if told else ZERO
    if not (ZERO < price < _HUGE and ZERO <= index < _HUGE and abs(rate) < 1):
        raise Mangled(f"mark of {symbol}: expected a price and a rate, found {price} and {told}")
    next_at, made_at = Nanos(next_funding * MILLISECOND), Nanos(at * MILLISECOND)
    return MarkPrice(ts, symbol, price, index, rate, next_at, MarkSource.VENUE, made_at, via)


def _on_ticker(message: _BookTicker, ts: Nanos) -> tuple[MarketData, StreamId]:
    symbol = Symbol(message.symbol)
    sides = message.bid, message.bid_size, message.ask, message.ask_size
    return touch_of(symbol, sides, ts=ts, at=message.at, via=Via.STREAM), StreamId(symbol, "bookTicker")


def _on_depth(message: _Depth, ts: Nanos) -> tuple[MarketData, StreamId]:
    symbol = Symbol(message.symbol)
    _check_levels(symbol, message.bids, message.asks)
    delta = BookDelta(
        ts,
        symbol,
        message.first_id,
        message.last_id,
        message.previous_id,
        message.bids,
        message.asks,
        Nanos(message.at * MILLISECOND),
    )
    return delta, StreamId(symbol, "depth@100ms")


def _on_trade(message: _AggTrade, ts: Nanos) -> tuple[MarketData, StreamId]:
    if not (ZERO < message.price < _HUGE and ZERO < message.quantity < _HUGE):
        raise Mangled(f"trade of {message.symbol}: expected a price and a size, found {message.price}")
    symbol = Symbol(message.symbol)
    side = Side.SELL if message.is_buyer_maker else Side.BUY
    print_ = TradePrint(ts, symbol, message.price, message.quantity, side, Nanos(message.at * MILLISECOND))
    return print_, StreamId(symbol, "aggTrade")


def _on_mark(message: _Mark, ts: Nanos) -> tuple[MarketData, StreamId]:
    symbol, prices, funding = (
        Symbol(message.symbol),
        (message.price, message.index),
        (message.rate, message.next_funding),
    )
    return mark_of(symbol, prices, funding, ts=ts, at=message.at, via=Via.STREAM), StreamId(symbol, "markPrice@1s")


def _check_levels(symbol: str, *sides: tuple[Level, ...]) -> None:
    for side in sides:
        for level in side:
            if not (ZERO < level.price < _HUGE and ZERO <= level.size < _HUGE):
                raise Mangled(f"depth of {symbol}: expected prices and sizes, found {level.price} and {level.size}")


_HUGE: Final = Decimal(10) ** 15
