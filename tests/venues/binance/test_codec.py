"""Frames of the market streams, as documented and as recorded."""

import gzip
from pathlib import Path

import pytest

from desk.model.market import BookDelta, Level, MarkPrice, MarkSource, Quote, TradePrint
from desk.model.order import Side
from desk.model.units import Nanos, Symbol
from desk.venues.binance.codec import Mangled, decode_depth, decode_market
from desk.venues.binance.lane import StreamId
from tests.kit.builders import D

BTC = Symbol("BTCUSDT")
TS = Nanos(1_600_000_000_123_000_000)
MS = 1_000_000
RECORDING = Path(__file__).parents[4] / "shared" / "data" / "market" / "usdm_btcusdt_20240808.gz"


def level(price, size):
    return Level(D(price), D(size))


def test_the_touch():
    frame = (
        b'{"e":"bookTicker","u":400900217,"E":1600000000100,"T":1600000000098,"s":"BTCUSDT","ps":"BTCUSDT",'
        b'"b":"83000.10","B":"3.100","a":"83000.20","A":"1.000","st":1}'
    )

    assert decode_market(frame, TS) == (
        Quote(TS, BTC, D("83000.10"), D("3.100"), D("83000.20"), D("1.000"), Nanos(1_600_000_000_098 * MS)),
        StreamId(BTC, "bookTicker"),
    )


def test_changes_of_the_depth():
    frame = (
        b'{"e":"depthUpdate","E":1600000000100,"T":1600000000098,"s":"BTCUSDT","ps":"BTCUSDT","U":157,"u":160,'
        b'"pu":149,"b":[["83000.10","3.100"]],"a":[["83000.20","0.000"]],"st":1}'
    )

    assert decode_market(frame, TS) == (
        BookDelta(
            TS,
            BTC,
            157,
            160,
            149,
            (level("83000.10", "3.100"),),
            (level("83000.20", "0.000"),),
            Nanos(1_600_000_000_098 * MS),
        ),
        StreamId(BTC, "depth@100ms"),
    )


def test_a_trade_is_on_the_side_of_its_taker():
    frame = (
        b'{"e":"aggTrade","E":1600000000100,"s":"BTCUSDT","a":5933014,"p":"83000.10","q":"1.000","nq":"1.000",'
        b'"f":100,"l":105,"T":1600000000095,"m":true,"st":1}'
    )

    assert decode_market(frame, TS) == (
        TradePrint(TS, BTC, D("83000.10"), D("1.000"), Side.SELL, Nanos(1_600_000_000_095 * MS)),
        StreamId(BTC, "aggTrade"),
    )


def test_the_mark_with_its_funding():
    frame = (
        b'{"e":"markPriceUpdate","E":1791382993000,"s":"BTCUSDT","p":"83084.30000000","ap":"83084.30000000",'
        b'"P":"83195.15881449","i":"83123.65891304","r":"0.00000078","T":1791388800000,"st":1}'
    )

    assert decode_market(frame, TS) == (
        MarkPrice(
            TS,
            BTC,
            D("83084.30000000"),
            D("83123.65891304"),
            D("0.00000078"),
            Nanos(1_791_388_800_000 * MS),
            MarkSource.VENUE,
            Nanos(1_791_382_993_000 * MS),
        ),
        StreamId(BTC, "markPrice@1s"),
    )


@pytest.mark.parametrize(
    "frame",
    [
        b'{"result":null,"id":1}',
        b'{"error":{"code":2,"msg":"Invalid request"},"id":3}',
        b'{"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{}}',
        b'{"e":"somethingNew","s":"BTCUSDT","x":[1,2]}',
    ],
)
def test_what_is_no_market_data_of_ours_is_passed_over(frame):
    assert decode_market(frame, TS) is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        b'{"e":"bookTicker","s":"BTCUSDT"}',
        b'{"e":"bookTicker","s":"BTCUSDT","b":"NaN","B":"1","a":"2","A":"1"}',
        b'{"e":"bookTicker","s":"BTCUSDT","b":"1","B":"1","a":"Infinity","A":"1"}',
        b'{"e":"bookTicker","s":"BTCUSDT","b":"2","B":"1","a":"1","A":"1"}',
        b'{"e":"bookTicker","s":"BTCUSDT","b":"0","B":"0","a":"1","A":"1"}',
        b'{"e":"bookTicker","s":"BTCUSDT","b":"1","B":"sNaN","a":"2","A":"1"}',
        b'{"e":"aggTrade","s":"BTCUSDT","p":"-1","q":"1","m":true,"T":1}',
        b'{"e":"markPriceUpdate","s":"BTCUSDT","p":"NaN","i":"1","r":"0","T":1,"E":1}',
        b'{"e":"markPriceUpdate","s":"BTCUSDT","p":"1","i":"1","r":"x","T":1,"E":1}',
        b'{"e":"depthUpdate","s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["1","NaN"]],"a":[]}',
        b'{"e":"depthUpdate","s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["1"]],"a":[]}',
        b'{"e":"depthUpdate","s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["-1","1"]],"a":[]}',
        b'\xff\xfe{"e":"bookTicker"}',
        b'{"e":"bookTicker","s":"\xff"}',
    ],
)
def test_market_data_that_cannot_be_right_is_refused(frame):
    with pytest.raises(Mangled):
        decode_market(frame, TS)


def test_a_symbol_without_funding_has_a_rate_of_zero():
    frame = b'{"e":"markPriceUpdate","E":1,"s":"BTCUSDT_261225","p":"5","i":"5","r":"","T":0}'

    mark, _ = decode_market(frame, TS)

    assert mark.funding_rate == 0


def test_the_answer_to_a_question_for_the_depth():
    body = b'{"lastUpdateId":7,"E":1,"T":1600000000098,"bids":[["4.0","431.0"]],"asks":[["4.1","12.0"]]}'

    found = decode_depth(BTC, body, TS)

    assert (found.last_update_id, found.venue_ts) == (7, 1_600_000_000_098 * MS)
    assert (found.bids, found.asks) == ((level("4.0", "431.0"),), (level("4.1", "12.0"),))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"lastUpdateId":7,"bids":[["x","1"]],"asks":[]}'])
def test_an_answer_that_is_no_depth_is_refused(body):
    with pytest.raises(Mangled, match="depth of BTCUSDT"):
        decode_depth(BTC, body, TS)


def test_every_recorded_frame_is_read():
    if not RECORDING.exists():
        pytest.skip("no recorded market beside the checkout: ../shared/data/market")
    kinds = {}
    with gzip.open(RECORDING) as lines:
        for line in lines:
            _envelope, _, data = line.partition(b'"data":')
            if not data:
                continue
            found = decode_market(data.rstrip()[:-1], TS)
            kinds[type(found[0]) if found else None] = kinds.get(type(found[0]) if found else None, 0) + 1

    # The undocumented stream of single trades is not followed.
    assert kinds == {BookDelta: 6_551, Quote: 66_089, None: 21_313}
