"""Tiers in the order of danger."""

from desk.model.tier import AdlTier


def test_the_rank_grows_with_the_danger():
    assert [each.rank for each in AdlTier] == [0, 1, 2, 3, 4]
    assert max(AdlTier, key=lambda each: each.rank) is AdlTier.T3
