"""Numbers and times as the venue writes them: decimals as plain strings, times in milliseconds."""

from decimal import Decimal

from desk.model.instrument import Instrument
from desk.model.units import MILLISECOND, Nanos


def millis(at: Nanos) -> int:
    """Return a time in milliseconds since 1970."""
    return at // MILLISECOND


def price_text(price: Decimal, rules: Instrument) -> str:
    """Return a price with the decimals of its symbol."""
    return f"{price:.{rules.price_decimals}f}"


def quantity_text(quantity: Decimal, rules: Instrument) -> str:
    """Return a quantity with the decimals of its symbol."""
    return f"{quantity:.{rules.quantity_decimals}f}"


def money(amount: Decimal) -> str:
    """Return an amount with eight decimals."""
    return f"{amount:.8f}"


def short(number: Decimal) -> str:
    """Return a number without the zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
