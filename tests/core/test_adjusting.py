"""Cash and positions that change hands in our books alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from desk.core import bookkeeping, checkpoint
from desk.core.adjusting import ADJUSTMENTS_MAX
from desk.model.command import Adjust, Allocate, Cross, KillDesk, PlaceOrder, RevertAdjust, Transfer
from desk.model.effect import Booking, CashMoved, Crossed, SendOrder
from desk.model.event import AccountReported
from desk.model.order import Side
from desk.model.units import HOUSE, UNALLOCATED, ZERO
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BRAVO, BTC, D, at


@pytest.fixture
def desk():
    """Sub-account 1 is long 1.0 that cost 90; the touch is 100.0/100.1, the mark 100."""
    made = rig.started(wallet="1000")
    hold(made, ALPHA, "1.0", "90")
    return made


def hold(desk, sub, quantity, entry):
    position = desk.state.accounts[sub].position(BTC)
    position.quantity, position.cost = D(quantity), D(quantity) * D(entry)


def books(desk):
    """Return quantity, cost and wallet of the accounts that have any."""
    found = {}
    for account in desk.state.accounts.values():
        position = account.positions.get(BTC)
        found[account.id] = (
            position.quantity if position else ZERO,
            position.cost if position else ZERO,
            account.wallet,
        )
    return found


def cross(**changes):
    return replace(Cross(seller=ALPHA, buyer=BRAVO, symbol=BTC, quantity=D("0.4"), price=D("100.1")), **changes)


def adjust(**changes):
    made = Adjust(sub=ALPHA, symbol=BTC, quantity=D("-0.4"), price=D("95.0"), reason="closed by the venue")
    return replace(made, **changes)


# Transfer


def test_a_transfer_moves_cash(desk):
    effects = desk.command(Transfer(source=ALPHA, target=BRAVO, amount=D("250.5")))

    assert CashMoved(ts=desk.state.now, source=ALPHA, target=BRAVO, amount=D("250.5")) in effects
    assert (books(desk)[ALPHA][2], books(desk)[BRAVO][2]) == (D("749.5"), D("1250.5"))
    assert desk.alerts == ["moved 250.5 from 1 to 2"]


def test_what_secures_a_position_cannot_be_moved(desk):
    # Equity is 1000 + 1.0 * (100 - 90) = 1010, and 1.0 at 100 and 10x needs 10: 1000 is free.
    desk.command(Transfer(source=ALPHA, target=BRAVO, amount=D("1000.01")))
    refused = books(desk)
    desk.command(Transfer(source=ALPHA, target=BRAVO, amount=D(1000)))

    assert refused[ALPHA][2] == D(1000)
    assert desk.alerts[0] == ("transfer 1000.01 from 1 to 2: free margin of 1: expected at most 1000.00, found 1000.01")
    assert books(desk)[ALPHA][2] == ZERO


def test_what_secures_a_working_order_cannot_be_moved_either(desk):
    desk.command(PlaceOrder(sub=BRAVO, symbol=BTC, side=Side.BUY, quantity=D(2), price=D("99.0")))

    # 2.0 at the mark of 100 and 10x: 20 of 1000 is spoken for.
    desk.command(Transfer(source=BRAVO, target=ALPHA, amount=D("980.01")))

    assert books(desk)[BRAVO][2] == D(1000)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": ALPHA}, "expected two accounts, found 1 twice"),
        ({"target": "9"}, "account: expected one of UNALLOCATED, 1, 2, found 9"),
        ({"target": HOUSE}, "account: expected one of UNALLOCATED, 1, 2, found HOUSE"),
        ({"amount": D(0)}, "amount: expected more than 0, in steps of 0.00000001, found 0"),
        ({"amount": D(-5)}, "amount: expected more than 0, in steps of 0.00000001, found -5"),
        ({"amount": D("1e30")}, "amount: expected more than 0, in steps of 0.00000001, found 1E+30"),
        ({"amount": D("1e-9")}, "amount: expected more than 0, in steps of 0.00000001, found 1E-9"),
    ],
)
def test_a_transfer_that_makes_no_sense_is_refused_in_a_sentence(desk, changes, reason):
    before = books(desk)

    desk.command(replace(Transfer(source=ALPHA, target=BRAVO, amount=D(1)), **changes))

    assert [alert.partition(": ")[2] for alert in desk.alerts] == [reason]
    assert books(desk) == before


# Cross


def test_a_cross_is_a_trade_of_two_accounts_without_a_fee(desk):
    desk.command(cross())

    # 1 realises 0.4 * (100.1 - 90) = 4.04 and keeps 0.6 that cost 54; 2 holds 0.4 that cost 40.04.
    assert books(desk)[ALPHA] == (D("0.6"), D("54.0"), D("1004.04"))
    assert books(desk)[BRAVO] == (D("0.4"), D("40.04"), D(1000))
    assert desk.alerts == ["cross 1: 1 sold 0.4 BTCUSDT @100.1 to 2, no fee"]


def test_both_sides_of_a_cross_stand_among_the_fills(desk):
    desk.command(cross())

    rows = [(row.sub, row.side, row.booking, row.trade, row.fee, row.realised_pnl) for row in desk.state.fills]
    assert rows == [
        (BRAVO, Side.BUY, Booking.CROSS, 1, ZERO, ZERO),
        (ALPHA, Side.SELL, Booking.CROSS, 1, ZERO, D("4.04")),
    ]


@pytest.mark.parametrize("price", ["99.9", "100.2"])
def test_a_cross_outside_the_touch_is_refused(desk, price):
    desk.command(cross(price=D(price)))

    assert desk.alerts == [
        f"cross 0.4 BTCUSDT from 1 to 2: price: expected one inside the touch, 100.0 to 100.1, found {price}"
    ]
    assert books(desk)[BRAVO][0] == ZERO


@pytest.mark.parametrize("price", ["100.0", "100.05", "100.1"])
def test_the_touch_itself_is_inside(desk, price):
    desk.command(cross(price=D(price)))

    assert books(desk)[BRAVO][0] == D("0.4")


def test_a_cross_that_the_buyer_cannot_secure_is_refused(desk):
    # Equity of 2 is 1000, so at 10x and a mark of 100 at most 100; at 100.1 it also loses 0.1 on each at once.
    desk.command(cross(quantity=D("99.999")))

    assert "2: margin at 10x: expected at most 990.00 of equity" in desk.alerts[0]
    assert books(desk)[BRAVO][0] == ZERO


def test_a_cross_may_not_take_what_a_closing_order_is_about_to_close(desk):
    close = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.7"), price=D("101.0"), reduce_only=True)
    desk.command(close)

    desk.command(cross(quantity=D("0.4")))
    refused = books(desk)[ALPHA][0]
    desk.command(cross(quantity=D("0.3")))

    assert refused == D("1.0")
    assert desk.alerts[0].endswith("1: quantity: expected at most 1.0 less 0.7 already closing, found 0.4")
    assert books(desk)[ALPHA][0] == D("0.7")


def test_nothing_is_crossed_by_a_desk_that_is_killed(desk):
    desk.command(KillDesk("enough"))

    desk.command(cross())

    assert desk.alerts[-1] == "cross 0.4 BTCUSDT from 1 to 2: the desk is killed (enough)"


def test_a_cross_sends_nothing_to_the_venue(desk):
    assert [each for each in desk.command(cross()) if isinstance(each, SendOrder)] == []


# Allocate


def test_what_is_nobodys_is_given_away_at_the_price_it_was_entered(desk):
    hold(desk, UNALLOCATED, "-0.5", "98.5")

    desk.command(Allocate(target=BRAVO, symbol=BTC, quantity=D("0.2")))

    assert books(desk)[BRAVO][:2] == (D("-0.2"), D("-19.70"))
    assert books(desk)[UNALLOCATED] == (D("-0.3"), D("-29.55"), ZERO)


def test_an_entry_price_without_an_end_loses_nothing(desk):
    position = desk.state.accounts[UNALLOCATED].position(BTC)
    position.quantity, position.cost = D("0.3"), D("29.9")
    before = total(desk)

    desk.command(Allocate(target=BRAVO, symbol=BTC, quantity=D("0.3")))

    assert books(desk)[UNALLOCATED][:2] == (ZERO, ZERO)
    assert total(desk) == before


def test_no_more_is_given_away_than_there_is(desk):
    hold(desk, UNALLOCATED, "0.1", "98.5")

    desk.command(Allocate(target=BRAVO, symbol=BTC, quantity=D("0.2")))

    assert desk.alerts == ["allocate 0.2 BTCUSDT to 2: quantity: expected at most the 0.1 of UNALLOCATED, found 0.2"]


# Adjust


def test_an_estimated_close_is_booked_against_unallocated_and_marked(desk):
    desk.command(adjust())

    # 1 realises 0.4 * (95 - 90) = 2; UNALLOCATED has bought 0.4 for 38.
    assert books(desk)[ALPHA] == (D("0.6"), D("54.0"), D("1002.0"))
    assert books(desk)[UNALLOCATED] == (D("0.4"), D("38.0"), ZERO)
    assert {(row.booking, row.reason) for row in desk.state.fills} == {(Booking.ESTIMATE, "closed by the venue")}


def test_an_estimate_is_taken_back_at_its_own_price(desk):
    before = total(desk)
    desk.command(adjust())
    desk.command(RevertAdjust(1))

    assert [books(desk)[sub][0] for sub in (ALPHA, UNALLOCATED)] == [D("1.0"), ZERO]
    assert total(desk) == before
    assert desk.alerts[-1] == "estimate 1 taken back: UNALLOCATED sold 0.4 BTCUSDT @95.0 to 1"


def test_an_estimate_is_taken_back_once(desk):
    desk.command(adjust())
    desk.command(RevertAdjust(1))
    desk.command(RevertAdjust(1))

    assert desk.alerts[-1] == "revert adjust 1: expected the number of an estimate that stands (none), found 1"
    assert books(desk)[ALPHA][0] == D("1.0")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"quantity": D("-1.1")}, "an estimate may only close: expected at most the 1.0 of 1, found -1.1"),
        ({"quantity": D("0.1")}, "an estimate may only close: expected at most the 1.0 of 1, found 0.1"),
        ({"quantity": D("-0.0001")}, "quantity: expected a multiple of the lot 0.001, more than 0, found 0.0001"),
        ({"price": D("94.9")}, "price: expected 95 to 105, found 94.9"),
        ({"price": D("99.95")}, "price: expected a multiple of the tick 0.1, found 99.95"),
        ({"reason": "  "}, "reason: expected one, found none"),
        ({"symbol": "XRPUSDT"}, "symbol: expected one of BTCUSDT, found XRPUSDT"),
    ],
)
def test_an_estimate_that_makes_no_sense_is_refused_in_a_sentence(desk, changes, reason):
    before = books(desk)

    desk.command(adjust(**changes))

    assert [alert.partition(": ")[2] for alert in desk.alerts] == [reason]
    assert books(desk) == before


def test_an_estimate_for_unallocated_brings_the_books_to_the_venue_and_no_further(desk):
    desk.step(AccountReported(at(5), D(2000), (builders.held(BTC, "0.6", "90"),), at(5)))
    desk.command(adjust(sub=UNALLOCATED, quantity=D("-0.5")))
    refused = books(desk)[UNALLOCATED][0]
    desk.command(adjust(sub=UNALLOCATED, quantity=D("-0.4")))

    assert refused == ZERO
    assert desk.alerts[0].endswith("our accounts hold 1.0, the venue 0.6: expected at most -0.4, found -0.5")
    assert desk.state.net(BTC) == D("0.6")


def test_estimates_do_not_pile_up_without_end(desk):
    desk.state.adjustments = dict.fromkeys(range(ADJUSTMENTS_MAX))

    desk.command(adjust())

    assert "expected at most 200 estimates that stand" in desk.alerts[0]


# All of them


def total(desk):
    accounts = desk.state.accounts.values()
    worth = sum((each.wallet - each.position(BTC).cost for each in accounts), ZERO)
    return sum((each.quantity(BTC) for each in accounts), ZERO), worth


def test_a_restart_remembers_every_booking(desk):
    fresh = rig.started(wallet="1000")
    buy = builders.spec(sub=ALPHA, quantity=D(1), price=D(100))
    fresh.step(replace(builders.fill(buy, 1, "1", "1"), side=Side.BUY))
    fresh.command(Transfer(source=BRAVO, target=ALPHA, amount=D(10)))
    fresh.command(cross())
    fresh.command(adjust(price=D("96.0")))
    fresh.command(adjust(price=D("97.0"), quantity=D("-0.1")))
    fresh.command(RevertAdjust(2))

    folded = checkpoint.restore(None, fresh.journal, builders.limits())
    loaded = checkpoint.restore(checkpoint.save(fresh.state), (), builders.limits())

    for state in (folded, loaded):
        assert state.accounts == fresh.state.accounts
        assert list(state.fills) == list(fresh.state.fills)
        assert (state.posting_seq, set(state.adjustments)) == (4, {3})


_PRICES = st.integers(900, 1100).map(lambda ticks: Decimal(ticks) / 10)
_SIZES = st.integers(1, 5_000).map(lambda lots: Decimal(lots) / 1000)
_SUBS = st.sampled_from([ALPHA, BRAVO, UNALLOCATED])


@given(st.lists(st.tuples(_SUBS, _SUBS, _SIZES, _PRICES, st.booleans()), max_size=25))
def test_whatever_changes_hands_nothing_is_made_or_lost(moves):
    desk = rig.started(wallet="1000")
    before = total(desk)

    for number, (source, target, size, price, is_cash) in enumerate(moves, 1):
        if is_cash:
            moved = CashMoved(ts=at(0), source=source, target=target, amount=size)
            bookkeeping.apply_transfer(desk.state, moved)
            continue
        crossed = Crossed(
            ts=at(0),
            number=number,
            booking=Booking.CROSS,
            seller=source,
            buyer=target,
            symbol=BTC,
            quantity=size,
            price=price,
        )
        bookkeeping.apply_cross(desk.state, crossed)

    assert total(desk) == before
