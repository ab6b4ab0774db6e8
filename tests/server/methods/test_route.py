"""What an endpoint asks, costs and reads."""

import pytest

from desk.server.methods.route import WEEK, Call, Security, one_or_all, ordering, public, signed
from desk.server.params import parse
from desk.server.refusal import Refusal
from tests.server.counter import Counter


def call(query):
    counter = Counter()
    return Call(parse(query, b""), counter.venue, counter.listen_keys, counter.seat())


def test_an_endpoint_says_who_may_ask_and_what_it_takes():
    place = ordering("POST", "/o", lambda _: None, (5, 1), 5)

    assert (place.security, place.orders, place.is_late_checked) == (Security.SIGNED, (5, 1), True)
    assert not signed("GET", "/q", lambda _: None).counts_orders
    assert public("/p", lambda _: None, 3).weight_of(parse(b"", b"")) == 3
    assert [one_or_all(1, 40)(parse(each, b"")) for each in (b"symbol=A", b"")] == [1, 40]


def test_a_symbol_must_be_there_or_is_every_one():
    assert call(b"symbol=btcusdt").symbol() == "BTCUSDT"
    assert call(b"").symbols() == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    with pytest.raises(Refusal, match="Invalid symbol"):
        call(b"symbol=NOPE").symbol()
    with pytest.raises(Refusal, match="symbol"):
        call(b"").symbol()


def test_a_window_is_a_week_at_most():
    assert call(b"startTime=5").window() == (5, None)
    with pytest.raises(Refusal, match="interval"):
        call(f"startTime=0&endTime={WEEK + 1}".encode()).window()
