"""Margin to the digits: the vectors, and what must hold for any account."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desk.core import margin
from desk.core.ledger import Account, Position
from desk.core.margin import maintenance
from desk.model.units import ZERO
from tests.kit import builders
from tests.kit.builders import BRACKETS
from tests.kit.standings import holding, moved, stand

D = Decimal
# One tier is enough for the published example: both positions stay in theirs.
BTC_PUBLISHED = (builders.brackets("1e9 0.025 16300")[0],)
ETH_PUBLISHED = (builders.brackets("1e9 0.10 135365")[0],)


def published():
    """The venue's published example of a cross account with two longs; wallet 1,535,443.01."""
    return (
        holding("BTCUSDT", "109.488", "32481.98", "31967.27", BTC_PUBLISHED),
        holding("ETHUSDT", "3683.979", "1456.84", "1335.18", ETH_PUBLISHED),
    )


WALLET = D("1535443.01")


def equity(wallet, holdings):
    return wallet + sum(each.unrealised for each in holdings)


def bound(holdings):
    return sum(each.maintenance for each in holdings)


# Maintenance margin and ratio


def test_the_published_example_has_the_published_margin_ratio():
    holdings = published()

    assert equity(WALLET, holdings) == D("1030895.55638")
    assert bound(holdings) == D("427713.31956600")
    ratio = margin.margin_ratio(bound(holdings), equity(WALLET, holdings))
    assert ratio.quantize(D("1e-8")) == D("0.41489491")


def test_the_brackets_are_continuous():
    for below, above in pairwise(BRACKETS):
        assert above.cum == below.cum + above.floor * (above.rate - below.rate)
        assert below.cap * below.rate - below.cum == above.floor * above.rate - above.cum


@pytest.mark.parametrize(
    ("notional", "expected"), [("40000", "160"), ("80000", "350"), ("200000", "950"), ("150000", "700"), ("0", "0")]
)
def test_maintenance_margin_follows_the_brackets(notional, expected):
    assert maintenance(BRACKETS, D(notional)) == D(expected)


def test_two_on_the_same_side_carry_what_their_sum_costs():
    alone = [maintenance(BRACKETS, D(40_000)) for _ in range(2)]
    together = [maintenance(BRACKETS, D(40_000), D("0.5")) for _ in range(2)]

    assert alone == [D(160), D(160)]
    assert together == [D(175), D(175)]
    assert sum(together) == maintenance(BRACKETS, D(80_000))


def test_a_neighbour_on_the_same_side_brings_the_liquidation_price_nearer():
    alone = stand(8_000, [holding("BTCUSDT", 2, 40_000, 40_000)])
    beside = stand(8_000, [holding("BTCUSDT", 2, 40_000, 40_000, share=D("0.1"))])

    # 8,000 + 2 (p - 40,000) = 2 p * 1 % - 1,300 / 10, so 1.98 p = 71,870; the side's 10 * 2 p stays in the third bracket.
    assert beside.maintenance == D(670)
    near(margin.price_at_ratio(beside, "BTCUSDT"), "36297.979797979797979797")
    assert margin.price_at_ratio(alone, "BTCUSDT") < margin.price_at_ratio(beside, "BTCUSDT")


def test_sub_accounts_on_opposite_sides_need_more_than_the_venue_asks():
    assert maintenance(BRACKETS, D(200_000)) + maintenance(BRACKETS, D(150_000)) == D(1_650)
    assert maintenance(BRACKETS, D(50_000)) == D(200)


def test_without_equity_the_ratio_is_infinite():
    assert margin.margin_ratio(D("233.6"), D(-74)) == D("Infinity")


def test_without_positions_the_ratio_is_zero_whatever_the_equity():
    assert margin.margin_ratio(ZERO, D(-5)) == ZERO


def test_an_account_stands_on_its_wallet_its_positions_and_the_leverage():
    account = Account(id="1", name="1", wallet=D(20_000))
    account.positions["BTCUSDT"] = Position(quantity=D("-4"), cost=D(-240_000))
    account.positions["ETHUSDT"] = Position(realised=D(5))

    found = margin.standing(account, {"BTCUSDT": builders.instrument()}, {"BTCUSDT": D(61_000)}, {}, 10)

    assert (found.equity, found.unrealised) == (D(16_000), D(-4_000))
    assert found.maintenance == D("1170.0")  # 244,000 * 0.5 % - 50
    assert (found.initial, found.free) == (D(24_400), D(-8_400))
    assert [each.symbol for each in found.holdings] == ["BTCUSDT"]


def test_without_a_mark_a_position_counts_at_its_entry_price():
    account = Account(id="1", name="1", wallet=D(100))
    account.positions["BTCUSDT"] = Position(quantity=D(2), cost=D(200))

    found = margin.standing(account, {"BTCUSDT": builders.instrument()}, {}, {}, 10)

    assert (found.equity, found.holdings[0].notional) == (D(100), D(200))


def test_a_symbol_the_desk_no_longer_trades_is_shown_without_margin():
    account = Account(id="1", name="1", wallet=D(100))
    account.positions["OLDUSDT"] = Position(quantity=D(2), cost=D(200))

    found = margin.standing(account, {}, {}, {}, 10)

    assert (found.maintenance, found.equity) == (ZERO, D(100))
    assert margin.price_at_ratio(stand(D(100), found.holdings), "OLDUSDT") is None


# Liquidation price


def near(price, expected):
    assert abs(price - D(expected)) < D("1e-9"), price


def test_the_published_example_dies_at_its_price_in_eth():
    holdings = published()

    price = margin.price_at_ratio(stand(WALLET, holdings), "ETHUSDT")

    near(price, "1153.256464239104")
    there = moved(holdings, "ETHUSDT", price)
    assert equity(WALLET, there).quantize(D("1e-7")) == bound(there).quantize(D("1e-7")) == D("360693.0710311")


def test_the_published_example_dies_at_its_price_in_btc():
    holdings = published()

    price = margin.price_at_ratio(stand(WALLET, holdings), "BTCUSDT")

    near(price, "26316.893264518861")
    there = moved(holdings, "BTCUSDT", price)
    assert equity(WALLET, there).quantize(D("1e-6")) == bound(there).quantize(D("1e-6")) == D("412247.108366")


@pytest.mark.parametrize(
    ("wallet", "quantity", "expected"),
    [("20000", "-4", "64678.217821782178"), ("60000", "5", "48231.155778894472")],
)
def test_the_bracket_that_counts_is_the_one_at_liquidation(wallet, quantity, expected):
    holdings = (holding("BTCUSDT", quantity, "60000", "60000"),)

    near(margin.price_at_ratio(stand(D(wallet), holdings), "BTCUSDT"), expected)


def test_a_long_that_its_wallet_covers_has_no_liquidation_price():
    holdings = (holding("BTCUSDT", "1", "60000", "60000"),)

    assert margin.price_at_ratio(stand(D(70_000), holdings), "BTCUSDT") is None


def three():
    return (
        holding("BTCUSDT", "2", "60000", "58000"),
        holding("ETHUSDT", "-20", "3000", "3100"),
        holding("SOLUSDT", "500", "150", "140"),
    )


def test_three_positions_share_one_wallet():
    holdings = three()

    assert equity(D(30_000), holdings) == D(19_000)
    assert [each.maintenance for each in holdings] == [D(530), D(260), D(300)]
    near(margin.price_at_ratio(stand(D(30_000), holdings), "BTCUSDT"), "49000")
    near(margin.price_at_ratio(stand(D(30_000), holdings), "ETHUSDT"), "3991.044776119403")
    near(margin.price_at_ratio(stand(D(30_000), holdings), "SOLUSDT"), "104")
    ratio = margin.margin_ratio(bound(holdings), equity(D(30_000), holdings))
    assert ratio.quantize(D("1e-6")) == D("0.057368")


def test_a_common_fall_liquidates_three_positions_at_its_fraction():
    shock = margin.uniform_shock(stand(D(30_000), three()))

    assert shock.quantize(D("1e-12")) == D("-0.145894428152")


def test_nothing_held_cannot_be_shocked():
    assert margin.uniform_shock(stand(D(30_000), ())) is None


def test_an_account_below_its_margin_is_liquidatable_now():
    holdings = (holding("BTCUSDT", "-1", "60000", "64000"),)

    assert margin.price_at_ratio(stand(D(4_100), holdings), "BTCUSDT") == D(64_000)
    assert margin.uniform_shock(stand(D(4_100), holdings)) == ZERO


# For any account

accounts = st.tuples(
    st.integers(-20_000, 20_000).filter(bool).map(lambda lots: lots * D("0.001")),
    st.integers(100, 1_000_000).map(lambda ticks: ticks * D("0.1")),
    st.integers(1, 500_000).map(D),
)


def alive(quantity, entry, wallet):
    held = (holding("BTCUSDT", quantity, entry, entry),)
    assume(wallet > held[0].maintenance)
    return held


@given(accounts)
def test_at_its_liquidation_price_equity_is_the_maintenance_margin(account):
    wallet = account[2]
    held = alive(*account)
    price = margin.price_at_ratio(stand(wallet, held), "BTCUSDT")
    assume(price is not None)

    there = moved(held, "BTCUSDT", price)

    assert abs(equity(wallet, there) - bound(there)) <= D("1e-9") * max(bound(there), D(1))


@given(accounts)
def test_the_bracket_chosen_is_the_one_the_notional_is_in(account):
    quantity, _, wallet = account
    held = alive(*account)
    price = margin.price_at_ratio(stand(wallet, held), "BTCUSDT")
    assume(price is not None)
    notional = abs(quantity) * price
    assume(notional <= BRACKETS[-1].cap)

    fitting = [
        each
        for each in BRACKETS
        if abs(wallet + quantity * (price - held[0].entry_price) - (notional * each.rate - each.cum))
        < D("1e-9") * notional
    ]

    assert any(each.floor <= notional + D("1e-9") and notional - D("1e-9") <= each.cap for each in fitting)


@given(accounts, st.integers(0, len(BRACKETS) - 1))
def test_no_single_bracket_gives_a_price_nearer_to_the_mark(account, index):
    quantity, entry, wallet = account
    held = alive(*account)
    price = margin.price_at_ratio(stand(wallet, held), "BTCUSDT")
    one = holding("BTCUSDT", quantity, entry, entry, (BRACKETS[index],))
    assume(wallet > one.maintenance)

    other = margin.price_at_ratio(stand(wallet, (one,)), "BTCUSDT")

    if other is not None:
        assert price is not None
        assert abs(other - entry) >= abs(price - entry) - D("1e-9")


@given(accounts, st.integers(1, 100_000).map(D))
def test_more_cash_moves_the_liquidation_price_away(account, more):
    _, entry, wallet = account
    held = alive(*account)

    price = margin.price_at_ratio(stand(wallet, held), "BTCUSDT")
    richer = margin.price_at_ratio(stand(wallet + more, held), "BTCUSDT")

    if richer is not None:
        assert price is not None
        assert abs(richer - entry) >= abs(price - entry)
