"""Money, by hand and for any trades."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.core import ledger
from desk.core.ledger import Account, Position
from desk.model.event import FundingPaid
from desk.model.order import Side
from desk.model.units import HOUSE, MONEY_STEP, ZERO
from tests.kit.builders import EPOCH

D = Decimal
BTC = "BTCUSDT"


def account(wallet="1000", name="1"):
    return Account(id=name, name=name, wallet=D(wallet))


def trade(holder, side, quantity, price, fee="0"):
    return ledger.apply_fill(holder, BTC, Side(side), quantity=D(quantity), price=D(price), fee=D(fee))


def test_a_position_opens_at_its_price_and_costs_only_the_fee():
    holder = account()

    (leg,) = trade(holder, "buy", "2", "100", fee="0.08")

    assert holder.positions[BTC] == Position(quantity=D(2), cost=D(200))
    assert (holder.wallet, holder.fees, holder.realised) == (D("999.92"), D("0.08"), ZERO)
    assert leg.is_opening


def test_adding_averages_the_entry_price():
    holder = account()

    trade(holder, "buy", "1", "100")
    trade(holder, "buy", "3", "104")

    assert holder.positions[BTC].entry_price == D(103)  # (100 + 312) / 4


def test_closing_a_part_takes_its_profit_and_keeps_the_entry_price():
    holder = account()
    trade(holder, "buy", "4", "100")

    (leg,) = trade(holder, "sell", "1", "107", fee="0.5")

    assert (leg.realised, leg.is_opening) == (D(7), False)
    assert holder.positions[BTC] == Position(quantity=D(3), cost=D(300), realised=D(7))
    assert holder.wallet == D("1006.5")


def test_a_short_gains_when_the_price_falls():
    holder = account()

    trade(holder, "sell", "2", "100")
    trade(holder, "buy", "2", "90")

    assert (holder.realised, holder.quantity(BTC)) == (D(20), ZERO)


def test_a_trade_that_flips_a_position_closes_with_one_leg_and_opens_with_another():
    holder = account("0")
    trade(holder, "buy", "1", "60000")

    closing, opening = trade(holder, "sell", "1.5", "61000", fee="30")

    assert (closing.quantity, closing.realised, closing.fee) == (D(-1), D(1000), D(20))
    assert (opening.quantity, opening.price, opening.fee) == (D("-0.5"), D(61000), D(10))
    assert holder.positions[BTC] == Position(quantity=D("-0.5"), cost=D(-30500), realised=D(1000))
    assert holder.wallet == D(970)


def test_the_fee_of_a_flip_is_shared_to_the_last_digit():
    holder = account("0")
    trade(holder, "buy", "1", "100")

    closing, opening = trade(holder, "sell", "3", "100", fee="0.00000001")

    assert closing.fee + opening.fee == D("0.00000001")
    assert holder.wallet == D("-0.00000001")


def test_a_third_of_a_cost_is_rounded_once_and_given_back_when_flat():
    holder = account("0")
    trade(holder, "buy", "1", "100")
    trade(holder, "buy", "2", "100.01")  # cost 300.02 for 3

    for _ in range(3):
        trade(holder, "sell", "1", "100")

    assert holder.wallet == D("-0.02")
    assert holder.positions[BTC].cost == ZERO


def test_funding_is_shared_by_position_and_sums_to_what_the_venue_took():
    long, short, house = account("0", "A"), account("0", "B"), account("0", HOUSE)
    trade(long, "buy", "2", "60000")
    trade(short, "sell", "1", "60000")

    ledger.apply_funding([long, short, house], house, FundingPaid(EPOCH, BTC, D(-6), D("0.0001"), D(60000), EPOCH))

    assert (long.wallet, short.wallet, house.wallet) == (D(-12), D(6), ZERO)
    assert (long.funding, short.funding) == (D(-12), D(6))


def test_what_rounding_leaves_of_a_funding_goes_to_the_house():
    holders, house = [account("0", name) for name in "ABC"], account("0", HOUSE)
    for holder in holders:
        trade(holder, "buy", "0.001", "100")

    # 0.001 * 100 * 0.000033333 = 0.0000033333 each, booked as 0.00000333
    payment = FundingPaid(EPOCH, BTC, D("-0.00001000"), D("0.000033333"), D(100), EPOCH)
    ledger.apply_funding([*holders, house], house, payment)

    assert [holder.wallet for holder in holders] == [D("-0.00000333")] * 3
    assert house.wallet == D("-0.00000001")


def test_a_transfer_moves_cash_and_makes_none():
    source, target = account("10", "A"), account("5", "B")

    ledger.transfer(source, target, D("2.5"))

    assert (source.wallet, target.wallet) == (D("7.5"), D("7.5"))


def test_money_is_rounded_half_to_even():
    assert [ledger.money(D(text)) for text in ("0.000000005", "0.000000015")] == [ZERO, D("0.00000002")]


trades = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell"]),
        st.integers(1, 5_000).map(lambda lots: lots * D("0.001")),
        st.integers(1, 2_000_000).map(lambda ticks: ticks * D("0.1")),
        st.integers(-1_000_000, 1_000_000).map(lambda units: units * MONEY_STEP),
    ),
    max_size=40,
)


@given(trades, st.integers(1, 2_000_000).map(lambda ticks: ticks * D("0.1")))
def test_cash_and_open_value_always_equal_the_cash_that_flowed(made, mark):
    holder = account("0")
    flowed, quantity = ZERO, ZERO

    for side, size, price, fee in made:
        trade(holder, side, size, price, fee)
        sign = Side(side).sign
        flowed -= sign * size * price + fee
        quantity += sign * size

    assert holder.quantity(BTC) == quantity
    assert holder.wallet + holder.position(BTC).unrealised(mark) == flowed + quantity * mark


@given(trades)
def test_the_wallet_is_what_was_realised_less_the_fees(made):
    holder = account("0")

    for each in made:
        trade(holder, *each)

    assert holder.wallet == holder.realised - holder.fees
    assert holder.realised == holder.position(BTC).realised
    assert holder.wallet == holder.wallet.quantize(MONEY_STEP)
