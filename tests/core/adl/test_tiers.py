"""Where a tier begins, by ratio and by distance, and when it is lifted."""

import pytest

from desk.core.adl import tiers
from desk.model.tier import AdlTier
from desk.model.units import SECOND, ZERO
from tests.kit.builders import BTC, ETH, D
from tests.kit.standings import holding, moved, stand

NEARS = {BTC: D("0.01"), ETH: D("0.01")}


def one_btc(mark, wallet=3_200):
    """One BTC at 60,000 with a wallet of 3,200: liquidated at 57,035.18."""
    return stand(wallet, [holding(BTC, 1, 60_000, mark)])


@pytest.mark.parametrize(
    ("mark", "ratio"),
    [
        ("57094.34", ".80"),
        ("57076.92", ".85"),
        ("57061.45", ".90"),
        ("57054.35", ".925"),
        ("57047.62", ".95"),
        ("57035.18", "1"),
    ],
)
def test_from_the_first_tier_to_the_end_it_is_less_than_one_mark(mark, ratio):
    assert round(one_btc(mark).ratio, 3) == round(D(ratio), 3)


@pytest.mark.parametrize(
    ("mark", "tier"),
    [
        ("57200", "-"),  # 0.607
        ("57130", "-"),  # 0.7132 of 1: see below
        ("57061", "T1"),
        ("57054", "T2"),
        ("57047", "T3"),
        ("56000", "T3"),  # equity is gone
    ],
)
def test_by_the_ratio_alone(mark, tier):
    found = one_btc(mark)
    expected = AdlTier.WATCH if D("0.7") <= found.ratio < D("0.9") else AdlTier(tier)

    assert tiers.tier_of(found, None) is expected


@pytest.mark.parametrize(
    ("mark", "tier"),
    [
        ("58800", "-"),  # 3.001 % away
        ("58798", "watch"),  # 2.998 %
        ("57612", "watch"),  # 1.0013 %
        ("57611", "T1"),  # 0.9995 %
        ("57323", "T1"),
        ("57321", "T2"),  # 0.4986 %
        ("57179", "T2"),
        ("57177", "T3"),  # 0.2480 %
    ],
)
def test_a_near_liquidation_price_begins_a_tier_long_before_the_ratio_does(mark, tier):
    found = one_btc(mark)

    assert found.ratio < D("0.7")
    assert tiers.tier_of(found, NEARS) is AdlTier(tier)


def test_the_nearest_of_several_prices_counts():
    calm = [holding(BTC, 1, 60_000, 60_000), holding(ETH, -1, 3_000, 3_000)]
    far, near = stand(3_200, calm), stand(3_200, moved(calm, BTC, 57_700))

    assert tiers.tier_of(far, NEARS) is AdlTier.NONE
    assert tiers.tier_of(near, NEARS) is AdlTier.WATCH


def test_danger_is_over_below_the_ratio_and_beyond_one_and_a_half_times_the_distance():
    assert not tiers.is_calm(one_btc(57_800), NEARS)  # 1.32 % away
    assert tiers.is_calm(one_btc(57_905), NEARS)  # 1.502 %
    assert not tiers.is_calm(one_btc(57_900), {BTC: D("0.02")})
    assert tiers.is_calm(one_btc(57_100), None)  # ratio 0.79
    assert not tiers.is_calm(one_btc(57_070), None)  # ratio 0.87


def test_near_is_six_sigmas_of_the_time_it_takes_and_at_least_a_percent():
    assert tiers.near(ZERO, SECOND) == D("0.01")
    assert tiers.near(D("0.0004"), SECOND) == D("0.01")  # 33.9 bps
    assert tiers.near(D("0.002"), SECOND) == D("0.0175")  # 169.7 bps, in steps of 25
    assert tiers.near(D("0.02"), SECOND) == D("0.05")


def test_volatility_is_that_of_the_latest_seconds():
    found = tiers.Volatility()
    for price in (100, 101, 100, 101, 100):
        found.sample(D(price))

    # 0.05 of four squares near 0.0001, each older one weighing 0.95 of the next.
    assert round(found.sigma, 6) == D("0.004285")
