from decimal import Decimal
from random import Random

import msgspec
import pytest

from desk.exchange.accounts import Position
from desk.exchange.market import Mark
from desk.exchange.memo import Memo, decode, encode
from desk.exchange.resting import LiveOrder
from desk.model.error import BadInput
from desk.model.event import VenueTrade
from desk.model.order import OrderSpec, OrderType
from desk.model.units import SubId
from tests.exchange.scripted import BTC, BUY, GTC, START


def _memo():
    spec = OrderSpec(
        id="a",
        sub=SubId("1"),
        symbol=BTC,
        side=BUY,
        type=OrderType.LIMIT,
        tif=GTC,
        quantity=Decimal("1.5"),
        price=Decimal("60000.10"),
    )
    return Memo(
        wallet=Decimal("123.45678901"),
        positions={BTC: Position(Decimal("-0.1"), Decimal("-6000.01"))},
        orders=[LiveOrder(spec, 7, spec.price, spec.quantity, Decimal("0.5"), Decimal("3"), 2)],
        trades=[VenueTrade("a", BTC, 4, spec.price, Decimal("0.5"), Decimal("1.2"), True, START)],
        orders_taken=7,
        trade_ids={BTC: 4},
        update_ids={BTC: 99},
        marks={BTC: Mark(BTC, Decimal("60000.1"), Decimal(60000), Decimal("0.0001"))},
        chance=Random(3).getstate(),
        market=b"\x00\x01",
    )


def test_a_memo_comes_back_as_it_was():
    assert decode(encode(_memo())) == _memo()


def test_chance_goes_on_where_it_was():
    chance, other = Random(3), Random()
    kept = decode(encode(_memo()))

    other.setstate(kept.chance)

    assert [other.random() for _ in range(3)] == [chance.random() for _ in range(3)]


def test_a_memo_of_another_format_is_refused():
    memo = _memo()
    memo.format = 2

    with pytest.raises(BadInput, match="format 2; expected 1"):
        decode(encode(memo))


def test_half_a_memo_is_refused():
    with pytest.raises(BadInput, match="cannot be read"):
        decode(encode(_memo())[:100])
    with pytest.raises(BadInput, match="cannot be read"):
        decode(msgspec.msgpack.encode({"format": 1}))
