"""Words of a typed line and the values single words stand for: amounts, prices, spans, distances."""

import re
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.units import ZERO
from desk.ui.complaint import Misread

PERCENT: Final = "%"
DOLLAR: Final = "$"

# Bounded, so that no typed number can overflow a context or fill the screen; ASCII, so that what is read is what is seen.
_NUMBER: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?|\.[0-9]{1,15}")
_AMOUNT: Final = re.compile(r"(\$?)([0-9.]+)(%|[a-z]{1,12})?", re.IGNORECASE)
_SPAN: Final = re.compile(r"([0-9.]+)(ms|s|m|h)?", re.IGNORECASE)
_MILLIS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_SPAN_MS_MAX: Final = 7 * 24 * 3_600_000


class Token(Struct, frozen=True):
    """A word of a line and the column it starts at."""

    text: str
    at: int

    @property
    def lower(self) -> str:
        """The word as it is compared."""
        return self.text.lower()


class Amount(Struct, frozen=True):
    """How much, as it was written: `asset` is the unit's name, PERCENT, DOLLAR, or nothing for the base asset."""

    value: Decimal
    asset: str = ""


def split_parts(line: str) -> list[Token]:
    """Return the parts of a chain, blank ones left out."""
    parts = [Token(match.group().rstrip(), match.start()) for match in re.finditer(r"[^;]+", line)]
    stripped = [Token(part.text.lstrip(), part.at + len(part.text) - len(part.text.lstrip())) for part in parts]
    return [part for part in stripped if part.text]


def split_words(part: Token) -> list[Token]:
    """Return the words of one part; an `@` standing alone is joined to the price behind it."""
    joined = re.sub(r"@(\s+)(?=\S)", lambda gap: gap.group(1) + "@", part.text)
    return [Token(match.group(), part.at + match.start()) for match in re.finditer(r"\S+", joined)]


def is_number(text: str) -> bool:
    """Tell whether `text` begins like a number or an amount."""
    return text[:1].isdigit() or text[:1] in {".", DOLLAR, "-", "+"}


def read_decimal(text: str, which: str) -> Decimal:
    """Return the number `text` stands for; digits and one point, nothing else."""
    if _NUMBER.fullmatch(text) is None:
        raise Misread(which, "a number such as 0.01", text)
    return Decimal(text)


def read_amount(text: str) -> Amount:
    """Return the amount `text` stands for: `0.01`, `0.01btc`, `500usd`, `$500`, `25%`."""
    match = _AMOUNT.fullmatch(text)
    if match is None or (match.group(1) and match.group(3)):
        raise Misread("quantity", "an amount such as 0.01, 0.01btc, 500usd or 25%", text)
    value = read_decimal(match.group(2), "quantity")
    if value == ZERO:
        raise Misread("quantity", "more than 0", text)
    return Amount(value, match.group(1) or (match.group(3) or "").lower())


def read_price(text: str, which: str = "price") -> Decimal:
    """Return the price `text` stands for."""
    price = read_decimal(text, which)
    if price == ZERO:
        raise Misread(which, "more than 0", text)
    return price


def read_span_ms(text: str, which: str, *, bare: str | None = None) -> int:
    """Return the span in milliseconds; a number without a unit counts in `bare`, or is refused when that is None."""
    match = _SPAN.fullmatch(text)
    unit = (match.group(2) or bare) if match is not None else None
    if match is None or unit is None:
        raise Misread(which, "a time such as 30s, 500ms or 2m", text)
    span = read_decimal(match.group(1), which) * _MILLIS[unit.lower()]
    if not 0 < span <= _SPAN_MS_MAX or span != int(span):
        raise Misread(which, "a time from 1ms to 7 days", text)
    return int(span)


def read_bps(text: str, which: str) -> Decimal:
    """Return the distance in basis points written as `20bps`."""
    number = text.lower().removesuffix("bps").removesuffix("bp")
    return read_decimal(number, which)


def is_bps(text: str) -> bool:
    """Tell whether `text` is written as a distance in basis points."""
    return text.lower().endswith(("bps", "bp"))


def read_ticks(text: str, which: str) -> int:
    """Return the count of ticks written as `3t`, `3ticks` or `3`."""
    number = text.lower().removesuffix("ticks").removesuffix("tick").removesuffix("t")
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise Misread(which, "a count of ticks such as 2t", text)
    return int(number)
