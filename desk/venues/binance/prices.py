"""Touch and mark as the venue answers them over HTTP: the last source, where nothing else knows."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from desk.core.limiter import prices_weight
from desk.model.market import MarkPrice, Quote
from desk.model.price import PriceKind, Via
from desk.model.units import Nanos, Symbol
from desk.venues.binance.codec import Mangled, mark_of, touch_of
from desk.venues.binance.rest import Call, Rest, Security

_TOUCH: Final = "/fapi/v1/ticker/bookTicker"
_MARK: Final = "/fapi/v1/premiumIndex"
_ALONE_MAX: Final = {PriceKind.TOUCH: 2, PriceKind.MARK: 10}
"""Up to so many symbols it costs less to ask for each than for all."""


class _BookTicker(Struct, rename="camel"):
    symbol: str
    bid_price: Decimal
    bid_qty: Decimal
    ask_price: Decimal
    ask_qty: Decimal
    time: int = 0


class _PremiumIndex(Struct, rename="camel"):
    symbol: str
    mark_price: Decimal
    index_price: Decimal
    last_funding_rate: str
    next_funding_time: int
    time: int


T = TypeVar("T")


class RestPrices:
    """The venue's own word."""

    via = Via.REST

    def __init__(self, rest: Rest, now: Callable[[], Nanos]) -> None:
        self._rest = rest
        self._now = now

    async def prices(self, kind: PriceKind, symbols: Sequence[Symbol]) -> Sequence[Quote | MarkPrice]:
        """Return the venue's prices; raises Mangled for an answer that is none. Without an answer there are none."""
        bodies = [await self._body(kind, each) for each in _questions(kind, symbols)]
        try:
            return [
                each for body in bodies if body is not None for each in self._read(kind, body) if each.symbol in symbols
            ]
        except InvalidOperation:
            raise Mangled(f"{kind}: expected numbers, found NaN") from None

    async def _body(self, kind: PriceKind, symbol: Symbol | None) -> bytes | None:
        params: dict[str, str | int | bool] = {} if symbol is None else {"symbol": symbol}
        weight = prices_weight(kind, 1 if symbol is not None else _ALONE_MAX[kind] + 1)
        reply = await self._rest.send(
            Call("GET", _TOUCH if kind is PriceKind.TOUCH else _MARK, params, Security.NONE, weight=weight)
        )
        return reply.answer.body if reply.answer.status == 200 else None

    def _read(self, kind: PriceKind, body: bytes) -> Iterable[Quote | MarkPrice]:
        ts = self._now()
        if kind is PriceKind.TOUCH:
            for row in _rows(body, _BookTicker):
                sides = row.bid_price, row.bid_qty, row.ask_price, row.ask_qty
                yield touch_of(Symbol(row.symbol), sides, ts=ts, at=row.time, via=Via.REST)
        else:
            for each in _rows(body, _PremiumIndex):
                prices, rate = (each.mark_price, each.index_price), each.last_funding_rate
                funding = (rate, each.next_funding_time)
                yield mark_of(Symbol(each.symbol), prices, funding, ts=ts, at=each.time, via=Via.REST)


def _questions(kind: PriceKind, symbols: Sequence[Symbol]) -> Sequence[Symbol | None]:
    return symbols if len(symbols) <= _ALONE_MAX[kind] else (None,)


def _rows(body: bytes, kind: type[T]) -> list[T]:
    """Read one row, or a list of them: the venue answers with one where a symbol was named."""
    try:
        if body.startswith(b"["):
            return msgspec.json.decode(body, type=list[kind])  # type: ignore[valid-type]
        return [msgspec.json.decode(body, type=kind)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Mangled(f"a price: {error}") from None
