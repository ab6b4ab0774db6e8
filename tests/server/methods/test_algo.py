"""Conditional orders over the protocol: asleep, woken, cancelled, refused."""

import pytest

from desk.model.order import Side
from tests.exchange.scripted import book, mark, trade
from tests.server.counter import NOW_MS, Counter, kinds

ALGO, OPEN = "/fapi/v1/algoOrder", "/fapi/v1/openAlgoOrders"
STOP = {"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "triggerPrice": "59000"}


@pytest.fixture
def counter():
    opened = Counter()
    opened.order(type="MARKET", quantity="1")
    opened.told()
    return opened


def test_a_stop_is_acknowledged_and_shown_with_what_it_may_become(counter):
    status, ack = counter.ask("POST", ALGO, **STOP, quantity="1", reduceOnly="true", clientAlgoId="s1")

    assert (status, ack["algoStatus"], ack["triggerPrice"], ack["orderType"]) == (200, "NEW", "59000.0", "STOP_MARKET")
    assert "actualOrderId" not in ack
    (row,) = counter.ask("GET", OPEN, symbol="BTCUSDT")[1]
    assert (row["clientAlgoId"], row["actualOrderId"], row["createTime"]) == ("s1", "", NOW_MS)
    assert kinds(counter.told()) == ["ALGO_UPDATE"]
    assert counter.ask("GET", "/fapi/v1/openOrders")[1] == []


def test_a_stop_that_is_reached_becomes_an_order_with_its_own_name(counter):
    counter.ask("POST", ALGO, **STOP, quantity="1", reduceOnly="true", clientAlgoId="s1")
    counter.told()

    counter.crowd(trade("59500.0", "1", Side.SELL))
    assert counter.told() == []
    counter.crowd(book("58990.0x5", "59000.0x5"), trade("59000.0", "1", Side.SELL))

    events = counter.told()
    states = [each["o"]["X"] for each in events if each["e"] == "ALGO_UPDATE"]
    assert states == ["TRIGGERING", "TRIGGERED", "FINISHED"]
    filled = next(each["o"] for each in events if each["e"] == "ORDER_TRADE_UPDATE" and each["o"]["x"] == "TRADE")
    assert (filled["c"], filled["ot"], filled["sp"], filled["L"]) == ("s1", "STOP_MARKET", "59000", "58990")
    row = counter.ask("GET", ALGO, clientAlgoId="s1")[1]
    assert (row["algoStatus"], row["actualOrderId"], row["actualQty"]) == ("FINISHED", str(filled["i"]), "1.00000")


def test_one_that_looks_at_the_mark_is_not_woken_by_a_trade(counter):
    counter.ask("POST", ALGO, **STOP, quantity="1", workingType="MARK_PRICE")
    counter.told()

    counter.crowd(trade("58000.0", "1", Side.SELL))
    assert counter.told() == []
    counter.crowd(mark("58999"))

    assert "TRIGGERED" in [each["o"]["X"] for each in counter.told() if each["e"] == "ALGO_UPDATE"]


def test_one_that_is_refused_when_it_wakes_says_why(counter):
    counter.ask("POST", ALGO, **STOP, quantity="1", reduceOnly="true")
    counter.order(type="MARKET", quantity="1", side="SELL")
    counter.told()

    counter.crowd(trade("59000.0", "1", Side.SELL))

    last = counter.told()[-1]["o"]
    assert (last["X"], last["rm"]) == ("REJECTED", "ReduceOnly Order is rejected.")


def test_one_that_closes_the_position_takes_all_of_it(counter):
    counter.ask("POST", ALGO, **STOP, closePosition="true")
    counter.order(type="MARKET", quantity="2")

    counter.crowd(book("58990.0x9", "59000.0x5"), trade("59000.0", "1", Side.SELL))

    assert counter.seat().account.quantity("BTCUSDT") == 0


def test_one_that_is_good_with_the_position_expires_with_it_before_the_close_is_told(counter):
    counter.ask("POST", ALGO, **STOP, closePosition="true", timeInForce="GTE_GTC")
    counter.told()

    counter.order(type="MARKET", quantity="1", side="SELL")

    told = counter.told()
    assert kinds(told) == ["NEW", "TRADE_LITE", "ACCOUNT_UPDATE", "ALGO_UPDATE", "TRADE"]
    assert told[3]["o"]["X"] == "EXPIRED"


def test_cancels_answer_with_a_text_for_a_code(counter):
    number = counter.ask("POST", ALGO, **STOP, quantity="1", clientAlgoId="s1")[1]["algoId"]

    assert counter.ask("DELETE", ALGO, algoId=number)[1] == {
        "algoId": number,
        "clientAlgoId": "s1",
        "code": "200",
        "msg": "success",
    }
    assert counter.ask("DELETE", ALGO, algoId=number)[1]["code"] == -2011
    counter.ask("POST", ALGO, **STOP, quantity="1")
    assert counter.ask("DELETE", "/fapi/v1/algoOpenOrders", symbol="BTCUSDT")[1]["code"] == 200
    assert counter.ask("GET", OPEN)[1] == []
    assert [each["algoStatus"] for each in counter.ask("GET", "/fapi/v1/allAlgoOrders", symbol="BTCUSDT")[1]] == [
        "CANCELED",
        "CANCELED",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"triggerPrice": "60001"}, -2021),
        ({"triggerPrice": "0"}, -4006),
        ({"triggerPrice": ""}, -1102),
        ({"algoType": "VP"}, -1130),
        ({"type": "LIMIT"}, -1116),
        ({"type": "STOP"}, -1102),
        ({"quantity": ""}, -1102),
        ({"closePosition": "true"}, -4137),
        ({"closePosition": "true", "quantity": "", "type": "STOP", "price": "58000"}, -4136),
        ({"workingType": "INDEX"}, -1130),
        ({"type": "TRAILING_STOP_MARKET", "callbackRate": "21"}, -2007),
        ({"type": "TRAILING_STOP_MARKET"}, -1102),
        ({"timeInForce": "DAY"}, -1115),
        ({"clientAlgoId": "ü"}, -1100),
        ({"positionSide": "SHORT"}, -4061),
    ],
)
def test_what_is_refused_is_refused_with_the_venues_code(counter, changes, code):
    _, answer = counter.ask("POST", ALGO, **{**STOP, "quantity": "1", **changes})

    assert answer["code"] == code
    assert counter.told() == []


def test_a_name_is_taken_while_it_sleeps_and_there_is_room_for_two_hundred(counter):
    counter.ask("POST", ALGO, **STOP, quantity="1", clientAlgoId="s")
    assert counter.ask("POST", ALGO, **STOP, quantity="1", clientAlgoId="s")[1]["code"] == -4116

    for _ in range(199):
        counter.ask("POST", ALGO, **STOP, quantity="1")
    assert counter.ask("POST", ALGO, **STOP, quantity="1")[1]["code"] == -4045


def test_a_trailing_stop_shows_its_activation_and_callback(counter):
    trailing = {**STOP, "type": "TRAILING_STOP_MARKET", "triggerPrice": "", "quantity": "1"}

    _, ack = counter.ask("POST", ALGO, **trailing, callbackRate="1", activatePrice="61000")

    assert (ack["activatePrice"], ack["callbackRate"], ack["triggerPrice"]) == ("61000.0", "1", "0.0")
