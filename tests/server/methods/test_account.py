"""The account in every form the venue has: one long of a coin at 20x and one order, worked by hand."""

import pytest

from desk.model.units import SECOND, Nanos
from tests.exchange.scripted import mark
from tests.server.counter import Counter


@pytest.fixture
def counter():
    """A long of 1 BTC at 60,000.1, 30.00005 of fees paid; the mark stands at 60,500. Another coin is bid for at 59,000."""
    opened = Counter()
    opened.order(type="MARKET", quantity="1")
    opened.order(quantity="1", price="59000")
    opened.crowd(mark("60500"))
    return opened


def test_the_third_version_lists_what_is_used_and_its_sums_agree(counter):
    _, account = counter.ask("GET", "/fapi/v3/account")

    assert account["totalWalletBalance"] == "99969.99995000"
    assert account["totalUnrealizedProfit"] == "499.90000000"
    assert account["totalMarginBalance"] == "100469.89995000"
    # Held 1 and bid for 1 more: 2 * 60,500 / 20.
    assert account["totalInitialMargin"] == "6050.00000000"
    assert account["totalPositionInitialMargin"] == "3025.00000000"
    assert account["totalOpenOrderInitialMargin"] == "3025.00000000"
    assert account["totalMaintMargin"] == "242.00000000"
    assert account["availableBalance"] == "94419.89995000"
    (position,) = account["positions"]
    assert (position["symbol"], position["positionAmt"], position["notional"]) == ("BTCUSDT", "1.000", "60500.00000000")
    assert "leverage" not in position
    assert account["assets"][0]["asset"] == "USDT"


def test_the_second_version_lists_every_symbol_with_leverage_as_text(counter):
    _, account = counter.ask("GET", "/fapi/v2/account")

    assert [each["symbol"] for each in account["positions"]] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert {each["leverage"] for each in account["positions"]} == {"20"}
    assert account["canTrade"] is True
    assert account["totalMarginBalance"] == "100469.89995000"


def test_both_versions_of_the_risk_spell_the_profit_as_the_venue_does(counter):
    (third,) = counter.ask("GET", "/fapi/v3/positionRisk", symbol="BTCUSDT")[1]
    (second,) = counter.ask("GET", "/fapi/v2/positionRisk", symbol="BTCUSDT")[1]

    for row in (third, second):
        assert (row["positionAmt"], row["entryPrice"], row["unRealizedProfit"]) == ("1.000", "60000.1", "499.90000000")
        assert row["breakEvenPrice"] == "60030.10005"
        assert row["markPrice"] == "60500.00000000"
    assert (third["initialMargin"], third["bidNotional"], third["askNotional"]) == ("6050.00000000", "59000", "0")
    assert "leverage" not in third
    assert (second["leverage"], second["marginType"], second["isAutoAddMargin"]) == ("20", "cross", "false")
    assert second["maxNotionalValue"] == "100000000"


def test_the_liquidation_price_is_the_formulas():
    # Wallet 10,000, long 1 at 80,000: 70,281.1245 by the venue's tiers (algorithms, section 10.1), here with 10,000 left
    # after the fee of 40.
    counter = Counter(bids="79999.9x2", asks="80000.0x2", wallet="10040", marked="80000")
    counter.order(type="MARKET", quantity="1")

    (row,) = counter.ask("GET", "/fapi/v3/positionRisk")[1]

    assert row["liquidationPrice"].startswith("70281.1244979")


def test_a_short_is_liquidated_above_and_a_small_long_never():
    counter = Counter(bids="80000.0x2", asks="80000.1x2", wallet="10040", marked="80000")
    counter.order(type="MARKET", quantity="1", side="SELL")
    counter.order(type="MARKET", quantity="0.01", account="bob")

    assert counter.ask("GET", "/fapi/v3/positionRisk")[1][0]["liquidationPrice"].startswith("89641.43426295")
    assert counter.ask("GET", "/fapi/v3/positionRisk", "bob")[1][0]["liquidationPrice"] == "0"


def test_the_balance_is_the_same_in_both_versions(counter):
    third, second = (counter.ask("GET", f"/fapi/v{each}/balance")[1] for each in (3, 2))

    assert third == second
    assert (third[0]["balance"], third[0]["availableBalance"]) == ("99969.99995000", "94419.89995000")


def test_incomes_are_signed_paid_is_negative(counter):
    counter.order(type="MARKET", quantity="1", side="SELL")
    rows = counter.ask("GET", "/fapi/v1/income")[1]

    assert [(each["incomeType"], each["income"]) for each in rows] == [
        ("COMMISSION", "-30.00005000"),
        ("COMMISSION", "-30.00000000"),
        ("REALIZED_PNL", "-0.10000000"),
    ]
    only = counter.ask("GET", "/fapi/v1/income", incomeType="REALIZED_PNL")[1]
    assert [each["tradeId"] for each in only] == ["2"]


def test_who_gains_most_by_leverage_is_deleveraged_first(counter):
    counter.order(type="MARKET", quantity="0.5", account="bob")
    counter.crowd(mark("61000"))

    (mine,) = counter.ask("GET", "/fapi/v1/adlQuantile")[1]
    (other,) = counter.ask("GET", "/fapi/v1/adlQuantile", "bob")[1]

    assert mine["adlQuantile"]["BOTH"] > other["adlQuantile"]["BOTH"]


def test_what_a_trade_costs_is_told(counter):
    _, rate = counter.ask("GET", "/fapi/v1/commissionRate", symbol="BTCUSDT")

    assert (rate["makerCommissionRate"], rate["takerCommissionRate"]) == ("0.000200", "0.000500")


def test_funding_is_paid_by_the_longs_and_told_with_its_symbol(counter):
    counter.told()
    counter.pass_time(Nanos(8 * 3_600 * SECOND))

    (event,) = [each for each in counter.told() if each["e"] == "ACCOUNT_UPDATE"]
    # 1 coin at the last mark, at a rate of 0.0001.
    assert event["a"] == {
        "m": "FUNDING_FEE",
        "B": [{"a": "USDT", "wb": "99963.94995000", "cw": "99963.94995000", "bc": "-6.05"}],
        "P": [],
        "S": "BTCUSDT",
    }
    (row,) = counter.ask("GET", "/fapi/v1/income", incomeType="FUNDING_FEE")[1]
    assert row["income"] == "-6.05000000"
    assert counter.send("GET", "/fapi/v1/fundingRate", b"symbol=BTCUSDT")[1][0]["fundingRate"] == "0.00010000"
