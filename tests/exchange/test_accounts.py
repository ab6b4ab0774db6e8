from decimal import Decimal

from desk.exchange.accounts import Account, Position, maintenance_margin
from desk.exchange.rules import practice_instruments
from desk.model.order import Side
from desk.model.units import Symbol

BTC, ETH, SOL = practice_instruments()


def test_entry_price_is_the_average_of_what_was_bought():
    position = Position()

    position.trade(Side.BUY, Decimal(100), Decimal(1))
    position.trade(Side.BUY, Decimal(103), Decimal(2))

    assert position.cost == 306
    assert position.quantity == 3


def test_a_reduction_realises_and_leaves_the_entry_price_alone():
    position = Position(Decimal(3), Decimal(306))

    realised = position.trade(Side.SELL, Decimal(110), Decimal(1))

    assert realised == 8
    assert position == Position(Decimal(2), Decimal(204))


def test_a_flip_realises_the_old_side_and_opens_the_new_at_the_trade_price():
    position = Position(Decimal(1), Decimal(100))

    realised = position.trade(Side.SELL, Decimal(90), Decimal(3))

    assert realised == -10
    assert position == Position(Decimal(-2), Decimal(-180))


def test_a_short_gains_when_bought_back_lower():
    position = Position(Decimal(-2), Decimal(-200))

    realised = position.trade(Side.BUY, Decimal(90), Decimal(2))

    assert realised == 20
    assert position == Position(Decimal(0), Decimal(0))


def test_what_rounding_takes_from_realised_stays_in_the_cost():
    position = Position(Decimal(3), Decimal(100))

    first = position.trade(Side.SELL, Decimal(40), Decimal(1))
    second = position.trade(Side.SELL, Decimal(40), Decimal(2))

    # 40 - 33.333… = 6.66666667 rounded; the next 2 realise the exact rest of 120 - 100.
    assert first == Decimal("6.66666667")
    assert first + second == 20
    assert position.cost == 0


def test_fees_follow_the_rate_and_are_booked_to_eight_decimals():
    account = Account(Decimal(1000))

    maker = account.trade("SOLUSDT", Side.BUY, Decimal("147.31"), Decimal("0.07"), Decimal("0.0002"))
    taker = account.trade("SOLUSDT", Side.SELL, Decimal("147.31"), Decimal("0.07"), Decimal("0.0005"))

    # 10.3117 * 0.0002 and 10.3117 * 0.0005, the latter half-way: 0.00515585
    assert (maker, taker) == (Decimal("0.00206234"), Decimal("0.00515585"))
    assert account.wallet == Decimal(1000) - maker - taker


def test_a_half_is_rounded_to_the_even_neighbour():
    account = Account()

    fee = account.trade("ETHUSDT", Side.BUY, Decimal("0.01"), Decimal("0.001"), Decimal("0.0005"))

    # 0.00001 * 0.0005 = 0.000000005, half-way between 0 and 0.00000001
    assert fee == 0


def test_a_long_pays_positive_funding_and_a_short_earns_it():
    account = Account(positions={Symbol("BTCUSDT"): Position(Decimal(2), Decimal(120000))})

    assert account.fund(Symbol("BTCUSDT"), Decimal(60000), Decimal("0.0001")) == -12
    account.positions[Symbol("BTCUSDT")].quantity = Decimal(-1)
    assert account.fund(Symbol("BTCUSDT"), Decimal(60000), Decimal("0.0001")) == 6


def test_equity_is_wallet_plus_what_closing_at_the_mark_would_bring():
    account = Account(Decimal(500), {Symbol("BTCUSDT"): Position(Decimal(-2), Decimal(-200))})

    assert account.equity({Symbol("BTCUSDT"): Decimal(90)}) == 520


def test_maintenance_margin_follows_the_tier_of_the_notional():
    assert maintenance_margin(BTC.brackets, Decimal(100_000)) == 400
    assert maintenance_margin(BTC.brackets, Decimal(300_000)) == 1200
    assert maintenance_margin(BTC.brackets, Decimal(1_000_000)) == 5000
