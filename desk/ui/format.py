"""The exact text of numbers, times and foreign strings."""

import unicodedata
from decimal import Decimal

from desk.model.instrument import Instrument
from desk.model.units import MILLISECOND, SECOND

_NOTHING = "-"
_RATIO_MAX = Decimal(10)
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that steer the terminal or the eye instead of being seen: controls, bidi marks, zero widths."""


def number(value: Decimal | None, decimals: int, *, signed: bool = False) -> str:
    """Return a number with its decimals fixed and commas between thousands; `signed` shows a plus too."""
    if value is None:
        return _NOTHING
    text = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    if text[0] in "+-" and not any(digit in text for digit in "123456789"):
        return text[1:]
    return text


def price(value: Decimal | None, instrument: Instrument) -> str:
    """Return a price with the decimals of its tick."""
    return number(value, instrument.price_decimals)


def quantity(value: Decimal | None, instrument: Instrument, *, signed: bool = False) -> str:
    """Return a quantity with the decimals of its lot."""
    return number(value, instrument.quantity_decimals, signed=signed)


def money(value: Decimal | None, *, signed: bool = False) -> str:
    """Return an amount of quote currency with two decimals."""
    return number(value, 2, signed=signed)


def percent(ratio: Decimal | None, decimals: int = 1) -> str:
    """Return a fraction as percent; one of 1,000 % and more, or an infinite one, as `>999%`."""
    if ratio is None:
        return _NOTHING
    if not ratio.is_finite() or ratio >= _RATIO_MAX:
        return ">999%"
    return f"{number(ratio * 100, decimals)}%"


def compact(value: Decimal) -> str:
    """Return a size in about four digits: `0.842`, `12.4`, `1.2k`, `3.4M`."""
    size = abs(value)
    for floor, unit in ((Decimal(1_000_000), "M"), (Decimal(1_000), "k")):
        if size >= floor:
            return f"{value / floor:.1f}{unit}"
    if size >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.3f}"


def age(nanos: int) -> str:
    """Return a span in its largest unit: `0.2s`, `12s`, `3m`, `2h`, `4d`; one below zero as `0.0s`."""
    tenths = max(0, nanos) // (100 * MILLISECOND)
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10}s"
    seconds = tenths // 10
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def lag(nanos: int) -> str:
    """Return a short span in milliseconds: `0.9ms`, `14ms`."""
    tenths = max(0, nanos) * 10 // MILLISECOND
    return f"{tenths // 10}.{tenths % 10}ms" if tenths < 100 else f"{tenths // 10}ms"


def clock(ts: int) -> str:
    """Return the time of day in UTC, `HH:MM:SS`."""
    seconds = ts // SECOND % 86_400
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def sanitise(text: str, length_max: int = 200) -> str:
    """Return a foreign string that can only be read: no controls, no marks that turn or hide text, no more than fits."""
    seen = "".join(glyph for glyph in text[: length_max * 4] if unicodedata.category(glyph) not in _UNSHOWN)
    return seen if len(seen) <= length_max else seen[: length_max - 1] + "…"


def fit_left(text: str, width: int) -> str:
    """Return text in exactly `width` cells, at the left; what is cut off is shown as `…`."""
    return text.ljust(width) if len(text) <= width else text[: max(0, width - 1)] + "…"[:width]


def fit_right(text: str, width: int) -> str:
    """Return a number in exactly `width` cells, at the right; one that does not fit is hashes, never a part of itself."""
    return text.rjust(width) if len(text) <= width else "#" * width
