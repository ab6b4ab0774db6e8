"""Market streams: each at its own pace, and depth as a chain without a gap."""

import json
from itertools import pairwise

import msgspec
import pytest

from desk.model.order import Side
from desk.model.units import MILLISECOND, SECOND, Nanos
from tests.exchange.scripted import book, change, mark, trade
from tests.server.counter import Counter


@pytest.fixture
def counter():
    return Counter()


def heard(counter, *streams):
    """Return what the streams have said since the last call, as JSON."""
    told = [(stream, json.loads(msgspec.json.encode(event))) for stream, event in counter.hub.market]
    counter.hub.market.clear()
    return [event for stream, event in told if stream in streams] if streams else told


def listen(counter, *streams):
    counter.hub.wanted |= set(streams)
    counter.hub.market.clear()


def test_nothing_is_made_that_nobody_listens_to(counter):
    counter.crowd(change(bids="60000.0x5"), trade("60000.1", "1", Side.BUY))
    counter.pass_time(Nanos(5 * SECOND))

    assert heard(counter) == []


def test_the_touch_is_told_as_it_changes(counter):
    listen(counter, "btcusdt@bookTicker")

    counter.crowd(change(bids="60000.0x5"))
    counter.crowd(change(bids="59000.0x5"))

    (event,) = heard(counter)
    assert event[1] | {"u": 0, "E": 0, "T": 0} == {
        "e": "bookTicker",
        "u": 0,
        "E": 0,
        "T": 0,
        "s": "BTCUSDT",
        "b": "60000.0",
        "B": "5.000",
        "a": "60000.1",
        "A": "1.000",
        "ps": "BTCUSDT",
        "st": 1,
    }


@pytest.mark.parametrize(("spelled", "beats"), [("@100ms", 10), ("", 4), ("@500ms", 2)])
def test_every_depth_chains_its_own_events_and_says_all_that_changed(counter, spelled, beats):
    listen(counter, f"btcusdt@depth{spelled}")
    counter.pass_time(Nanos(SECOND - counter.now % SECOND))
    heard(counter)
    for step in range(100):
        counter.now = Nanos(counter.now + 9 * MILLISECOND)
        counter.crowd(change(bids=f"599{step % 10}0.0x{step + 1}"))

    events = [event for _, event in heard(counter)]
    assert abs(len(events) - beats) <= 1
    assert all(after["pu"] == before["u"] for before, after in pairwise(events))
    assert all(each["U"] <= each["u"] for each in events)
    # Whoever applies them in order has the book.
    levels = {price: size for event in events for price, size in event["b"]}
    book_now = dict(counter.send("GET", "/fapi/v1/depth", b"symbol=BTCUSDT&limit=1000")[1]["bids"])
    late = 100 // beats
    assert sum(book_now[price] != size for price, size in levels.items()) <= late


def test_the_first_levels_come_whole_and_look_like_changes(counter):
    listen(counter, "btcusdt@depth5@100ms")

    counter.crowd(change(bids="59998.0x7"))
    counter.pass_time(Nanos(100 * MILLISECOND))

    event = heard(counter)[-1][1]
    assert event["e"] == "depthUpdate"
    assert event["b"] == [["60000.0", "2.000"], ["59999.9", "3.000"], ["59998.0", "7.000"]]
    assert event["a"] == [["60000.1", "1.000"], ["60000.2", "4.000"]]


def test_a_level_that_is_gone_is_zero(counter):
    listen(counter, "btcusdt@depth@0ms")

    counter.crowd(change(bids="59999.9x0"))

    assert heard(counter)[0][1]["b"] == [["59999.9", "0.000"]]


def test_trades_are_told_at_once_and_joined_every_tenth_of_a_second(counter):
    listen(counter, "btcusdt@trade", "btcusdt@aggTrade")

    counter.crowd(trade("60000.1", "0.5", Side.BUY), trade("60000.1", "0.25", Side.BUY))
    assert [each["q"] for each in heard(counter, "btcusdt@trade")] == ["0.500", "0.250"]
    counter.pass_time(Nanos(100 * MILLISECOND))

    (joined,) = heard(counter, "btcusdt@aggTrade")
    assert (joined["q"], joined["f"], joined["l"], joined["m"]) == ("0.750", 1, 2, False)


def test_a_clients_own_trade_is_on_the_tape_with_the_id_it_was_told(counter):
    listen(counter, "btcusdt@trade")

    counter.order(type="MARKET", quantity="0.5")

    (event,) = heard(counter)
    assert event[1]["t"] == counter.told()[-1]["o"]["t"]
    assert event[1]["m"] is False


def test_marks_come_each_second_or_each_three(counter):
    counter.pass_time(Nanos(3 * SECOND - counter.now % (3 * SECOND)))
    listen(counter, "btcusdt@markPrice@1s", "btcusdt@markPrice", "!markPrice@arr@1s")

    for _ in range(6):
        counter.pass_time()

    assert len(heard(counter, "btcusdt@markPrice@1s")) == 6
    counter.crowd(mark("60100"))
    counter.pass_time(Nanos(3 * SECOND))
    (every,) = heard(counter, "!markPrice@arr@1s")
    assert every[0]["p"] == "60100.00000000"
    assert every[0]["T"] % (8 * 3_600_000) == 0


def test_a_candle_is_told_when_it_has_changed_and_once_when_it_is_closed(counter):
    counter.pass_time(Nanos(60 * SECOND - counter.now % (60 * SECOND)))
    listen(counter, "btcusdt@kline_1m")
    counter.crowd(trade("60000.1", "1", Side.BUY))

    for _ in range(70):
        counter.pass_time()

    told = [event["k"] for _, event in heard(counter)]
    assert [each["x"] for each in told] == [False, True]
    assert (told[1]["o"], told[1]["v"], told[1]["n"]) == ("60000.1", "1.000", 1)


def test_days_are_told_in_full_and_in_short_and_for_all_symbols(counter):
    counter.crowd(trade("60000.1", "1", Side.BUY))
    listen(counter, "btcusdt@ticker", "btcusdt@miniTicker", "!ticker@arr", "!miniTicker@arr", "!bookTicker")

    counter.pass_time(Nanos(6 * SECOND))

    told = dict(heard(counter))
    assert (told["btcusdt@ticker"]["c"], told["btcusdt@miniTicker"]["c"]) == ("60000.1", "60000.1")
    assert [each["s"] for each in told["!ticker@arr"]] == ["BTCUSDT"]
    assert told["!miniTicker@arr"][0]["e"] == "24hrMiniTicker"
    assert told["!bookTicker"]["s"] == "BTCUSDT"


def test_of_a_seconds_liquidations_the_largest_is_told():
    counter = Counter(asks="60000.1x40", wallet="3100")
    counter.order(type="MARKET", quantity="1")
    counter.order(type="MARKET", quantity="0.9", account="bob")
    listen(counter, "btcusdt@forceOrder", "!forceOrder@arr")

    counter.crowd(book("57000.0x9", "57001.0x9"), mark("57000"))
    counter.pass_time()

    (event,) = heard(counter, "btcusdt@forceOrder")
    assert (event["o"]["S"], event["o"]["q"], event["o"]["X"]) == ("SELL", "1", "FILLED")
