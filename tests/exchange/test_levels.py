from decimal import Decimal
from random import Random

from desk.exchange.levels import Levels
from desk.model.order import Side


def test_the_best_bid_is_the_highest_and_the_best_ask_the_lowest():
    bids, asks = Levels(Side.BUY), Levels(Side.SELL)
    for price in (101, 103, 102):
        bids.set(Decimal(price), Decimal(1))
        asks.set(Decimal(price), Decimal(1))

    assert (bids.best, asks.best) == (103, 101)
    assert list(bids.best_first()) == [103, 102, 101]
    assert list(asks.best_first()) == [101, 102, 103]


def test_a_size_of_zero_removes_a_level_and_an_unknown_one_is_no_harm():
    bids = Levels(Side.BUY)
    bids.set(Decimal(100), Decimal(1))

    assert bids.set(Decimal("100.0"), Decimal("0.000")) == 1
    assert bids.set(Decimal(99), Decimal(0)) == 0
    assert bids.best is None


def test_better_means_strictly_nearer_to_the_other_side():
    bids, asks = Levels(Side.BUY), Levels(Side.SELL)
    for price in (100, 101, 102):
        bids.set(Decimal(price), Decimal(1))
        asks.set(Decimal(price), Decimal(1))

    assert bids.better_than(Decimal(101)) == [102]
    assert asks.better_than(Decimal(101)) == [100]
    assert bids.better_than(Decimal("100.5")) == [101, 102]
    assert asks.better_than(Decimal(100)) == []


def test_levels_agree_with_a_plain_dictionary_over_random_changes():
    chance, asks, plain = Random(3), Levels(Side.SELL), {}

    for _ in range(3_000):
        price, size = Decimal(chance.randint(1, 60)), Decimal(chance.randint(0, 3))
        asks.set(price, size)
        plain[price] = size
        plain = {each: left for each, left in plain.items() if left}
        assert asks.best == min(plain, default=None)

    assert list(asks.best_first()) == sorted(plain)
