"""A symbol is followed while somebody has a reason, and half a minute longer."""

from desk.core.demand import Demand
from desk.model.following import Reason
from desk.model.units import SECOND, Nanos, Symbol

BTC, ETH = Symbol("BTCUSDT"), Symbol("ETHUSDT")


def at(seconds):
    return Nanos(int(seconds * SECOND))


def test_every_reason_is_told():
    demand = Demand()
    demand.set(Reason.WATCHLIST, [BTC, ETH], at(0))
    demand.set(Reason.POSITION, [ETH], at(0))

    assert demand.followed(at(1)) == {BTC: {Reason.WATCHLIST}, ETH: {Reason.WATCHLIST, Reason.POSITION}}


def test_a_symbol_with_one_reason_left_stays():
    demand = Demand()
    demand.set(Reason.ORDER, [BTC], at(0))
    demand.set(Reason.POSITION, [BTC], at(0))
    demand.set(Reason.ORDER, [], at(1))

    assert demand.followed(at(100)) == {BTC: {Reason.POSITION}}
    assert demand.release_at(BTC) is None


def test_without_a_reason_it_lingers_for_half_a_minute():
    demand = Demand()
    demand.set(Reason.FOCUS, [BTC], at(0))
    demand.set(Reason.FOCUS, [ETH], at(10))

    assert BTC in demand.followed(at(39.9))
    assert demand.release_at(BTC) == at(40)
    assert BTC not in demand.followed(at(40))
    assert demand.release_at(BTC) is None


def test_a_reason_that_comes_back_ends_the_lingering():
    demand = Demand()
    demand.set(Reason.FOCUS, [BTC], at(0))
    demand.set(Reason.FOCUS, [], at(10))
    demand.set(Reason.ALGO, [BTC], at(20))

    assert demand.followed(at(1_000)) == {BTC: {Reason.ALGO}}


def test_the_time_without_a_reason_counts_from_the_last_one():
    demand = Demand()
    demand.set(Reason.FOCUS, [BTC], at(0))
    demand.set(Reason.FOCUS, [], at(10))
    demand.set(Reason.FOCUS, [], at(30))

    assert BTC not in demand.followed(at(40))
