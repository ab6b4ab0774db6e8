"""How much is closed: the vectors A1 to A3, and what must hold for any account."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desk.core.adl import cuts, tiers
from desk.core.adl.cuts import Cut, Terms
from desk.model.order import Side
from desk.model.tier import AdlTier
from tests.kit import builders
from tests.kit.builders import BTC, ETH, D
from tests.kit.standings import holding, moved, stand

F = D("0.001")
NEARS = {BTC: D("0.01"), ETH: D("0.01")}
FLAT = {rate: builders.brackets(f"1e9 {rate} 0") for rate in ("0.004", "0.05", "0.0008")}
ALTS = ("AAAUSDT", "BBBUSDT", "CCCUSDT")


def rules(*symbols, **changes):
    return {symbol: builders.instrument(symbol, **changes) for symbol in symbols}


def book_of_a1():
    """45,000 BTC at 0.4 % and three alts of 40,000 at 5 %: maintenance 6,180, equity 6,717.39, ratio 0.92."""
    held = [holding(BTC, 45_000, 1, 1, FLAT["0.004"])]
    held += [holding(symbol, 40_000, 1, 1, FLAT["0.05"]) for symbol in ALTS]
    return stand(D(6_180) / D("0.92"), held)


def one_btc():
    """1 BTC at 57,000 with an equity of 255: maintenance 235, ratio 0.9216."""
    return stand(255, [holding(BTC, 1, 57_000, 57_000)])


# A1


def test_the_position_with_the_high_rate_is_cut_and_only_by_what_is_needed():
    found = book_of_a1()
    alt = found.holdings[1]

    assert round(cuts.need(found, alt, F, None), 9) == D("9566.986598257")
    instruments = rules(BTC, *ALTS, lot_size=D("0.000001"), quantity_max=D(100_000))
    assert cuts.steps(found, AdlTier.T1, Terms(instruments, None)) == (Cut(ALTS[0], Side.SELL, D("9566.986599")),)
    assert round(cuts.after(found, ALTS[0], cuts.need(found, alt, F, None), F).ratio, 12) == D("0.85")


def test_the_position_with_the_low_rate_is_not_enough():
    found = book_of_a1()

    assert round(cuts.need(found, found.holdings[0], F, None)) == 149_275
    assert round(cuts.after(found, BTC, D(45_000), F).ratio, 6) == D("0.899228")


def test_the_fixed_ladder_cuts_the_largest_nine_times_and_is_still_in_its_tier():
    found, path = book_of_a1(), []
    instruments = rules(BTC, *ALTS, lot_size=D("0.000001"), quantity_max=D(100_000))
    for _ in range(10):
        (cut,) = cuts.classic_steps(stand_with_only(found, BTC), AdlTier.T1, Terms(instruments, None))
        found = cuts.after(found, cut.symbol, cut.quantity, F)
        path.append(round(found.ratio, 5))

    assert [str(each) for each in path] == (
        ["0.91380", "0.90944", "0.90638", "0.90424", "0.90274", "0.90169", "0.90095", "0.90043", "0.90007", "0.89982"]
    )


def stand_with_only(found, symbol):
    return stand(0, [each for each in found.holdings if each.symbol == symbol])


# A2


def test_a_single_position_is_cut_by_a_thirteenth_where_the_fixed_ladder_sells_a_third():
    found = one_btc()

    assert round(cuts.need(found, found.holdings[0], F, None), 7) == D("0.0771507")
    (cut,) = cuts.steps(found, AdlTier.T1, Terms(rules(BTC), None))
    assert cut == Cut(BTC, Side.SELL, D("0.078"))
    then = cuts.after(found, BTC, cut.quantity, F)
    assert (then.maintenance, then.equity, round(then.ratio, 9)) == (D("212.770"), D("250.554"), D("0.849198177"))
    (classic,) = cuts.classic_steps(found, AdlTier.T1, Terms(rules(BTC), None))
    assert (classic.quantity, round(cuts.after(found, BTC, D("0.3"), F).ratio, 9)) == (D("0.3"), D("0.670870113"))


# A3


def test_a_position_whose_rate_does_not_earn_its_cost_cannot_help():
    found = stand(1_700, [holding(BTC, 2_000_000, 1, 1, FLAT["0.0008"])])

    assert cuts.need(found, found.holdings[0], F, None) is None


# The target


def test_the_distance_is_part_of_the_target():
    found = stand(3_200, [holding(BTC, 1, 60_000, 57_600)])  # ratio 0.299, liquidated 0.98 % away

    wanted = cuts.need(found, found.holdings[0], F, NEARS)
    then = cuts.after(found, BTC, wanted, F)

    assert cuts.need(found, found.holdings[0], F, None) == 0
    assert round(tiers.distance(then, BTC), 9) == D("0.015")


@pytest.mark.parametrize(("tier", "quantity"), [(AdlTier.T1, "0.300"), (AdlTier.T2, "0.500"), (AdlTier.T3, "1")])
def test_a_step_closes_no_more_than_its_share(tier, quantity):
    found = stand(20, [holding(BTC, 1, 57_000, 57_000)])

    assert cuts.steps(found, tier, Terms(rules(BTC), NEARS)) == (Cut(BTC, Side.SELL, D(quantity)),)


def test_the_last_tier_closes_everything():
    found = stand(20, [holding(BTC, 1, 57_000, 57_000), holding(ETH, -3, 3_000, 3_000)])

    assert cuts.steps(found, AdlTier.T3, Terms(rules(BTC, ETH), NEARS)) == (
        Cut(BTC, Side.SELL, D(1)),
        Cut(ETH, Side.BUY, D(3)),
    )


def test_a_step_is_never_too_small_for_the_venue():
    found = stand("235.1", [holding(BTC, 1, 57_000, 57_000)])
    wants_little = stand("276.4", [holding(BTC, 1, 57_000, 57_000)])

    assert cuts.need(wants_little, wants_little.holdings[0], F, None) < D("0.001")
    (cut,) = cuts.steps(wants_little, AdlTier.T1, Terms(rules(BTC, notional_min=D(200)), None))
    assert cut.quantity == D("0.004")
    assert cuts.steps(found, AdlTier.T1, Terms({}, None)) == ()


def test_what_closing_costs_now_is_reckoned_with():
    found = one_btc()

    (dear,) = cuts.steps(found, AdlTier.T1, Terms(rules(BTC), None, {BTC: D("0.002")}))

    # (235 - 0.85 * 255) / 57,000 / (0.5 % - 0.85 * 0.2 %) = 0.09702; at 0.1 % it is 0.07715.
    assert dear.quantity == D("0.098")


held = st.tuples(st.integers(-400, 400).filter(bool), st.integers(-400, 400).filter(bool), st.integers(1, 80))


@given(held, st.sampled_from([NEARS, None]))
def test_what_is_needed_reaches_the_target_and_less_does_not(drawn, nears):
    btc, eth, tenths = drawn
    pair = [holding(BTC, D(btc) / 100, 60_000, 60_000), holding(ETH, D(eth) / 10, 3_000, 3_000)]
    bound = stand(0, pair).maintenance
    found = stand(bound * (1 + D(tenths) / 10), pair)
    first = found.holdings[0]
    wanted = cuts.need(found, first, F, nears)
    assume(wanted is not None and wanted < abs(first.quantity))

    then = cuts.after(found, BTC, wanted, F)

    assert then.ratio <= D("0.85") + D("1e-12")
    assert nears is None or all(_far(then, symbol) >= D("0.015") - D("1e-12") for symbol in (BTC, ETH))
    if wanted > D("1e-6"):
        less = cuts.after(found, BTC, wanted * D("0.999999"), F)
        assert less.ratio > D("0.85") or any(_far(less, symbol) < D("0.015") for symbol in (BTC, ETH))


def _far(found, symbol):
    away = tiers.distance(found, symbol)
    return away if away is not None else D(9)


def test_moving_the_marks_is_what_the_distance_says():
    found = stand(3_200, [holding(BTC, 1, 60_000, 57_900)])
    there = stand(3_200, moved(found.holdings, BTC, D(57_900) * (1 - tiers.distance(found, BTC))))

    assert abs(there.ratio - 1) < D("1e-12")
