"""The real market as it comes."""

import json

from desk.exchange.live import LiveMarket
from desk.exchange.market import FullLevels, LevelChanges, Print
from desk.model.units import Nanos
from tests.exchange.scripted import BTC


def line(at, data, stream="btcusdt@x"):
    return f"{at} ".encode() + json.dumps({"stream": stream, "data": data} if "e" in data else data).encode() + b"\n"


TRADE = {"e": "aggTrade", "s": BTC, "p": "60000.0", "q": "1", "m": True}
SNAPSHOT = {"lastUpdateId": 10, "bids": [["60000.0", "1"]], "asks": [["60000.1", "1"]]}


def delta(first, last, previous):
    return {"e": "depthUpdate", "s": BTC, "U": first, "u": last, "pu": previous, "b": [["59999.0", "2"]], "a": []}


def test_lines_are_given_in_the_order_they_came_and_time_never_runs_back():
    market = LiveMarket([BTC])

    market.hear(BTC, line(500, TRADE))
    market.hear(BTC, line(400, TRADE))

    assert market.next_at() == Nanos(500)
    assert [type(each) for each in market.take()] == [Print]
    assert market.next_at() == Nanos(500)
    market.take()
    assert market.next_at() is None


def test_a_whole_depth_is_wanted_until_the_chain_is_proven_and_again_when_it_breaks():
    market = LiveMarket([BTC])

    assert market.hear(BTC, line(1, delta(9, 11, 8)))
    assert not market.hear(BTC, line(2, SNAPSHOT))
    assert not market.hear(BTC, line(3, delta(12, 13, 11)))
    assert market.hear(BTC, line(4, delta(20, 21, 19)))
    assert not market.hear(BTC, line(5, SNAPSHOT | {"lastUpdateId": 20}))

    kinds = []
    while market.next_at() is not None:
        kinds += [type(each).__name__ for each in market.take()]
    assert kinds.count("FullLevels") == 3
    assert FullLevels.__name__ in kinds
    assert LevelChanges.__name__ in kinds


def test_what_cannot_be_read_is_counted_and_passed_over():
    market = LiveMarket([BTC])

    assert not market.hear(BTC, b"nonsense\n")
    assert not market.hear(BTC, line(1, {"e": "somethingNew"}))

    assert (market.broken, market.next_at()) == (1, None)
    assert market.save(Nanos(1)) == b""
