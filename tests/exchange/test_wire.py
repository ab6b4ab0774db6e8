from decimal import Decimal

import pytest

from desk.exchange.tape_file import Broken
from desk.exchange.wire import AggTrade, BookTicker, DepthSnapshot, DepthUpdate, MarkUpdate, Trade, decode_line
from desk.model.market import Level
from tests.exchange.recorded import FIRST_NS, answer_line, depth_line, line, ticker_line, trade_line


def test_every_kind_is_decoded_to_exact_numbers():
    _, depth = decode_line(depth_line(0, (5, 9, 4), bids="61800.20x2.909"))
    _, ticker = decode_line(ticker_line(0, 7, "61800.20x2.507", "61800.30x2.510"))
    _, answer = decode_line(answer_line(0, 9, "61800.20x2.909", "61800.30x0.001"))
    _, trade = decode_line(trade_line(0, "61800.30", "0.006", is_buyer_maker=False))

    assert depth == DepthUpdate("BTCUSDT", 5, 9, 4, (Level(Decimal("61800.20"), Decimal("2.909")),), ())
    assert ticker == BookTicker(
        7, "BTCUSDT", Decimal("61800.20"), Decimal("2.507"), Decimal("61800.30"), Decimal("2.510")
    )
    assert isinstance(answer, DepthSnapshot)
    assert answer.asks == (Level(Decimal("61800.30"), Decimal("0.001")),)
    assert trade == Trade("BTCUSDT", Decimal("61800.30"), Decimal("0.006"), False, "MARKET")


def test_marks_and_aggregated_trades_are_decoded():
    mark = {
        "e": "markPriceUpdate",
        "E": 1,
        "s": "BTCUSDT",
        "p": "61800.5",
        "i": "61801",
        "P": "1",
        "r": "0.0001",
        "T": 2,
    }

    assert decode_line(line(0, mark))[1] == MarkUpdate("BTCUSDT", Decimal("61800.5"), Decimal(61801), Decimal("0.0001"))
    assert isinstance(decode_line(trade_line(0, "1", "2", True, event="aggTrade"))[1], AggTrade)


def test_the_time_of_receipt_is_kept_to_the_nanosecond():
    assert decode_line(trade_line(3, "1", "2", True))[0] == FIRST_NS + 3_000_000


def test_kinds_that_are_not_played_are_passed_over():
    assert decode_line(line(0, {"e": "kline", "s": "BTCUSDT", "k": {}}))[1] is None


def test_partial_depth_is_not_mistaken_for_changes():
    assert decode_line(depth_line(0, (5, 9, 4), stream="btcusdt@depth20@100ms"))[1] is None
    assert decode_line(depth_line(0, (5, 9, 4), stream="btcusdt@depth"))[1] is not None


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"hello",
        b'{"stream":"x"}',
        b"12 not json",
        b'12 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"x","q":"1","m":true}}',
        b'12 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTC',
        b'12 {"lastUpdateId":"many"}',
        b'12345678901234567890 {"lastUpdateId":1,"bids":[],"asks":[]}',
        b'12 {"stream":"\xff\xfe","data":{"e":"trade","s":"BTCUSDT","p":"1","q":"1","m":true}}',
        b'12 {"stream":"x","data":{"e":"trade","x":' + b"[" * 5_000,
    ],
)
def test_a_line_that_is_no_message_is_broken(bad):
    with pytest.raises(Broken, match=r"expected .*, found ") as caught:
        decode_line(bad)

    assert caught.value.is_of_line


@pytest.mark.parametrize(
    "number", ["NaN", "sNaN", "Infinity", "-Infinity", "-0.1", "1e15", "1E+999999999", "1E-999999999"]
)
def test_a_number_that_is_no_price_breaks_the_line_and_is_named(number):
    bad = [
        answer_line(0, 1, f"{number}x1", ""),
        depth_line(0, (5, 9, 4), "", f"1x{number}"),
        ticker_line(0, 1, "1x1", f"{number}x1"),
        trade_line(0, number, "1", True),
        trade_line(0, "1", number, True, event="aggTrade"),
    ]

    for each in bad:
        with pytest.raises(
            Broken, match=r"expected prices and sizes from 0 to 1,000,000,000,000,000, found "
        ) as caught:
            decode_line(each)
        assert caught.value.is_of_line


def test_a_funding_rate_may_be_below_zero_and_a_price_may_be_zero():
    mark = {"e": "markPriceUpdate", "s": "BTCUSDT", "p": "1", "i": "0", "r": "-0.0001"}

    assert decode_line(line(0, mark))[1].funding_rate == Decimal("-0.0001")
