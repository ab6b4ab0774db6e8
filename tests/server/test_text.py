"""Numbers as the venue writes them: never an exponent."""

from decimal import Decimal

from desk.exchange.rules import practice_instruments
from desk.model.units import Nanos
from desk.server.text import millis, money, price_text, quantity_text, short

RULES = practice_instruments()[0]


def test_prices_and_quantities_have_their_symbols_decimals():
    assert (price_text(Decimal(60000), RULES), quantity_text(Decimal("0.5"), RULES)) == ("60000.0", "0.500")


def test_zero_and_small_numbers_are_plain():
    assert (money(Decimal("0E-8")), money(Decimal("1E-8"))) == ("0.00000000", "0.00000001")
    assert (short(Decimal("0E-8")), short(Decimal("1E+3")), short(Decimal("0.0200")), short(Decimal(100))) == (
        "0",
        "1000",
        "0.02",
        "100",
    )


def test_times_are_milliseconds():
    assert millis(Nanos(1_999_999)) == 1
