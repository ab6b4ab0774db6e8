"""Where the engine will act, and what it will close there."""

from decimal import ROUND_DOWN

import pytest

from desk.core import margin
from desk.core.adl import tiers
from desk.core.adl.levels import levels
from desk.model.limits import AdlMode
from desk.model.tier import AdlTier
from tests.kit import builders
from tests.kit.builders import BTC, ETH, D
from tests.kit.standings import holding, stand

NEARS = {BTC: D("0.01"), ETH: D("0.01")}
RULES = {BTC: builders.instrument(), ETH: builders.instrument(ETH)}


def found(quantity=1, wallet=3_200, mark=60_000):
    return stand(wallet, [holding(BTC, quantity, 60_000, mark)])


def told(standing, **changes):
    return list(levels(standing, RULES, NEARS, builders.limits(**changes)))


def test_a_long_is_closed_on_the_way_down_step_by_step():
    one, two, three = told(found())

    # Liquidated at 57,035.1759: at 1 %, 0.5 % and 0.25 % of the mark above that.
    assert [each.tier for each in (one, two, three)] == [AdlTier.T1, AdlTier.T2, AdlTier.T3]
    assert [round(each.price, 4) for each in (one, two, three)] == [
        D("57611.2888"),
        D("57321.7848"),
        D("57178.1212"),
    ]
    assert three.closes == ((BTC, D(-1)),)
    assert one.closes[0][1] == D("-0.271")


def test_a_short_is_closed_on_the_way_up():
    first = told(found(-1))[0]

    assert first.price > 60_000
    assert first.closes[0][1] > 0


def test_by_the_ratio_alone_the_ladder_is_two_hundredths_of_a_percent_wide():
    prices = [round(each.price, 2) for each in told(found(), adl=AdlMode.CLASSIC)]

    assert prices == [D("57061.45"), D("57054.35"), D("57047.62")]
    assert [each.closes[0][1] for each in told(found(), adl=AdlMode.CLASSIC)] == [D("-0.300"), D("-0.500"), D(-1)]


def test_a_tier_that_is_reached_is_not_told_any_more():
    assert [each.tier for each in told(found(mark="57500"))] == [AdlTier.T2, AdlTier.T3]


def test_nothing_is_told_where_nothing_is_done():
    assert told(found(), adl=AdlMode.OFF) == []
    assert told(stand(70_000, [holding(BTC, 1, 60_000, 60_000)])) == []
    assert told(stand(100, [holding("OLDUSDT", 1, 60, 60)])) == []


@pytest.mark.parametrize("quantity", [1, -1])
@pytest.mark.parametrize("mode", [AdlMode.TARGET, AdlMode.CLASSIC])
def test_at_its_price_a_tier_begins_and_a_tick_before_it_has_not(quantity, mode):
    standing = found(quantity)
    nears = NEARS if mode is AdlMode.TARGET else None
    for each in told(standing, adl=mode):
        tick = D("0.01")
        price = each.price.quantize(tick, rounding=ROUND_DOWN) + (0 if quantity > 0 else tick)
        assert tiers.tier_of(margin.moved(standing, BTC, price), nears) is each.tier
        before = margin.moved(standing, BTC, price + 2 * quantity * tick)
        assert tiers.tier_of(before, nears).rank == each.tier.rank - 1
