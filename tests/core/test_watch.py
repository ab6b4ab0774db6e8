"""Who is looked at, and when: at ticks, after trades, and once a second."""

import pytest

from desk.core import watch
from desk.model.command import Transfer
from desk.model.event import FundingPaid
from desk.model.tier import AdlTier
from desk.model.units import UNALLOCATED
from tests.kit import builders
from tests.kit.builders import ALPHA, BRAVO, BTC, ETH, D
from tests.kit.danger import Danger


@pytest.fixture
def looked(monkeypatch):
    """Which accounts are looked at, in order."""
    seen, look = [], watch.look
    monkeypatch.setattr(watch, "look", lambda acts, sub: (seen.append(sub), look(acts, sub))[1])
    return seen


def test_a_tick_far_from_every_edge_looks_at_nobody(looked):
    desk = Danger(wallet="30000")
    desk.hold("1", "1")
    looked.clear()

    for step in range(50):
        desk.price(f"{60_000 - step * 10}.0")

    assert looked == []


def test_a_trade_looks_at_its_account_and_its_neighbours_in_the_symbol(looked):
    desk = Danger(wallet="30000")
    desk.hold("1", "1")
    desk.hold("2", "1")
    looked.clear()

    desk.hold("1", "2")

    assert sorted(looked) == [ALPHA, BRAVO]


def test_cash_that_moves_is_a_reason_to_look():
    desk = Danger(wallet="4000")
    desk.hold("1", "1")
    desk.price("58500.0")
    assert desk.state.board.tiers[ALPHA] is AdlTier.NONE

    desk.rig.command(Transfer(source=ALPHA, target=BRAVO, amount=D(900)))

    assert desk.state.board.tiers[ALPHA] is AdlTier.WATCH


def test_funding_is_a_reason_to_look():
    desk = Danger(wallet="4000")
    desk.hold("1", "1")
    desk.price("58000.0")
    desk.millis += 1

    desk.rig.step(FundingPaid(desk.now, BTC, D(-580), D("0.01"), D(58_000), desk.now))

    assert desk.state.board.tiers[ALPHA] is AdlTier.WATCH


def test_an_account_in_danger_is_looked_at_every_second_without_any_tick(looked):
    desk = Danger(wallet="3200")
    desk.hold("1", "1")
    desk.price("58000.0")
    looked.clear()

    desk.rig._keeps_marks = False
    desk.wait(3)

    assert looked == [ALPHA] * 3


def test_where_prices_reach_further_an_account_is_near_sooner():
    desk = Danger(wallet="4500")
    desk.hold("1", "1")
    desk.price("58000.0")
    assert desk.state.board.tiers[ALPHA] is AdlTier.NONE

    for step in range(20):
        desk.price("58000.0" if step % 2 else "57700.0", 0)
        desk.wait(1)

    assert desk.state.nears[BTC] > D("0.015")
    assert desk.state.board.tiers[ALPHA] is not AdlTier.NONE


def test_a_mark_that_the_touch_does_not_confirm_says_nothing_of_how_far_prices_reach():
    desk = Danger(wallet="30000")
    desk.price("60000.0")
    desk.wait(2)
    before = desk.state.nears[BTC]

    desk.rig.step(builders.mark("72000.0", desk.millis))
    desk.wait(2)
    desk.price("60000.0")
    desk.wait(2)

    assert desk.state.nears[BTC] == before


def test_without_a_mark_an_account_waits_for_one():
    desk = Danger(wallet="3200")
    desk.state.markets[ETH].mark = None
    desk.hold("1", "60", "3000", ETH)
    assert desk.state.board.tiers[ALPHA] is AdlTier.NONE

    desk.rig.step(builders.mark("2990", desk.millis, ETH))

    assert desk.state.board.tiers[ALPHA] is AdlTier.T1


def test_what_belongs_to_nobody_has_no_tier():
    desk = Danger(wallet="3200")
    desk.hold(UNALLOCATED, "5")

    assert UNALLOCATED not in desk.state.board.tiers


def test_the_delay_of_a_fill_is_that_of_the_latest_ones():
    desk = Danger()
    assert desk.state.fill_delay == 1_000_000_000

    watch.note_delay(desk.state, 200_000_000)

    assert desk.state.fill_delay == 900_000_000
