import pytest

from desk.exchange.generator import GeneratedMarket
from desk.exchange.market import FullLevels, LevelChanges, Mark, Print, Touch
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.units import SECOND
from tests.exchange.scripted import START
from tests.exchange.test_recording import STORY

INSTRUMENTS = practice_instruments()


def _generated():
    return GeneratedMarket(INSTRUMENTS, seed=1, start=START)


def _recorded():
    return RecordedMarket(STORY, INSTRUMENTS)


@pytest.fixture(params=[_generated, _recorded], ids=["generated", "recorded"])
def market(request):
    return request.param()


def _steps(market, count=400):
    while market.next_at() is not None and count:
        at = market.next_at()
        yield at, market.take()
        count -= 1


def test_a_source_tells_its_time_in_order_and_does_not_change_its_mind(market):
    times = []
    for at, _ in _steps(market):
        times.append(at)
        assert market.next_at() == market.next_at()

    assert times == sorted(times)


def test_a_source_speaks_only_of_symbols_with_rules(market):
    symbols = {each.symbol for each in INSTRUMENTS}

    for _, records in _steps(market):
        for record in records:
            if isinstance(record, LevelChanges | FullLevels | Touch | Print | Mark):
                assert record.symbol in symbols


def test_a_source_has_a_name_and_a_delay_a_trader_would_believe(market):
    assert market.name
    assert 0 <= market.delay < SECOND


def test_a_source_comes_back_from_its_own_memo(market):
    for _ in _steps(market, 3):
        pass

    market.restore(market.save(START), START)

    assert market.next_at() is not None
