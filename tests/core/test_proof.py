"""The proof: our sums against the venue's word."""

from decimal import Decimal

import pytest

from desk.core import bookkeeping, proof
from desk.model.effect import SendOrder
from desk.model.event import AccountReported, FundingPaid
from desk.model.order import Side
from desk.model.view import ProofState
from tests.kit import builders, rig
from tests.kit.builders import BTC, at

D = Decimal


def trade(desk, trade_id, sub, side, quantity, price):
    """Let an order of `sub` leave and fill at once."""
    spec = builders.spec(f"T{trade_id}", sub=sub, side=Side(side), quantity=D(quantity), price=D(price))
    bookkeeping.record_send(desk.state, SendOrder(at(trade_id), spec))
    desk.step(builders.fill(spec, trade_id, quantity, quantity, ts=at(trade_id), venue_ts=at(trade_id)))


def state_the_account(desk, wallet, *positions, millis=100):
    desk.step(AccountReported(at(millis), D(wallet), positions, at(millis)))


def test_two_that_cross_tie_out_in_equity_although_the_venue_is_flat():
    desk = rig.started(wallet="1000")
    trade(desk, 1, "1", "buy", "1.0", "100")
    trade(desk, 2, "2", "sell", "1.0", "110")
    desk.step(builders.mark("120", 50))

    state_the_account(desk, "2010")  # the venue has bought at 100 and sold at 110

    accounts = desk.state.accounts
    assert [accounts[name].position(BTC).unrealised(D(120)) for name in "12"] == [D(20), D(-10)]
    view = proof.prove(desk.state)
    assert (view.state, view.quantity, view.equity) == (ProofState.PROVEN, True, True)
    assert view.equity_ours == view.equity_venue == D(2010)


def test_a_line_has_the_subs_what_is_unallocated_and_the_venue():
    desk = rig.started(wallet="1000")
    trade(desk, 1, "1", "buy", "1.0", "100")
    trade(desk, 2, "UNALLOCATED", "sell", "0.25", "100")

    state_the_account(desk, "2000", builders.held(BTC, "0.75", "100"))

    (row,) = proof.prove(desk.state).rows
    assert (row.subs, row.unallocated, row.venue) == (D("1.0"), D("-0.25"), D("0.75"))
    assert proof.prove(desk.state).state is ProofState.PROVEN


@pytest.mark.parametrize(
    ("wallet", "quantity", "shown"),
    [("2000", "1.001", (False, False)), ("2000.00000001", "1.0", (True, False))],
)
def test_the_smallest_difference_breaks_it(wallet, quantity, shown):
    desk = rig.started(wallet="1000")
    trade(desk, 1, "1", "buy", "1.0", "100")
    desk.step(builders.mark("120", 50))

    state_the_account(desk, wallet, builders.held(BTC, quantity, "100"))

    view = proof.prove(desk.state)
    assert view.state is ProofState.BROKEN
    assert (view.quantity, view.equity) == shown


def test_a_statement_older_than_the_latest_trade_proves_nothing():
    desk = rig.started(wallet="1000")
    trade(desk, 5, "1", "buy", "1.0", "100")

    state_the_account(desk, "2000", millis=4)
    assert proof.prove(desk.state).state is ProofState.CHECKING

    state_the_account(desk, "2000", builders.held(BTC, "1.0", "100"), millis=5)
    assert proof.prove(desk.state).state is ProofState.PROVEN


def test_before_the_venue_has_spoken_nothing_is_proven():
    assert proof.prove(rig.begun().state).state is ProofState.CHECKING


def test_without_a_mark_an_open_position_proves_nothing():
    desk = rig.started(wallet="1000")
    trade(desk, 1, "1", "buy", "1.0", "100")
    trade(desk, 2, "2", "sell", "1.0", "110")
    state_the_account(desk, "2010")

    desk.state.markets[BTC].mark = None

    assert proof.prove(desk.state).state is ProofState.CHECKING


def test_funding_after_the_statement_waits_for_the_next_one():
    desk = rig.started(wallet="1000")
    trade(desk, 1, "1", "buy", "1.0", "100")
    state_the_account(desk, "2000", builders.held(BTC, "1.0", "100"))

    desk.step(FundingPaid(at(200), BTC, D("-0.01"), D("0.0001"), D(100), at(200)))
    assert proof.prove(desk.state).state is ProofState.CHECKING

    state_the_account(desk, "1999.99", builders.held(BTC, "1.0", "100"), millis=201)
    assert proof.prove(desk.state).state is ProofState.PROVEN
