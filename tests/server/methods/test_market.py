"""What anybody may ask about the market."""

import msgspec
import pytest

from desk.model.order import Side
from desk.model.units import SECOND, Nanos
from desk.server.wire.market import ExchangeInfo
from tests.exchange.scripted import change, trade
from tests.server.counter import NOW_MS, Counter


@pytest.fixture
def counter():
    opened = Counter()
    opened.crowd(
        trade("60000.1", "0.5", Side.BUY), trade("60000.1", "0.25", Side.BUY), trade("60000.0", "1", Side.SELL)
    )
    return opened


def get(counter, path, query=""):
    status, answer = counter.send("GET", path, query.encode())
    assert status == 200
    return answer


def test_the_rules_are_complete_enough_for_clients_that_look_before_they_send(counter):
    info = get(counter, "/fapi/v1/exchangeInfo")

    btc = info["symbols"][0]
    filters = {each["filterType"]: {**each, "filterType": ""} for each in btc["filters"]}
    assert (btc["symbol"], btc["status"], btc["contractType"]) == ("BTCUSDT", "TRADING", "PERPETUAL")
    assert "TRAILING_STOP_MARKET" in btc["orderTypes"]
    assert filters["PRICE_FILTER"] == {
        "filterType": "",
        "minPrice": "0.10",
        "maxPrice": "1000000",
        "tickSize": "0.10",
    }
    assert filters["MARKET_LOT_SIZE"]["maxQty"] == "120"
    assert filters["MIN_NOTIONAL"]["notional"] == "50"
    assert filters["PERCENT_PRICE"]["multiplierDecimal"] == "4"
    assert [(each["interval"], each["limit"]) for each in info["rateLimits"]] == [
        ("MINUTE", 2400),
        ("MINUTE", 1200),
        ("SECOND", 300),
    ]
    assert msgspec.convert(info, ExchangeInfo).symbols[2].symbol == "SOLUSDT"


def test_depth_takes_only_the_limits_the_venue_knows(counter):
    book = get(counter, "/fapi/v1/depth", "symbol=BTCUSDT&limit=5")
    assert (book["bids"], book["asks"]) == (
        [["60000.0", "2.000"], ["59999.9", "3.000"]],
        [["60000.1", "1.000"], ["60000.2", "4.000"]],
    )
    assert counter.send("GET", "/fapi/v1/depth", b"symbol=BTCUSDT&limit=7")[1] == {
        "code": -4021,
        "msg": "7 is not valid depth limit",
    }
    assert counter.send("GET", "/fapi/v1/rpiDepth", b"symbol=BTCUSDT")[0] == 200


@pytest.mark.parametrize(("limit", "weight"), [(5, 2), (100, 5), (500, 10), (1000, 20)])
def test_depth_weighs_by_its_limit(counter, limit, weight):
    counter.send("GET", "/fapi/v1/depth", f"symbol=BTCUSDT&limit={limit}".encode())
    assert counter.headers["X-MBX-USED-WEIGHT-1M"] == str(weight)


@pytest.mark.parametrize(("limit", "weight"), [(100, 1), (500, 2), (1000, 5), (1001, 10)])
def test_klines_weigh_by_inclusive_tops(counter, limit, weight):
    counter.send("GET", "/fapi/v1/klines", f"symbol=BTCUSDT&interval=1m&limit={limit}".encode())
    assert counter.headers["X-MBX-USED-WEIGHT-1M"] == str(weight)


def test_trades_are_listed_and_those_of_one_taker_at_one_price_joined(counter):
    rows = get(counter, "/fapi/v1/trades", "symbol=BTCUSDT")
    assert [(each["id"], each["price"], each["qty"], each["isBuyerMaker"]) for each in rows] == [
        (1, "60000.1", "0.500", False),
        (2, "60000.1", "0.250", False),
        (3, "60000.0", "1.000", True),
    ]
    joined = get(counter, "/fapi/v1/aggTrades", "symbol=BTCUSDT")
    assert [(each["p"], each["q"], each["f"], each["l"], each["m"]) for each in joined] == [
        ("60000.1", "0.750", 1, 2, False),
        ("60000.0", "1.000", 3, 3, True),
    ]
    assert [each["a"] for each in get(counter, "/fapi/v1/aggTrades", "symbol=BTCUSDT&fromId=2")] == [2]
    assert counter.send("GET", "/fapi/v1/historicalTrades", b"symbol=BTCUSDT")[1]["code"] == -2014


def test_a_candle_has_twelve_columns(counter):
    (row,) = get(counter, "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m")

    start = NOW_MS // 60_000 * 60_000
    assert row[:7] == [start, "60000.1", "60000.1", "60000.0", "60000.0", "1.750", start + 59_999]
    assert row[8:] == [3, "0.750", "45000.075", "0"]
    assert counter.send("GET", "/fapi/v1/klines", b"symbol=BTCUSDT&interval=1s")[1]["code"] == -1120
    assert get(counter, "/fapi/v1/continuousKlines", "pair=BTCUSDT&contractType=PERPETUAL&interval=1m") == [row]
    assert get(counter, "/fapi/v1/markPriceKlines", "symbol=BTCUSDT&interval=1m")[0][4] == "60000.0"


def test_one_symbol_is_an_object_and_all_are_a_list(counter):
    for path in (
        "/fapi/v1/ticker/24hr",
        "/fapi/v2/ticker/price",
        "/fapi/v1/ticker/bookTicker",
        "/fapi/v1/premiumIndex",
    ):
        one, every = get(counter, path, "symbol=BTCUSDT"), get(counter, path)
        assert one["symbol"] == every[0]["symbol"] == "BTCUSDT"
    assert get(counter, "/fapi/v2/ticker/price", "symbol=BTCUSDT")["price"] == "60000.0"
    touch = get(counter, "/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT")
    assert (touch["bidPrice"], touch["askQty"]) == ("60000.0", "1.000")
    assert counter.send("GET", "/fapi/v1/ticker/24hr", b"symbol=ETHUSDT")[1]["code"] == -1122


def test_the_day_is_summed_up(counter):
    day = get(counter, "/fapi/v1/ticker/24hr", "symbol=BTCUSDT")

    # (0.75 * 60,000.1 + 60,000) / 1.75
    assert (day["weightedAvgPrice"], day["priceChange"], day["volume"], day["count"]) == ("60000.0", "-0.1", "1.750", 3)


def test_open_interest_is_what_the_accounts_hold(counter):
    counter.order(type="MARKET", quantity="0.4")

    assert get(counter, "/fapi/v1/openInterest", "symbol=BTCUSDT")["openInterest"] == "0.400"
    assert (
        get(counter, "/futures/data/openInterestHist", "symbol=BTCUSDT&period=5m")[0]["sumOpenInterest"] == "0.40000000"
    )
    ratio = get(counter, "/futures/data/globalLongShortAccountRatio", "symbol=BTCUSDT&period=5m")[0]
    assert (ratio["longAccount"], ratio["shortAccount"]) == ("1.0000", "0.0000")
    assert get(counter, "/fapi/v1/symbolAdlRisk", "symbol=BTCUSDT")["adlRisk"] == "low"
    assert get(counter, "/fapi/v1/fundingInfo") == []


def test_a_snapshot_is_enclosed_by_the_next_change(counter):
    counter.hub.wanted.add("btcusdt@depth@0ms")
    taken = get(counter, "/fapi/v1/depth", "symbol=BTCUSDT&limit=5")["lastUpdateId"]

    counter.crowd(change(bids="60000.0x9"))

    ((_, event),) = counter.hub.market
    assert event.U <= taken <= event.u


def test_the_time_is_the_venues(counter):
    counter.pass_time(Nanos(SECOND))
    assert get(counter, "/fapi/v1/time")["serverTime"] == counter.now // 1_000_000
    assert get(counter, "/api/v3/ping") == {}
