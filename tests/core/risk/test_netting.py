"""Legs that offset each other at the venue: closing one alone opens the venue's net."""

import pytest

from desk.core.risk import netting
from desk.core.risk.netting import Close
from desk.model.effect import Crossed, SendOrder
from desk.model.limits import Netting
from desk.model.order import Side
from desk.model.units import HOUSE, UNALLOCATED, ZERO
from tests.kit.builders import ALPHA, BRAVO, BTC, D
from tests.kit.danger import Danger


def netted(policy, *, venue_cash=None, **positions):
    """Sub-account 1 long 2, sub-account 2 short 2: the venue holds nothing."""
    desk = Danger(wallet="9000", netting=policy)
    for sub, quantity in (positions or {"s1": "2", "s2": "-2"}).items():
        desk.hold({"s1": "1", "s2": "2"}.get(sub, sub), quantity)
    return desk


def crossings(made):
    return [(each.seller, each.buyer, each.quantity, each.price) for each in made]


def test_as_a_rule_the_leg_is_closed_at_the_venue():
    desk = netted(Netting.VENUE)

    assert netting.split(Close(ALPHA, BTC, Side.SELL, D(1)), desk.state) == (D(1), ())


def test_unless_that_endangers_the_venues_account():
    desk = netted(Netting.VENUE)
    desk.state.account.wallet = D(320)  # short 1 at 60,000: 250 of maintenance, 60 of cost: 250 / 260 = 0.96

    outside, made = netting.split(Close(ALPHA, BTC, Side.SELL, D(1)), desk.state)

    assert (outside, crossings(made)) == (ZERO, [(ALPHA, BRAVO, D(1), D(60_000))])


def test_both_legs_close_against_each_other_at_the_mark():
    desk = netted(Netting.BOTH_LEGS)

    outside, made = netting.split(Close(BRAVO, BTC, Side.BUY, D("0.5")), desk.state)

    assert (outside, crossings(made)) == (ZERO, [(ALPHA, BRAVO, D("0.5"), D(60_000))])


def test_what_really_shrinks_the_venues_net_goes_there():
    desk = netted(Netting.BOTH_LEGS, s1="2", s2="-0.5")

    outside, made = netting.split(Close(ALPHA, BTC, Side.SELL, D("1.7")), desk.state)

    assert (outside, crossings(made)) == (D("1.5"), [(ALPHA, BRAVO, D("0.2"), D(60_000))])


def test_the_house_may_take_the_leg():
    desk = netted(Netting.CROSS_HOUSE)

    outside, made = netting.split(Close(ALPHA, BTC, Side.SELL, D("0.4")), desk.state)

    assert (outside, crossings(made)) == (ZERO, [(ALPHA, HOUSE, D("0.4"), D(60_000))])


def test_several_others_give_the_largest_first_and_the_rest_goes_to_the_venue():
    desk = netted(Netting.BOTH_LEGS, s1="1", s2="-0.25", UNALLOCATED="-0.5")

    outside, made = netting.split(Close(ALPHA, BTC, Side.SELL, D(1)), desk.state)

    assert outside == D("0.25")
    assert crossings(made) == [(ALPHA, UNALLOCATED, D("0.5"), D(60_000)), (ALPHA, BRAVO, D("0.25"), D(60_000))]
    assert [each.number for each in made] == [1, 2]


@pytest.mark.parametrize(
    ("policy", "sends", "left"),
    [(Netting.VENUE, 1, D(2)), (Netting.BOTH_LEGS, 0, D("1.407")), (Netting.CROSS_HOUSE, 0, D("1.407"))],
)
def test_deleverage_follows_the_policy(policy, sends, left):
    # 0.593 is asked for: 2 * 283.68 - 50 - 1,600 + 2 * 864 = 645.36 over 1,090.08.
    desk = Danger(wallet="6400", netting=policy)
    desk.hold("1", "2")
    desk.hold("2", "-2", "58000")

    sent = desk.price("57600.0")

    assert sum(isinstance(each, SendOrder) for each in sent) == sends
    assert any(isinstance(each, Crossed) for each in sent) is not bool(sends)
    assert desk.state.accounts[ALPHA].quantity(BTC) == left
    assert desk.state.net(BTC) == ZERO
