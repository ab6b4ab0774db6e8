"""The card's horizons: as many mark-outs as there are."""

from desk.model.card import HORIZONS
from tests.kit.views import card


def test_a_card_has_one_mark_out_for_each_horizon():
    assert len(card().markouts) == len(HORIZONS)
    assert list(HORIZONS) == sorted(HORIZONS)
