"""A stream is believed when it speaks, not when its subscription is acknowledged."""

import msgspec
import pytest

from desk.model.units import SECOND, Nanos, Symbol
from desk.venues.binance.lane import CONTROL_APART, MARKET, NAMES_MAX, PUBLIC, Channel, Lane, Step, StreamId

BTC, ETH = Symbol("BTCUSDT"), Symbol("ETHUSDT")
MARK, TRADES = StreamId(BTC, "markPrice@1s"), StreamId(BTC, "aggTrade")


def at(seconds):
    return Nanos(round(seconds * SECOND))


def told(step):
    return [(each["method"], each["params"]) for each in map(msgspec.json.decode, step.messages)]


@pytest.fixture
def lane():
    """The path of marks and trades, open, with BTC subscribed at second 0."""
    lane = Lane("/market", MARKET)
    lane.want([BTC], [BTC])
    lane.opened(at(0))
    lane.act(at(0))
    return lane


def test_what_is_wanted_is_subscribed_in_lower_case():
    lane = Lane("/market", MARKET)
    lane.want([BTC], [BTC])
    lane.opened(at(0))

    assert told(lane.act(at(0))) == [("SUBSCRIBE", ["btcusdt@aggTrade", "btcusdt@markPrice@1s"])]
    assert lane.act(at(1)) == Step()


def test_what_is_on_demand_is_carried_for_the_symbols_in_full_alone():
    lane = Lane("/public", PUBLIC)
    lane.want([BTC, ETH], [ETH])
    lane.opened(at(0))
    lane.act(at(0))
    lane.want([BTC, ETH], [BTC])

    assert told(lane.act(at(1))) == [("UNSUBSCRIBE", ["ethusdt@depth@100ms"])]
    assert told(lane.act(at(2))) == [("SUBSCRIBE", ["btcusdt@depth@100ms"])]
    assert lane.carried == 3


def test_a_stream_has_spoken_on_this_connection_or_not(lane):
    assert not lane.has_spoken(MARK)
    lane.heard(MARK, at(1))
    assert lane.has_spoken(MARK)
    lane.opened(at(2))
    assert not lane.has_spoken(MARK)


def test_nothing_is_said_before_the_connection_is_open():
    lane = Lane("/market", MARKET)
    lane.want([BTC], [BTC])

    assert lane.act(at(0)) == Step()
    assert lane.next_at() is None


def test_two_control_messages_keep_their_distance(lane):
    lane.want([BTC, ETH], [BTC, ETH])

    assert lane.act(Nanos(CONTROL_APART - 1)) == Step()
    assert lane.next_at() == CONTROL_APART
    assert told(lane.act(CONTROL_APART)) == [("SUBSCRIBE", ["ethusdt@aggTrade", "ethusdt@markPrice@1s"])]


def test_what_is_no_longer_wanted_is_unsubscribed_first(lane):
    lane.want([ETH], [ETH])

    assert told(lane.act(at(1))) == [("UNSUBSCRIBE", ["btcusdt@aggTrade", "btcusdt@markPrice@1s"])]
    assert told(lane.act(at(2))) == [("SUBSCRIBE", ["ethusdt@aggTrade", "ethusdt@markPrice@1s"])]


def test_many_names_go_in_several_messages():
    lane = Lane("/public", PUBLIC)
    lane.want([Symbol(f"X{n:03}USDT") for n in range(150)], [Symbol(f"X{n:03}USDT") for n in range(150)])
    lane.opened(at(0))

    sizes = [len(told(lane.act(at(n)))[0][1]) for n in range(2)]

    assert sizes == [NAMES_MAX, 100]


def test_a_stream_that_never_speaks_is_subscribed_anew_and_then_the_connection_is_left(lane):
    assert lane.act(at(4.9)) == Step()
    assert lane.next_at() == at(5)

    assert told(lane.act(at(5))) == [("SUBSCRIBE", ["btcusdt@markPrice@1s"])]
    assert lane.resubscribed == 1
    assert lane.act(at(9.9)) == Step()
    assert lane.act(at(10)).reconnect == "btcusdt@markPrice@1s is silent on /market, and was subscribed anew in vain"


def test_a_stream_that_falls_silent_is_subscribed_anew_sooner(lane):
    lane.heard(MARK, at(1))

    assert lane.silent(at(3.9)) == ()
    assert told(lane.act(at(4))) == [("SUBSCRIBE", ["btcusdt@markPrice@1s"])]


def test_a_stream_that_speaks_again_is_forgiven(lane):
    lane.act(at(5))
    lane.heard(MARK, at(6))
    lane.heard(MARK, at(7))

    assert lane.act(at(9)) == Step()
    assert told(lane.act(at(10))) == [("SUBSCRIBE", ["btcusdt@markPrice@1s"])]


def test_a_stream_that_may_be_silent_is_left_alone(lane):
    for second in range(1, 1_000):
        lane.heard(MARK, at(second))

    assert lane.act(at(1_000)) == Step()


def test_after_a_reconnection_everything_is_subscribed_again(lane):
    lane.heard(MARK, at(1))
    lane.closed()
    assert lane.act(at(2)) == Step()
    lane.opened(at(3))

    assert told(lane.act(at(3))) == [("SUBSCRIBE", ["btcusdt@aggTrade", "btcusdt@markPrice@1s"])]
    assert lane.silent(at(7.9)) == ()


def test_data_of_a_stream_that_is_not_ours_changes_nothing(lane):
    lane.heard(StreamId(ETH, "markPrice@1s"), at(1))

    assert lane.silent(at(5)) == (MARK,)


def test_a_channel_says_how_long_it_may_keep_silent():
    lane = Lane("/x", [Channel("a", first_within=at(1), silent_max=None)])
    lane.want([BTC], [BTC])
    lane.opened(at(0))
    lane.act(at(0))
    lane.heard(StreamId(BTC, "a"), at(0.5))

    assert lane.next_at() is None
