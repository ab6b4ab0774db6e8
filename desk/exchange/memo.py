"""What a practice exchange keeps between two sessions, as bytes."""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from desk.exchange.accounts import Position
from desk.exchange.market import Mark
from desk.exchange.resting import LiveOrder
from desk.model.error import BadInput
from desk.model.event import VenueTrade
from desk.model.guard import GuardSpec
from desk.model.units import Symbol

RandomState = tuple[int, tuple[int, ...], float | None]
"""What `random.Random.getstate` returns."""

_FORMAT: Final = 1


class Memo(Struct, kw_only=True):
    """Account, orders, counters and chance; requests and reports on their way are not in it: they are lost."""

    format: int = _FORMAT
    wallet: Decimal
    positions: dict[Symbol, Position]
    orders: list[LiveOrder]
    trades: list[VenueTrade]
    orders_taken: int
    trade_ids: dict[Symbol, int]
    update_ids: dict[Symbol, int]
    marks: dict[Symbol, Mark]
    chance: RandomState
    market: bytes
    stops: list[GuardSpec] = []


def encode(memo: Memo) -> bytes:
    """Return the memo as bytes."""
    return msgspec.msgpack.encode(memo)


def decode(data: bytes) -> Memo:
    """Read a memo back.

    Raises BadInput for bytes that are not a memo of this format.
    """
    try:
        memo = msgspec.msgpack.decode(data, type=Memo)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"practice exchange: its saved state cannot be read: {error}") from error
    if memo.format != _FORMAT:
        raise BadInput(f"practice exchange: its saved state has format {memo.format}; expected {_FORMAT}")
    return memo
