import gzip
from itertools import pairwise
from pathlib import Path

import pytest

from desk.exchange.exchange import Exchange
from desk.exchange.latency import NO_LATENCY
from desk.exchange.market import Ended, Mark, Notice, Print
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.event import LinkChanged, LinkState
from desk.model.market import BookDelta, MarkPrice, MarkSource, Quote, TradePrint
from tests.exchange.recorded import FIRST_NS, answer_line, depth_line, line, ticker_line, trade_line
from tests.exchange.scripted import BUY, SELL, book, change, touch, trade

INSTRUMENTS = practice_instruments()
REAL = Path(__file__).parents[3] / "shared/data/market/usdm_btcusdt_20240808.gz"

STORY = [
    depth_line(0, (95, 105, 94), bids="60000.0x9"),
    answer_line(1, 100, "60000.0x2 59999.9x3", "60000.1x1"),
    ticker_line(2, 106, "60000.0x8", "60000.1x1"),
    trade_line(3, "60000.0", "0.5", is_buyer_maker=True),
    trade_line(4, "60000.1", "0.25", is_buyer_maker=False),
]


def _play(market):
    records = []
    while market.next_at() is not None:
        records += market.take()
    return records


def _file(tmp_path, data, name="btc.gz"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_lines_become_the_crowds_doings_at_the_time_they_were_received():
    market = RecordedMarket(STORY, INSTRUMENTS)

    times = []
    while market.next_at() is not None:
        times.append(market.next_at() - FIRST_NS)
        market.take()

    assert market.symbols() == ("BTCUSDT",)
    assert times == [0, 1_000_000, 2_000_000, 3_000_000, 4_000_000, 4_000_000]
    assert _play(RecordedMarket(STORY, INSTRUMENTS)) == [
        book("60000.0x2 59999.9x3", "60000.1x1"),
        change(bids="60000.0x9"),
        touch("60000.0x8", "60000.1x1"),
        trade("60000.0", "0.5", SELL),
        trade("60000.1", "0.25", BUY),
        Ended("recording ended after 5 messages"),
    ]


def test_time_never_runs_backwards():
    market = RecordedMarket([STORY[2], STORY[0]], INSTRUMENTS)

    market.take()

    assert market.next_at() == FIRST_NS + 2_000_000


def test_trades_that_did_not_go_through_the_book_are_left_out():
    lines = [trade_line(0, "60000.0", "1", True, kind="INSURANCE_FUND"), trade_line(1, "60000.0", "2", True)]

    prints = [each for each in _play(RecordedMarket(lines, INSTRUMENTS)) if isinstance(each, Print)]

    assert prints == [trade("60000.0", "2", SELL)]


def test_aggregated_trades_are_played_only_where_there_are_no_single_ones():
    both = [trade_line(0, "60000.0", "1", True), trade_line(1, "60000.0", "1", True, event="aggTrade")]

    assert len([each for each in _play(RecordedMarket(both, INSTRUMENTS)) if isinstance(each, Print)]) == 1
    assert len([each for each in _play(RecordedMarket(both[1:], INSTRUMENTS)) if isinstance(each, Print)]) == 1


def test_a_recorded_mark_is_the_sources_own():
    mark = {"e": "markPriceUpdate", "E": 1, "s": "BTCUSDT", "p": "60000.5", "i": "60001", "r": "0.0001", "T": 2}

    assert isinstance(_play(RecordedMarket([line(0, mark)], INSTRUMENTS))[0], Mark)


def test_a_corrupt_line_ends_the_recording_and_says_where():
    lines = [*STORY, b"1723161255030314667 {garbage", trade_line(9, "60000.0", "1", True)]

    records = _play(RecordedMarket(lines, INSTRUMENTS))

    assert len(records) == 6
    assert isinstance(records[-1], Ended)
    assert records[-1].reason.startswith("recording stops at line 6: expected a market message, found '{garbage'")


def test_a_file_cut_short_plays_to_the_cut_and_says_where(tmp_path):
    data = gzip.compress(b"\n".join(STORY[:2] + [trade_line(n, "60000.0", f"0.{n}", True) for n in range(2, 3_000)]))
    path = _file(tmp_path, data[: len(data) * 2 // 3])

    records = _play(RecordedMarket(path, INSTRUMENTS))

    played = len([each for each in records if isinstance(each, Print)])
    assert played > 1_000
    assert records[-1] == Ended(
        f"recording btc.gz stops at line {played + 3}: expected more compressed data, found the end of the file"
    )


def test_the_same_lines_play_the_same_compressed_or_not(tmp_path):
    text = b"\n".join(STORY) + b"\n"

    plain = RecordedMarket(_file(tmp_path, text, "plain.log"), INSTRUMENTS)
    packed = RecordedMarket(_file(tmp_path, gzip.compress(text), "packed.log"), INSTRUMENTS)

    assert _play(plain)[:-1] == _play(packed)[:-1] == _play(RecordedMarket(STORY, INSTRUMENTS))[:-1]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "recording btc.gz: expected market messages, found none in 0 lines"),
        (b"time,price\n1,2\n", "recording btc.gz: line 1: expected `<receive ns> <json>`, found 'time,price'"),
        (b"\x1f\x8b broken", "recording btc.gz: line 1: expected compressed data, found damage"),
        (
            trade_line(0, "1", "1", True).replace(b"BTCUSDT", b"DOGEUSDT"),
            "recording btc.gz: no trading rules for DOGEUSDT; expected one of BTCUSDT, ETHUSDT, SOLUSDT",
        ),
        (STORY[1], "recording btc.gz: expected messages that name a symbol, found none in the first 2"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(tmp_path, data, complaint):
    with pytest.raises(BadInput) as caught:
        RecordedMarket(_file(tmp_path, data), INSTRUMENTS)

    assert str(caught.value).startswith(complaint)


def test_a_depth_answer_goes_to_the_symbol_that_waits_for_it():
    lines = [
        depth_line(0, (95, 105, 94)),
        depth_line(1, (5, 9, 4), symbol="ETHUSDT"),
        answer_line(2, 100, "60000.0x2", "60000.1x1"),
    ]

    (notice, _) = _play(RecordedMarket(lines, INSTRUMENTS))

    assert notice == Notice("recording: a depth answer could be of 2 symbols and is not used")


def _exchange(market):
    symbols = market.symbols()
    return Exchange(
        instruments=tuple(each for each in INSTRUMENTS if each.symbol in symbols),
        market=market,
        start=market.next_at(),
        seed=1,
        latency=NO_LATENCY,
    )


def test_the_end_of_a_recording_reaches_the_desk_and_nothing_after_it():
    exchange = _exchange(RecordedMarket(STORY, INSTRUMENTS))

    heard = []
    while (at := exchange.next_at()) is not None:
        heard += exchange.advance(at)

    links = [(each.state, each.reason) for each in heard if isinstance(each, LinkChanged)]
    assert links == [(LinkState.UP, "recording"), (LinkState.ENDED, "recording ended after 5 messages")]
    assert isinstance(heard[-1], LinkChanged)


def test_a_gap_reaches_the_desk_as_a_sentence():
    exchange = _exchange(RecordedMarket([*STORY, depth_line(5, (120, 130, 119))], INSTRUMENTS))

    heard = exchange.advance(FIRST_NS + 5_000_000)

    assert any(isinstance(each, LinkChanged) and "gap in the recorded depth" in each.reason for each in heard)
    quotes = [each for each in heard if isinstance(each, Quote)]
    assert (quotes[-1].bid, quotes[-1].ask_size) == (60000, 1)


@pytest.mark.skipif(not REAL.is_file(), reason=f"the recorded day is not beside the checkout: {REAL.name}")
def test_a_real_recording_plays_to_its_end_with_a_provable_and_uncrossed_book():
    exchange = _exchange(RecordedMarket(REAL, INSTRUMENTS))

    heard = []
    while (at := exchange.next_at()) is not None:
        heard += exchange.advance(at + 100_000_000)

    deltas = [each for each in heard if isinstance(each, BookDelta)]
    quotes = [each for each in heard if isinstance(each, Quote)]
    assert heard[-1].reason == f"recording {REAL.name} ended after 93954 messages"
    assert [each.reason for each in heard if isinstance(each, LinkChanged)][:-1] == [f"recording {REAL.name}"]
    assert all(each.bid < each.ask for each in quotes)
    assert all(one.last_id == other.previous_id for one, other in pairwise(deltas))
    assert len([each for each in heard if isinstance(each, TradePrint)]) == 21_313
    assert {each.source for each in heard if isinstance(each, MarkPrice)} == {MarkSource.MID}
    assert (len(quotes), len(deltas)) == (65_226, 71_544)
