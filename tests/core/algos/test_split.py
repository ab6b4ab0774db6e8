"""The vectors S1 to S5, T4 and SC1 to SC4, and exactness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.core.algos import split
from desk.model.order import Side
from desk.model.program import Sizes, Spacing
from tests.kit import builders
from tests.kit.builders import D

STEP = D("0.001")


@pytest.mark.parametrize(
    ("base", "outer", "count", "expected"),
    [(2, 32, 5, [2, 4, 8, 16, 32]), (5, 40, 4, [5, 10, 20, 40]), (2, 32, 1, [2])],
)
def test_layers_lie_apart_by_equal_factors(base, outer, count, expected):
    assert [round(each, 12) for each in split.layer_offsets(D(base), D(outer), count)] == expected


@pytest.mark.parametrize(
    ("skew", "expected"),
    [
        ("0", [200, 200, 200, 200, 200]),
        ("0.5", [137, 163, 194, 231, 275]),
        ("1", [89, 126, 178, 251, 356]),
        ("-1", [356, 251, 178, 126, 89]),
    ],
)
def test_a_skew_shares_the_total_exactly(skew, expected):
    sizes = split.share(D(1), split.layer_weights(D(skew), 5), STEP)

    assert [int(each / STEP) for each in sizes] == expected


def test_a_few_lots_are_shared_by_their_remainders():
    assert split.share(D(7), split.layer_weights(D(1), 3), D(1)) == [1, 2, 4]


def test_a_thousand_in_seven_gives_the_last_one_less():
    assert split.share(D(1), [D(1)] * 7, STEP) == [D("0.143")] * 6 + [D("0.142")]


def test_bids_lie_at_or_below_their_distance_and_asks_at_or_above():
    rules = builders.instrument()
    offsets = split.layer_offsets(D(2), D(32), 5)
    at = {side: [split.layer_price(side, D("60000.05"), each, rules) for each in offsets] for side in Side}

    assert [str(each) for each in at[Side.BUY]] == ["59988.0", "59976.0", "59952.0", "59904.0", "59808.0"]
    assert [str(each) for each in at[Side.SELL]] == ["60012.1", "60024.1", "60048.1", "60096.1", "60192.1"]


def test_layers_on_one_tick_become_one():
    rules = builders.instrument(tick_size=D("0.0001"))
    offsets = split.layer_offsets(D(2), D(32), 5)
    prices = [split.layer_price(Side.BUY, D("0.12345"), each, rules) for each in offsets]

    assert [str(each) for each in prices] == ["0.1234", "0.1234", "0.1233", "0.1232", "0.1230"]
    assert split.merged([(price, D(2)) for price in prices])[0] == (D("0.1234"), D(4))


@pytest.mark.parametrize(
    ("sizes", "expected", "average"),
    [
        (Sizes.FLAT, ".2 .2 .2 .2 .2", "59500"),
        (Sizes.ASC, ".10 .15 .20 .25 .30", "59625"),
        (Sizes.DESC, ".30 .25 .20 .15 .10", "59375"),
    ],
)
def test_a_scale_between_59_and_60_thousand(sizes, expected, average):
    prices = split.scale_prices(D(59_000), D(60_000), 5, Spacing.LINEAR)
    shares = split.share(D(1), split.scale_weights(sizes, D(3), 5), STEP)

    assert shares == [D(each) for each in expected.split()]
    assert sum(price * size for price, size in zip(prices, shares, strict=True)) == D(average)


def test_prices_apart_by_equal_factors():
    prices = split.scale_prices(D(59_000), D(60_000), 5, Spacing.GEOM)

    assert [round(each, 4) for each in prices] == [
        59_000,
        D("59248.4265"),
        D("59497.8991"),
        D("59748.4221"),
        60_000,
    ]


@given(st.integers(1, 100_000), st.integers(1, 40), st.decimals("-1", "1", places=2))
def test_nothing_is_lost_and_nothing_added(lots, count, skew):
    shares = split.share(lots * STEP, split.layer_weights(skew, count), STEP)

    assert sum(shares) == lots * STEP
    assert all(each >= 0 and each % STEP == 0 for each in shares)
