"""What the exchange encodes with decodes what was recorded of the venue."""

import msgspec
import pytest

from desk.server.wire import market
from tests.server.wire.recorded import RULES, answers, load, routes

DOCUMENTED = {
    "get_fapi_v1_depth": market.Depth,
    "get_fapi_v1_trades": list[market.TradeRow],
    "get_fapi_v1_historicaltrades": list[market.TradeRow],
    "get_fapi_v1_aggtrades": list[market.AggTradeRow],
    "get_fapi_v1_klines": list[market.KlineRow],
    "get_fapi_v1_continuousklines": list[market.KlineRow],
    "get_fapi_v1_markpriceklines": list[market.KlineRow],
    "get_fapi_v1_premiumindex": market.PremiumIndex | list[market.PremiumIndex],
    "get_fapi_v1_ticker_24hr": market.Ticker | list[market.Ticker],
    "get_fapi_v1_ticker_price": market.PriceTicker | list[market.PriceTicker],
    "get_fapi_v2_ticker_price": market.PriceTicker | list[market.PriceTicker],
    "get_fapi_v1_ticker_bookticker": market.BookTickerRow | list[market.BookTickerRow],
    "get_fapi_v1_fundingrate": list[market.FundingRow],
    "get_fapi_v1_fundinginfo": list[market.FundingInfoRow],
    "get_fapi_v1_openinterest": market.OpenInterest,
    "get_fapi_v1_symboladlrisk": market.AdlRisk | list[market.AdlRisk],
    "get_fapi_v1_time": market.ServerTime,
    "get_fapi_v1_ratelimit_order": list[market.RateLimit],
}
RECORDED = {
    "/fapi/v1/aggTrades": list[market.AggTradeRow],
    "/fapi/v1/depth": market.Depth,
    "/fapi/v1/exchangeInfo": market.ExchangeInfo,
    "/fapi/v1/fundingInfo": list[market.FundingInfoRow],
    "/fapi/v1/fundingRate": list[market.FundingRow] | None,
    "/fapi/v1/klines": list[market.KlineRow],
    "/fapi/v1/openInterest": market.OpenInterest,
    "/fapi/v1/premiumIndex": market.PremiumIndex | list[market.PremiumIndex],
    "/fapi/v1/ticker/24hr": market.Ticker | list[market.Ticker],
    "/fapi/v1/ticker/bookTicker": market.BookTickerRow | list[market.BookTickerRow],
    "/fapi/v1/ticker/price": market.PriceTicker | list[market.PriceTicker],
    "/fapi/v1/time": market.ServerTime,
    "/fapi/v1/trades": list[market.TradeRow],
}


def decode(payload, shape):
    return msgspec.json.decode(msgspec.json.encode(payload), type=shape)


@pytest.mark.parametrize("endpoint", DOCUMENTED)
def test_the_documentations_samples(endpoint):
    found = answers(endpoint)

    assert found
    assert all(decode(each, DOCUMENTED[endpoint]) for each in found)


@pytest.mark.parametrize("path", RECORDED)
def test_answers_recorded_from_the_venue(path):
    found = routes(path)

    assert found
    for each in found:
        decode(each, RECORDED[path])


def test_the_rules_of_seven_hundred_symbols_with_every_filter():
    info = decode(load("exchangeInfo_2026-03-31_705_symbols.json", RULES), market.ExchangeInfo)

    assert len(info.symbols) == 705
    assert {each.filter_type for symbol in info.symbols for each in symbol.filters} >= {
        *("PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE", "MAX_NUM_ORDERS", "MIN_NOTIONAL", "PERCENT_PRICE"),
        "POSITION_RISK_CONTROL",
    }


def test_a_filter_shows_only_what_its_kind_has():
    assert msgspec.json.encode(market.Filter("MIN_NOTIONAL", notional="5")) == (
        b'{"filterType":"MIN_NOTIONAL","notional":"5"}'
    )
    assert b"count" not in msgspec.json.encode(market.RateLimit("ORDERS", "MINUTE", 1, 1200))
