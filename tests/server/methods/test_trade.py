"""Orders as clients place, change, cancel and ask for them; answers and user events as the venue gives them."""

import json

import pytest

from desk.exchange.validation import ORDERS_MAX
from desk.model.units import SECOND, Nanos
from tests.server.counter import NOW_MS, Counter, kinds

ORDER, BATCH, ALL = "/fapi/v1/order", "/fapi/v1/batchOrders", "/fapi/v1/allOpenOrders"
ACK_FIELDS = {
    *("clientOrderId", "cumQty", "executedQty", "orderId", "origQty", "price", "reduceOnly", "side", "positionSide"),
    *("status", "stopPrice", "closePosition", "symbol", "timeInForce", "type", "origType", "updateTime"),
    *("workingType", "priceProtect", "priceMatch", "selfTradePreventionMode", "goodTillDate"),
}


@pytest.fixture
def counter():
    return Counter()


def test_an_acknowledgement_has_the_22_fields_of_since_june_2026(counter):
    status, ack = counter.order(newClientOrderId="c1", quantity="0.01")

    assert (status, set(ack)) == (200, ACK_FIELDS)
    assert (ack["status"], ack["price"], ack["origQty"], ack["clientOrderId"]) == ("NEW", "59990.0", "0.010", "c1")
    assert ack["orderId"] > 2**53
    assert ack["updateTime"] == NOW_MS


def test_an_acknowledgement_says_new_even_of_a_filled_order_and_a_result_does_not(counter):
    assert counter.order(type="MARKET", quantity="0.5")[1]["status"] == "NEW"
    assert counter.order(type="MARKET", quantity="0.5", newOrderRespType="RESULT")[1]["status"] == "FILLED"


def test_a_fill_is_told_as_lite_then_account_then_order_at_one_time(counter):
    counter.order(type="MARKET", quantity="0.5", newClientOrderId="m")

    events = counter.told()

    assert kinds(events) == ["NEW", "TRADE_LITE", "ACCOUNT_UPDATE", "TRADE"]
    lite, account, trade = events[1:]
    assert {lite["T"], account["T"], trade["T"]} == {NOW_MS}
    assert (lite["q"], lite["p"], lite["L"], lite["l"]) == ("0.500", "0", "60000.1", "0.500")
    # Half a coin at 60,000.1, and 5 bps of it paid.
    assert account["a"]["B"] == [{"a": "USDT", "wb": "99984.99997500", "cw": "99984.99997500", "bc": "0"}]
    (position,) = account["a"]["P"]
    assert (position["pa"], position["ep"], position["mt"]) == ("0.5", "60000.1", "cross")
    order = trade["o"]
    assert (order["X"], order["f"], order["p"], order["ap"], order["n"]) == (
        "FILLED",
        "GTC",
        "0",
        "60000.1",
        "15.00002500",
    )
    assert order["t"] == lite["t"]


def test_an_order_is_asked_for_by_its_number_or_by_the_clients_name(counter):
    number = counter.order(newClientOrderId="c1")[1]["orderId"]

    by_number = counter.ask("GET", ORDER, symbol="BTCUSDT", orderId=number)
    by_name = counter.ask("GET", ORDER, symbol="BTCUSDT", origClientOrderId="c1")

    assert by_number == by_name
    assert by_number[1]["avgPrice"] == "0.00000"
    assert "cumQty" not in by_number[1]
    assert counter.ask("GET", ORDER, symbol="BTCUSDT", orderId=1)[1]["code"] == -2013
    assert counter.ask("GET", ORDER, symbol="BTCUSDT")[1]["code"] == -1102
    assert counter.ask("GET", ORDER, "bob", symbol="BTCUSDT", orderId=number)[1]["code"] == -2013


def test_a_name_is_taken_as_long_as_its_order_is_open(counter):
    counter.order(newClientOrderId="c1")
    assert counter.order(newClientOrderId="c1")[1]["code"] == -4116
    assert counter.order(newClientOrderId="c1", account="bob")[0] == 200

    counter.ask("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="c1")
    assert counter.order(newClientOrderId="c1")[0] == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "NOPE"}, -1121),
        ({"side": "HOLD"}, -1117),
        ({"type": "ICEBERG"}, -1116),
        ({"type": "STOP_MARKET"}, -4120),
        ({"type": "TRAILING_STOP_MARKET"}, -4120),
        ({"timeInForce": "DAY"}, -1115),
        ({"timeInForce": ""}, -1102),
        ({"quantity": ""}, -1102),
        ({"price": ""}, -1102),
        ({"quantity": "abc"}, -1100),
        ({"quantity": "0"}, -4003),
        ({"quantity": "-1"}, -4003),
        ({"quantity": "0.0001"}, -1111),
        ({"price": "59990.01"}, -1111),
        ({"quantity": "1001"}, -4005),
        ({"quantity": "0.0001", "price": "0"}, -1111),
        ({"price": "0"}, -4001),
        ({"quantity": "0.001", "price": "40000"}, -4164),
        ({"price": "63001"}, -4016),
        ({"side": "SELL", "price": "56999"}, -4024),
        ({"positionSide": "LONG"}, -4061),
        ({"positionSide": "UP"}, -4060),
        ({"reduceOnly": "true"}, -2022),
        ({"quantity": "500"}, -2019),
        ({"newClientOrderId": "x" * 37}, -4015),
        ({"newClientOrderId": "a b"}, -1100),
        ({"newOrderRespType": "MAYBE"}, -1136),
        ({"selfTradePreventionMode": "MAYBE"}, -5039),
        ({"priceMatch": "QUEUE"}, -1106),
        ({"timeInForce": "GTD"}, -1102),
        ({"timeInForce": "GTD", "goodTillDate": NOW_MS + 600_000}, -5040),
        ({"timeInForce": "GTX", "price": "60000.1"}, -5022),
        ({"timeInForce": "FOK", "price": "60000.1", "quantity": "1.5"}, -5021),
        ({"type": "MARKET", "price": "60000"}, -1106),
        ({"type": "MARKET", "timeInForce": "GTC"}, -1106),
        ({"type": "MARKET", "quantity": "121"}, -4005),
    ],
)
def test_what_is_refused_is_refused_with_the_venues_code(counter, changes, code):
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "1"}
    if changes.get("type", "LIMIT") != "MARKET":
        params |= {"timeInForce": "GTC", "price": "59990.0"}

    status, answer = counter.ask("POST", ORDER, **{**params, **changes})

    assert (status, answer["code"]) == (400, code)
    assert counter.told() == []
    assert counter.seat().open == {}


def test_a_batch_answers_each_element_and_one_refused_stops_no_other(counter):
    good = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": "59990",
    }
    batch = json.dumps([good, good | {"price": "1"}, good | {"quantity": 0.02}])

    status, answers = counter.ask("POST", BATCH, batchOrders=batch)

    assert status == 200
    assert [each.get("status", each.get("code")) for each in answers] == ["NEW", -4164, "NEW"]
    assert counter.headers["X-MBX-ORDER-COUNT-10S"] == "5"
    assert counter.headers["X-MBX-ORDER-COUNT-1M"] == "1"
    six = json.dumps([good] * 6)
    assert counter.ask("POST", BATCH, batchOrders=six)[1] == {
        "code": -4082,
        "msg": "Invalid number of batch place orders: 6",
    }


def test_a_batch_of_cancels_says_which_were_not_there(counter):
    numbers = [counter.order(quantity="0.01")[1]["orderId"] for _ in range(2)]

    _, answers = counter.ask("DELETE", BATCH, symbol="BTCUSDT", orderIdList=json.dumps([*numbers, 7]))

    assert [each.get("status", each.get("code")) for each in answers] == ["CANCELED", "CANCELED", -2011]
    eleven = json.dumps(list(range(11)))
    assert counter.ask("DELETE", BATCH, symbol="BTCUSDT", orderIdList=eleven)[1]["code"] == -4082


def test_a_changed_order_keeps_its_ids_and_is_told_as_amended(counter):
    number = counter.order(newClientOrderId="c1")[1]["orderId"]
    counter.told()

    _, ack = counter.ask(
        "PUT", ORDER, symbol="BTCUSDT", side="BUY", orderId=number, quantity="2", price="59980", modifyId=9
    )

    assert (ack["orderId"], ack["price"], ack["origQty"], ack["pair"], ack["modifyId"]) == (
        number,
        "59980.0",
        "2.000",
        "BTCUSDT",
        9,
    )
    (event,) = counter.told()
    assert (event["o"]["x"], event["o"]["X"], event["o"]["M"]) == ("AMENDMENT", "NEW", 9)
    (row,) = counter.ask("GET", "/fapi/v1/orderAmendment", symbol="BTCUSDT", orderId=number)[1]
    assert row["amendment"]["price"] == {"before": "59990.0", "after": "59980.0"}
    assert row["amendment"]["origQty"] == {"before": "1.000", "after": "2.000"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": "1", "price": "59990"}, -5027),
        ({"side": "SELL"}, -5025),
        ({"orderId": 5}, -2013),
        ({"price": ""}, -1102),
        ({"quantity": ""}, -1102),
        ({"reduceOnly": "true"}, -5047),
        ({"price": "59980.01"}, -1111),
        ({"quantity": "0.001", "price": "49000"}, -4164),
    ],
)
def test_a_change_that_is_refused_leaves_the_order_as_it_was(counter, changes, code):
    number = counter.order()[1]["orderId"]
    params = {"symbol": "BTCUSDT", "side": "BUY", "orderId": number, "quantity": "2", "price": "59980"}

    _, answer = counter.ask("PUT", ORDER, **{**params, **changes})

    assert answer["code"] == code
    (row,) = counter.ask("GET", "/fapi/v1/openOrders")[1]
    assert (row["price"], row["origQty"]) == ("59990.0", "1.000")


def test_a_post_only_order_changed_into_the_other_side_is_cancelled(counter):
    number = counter.order(timeInForce="GTX")[1]["orderId"]
    counter.told()

    _, ack = counter.ask("PUT", ORDER, symbol="BTCUSDT", side="BUY", orderId=number, quantity="1", price="60000.1")

    assert ack["status"] == "CANCELED"
    assert kinds(counter.told()) == ["CANCELED"]


def test_ccxt_changes_an_order_by_name_with_an_empty_number_beside_it(counter):
    counter.order(newClientOrderId="c1")

    status, ack = counter.ask(
        "PUT",
        ORDER,
        symbol="BTCUSDT",
        side="BUY",
        orderId="",
        origClientOrderId="c1",
        clientOrderId="c1",
        quantity="2",
        price="59980",
    )

    assert (status, ack["origQty"]) == (200, "2.000")


def test_all_orders_of_a_symbol_are_cancelled_and_nothing_open_is_no_mistake(counter):
    counter.order()
    counter.ask(
        "POST", ORDER, symbol="ETHUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="1", price="2600"
    )

    for _ in range(2):
        _, answer = counter.ask("DELETE", ALL, symbol="BTCUSDT")
        assert answer == {"code": 200, "msg": "The operation of cancel all open order is done."}
    assert counter.ask("GET", "/fapi/v1/openOrder", symbol="BTCUSDT", orderId=1)[1]["code"] == -2013


def test_a_cancel_of_what_is_not_open_is_an_unknown_order(counter):
    number = counter.order(type="MARKET", quantity="0.5")[1]["orderId"]

    assert counter.ask("DELETE", ORDER, symbol="BTCUSDT", orderId=number)[1] == {
        "code": -2011,
        "msg": "Unknown order sent.",
    }


def test_the_rest_of_an_ioc_expires_with_its_reason_and_of_a_market_order_with_another(counter):
    counter.order(timeInForce="IOC", quantity="3", price="60000.1")
    ioc = counter.told()[-1]["o"]
    counter.crowd()
    counter.order(type="MARKET", quantity="30", side="SELL", account="bob")
    market = counter.told("bob")[-1]["o"]

    assert (ioc["x"], ioc["X"], ioc["er"], ioc["z"]) == ("EXPIRED", "EXPIRED", "2", "1")
    assert (market["x"], market["er"], market["z"]) == ("EXPIRED", "9", "5")


def test_an_order_meets_the_accounts_own_order_as_its_mode_says(counter):
    counter.order(side="SELL", price="60000.0", account="bob", quantity="1", timeInForce="GTC", newClientOrderId="x")
    counter.order(side="SELL", price="60000.1", quantity="1", newClientOrderId="mine")
    counter.told()

    counter.order(price="60000.1", quantity="2", selfTradePreventionMode="EXPIRE_TAKER", newClientOrderId="taker")

    events = [each["o"] for each in counter.told() if each["e"] == "ORDER_TRADE_UPDATE"]
    assert [(each["c"], each["X"], each["er"]) for each in events] == [
        ("taker", "NEW", "0"),
        ("taker", "PARTIALLY_FILLED", "0"),
        ("taker", "EXPIRED_IN_MATCH", "1"),
    ]


def test_two_clients_trade_with_each_other(counter):
    counter.order(side="SELL", price="60000.0", quantity="1", account="bob", timeInForce="GTC")
    # The crowd bids 2 there, and takes it at once.
    assert counter.told("bob")[-1]["o"]["X"] == "FILLED"
    counter.order(side="BUY", price="60000.0", quantity="1")
    counter.order(side="SELL", price="60000.0", quantity="2", account="bob")

    trade = counter.told()[-1]["o"]

    assert (trade["x"], trade["m"], trade["L"], trade["l"]) == ("TRADE", True, "60000", "1")


def test_an_order_good_till_a_date_is_gone_then(counter):
    counter.order(timeInForce="GTD", goodTillDate=NOW_MS + 700_999)
    assert counter.ask("GET", "/fapi/v1/openOrders", symbol="BTCUSDT")[1][0]["timeInForce"] == "GTD"
    counter.told()

    counter.pass_time(Nanos(700 * SECOND))

    assert kinds(counter.told()) == ["EXPIRED"]


def test_a_price_may_be_matched_to_the_book(counter):
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}

    assert counter.ask("POST", ORDER, **params, priceMatch="QUEUE")[1]["price"] == "60000.0"
    assert counter.ask("POST", ORDER, **params, priceMatch="OPPONENT")[1]["price"] == "60000.1"
    assert counter.ask("POST", ORDER, **params, priceMatch="QUEUE_5")[1]["code"] == -5041
    assert counter.ask("POST", ORDER, **params, priceMatch="SOON")[1]["code"] == -5037


def test_a_countdown_answers_its_time_as_text_and_cancels_when_it_has_run_out(counter):
    counter.order()

    _, answer = counter.ask("POST", "/fapi/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=1000)
    counter.pass_time()

    assert answer == {"symbol": "BTCUSDT", "countdownTime": "1000"}
    assert counter.seat().open == {}


def test_trades_are_listed_with_their_cost_and_the_oldest_come_first(counter):
    counter.order(type="MARKET", quantity="2")
    counter.order(type="MARKET", quantity="2", side="SELL")

    rows = counter.ask("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", limit=2)[1]

    assert [(each["price"], each["qty"], each["buyer"], each["commission"]) for each in rows] == [
        ("60000.1", "1.000", True, "30.00005000"),
        ("60000.2", "1.000", True, "30.00010000"),
    ]
    (last,) = counter.ask("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", fromId=rows[1]["id"] + 1)[1]
    # Bought at 60,000.15 on the average, sold at 60,000.
    assert (last["realizedPnl"], last["buyer"]) == ("-0.30000000", False)
    refused = counter.ask("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", fromId=1, startTime=1)
    assert refused[1]["code"] == -1128


def test_an_order_that_ended_empty_is_forgotten_after_three_days(counter):
    number = counter.order()[1]["orderId"]
    counter.ask("DELETE", ORDER, symbol="BTCUSDT", orderId=number)
    assert counter.ask("GET", "/fapi/v1/allOrders", symbol="BTCUSDT")[1][0]["status"] == "CANCELED"

    counter.pass_time(Nanos(3 * 86_400 * SECOND + SECOND))

    assert counter.ask("GET", ORDER, symbol="BTCUSDT", orderId=number)[1]["code"] == -2013
    assert counter.ask("GET", "/fapi/v1/allOrders", symbol="BTCUSDT")[1] == []


def test_a_test_order_is_checked_and_never_sent(counter):
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "59990"}

    assert counter.ask("POST", "/fapi/v1/order/test", **params, quantity="1")[1]["status"] == "NEW"
    assert counter.ask("POST", "/fapi/v1/order/test", **params, quantity="500")[1]["code"] == -2019
    assert counter.seat().open == {}


def test_a_symbol_has_room_for_so_many_orders(counter):
    for number in range(ORDERS_MAX):
        if number % 100 == 0:
            counter.pass_time(Nanos(10 * SECOND))
        assert counter.order(quantity="0.001")[0] == 200

    assert counter.order(quantity="0.001")[1]["code"] == -2025


@pytest.mark.parametrize(("status", "code"), [("SETTLING", -4141), ("TRADING_HALT", -4140)])
def test_a_symbol_that_is_not_trading_takes_no_order(counter, status, code):
    counter.venue.set_status("BTCUSDT", status)

    assert counter.order()[1]["code"] == code
