from decimal import Decimal
from random import Random

import pytest

from desk.exchange.crash import Crash, Fall
from desk.exchange.generator import GeneratedMarket
from desk.exchange.market import FullLevels, LevelChanges, Mark, Print
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.units import MILLISECOND, SECOND, Nanos
from tests.exchange.scripted import START

INSTRUMENTS = practice_instruments()


def _market(seed=3):
    return GeneratedMarket(INSTRUMENTS, seed=seed, start=START)


def _play(market, until):
    played = []
    while market.next_at() < until:
        at = market.next_at()
        played += [(at, record) for record in market.take()]
    return played


def test_the_same_seed_gives_the_same_market_and_another_seed_another():
    until = START + 5 * SECOND

    assert _play(_market(), until) == _play(_market(), until)
    assert _play(_market(), until) != _play(_market(seed=4), until)


def test_it_opens_with_every_symbols_whole_book_and_mark():
    opening = _market().take()

    assert [type(each) for each in opening] == [FullLevels] * 3 + [Mark] * 3
    assert all(len(each.bids) > 100 and len(each.asks) > 100 for each in opening[:3])


def test_every_symbol_is_marked_every_second():
    marks = [(at, each.symbol) for at, each in _play(_market(), START + 10 * SECOND) if isinstance(each, Mark)]

    assert len([each for each in marks if each[1] == "ETHUSDT"]) == 10
    assert all(at % SECOND == 0 for at, _ in marks)


def test_the_market_is_alive_in_every_symbol():
    played = _play(_market(), START + 60 * SECOND)

    for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT"):
        mine = [record for _, record in played if record.symbol == symbol]
        assert len([each for each in mine if isinstance(each, LevelChanges)]) > 900
        assert len([each for each in mine if isinstance(each, Print)]) > 150


def test_a_pause_costs_nothing_but_the_pause():
    market = _market()
    now, later = Nanos(START + 5 * SECOND + 1), Nanos(START + 1_000 * SECOND + 1)
    _play(market, now)
    memo = market.save(now)

    restored = _market(seed=99)
    restored.restore(memo, later)
    opening = restored.take()
    gone_on, come_back = _play(market, now + 3 * SECOND), _play(restored, later + 3 * SECOND)

    assert [type(each) for each in opening] == [FullLevels] * 3 + [Mark] * 3
    assert [(at - later, record) for at, record in come_back] == [(at - now, record) for at, record in gone_on]


def test_bytes_that_are_no_memo_are_refused():
    with pytest.raises(BadInput, match="practice market: its saved state cannot be read"):
        _market().restore(b"nonsense", START)


def test_a_symbol_without_a_crowd_is_refused():
    stranger = INSTRUMENTS[0].__class__(
        **{each: getattr(INSTRUMENTS[0], each) for each in INSTRUMENTS[0].__struct_fields__} | {"symbol": "DOGEUSDT"}
    )

    with pytest.raises(BadInput, match="no crowd for DOGEUSDT; expected one of BTCUSDT, ETHUSDT, SOLUSDT"):
        GeneratedMarket((stranger,), seed=1, start=START)


def test_two_acts_are_never_at_one_instant_of_one_symbol():
    played = _play(_market(), START + 20 * SECOND)
    instants = {(at, record.symbol) for at, record in played if isinstance(record, LevelChanges)}

    assert len(instants) == len([1 for _, record in played if isinstance(record, LevelChanges)])
    assert max(at for at, _ in instants) > START + 19 * SECOND + 900 * MILLISECOND


@pytest.mark.parametrize("crash", list(Crash))
def test_a_market_that_is_to_fall_falls_a_minute_after_its_opening(crash):
    market = GeneratedMarket(practice_instruments(), seed=3, start=START, crash=crash)
    marks = {}
    while (at := market.next_at()) < START + 240 * SECOND:
        for record in market.take():
            if isinstance(record, Mark) and record.symbol == "BTCUSDT":
                marks[(at - START) // SECOND] = record.price

    fall = Fall(crash, Random(f"3/BTCUSDT/{crash}"))
    assert abs(marks[58] / marks[1] - 1) < Decimal("0.002")
    assert float(marks[239] / marks[58]) == pytest.approx(1 - fall.depth, abs=0.006)


def test_in_a_fall_the_book_stays_whole():
    market = GeneratedMarket(practice_instruments(), seed=3, start=START, crash=Crash.GAP)
    book = {"bids": {}, "asks": {}}
    while market.next_at() < START + 75 * SECOND:
        for record in market.take():
            if isinstance(record, FullLevels | LevelChanges) and record.symbol == "BTCUSDT":
                for side, shown in book.items():
                    if isinstance(record, FullLevels):
                        shown.clear()
                    shown.update({level.price: level.size for level in getattr(record, side)})
                    book[side] = {price: size for price, size in shown.items() if size}
                assert max(book["bids"]) < min(book["asks"])
