"""What clients write about an order."""

from decimal import Decimal

import pytest

from desk.exchange.resting import SelfTrade
from desk.model.order import Side, TimeInForce
from desk.model.units import SECOND
from desk.server.methods import wishes
from desk.server.methods.route import Call
from desk.server.params import from_json, parse
from tests.server.counter import NOW_MS, Counter


def read(**params):
    counter = Counter()
    given = from_json({"symbol": "BTCUSDT", "side": "buy", "type": "limit", "quantity": "1", **params})
    return wishes.read(Call(given, counter.venue, counter.listen_keys, counter.seat()), given)


def test_a_limit_order_is_read_with_all_it_says():
    wish = read(
        price="59990.0",
        timeInForce="gtx",
        reduceOnly="False",
        newClientOrderId="a.B:/_-9",
        selfTradePreventionMode="expire_both",
        positionSide="BOTH",
    )

    assert (wish.side, wish.kind, wish.tif, wish.price) == (Side.BUY, "LIMIT", TimeInForce.GTX, Decimal(59990))
    assert (wish.reduce_only, wish.client_id, wish.self_trade) == (False, "a.B:/_-9", SelfTrade.EXPIRE_BOTH)


def test_a_date_is_good_in_whole_seconds():
    wish = read(price="59990", timeInForce="GTD", goodTillDate=NOW_MS + 700_999)

    assert wish.good_till % SECOND == 0
    assert wishes.to_millis(wish.good_till) == (NOW_MS + 700_999) // 1_000 * 1_000


def test_who_says_nothing_gets_the_venues_usual_ways():
    wish = read(price="59990", timeInForce="GTC")

    assert (wish.self_trade, wish.price_match, wish.good_till, wish.client_id) == (
        SelfTrade.EXPIRE_MAKER,
        "NONE",
        None,
        "",
    )
    assert wishes.exact(None) == 0


@pytest.mark.parametrize("side", ["", "BOTH", "both"])
def test_the_one_side_of_one_way_mode_may_be_named(side):
    wishes.check_side_of_position(parse(f"positionSide={side}".encode(), b""))
