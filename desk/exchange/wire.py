"""The messages of a recorded market, decoded to typed structs."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec
from msgspec import Struct, field

from desk.exchange.tape_file import Broken
from desk.model.market import Level
from desk.model.units import ZERO, Nanos, Symbol


class DepthUpdate(Struct, tag_field="e", tag="depthUpdate"):
    """Changes to the depth, or the first levels whole where the stream is a partial one."""

    symbol: Symbol = field(name="s")
    first_id: int = field(name="U")
    last_id: int = field(name="u")
    previous_id: int = field(name="pu")
    bids: tuple[Level, ...] = field(name="b")
    asks: tuple[Level, ...] = field(name="a")


class BookTicker(Struct, tag_field="e", tag="bookTicker", gc=False):
    """The touch at an update id of the depth."""

    update_id: int = field(name="u")
    symbol: Symbol = field(name="s")
    bid: Decimal = field(name="b")
    bid_size: Decimal = field(name="B")
    ask: Decimal = field(name="a")
    ask_size: Decimal = field(name="A")


class Trade(Struct, tag_field="e", tag="trade", gc=False):
    """One fill of the market; kinds other than MARKET did not go through the book."""

    symbol: Symbol = field(name="s")
    price: Decimal = field(name="p")
    quantity: Decimal = field(name="q")
    is_buyer_maker: bool = field(name="m")
    kind: str = field(name="X", default="MARKET")


class AggTrade(Struct, tag_field="e", tag="aggTrade", gc=False):
    """Fills of one taker at one price."""

    symbol: Symbol = field(name="s")
    price: Decimal = field(name="p")
    quantity: Decimal = field(name="q")
    is_buyer_maker: bool = field(name="m")


class MarkUpdate(Struct, tag_field="e", tag="markPriceUpdate", gc=False):
    """The venue's mark price."""

    symbol: Symbol = field(name="s")
    price: Decimal = field(name="p")
    index: Decimal = field(name="i")
    funding_rate: Decimal = field(name="r")


class DepthSnapshot(Struct):
    """The REST answer: it does not say which symbol it is of."""

    last_update_id: int = field(name="lastUpdateId")
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


Message = DepthUpdate | BookTicker | Trade | AggTrade | MarkUpdate


class _Envelope(Struct):
    stream: str
    data: Message


class _Kind(Struct):
    e: str = ""


class _AnyEnvelope(Struct):
    stream: str
    data: _Kind


_KNOWN_KINDS: Final = frozenset({"depthUpdate", "bookTicker", "trade", "aggTrade", "markPriceUpdate"})
_PARTIAL_DEPTH: Final = frozenset({"depth5", "depth10", "depth20"})
_SNAPSHOT_KEY: Final = b'"lastUpdateId"'
_STAMP_DIGITS_MAX: Final = 19
"""Nanoseconds since 1970 have as many until the year 2262."""
_NUMBER_MAX: Final = Decimal(10) ** 15
_DECIMALS_MAX: Final = 30
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""The last two come from the decoder's own depths: for bytes that are no text, and for brackets without end."""

_envelopes: Final = msgspec.json.Decoder(_Envelope)
_snapshots: Final = msgspec.json.Decoder(DepthSnapshot)
_any_envelopes: Final = msgspec.json.Decoder(_AnyEnvelope)


def decode_line(line: bytes) -> tuple[Nanos, Message | DepthSnapshot | None]:
    """Return when a line was received and what it says; None: a message of a kind that is not played.

    Raises Broken for a line that is not `<receive ns> <message>`.
    """
    stamp, _, body = line.partition(b" ")
    if not stamp.isdigit() or len(stamp) > _STAMP_DIGITS_MAX:
        raise Broken(f"expected `<receive ns> <json>`, found {_shown(line)}", is_of_line=True)
    try:
        if _SNAPSHOT_KEY in body[:32]:
            return Nanos(int(stamp)), _sound(_snapshots.decode(body), body)
        envelope = _envelopes.decode(body)
    except _UNREADABLE as error:
        if _is_other_kind(body):
            return Nanos(int(stamp)), None
        raise Broken(f"expected a market message, found {_shown(body)} ({error})", is_of_line=True) from error
    if isinstance(envelope.data, DepthUpdate) and _is_partial(envelope.stream):
        return Nanos(int(stamp)), None
    return Nanos(int(stamp)), _sound(envelope.data, body)


def _sound(message: Message | DepthSnapshot, body: bytes) -> Message | DepthSnapshot:
    """Return the message, or raise Broken: `NaN`, `Infinity` and `1e999999999` are decimals too."""
    try:
        for number in _numbers(message):
            if not ZERO <= number < _NUMBER_MAX or number.adjusted() < -_DECIMALS_MAX:
                break
        else:
            return message
    except InvalidOperation:
        number = Decimal("NaN")
    raise Broken(
        f"expected prices and sizes from 0 to {_NUMBER_MAX:,}, found {number} in {_shown(body)}", is_of_line=True
    )


def _numbers(message: Message | DepthSnapshot) -> Iterator[Decimal]:
    match message:
        case DepthUpdate() | DepthSnapshot():
            for levels in (message.bids, message.asks):
                for level in levels:
                    yield level.price
                    yield level.size
        case BookTicker():
            yield from (message.bid, message.bid_size, message.ask, message.ask_size)
        case Trade() | AggTrade():
            yield from (message.price, message.quantity)
        case MarkUpdate():
            yield from (message.price, message.index, abs(message.funding_rate))


def _is_partial(stream: str) -> bool:
    # These carry the name and shape of a delta, but their levels are the whole top of the book.
    return stream.partition("@")[2].partition("@")[0] in _PARTIAL_DEPTH


def _is_other_kind(body: bytes) -> bool:
    try:
        return _any_envelopes.decode(body).data.e not in _KNOWN_KINDS
    except _UNREADABLE:
        return False


def _shown(data: bytes) -> str:
    return repr(data[:40].decode(errors="replace")) if data else "an empty line"
