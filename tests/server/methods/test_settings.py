"""How an account is set, and what of it is refused until it is built."""

import pytest

from desk.model.units import SECOND, Nanos
from tests.server.counter import Counter, kinds

DUAL, LISTEN = "/fapi/v1/positionSide/dual", "/fapi/v1/listenKey"


@pytest.fixture
def counter():
    return Counter()


def test_leverage_is_kept_told_and_bounds_the_notional(counter):
    _, answer = counter.ask("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=25)

    assert answer == {"leverage": 25, "maxNotionalValue": "70000000", "symbol": "BTCUSDT"}
    (event,) = counter.told()
    assert event["ac"] == {"s": "BTCUSDT", "l": 25}
    (row,) = counter.ask("GET", "/fapi/v1/symbolConfig", symbol="BTCUSDT")[1]
    assert (row["leverage"], row["marginType"], row["maxNotionalValue"]) == (25, "CROSSED", "70000000")


@pytest.mark.parametrize("leverage", [0, -1, 151, 200])
def test_a_leverage_that_is_not_to_be_had_is_refused(counter, leverage):
    assert counter.ask("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=leverage)[1] == {
        "code": -4028,
        "msg": f"Leverage {leverage} is not valid",
    }


def test_leverage_is_not_lowered_below_what_the_position_needs(counter):
    counter.order(type="MARKET", quantity="4")
    counter.order(quantity="28", price="59000")

    assert counter.ask("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=2)[1]["code"] == -2028
    assert counter.seat().leverage("BTCUSDT") == 20


def test_brackets_are_numbers_and_one_object_where_a_symbol_is_given(counter):
    _, one = counter.ask("GET", "/fapi/v1/leverageBracket", symbol="BTCUSDT")
    _, all_of_them = counter.ask("GET", "/fapi/v1/leverageBracket")

    assert one["brackets"][1] == {
        "bracket": 2,
        "initialLeverage": 100,
        "notionalCap": 800000,
        "notionalFloor": 300000,
        "maintMarginRatio": 0.005,
        "cum": 300,
    }
    assert [each["symbol"] for each in all_of_them] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("marginType", {"symbol": "BTCUSDT", "marginType": "CROSSED"}, -4046),
        ("marginType", {"symbol": "BTCUSDT", "marginType": "ISOLATED"}, -4084),
        ("marginType", {"symbol": "BTCUSDT", "marginType": "NONE"}, -1130),
        ("positionSide/dual", {"dualSidePosition": "false"}, -4059),
        ("positionSide/dual", {"dualSidePosition": "true"}, -4084),
        ("positionSide/dual", {}, -1102),
        ("multiAssetsMargin", {"multiAssetsMargin": "false"}, -4171),
        ("multiAssetsMargin", {"multiAssetsMargin": "true"}, -4084),
        ("positionMargin", {"symbol": "BTCUSDT", "amount": "1", "type": 1}, -4054),
        ("positionMargin", {"symbol": "BTCUSDT", "amount": "0", "type": 1}, -4055),
    ],
)
def test_what_is_set_already_or_not_built_is_refused_in_the_venues_words(counter, path, params, code):
    assert counter.ask("POST", f"/fapi/v1/{path}", **params)[1]["code"] == code


def test_the_mode_is_not_changed_over_open_orders_or_positions(counter):
    counter.order()
    assert counter.ask("POST", DUAL, dualSidePosition="true")[1]["code"] == -4067

    counter.ask("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    counter.order(type="MARKET", quantity="0.1")
    assert counter.ask("POST", DUAL, dualSidePosition="true")[1]["code"] == -4068
    assert counter.ask("GET", DUAL)[1] == {"dualSidePosition": False}


def test_a_listen_key_needs_the_key_alone_and_is_the_same_until_it_runs_out(counter):
    _, first = counter.send("POST", LISTEN, key="alice")
    counter.pass_time(Nanos(3_000 * SECOND))

    assert counter.send("POST", LISTEN, key="alice")[1] == first
    assert counter.send("PUT", LISTEN, b"listenKey=x", key="alice")[1] == first
    counter.pass_time(Nanos(3_600 * SECOND))
    assert counter.send("PUT", LISTEN, key="alice")[1]["code"] == -1125
    assert counter.send("DELETE", LISTEN, key="alice") == (200, {})


def test_a_fee_switch_is_kept_and_the_order_meters_are_listed(counter):
    counter.ask("POST", "/fapi/v1/feeBurn", feeBurn="true")

    assert counter.ask("GET", "/fapi/v1/feeBurn")[1] == {"feeBurn": True}
    limits = counter.ask("GET", "/fapi/v1/rateLimit/order")[1]
    assert [(each["interval"], each["limit"]) for each in limits] == [("MINUTE", 1200), ("SECOND", 300)]
    assert counter.ask("GET", "/fapi/v1/apiTradingStatus")[1]["indicators"] == {}
    assert counter.ask("GET", "/fapi/v1/accountConfig")[1]["dualSidePosition"] is False
    assert kinds(counter.told()) == []
