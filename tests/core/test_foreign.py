"""Trades of orders placed elsewhere: from the web, by another program, by the venue itself. None is dropped."""

import pytest
from msgspec.structs import replace

from desk.core import checkpoint
from desk.core.proof import prove
from desk.model.effect import SendCancel
from desk.model.event import AccountReported, OrderAccepted, OrderCancelled, TruthLearned, VenuePosition, VenueTrade
from desk.model.order import Side
from desk.model.units import UNALLOCATED, ZERO
from desk.model.view import ProofState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at


@pytest.fixture
def desk():
    return rig.started()


def foreign(order="web_1", trade=7, quantity="0.5", side=Side.SELL, fee="0.02"):
    made = builders.fill(builders.spec(order), trade, quantity, quantity, price=D("100.0"), fee=D(fee))
    return replace(made, order=order, side=side)


def test_a_trade_from_elsewhere_is_booked_to_unallocated_with_its_fee(desk):
    desk.step(foreign())

    unallocated = desk.state.accounts[UNALLOCATED]
    assert unallocated.quantity(BTC) == D("-0.5")
    assert unallocated.wallet == D("-0.02")
    assert desk.state.fills[0].sub == UNALLOCATED
    assert desk.alerts == ["sold 0.5 BTCUSDT @100.0 maker, sub-account UNALLOCATED by web_1, not placed here"]


@pytest.mark.parametrize("order", ["autoclose-171", "adl_autoclose", "settlement_autoclose-9", "x-other-bot"])
def test_a_trade_of_the_venue_itself_is_booked_too(desk, order):
    desk.step(foreign(order))

    assert desk.state.accounts[UNALLOCATED].quantity(BTC) == D("-0.5")


def test_an_id_of_ours_names_its_sub_account_though_the_order_is_forgotten(desk):
    desk.step(foreign("PMS0001_CHS000000300_0000A", side=Side.BUY))

    assert desk.state.accounts[ALPHA].quantity(BTC) == D("0.5")
    assert desk.state.accounts[UNALLOCATED].positions == {}


def test_it_is_booked_once_however_often_it_is_told(desk):
    desk.step(foreign())
    desk.step(foreign())

    assert desk.state.accounts[UNALLOCATED].quantity(BTC) == D("-0.5")


def test_the_books_tie_out_with_what_is_nobodys(desk):
    desk.step(foreign())
    position = VenuePosition(BTC, D("-0.5"), D("100.0"), D("-50.0"))
    wallet = sum((account.wallet for account in desk.state.accounts.values()), ZERO)

    desk.step(AccountReported(at(5), wallet, (position,), at(5)))

    proof = prove(desk.state)
    assert proof.state is ProofState.PROVEN
    assert (proof.rows[0].subs, proof.rows[0].unallocated, proof.rows[0].venue) == (ZERO, D("-0.5"), D("-0.5"))


def test_an_order_placed_elsewhere_is_left_alone(desk):
    effects = [
        *desk.step(OrderAccepted(at(5), "web_1", 9, ZERO, at(5))),
        *desk.step(OrderCancelled(at(6), "web_1", ZERO, at(6))),
    ]

    assert [each for each in effects if isinstance(each, SendCancel)] == []
    assert desk.alerts == []
    assert desk.state.orders == {}


def test_what_happened_elsewhere_while_the_desk_was_away_is_found_in_the_venues_truth(desk):
    trade = VenueTrade("web_1", BTC, 7, D("100.0"), D("0.5"), D("0.02"), False, at(3), Side.SELL)

    desk.step(TruthLearned(at(5), replace(rig.truth(D(200_000), 5), trades=(trade,))))

    assert desk.state.accounts[UNALLOCATED].quantity(BTC) == D("-0.5")


def test_a_restart_remembers_what_is_nobodys(desk):
    desk.step(foreign())

    folded = checkpoint.restore(None, desk.journal, builders.limits())

    assert folded.accounts[UNALLOCATED].quantity(BTC) == D("-0.5")
