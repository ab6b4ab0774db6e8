"""The overseer blames what it must, and only that; the planted bugs of test_mutants show the rest."""

from collections import Counter

import pytest
from msgspec.structs import replace

from desk.core.state import Episode
from desk.model.event import OrderAccepted, OrderFilled
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.tier import AdlTier
from desk.model.units import ZERO, Nanos
from desk.sim.oracle import Oracle
from desk.sim.overseer import Overseer
from desk.sim.plan import Sighting
from tests.kit import builders
from tests.kit.builders import ALPHA, BTC, D
from tests.kit.danger import Danger


class Watched:
    """A desk with 1 BTC near its end, an oracle that has seen it being bought, and the overseer."""

    def __init__(self, price="57600.0", tier=AdlTier.T1):
        self.desk = Danger()
        self.desk.hold("1", "1")
        self.counts = Counter()
        self.oracle = Oracle({ALPHA: D(3_200)}, 50, self.counts)
        self.overseer = Overseer(self.oracle, self.counts)
        bought = self.spec("1", side=Side.BUY)
        self.oracle.arrived(_send(bought), self.desk.now)
        self.oracle.heard(OrderAccepted(self.desk.now, bought.id, 1, ZERO, self.desk.now), self.desk.now)
        fill = OrderFilled(self.desk.now, bought.id, BTC, 1, D(60_000), D(1), ZERO, False, D(1), self.desk.now)
        self.oracle.heard(fill, self.desk.now)
        self.desk.millis += 100
        self.desk.rig.step(builders.quote(f"{price}/{D(price) + D('0.1')}", self.desk.millis))
        self.oracle.heard(builders.mark(price, self.desk.millis), self.desk.now)
        self.desk.state.markets[BTC].mark = builders.mark(price, self.desk.millis)
        self.desk.state.episodes[ALPHA] = Episode(sub=ALPHA, tier=tier, began=self.desk.now)

    def spec(self, quantity, side=Side.SELL, kind=OrderKind.DELEVERAGE, closing=True):
        return OrderSpec(
            id=f"x{quantity}",
            sub=ALPHA,
            symbol=BTC,
            side=side,
            type=OrderType.MARKET,
            tif=TimeInForce.IOC,
            quantity=D(quantity),
            price=D("57500"),
            closing=closing,
            kind=kind,
        )

    def sent(self, quantity="0.3", **changes):
        self.overseer.sent(self.spec(quantity, **changes), self.desk.state, Nanos(self.desk.state.now + 1))
        return self.oracle.violations


def _send(spec):
    from desk.model.effect import SendOrder

    return SendOrder(builders.at(0), spec)


def test_a_third_at_the_first_tier_is_right():
    watched = Watched()

    assert watched.sent() == []
    assert watched.counts[Sighting.DELEVERAGED] == 1


def test_more_than_the_share_is_not():
    assert Watched().sent("0.302") == ["I13: x0.302: closes 0.302 of 1 in T1"]


def test_a_calm_account_is_left_alone():
    assert Watched("60000.0").sent() == ["I13: x0.3: sub-account 1 is far from its end"]


def test_an_account_that_was_in_the_last_tier_is_closed_to_the_end():
    watched = Watched("60000.0", AdlTier.T3)
    watched.desk.state.episodes[ALPHA].steps.append(watched.desk.now)

    assert watched.sent("1") == []


def test_an_endangered_account_opens_nothing():
    (blamed,) = Watched().sent(kind=OrderKind.MANUAL, closing=False)

    assert blamed == "I13: x0.3: opens while sub-account 1 is in T1"


def test_without_an_episode_nothing_is_closed():
    watched = Watched()
    watched.desk.state.episodes.clear()

    assert watched.sent() == ["I13: x0.3: without an episode"]


@pytest.mark.parametrize(("price", "blamed"), [("50000", True), ("57000", False)])
def test_a_mark_that_its_touch_does_not_confirm_is_not_acted_on(price, blamed):
    watched = Watched()
    watched.desk.state.markets[BTC].mark = replace(watched.desk.state.markets[BTC].mark, price=D(price))

    assert any("does not confirm" in each for each in watched.sent()) is blamed


def test_an_old_mark_is_not_acted_on():
    watched = Watched()
    watched.desk.state.now = builders.at(4_000)

    assert any("ns old" in each for each in watched.sent())


def test_a_tier_does_not_shrink_within_its_episode():
    watched = Watched(tier=AdlTier.T2)
    watched.overseer.after_turn(watched.desk.state)
    watched.desk.state.episodes[ALPHA].tier = AdlTier.T1
    watched.overseer.after_turn(watched.desk.state)

    assert watched.oracle.violations == ["I13: sub-account 1 went back to T1 in the same episode"]
