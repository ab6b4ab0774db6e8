"""Who hears what, without a socket."""

import json

import pytest

from desk.model.units import Nanos
from desk.server import hub as hubs
from desk.server.hub import Hub, Listener
from desk.server.listenkeys import ListenKeys
from desk.server.subscriptions import Subscriptions, read_address
from desk.server.wire import events, streams

EVENT = streams.Trade(E=1, T=1, s="BTCUSDT", t=1, p="1", q="1", m=True)
LEVERAGE = events.ConfigUpdate(1, 1, ac=events.Leverage("BTCUSDT", 25))


class Wire:
    """A connection that keeps what is written."""

    def __init__(self, waiting=0):
        self.waiting = waiting
        self.is_cut = False
        self.written = []
        self.transport = self

    def get_write_buffer_size(self):
        return self.waiting

    def abort(self):
        self.is_cut = True


@pytest.fixture
def hub(monkeypatch):
    def write(connections, message, *, text):
        for each in connections:
            each.written.append(json.loads(message))

    monkeypatch.setattr(hubs, "broadcast", write)
    keys = ListenKeys(lambda: "KEY")
    keys.begin("alice", Nanos(0))
    return Hub(keys)


def listening(hub, target, wire=None):
    made = Listener(wire or Wire(), Subscriptions(read_address(target), is_lenient=False))
    hub.refresh(made)
    return made


def test_a_stream_is_wanted_as_long_as_somebody_is_there(hub):
    listener = listening(hub, "/public/ws/btcusdt@trade")
    assert hub.wants("btcusdt@trade")

    hub.leave(listener)
    hub.leave(listener)

    assert not hub.wants("btcusdt@trade")


def test_each_hears_its_own_form(hub):
    raw, wrapped = listening(hub, "/public/ws/btcusdt@trade"), listening(hub, "/market/stream?streams=btcusdt@trade")

    hub.send("btcusdt@trade", EVENT)

    assert raw.connection.written[0]["e"] == "trade"
    assert wrapped.connection.written[0]["stream"] == "btcusdt@trade"
    assert hub.sent == 2


def test_who_does_not_read_is_cut_off(hub):
    slow, fast = (
        listening(hub, "/public/ws/btcusdt@trade", Wire(hubs.WAITING_MAX + 1)),
        listening(hub, "/public/ws/btcusdt@trade"),
    )

    hub.send("btcusdt@trade", EVENT)

    assert (slow.connection.is_cut, slow.connection.written, len(fast.connection.written)) == (True, [], 1)


def test_an_account_hears_what_it_chose_until_its_key_runs_out(hub):
    every = listening(hub, "/private/ws/KEY")
    some = listening(hub, "/private/ws?listenKey=KEY&events=ORDER_TRADE_UPDATE")
    wrong = listening(hub, "/public/ws/KEY")

    hub.tell("alice", LEVERAGE)
    hub.tell("bob", LEVERAGE)
    hub.expire("alice", "KEY", 5)
    hub.tell("alice", LEVERAGE)

    assert [each["e"] for each in every.connection.written] == ["ACCOUNT_CONFIG_UPDATE", "listenKeyExpired"]
    assert (some.connection.written, wrong.connection.written) == ([], [])


def test_moods_silence_and_repeat(hub):
    market, user = listening(hub, "/public/ws/btcusdt@trade"), listening(hub, "/private/ws/KEY")
    hub.mood.is_market_silent = hub.mood.is_user_silent = True
    hub.send("btcusdt@trade", EVENT)
    hub.tell("alice", LEVERAGE)

    hub.mood.is_market_silent = hub.mood.is_user_silent = False
    hub.mood.twice = 1
    hub.tell("alice", LEVERAGE)
    hub.tell("alice", LEVERAGE)

    assert (len(market.connection.written), len(user.connection.written)) == (0, 3)
