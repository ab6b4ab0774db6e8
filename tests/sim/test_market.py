"""The coarse market is a market: never crossed, never silent for long, the same for the same chance."""

from itertools import pairwise
from random import Random

from desk.exchange.market import FullLevels, Mark
from desk.exchange.rules import practice_instruments
from desk.model.units import SECOND
from desk.sim.market import CHARACTERS, START, CoarseMarket

INSTRUMENTS = tuple(each for each in practice_instruments() if each.symbol in CHARACTERS)


def market(seed=1):
    return CoarseMarket(INSTRUMENTS, tuple(Random(f"{seed}/{each.symbol}") for each in INSTRUMENTS), START)


def records(source, count):
    found = []
    for _ in range(count):
        at = source.next_at()
        found += [(at, record) for record in source.take()]
    return found


def test_a_book_is_never_crossed_and_lies_on_the_tick():
    ticks = {each.symbol: each.tick_size for each in INSTRUMENTS}

    books = [record for _, record in records(market(), 2_000) if isinstance(record, FullLevels)]

    assert all(book.bids[0].price < book.asks[0].price for book in books)
    assert all(book.bids[0].price % ticks[book.symbol] == 0 for book in books)


def test_a_mark_is_never_older_than_the_gate_allows():
    marks = [(at, record.symbol) for at, record in records(market(), 2_000) if isinstance(record, Mark)]

    for instrument in INSTRUMENTS:
        times = [at for at, symbol in marks if symbol == instrument.symbol]
        assert max(later - at for at, later in pairwise(times)) < 3 * SECOND


def test_the_same_chance_gives_the_same_market():
    assert records(market(5), 200) == records(market(5), 200)


def test_a_leap_moves_the_price_by_its_share():
    source = market()
    before = {record.symbol: record.price for _, record in records(source, 4) if isinstance(record, Mark)}

    source.leap(0.02)
    after = {record.symbol: record.price for _, record in records(source, 4) if isinstance(record, Mark)}

    assert all(after[symbol] > price * 101 / 100 for symbol, price in before.items())
