"""One account's books."""

from decimal import Decimal

import pytest

from desk.model.units import SECOND, Nanos
from desk.server import seat as seats
from tests.exchange.scripted import BTC, book, mark
from tests.server.counter import Counter, kinds


@pytest.fixture
def counter():
    return Counter(asks="60000.1x40")


def test_fees_are_spread_over_what_is_held_until_it_is_closed_or_turns(counter):
    counter.order(type="MARKET", quantity="2")
    assert counter.seat().break_even(BTC) == Decimal("60030.10005")

    counter.order(type="MARKET", quantity="1", side="SELL")
    assert counter.seat().break_even(BTC) == Decimal("60030.10005")

    counter.order(type="MARKET", quantity="1", side="SELL")
    assert counter.seat().break_even(BTC) == 0
    counter.crowd(book("60000.0x9", "60000.1x40"))
    counter.order(type="MARKET", quantity="1")
    counter.order(type="MARKET", quantity="2", side="SELL")
    # Short 1 at 60,000; the fee of all of the 60 that turned it is on it.
    assert counter.seat().break_even(BTC) == Decimal(60000) - Decimal("60.00000")


def test_a_liquidation_is_told_order_by_order_and_listed():
    counter = Counter(asks="60000.1x40", wallet="3100")
    counter.order(type="MARKET", quantity="1")
    counter.order(side="SELL", price="61000", quantity="0.01", newClientOrderId="rests")
    counter.told()

    counter.crowd(book("57000.0x9", "57001.0x9"), mark("57000"))

    told = counter.told()
    orders = [each["o"] for each in told if each["e"] == "ORDER_TRADE_UPDATE"]
    assert [(each["x"], each["X"], each["er"]) for each in orders] == [
        ("EXPIRED", "EXPIRED", "5"),
        ("NEW", "NEW", "0"),
        ("CALCULATED", "FILLED", "0"),
    ]
    assert orders[1]["c"].startswith("autoclose-")
    assert orders[2]["o"] == "LIQUIDATION"
    (row,) = counter.ask("GET", "/fapi/v1/forceOrders", autoCloseType="LIQUIDATION")[1]
    assert (row["origQty"], row["status"], row["avgPrice"]) == ("1.000", "FILLED", "57000")
    assert counter.ask("GET", "/fapi/v1/forceOrders", autoCloseType="ADL")[1] == []


def test_a_margin_call_comes_before_and_not_again_at_once():
    counter = Counter(asks="60000.1x40", wallet="3100")
    counter.order(type="MARKET", quantity="1")
    counter.told()

    # 3,100 less 30 of fee and 2,800 of loss leave 270 over the 228.8 that 57,200 need.
    counter.crowd(mark("57200.1"))
    counter.crowd(mark("57200.1"))

    (call,) = [each for each in counter.told() if each["e"] == "MARGIN_CALL"]
    assert (call["p"][0]["s"], call["p"][0]["ps"], call["p"][0]["mp"]) == ("BTCUSDT", "LONG", "57200.1")


def test_cash_that_comes_or_goes_is_told_and_kept(counter):
    counter.seat().deposit(Decimal(50))
    counter.seat().deposit(Decimal(-20))

    told = counter.told()
    assert [(each["a"]["m"], each["a"]["B"][0]["bc"]) for each in told] == [("DEPOSIT", "50"), ("WITHDRAW", "-20")]
    assert [each.income for each in counter.seat().incomes] == ["50.00000000", "-20.00000000"]


def test_the_fund_bears_what_is_owed(counter):
    counter.seat().account.wallet = Decimal(-7)

    counter.seat().bail_out()

    assert counter.seat().account.wallet == 0
    assert counter.told()[0]["a"]["m"] == "INSURANCE_CLEAR"


def test_the_oldest_order_that_is_over_is_forgotten_and_no_open_one(counter, monkeypatch):
    monkeypatch.setattr(seats, "ORDERS_KEPT", 3)
    first = counter.order(quantity="0.001")[1]["orderId"]
    for _ in range(5):
        counter.order(quantity="0.001", timeInForce="IOC", price="59000")

    assert len(counter.seat().orders) == 3
    assert first in counter.seat().orders


def test_the_stream_of_one_account_says_nothing_of_another(counter):
    counter.order(type="MARKET", quantity="1", account="bob")
    counter.pass_time(Nanos(SECOND))

    assert kinds(counter.told("alice")) == []
    assert kinds(counter.told("bob")) == ["NEW", "TRADE_LITE", "ACCOUNT_UPDATE", "TRADE"]
