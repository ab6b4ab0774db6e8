"""The messages of a recorded market, decoded to typed structs."""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct, field

from desk.exchange.tape_file import Broken
from desk.model.market import Level
from desk.model.units import Nanos, Symbol


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

_envelopes: Final = msgspec.json.Decoder(_Envelope)
_snapshots: Final = msgspec.json.Decoder(DepthSnapshot)
_any_envelopes: Final = msgspec.json.Decoder(_AnyEnvelope)


def decode_line(line: bytes) -> tuple[Nanos, Message | DepthSnapshot | None]:
    """Return when a line was received and what it says; None: a message of a kind that is not played.

    Raises Broken for a line that is not `<receive ns> <message>`.
    """
    stamp, _, body = line.partition(b" ")
    if not stamp.isdigit():
        raise Broken(f"expected `<receive ns> <json>`, found {_shown(line)}", is_of_line=True)
    try:
        if _SNAPSHOT_KEY in body[:32]:
            return Nanos(int(stamp)), _snapshots.decode(body)
        envelope = _envelopes.decode(body)
    except msgspec.DecodeError as error:
        if _is_other_kind(body):
            return Nanos(int(stamp)), None
        raise Broken(f"expected a market message, found {_shown(body)} ({error})", is_of_line=True) from error
    if isinstance(envelope.data, DepthUpdate) and _is_partial(envelope.stream):
        return Nanos(int(stamp)), None
    return Nanos(int(stamp)), envelope.data


def _is_partial(stream: str) -> bool:
    # These carry the name and shape of a delta, but their levels are the whole top of the book.
    return stream.partition("@")[2].partition("@")[0] in _PARTIAL_DEPTH


def _is_other_kind(body: bytes) -> bool:
    try:
        return _any_envelopes.decode(body).data.e not in _KNOWN_KINDS
    except msgspec.DecodeError:
        return False


def _shown(data: bytes) -> str:
    return repr(data[:40].decode(errors="replace")) if data else "an empty line"
