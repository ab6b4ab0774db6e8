"""Paths, stream names and control messages, as clients really send them."""

import json

import msgspec
import pytest

from desk.server.subscriptions import STREAMS_MAX, Opening, Side, Subscriptions, read_address


def subscribed(side=Side.PUBLIC, *names, is_lenient=False):
    return Subscriptions(Opening(side, is_combined=False, streams=names), is_lenient=is_lenient)


def control(subscriptions, message):
    answer, must_close = subscriptions.control(json.dumps(message) if isinstance(message, dict) else message)
    return json.loads(msgspec.json.encode(answer)), must_close


@pytest.mark.parametrize(
    ("target", "opening"),
    [
        ("/public/ws/0", Opening(Side.PUBLIC, False)),
        (
            "/market/ws/btcusdt@aggTrade/ethusdt@aggTrade",
            Opening(Side.MARKET, False, ("btcusdt@aggTrade", "ethusdt@aggTrade")),
        ),
        ("/public/stream?streams=a@depth/b@depth", Opening(Side.PUBLIC, True, ("a@depth", "b@depth"))),
        ("/private/ws/KEY", Opening(Side.PRIVATE, False, keys=("KEY",))),
        (
            "/private/ws?listenKey=K&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE",
            Opening(Side.PRIVATE, False, keys=("K",), events=frozenset({"ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"})),
        ),
        ("/private/stream?listenKey=K1&listenKey=K2", Opening(Side.PRIVATE, True, keys=("K1", "K2"))),
        ("/ws", Opening(Side.LEGACY, False)),
        ("/ws?listenKey=K", Opening(Side.LEGACY, False, keys=("K",))),
        ("/stream?streams=!bookTicker", Opening(Side.LEGACY, True, ("!bookTicker",))),
        ("/", None),
        ("/public", None),
        ("/ws-fapi/v1", None),
    ],
)
def test_an_address_says_what_is_wanted(target, opening):
    assert read_address(target) == opening


@pytest.mark.parametrize(
    ("name", "public", "market"),
    [
        ("btcusdt@bookTicker", True, False),
        ("!bookTicker", True, False),
        ("btcusdt@depth", True, False),
        ("btcusdt@depth5@100ms", True, False),
        ("btcusdt@trade", True, True),
        ("btcusdt@aggTrade", False, True),
        ("btcusdt@markPrice@1s", False, True),
        ("!forceOrder@arr", False, True),
        ("btcusdt@kline_1m", False, True),
    ],
)
def test_a_stream_speaks_on_its_own_path_and_on_the_old_one_only_if_it_is_public(name, public, market):
    sides = (Side.PUBLIC, Side.MARKET, Side.PRIVATE, Side.LEGACY)

    assert [subscribed(side).speaks(name) for side in sides] == [public, market, False, public]
    assert subscribed(Side.LEGACY, is_lenient=True).speaks(name)


def test_accounts_are_heard_on_the_private_path():
    assert [subscribed(each).hears_accounts for each in Side] == [False, False, True, False]
    assert subscribed(Side.LEGACY, is_lenient=True).hears_accounts


@pytest.mark.parametrize("number", [1, 1_790_000_000_000, "a", "3b1f-uuid"])
def test_whatever_is_subscribed_to_is_acknowledged_with_the_requests_own_id(number):
    subscriptions = subscribed()

    assert control(subscriptions, {"method": "SUBSCRIBE", "params": ["NOPE@what"], "id": number}) == (
        {"result": None, "id": number},
        False,
    )
    assert control(subscriptions, {"method": "LIST_SUBSCRIPTIONS", "id": 3}) == (
        {"result": ["NOPE@what"], "id": 3},
        False,
    )
    control(subscriptions, {"method": "UNSUBSCRIBE", "params": ["NOPE@what"], "id": 4})
    assert subscriptions.names == []


def test_the_envelope_is_a_property():
    subscriptions = subscribed()

    assert control(subscriptions, {"method": "SET_PROPERTY", "params": ["combined", True], "id": 5})[0] == {
        "result": None,
        "id": 5,
    }
    assert control(subscriptions, {"method": "GET_PROPERTY", "params": ["combined"], "id": 2})[0] == {
        "result": True,
        "id": 2,
    }


@pytest.mark.parametrize(
    ("message", "code", "closes"),
    [
        ("nonsense", 3, True),
        (b"\xff\xfe", 3, True),
        ("[" * 5_000, 3, True),
        ("[]", 3, True),
        ({"id": 1}, 2, False),
        ({"method": "DANCE", "id": 1}, 2, False),
        ({"method": "SUBSCRIBE", "params": [1], "id": 1}, 2, False),
        ({"method": "SUBSCRIBE", "params": "x", "id": 1}, 2, False),
        ({"method": "SUBSCRIBE", "params": ["x"], "id": {}}, 2, False),
        ({"method": "SET_PROPERTY", "params": ["other", True], "id": 1}, 0, False),
        ({"method": "SET_PROPERTY", "params": ["combined", 1], "id": 1}, 1, False),
        ({"method": "SUBSCRIBE", "params": [f"s{number}" for number in range(STREAMS_MAX + 1)], "id": 1}, 2, True),
    ],
)
def test_what_is_wrong_is_told_with_its_code_and_no_json_ends_the_connection(message, code, closes):
    answer, must_close = control(subscribed(), message)

    assert (answer["error"]["code"], must_close) == (code, closes)
