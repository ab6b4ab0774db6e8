"""What is known of one market."""

import pytest

from desk.core.market import SYNC_WITHIN, Market
from desk.model.order import Side
from desk.model.units import Nanos
from tests.kit import builders
from tests.kit.builders import D, at


@pytest.fixture
def market():
    made = Market(builders.instrument())
    made.quote, made.mark = builders.quote("100.0/100.1"), builders.mark("100.0")
    return made


def test_touch_and_mark_are_enough_where_the_depth_is_not_followed(market):
    assert market.is_known
    market.followed_since = at(0)
    assert not market.is_known
    market.book.on_snapshot(builders.depth("5@100.0", "5@100.1"))
    assert market.is_known


def test_a_book_is_missing_when_it_broke_or_takes_too_long(market):
    assert not market.is_book_missing(at(100_000))
    market.followed_since = at(0)
    assert not market.is_book_missing(SYNC_WITHIN)
    assert market.is_book_missing(Nanos(at(1) + SYNC_WITHIN))
    market.was_synced = True
    assert market.is_book_missing(at(0))


def test_what_is_let_go_of_is_forgotten_but_touch_and_mark(market):
    market.followed_since, market.was_synced = at(0), True
    market.book.on_snapshot(builders.depth("5@100.0", "5@100.1"))
    market.last = builders.trade("100.1", "1", Side.BUY)
    market.tape.appendleft(market.last)

    market.let_go()

    assert (market.is_followed, market.book.synced, market.last, list(market.tape)) == (False, False, None, [])
    assert (market.touch(Side.BUY), market.touch(Side.SELL)) == (D("100.0"), D("100.1"))
