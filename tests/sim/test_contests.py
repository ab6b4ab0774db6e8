"""The contests: the same market for each way, and figures that can be checked by hand."""

from decimal import Decimal as D

from desk.sim import contests
from desk.sim.contests import Guard, Regime, Result, Scalped, Way


def result(**changes):
    made = {"filled": D(1), "slippage": D(1), "fees": D(2), "shortfall": D(3), "maker": D(1), "seconds": D(4)}
    return Result(**(made | changes))


def test_crossing_fills_at_once_and_pays_the_taker():
    found = contests.execute(1, Way.CROSS)

    assert (found.filled, found.maker) == (1, 0)
    assert round(found.fees, 1) == D("5.0")
    # Half the spread and the fee: nothing is left to be crossed at the end.
    assert round(found.shortfall - found.fees - found.slippage, 6) == 0


def test_the_same_seed_is_the_same_order_again():
    assert contests.execute(3, Way.CHASE) == contests.execute(3, Way.CHASE)


def test_what_is_not_filled_costs_what_crossing_costs_at_the_end():
    found = contests.execute(3, Way.REST)

    assert (found.filled, found.fees) == (0, 0)
    assert found.shortfall > 5


def test_means_are_by_way():
    rows = contests.means([(Way.CROSS, result()), (Way.CROSS, result(slippage=D(3))), (Way.CHASE, result())])

    assert [(row.way, row.orders, row.result.slippage) for row in rows] == [(Way.CROSS, 2, 2), (Way.CHASE, 1, 1)]


def test_scalpers_are_told_by_regime_and_protection_with_the_worst():
    first = Scalped(D(-4), D(5), D("0.2"), D(3))
    second = Scalped(D(2), D(1), D("0.4"), D(5))
    (row,) = contests.scalped_means([(Regime.TREND, Guard.NO_STOP, first), (Regime.TREND, Guard.NO_STOP, second)])

    assert (row.runs, row.mean, row.worst) == (2, Scalped(D(-1), D(3), D("0.3"), D(4)), D(-4))


def test_every_protection_is_off_by_itself():
    made = {guard: contests._GUARDS[guard](contests._SCALPER) for guard in Guard}

    assert made[Guard.ALL] == contests._SCALPER
    assert len(set(made.values())) == len(Guard)
