"""Bookings as written on a line: cash moved, positions crossed, estimates made and taken back."""

from collections.abc import Sequence
from decimal import Decimal

from desk.model.command import Adjust, Allocate, Cross, RevertAdjust, Transfer
from desk.model.instrument import Instrument
from desk.model.units import UNALLOCATED, SubId, Symbol
from desk.ui.complaint import Misread
from desk.ui.drafting import Places, symbol_named
from desk.ui.lexing import DOLLAR, Token, read_amount, read_price
from desk.ui.resolve import Context, instrument_of, nearest, plain, traded_subs

_FROM = "from"
_TO = "to"
_BECAUSE = "because"
_SIGNS = {"-": -1, "+": 1}


def draft_transfer(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Transfer]:
    """Read `500usd from 1 to 2`."""
    amount, *rest = _at_least(words, 5, "transfer", "AMOUNT from SUB to SUB")
    instrument = instrument_of(context.symbol, context.view)
    cash = read_amount(amount.text)
    if cash.asset not in {"", DOLLAR, "usd", instrument.quote.lower()}:
        raise Misread("amount", instrument.quote, amount.text, amount.at)
    source, target = _from_to(rest, context)
    return (Transfer(source=source, target=target, amount=cash.value),)


def draft_cross(words: Sequence[Token], context: Context, places: Places) -> Sequence[Cross]:
    """Read `0.01 [SYMBOL] from 1 to 2 @61800`: the first account sells."""
    amount, *rest = _at_least(words, 6, "cross", "QTY [SYMBOL] from SUB to SUB @PRICE")
    price = _price_of(rest.pop(), places)
    symbol = _symbol_before(_FROM, rest, context)
    seller, buyer = _from_to(rest, context)
    quantity = _quantity(amount, instrument_of(symbol, context.view))
    return (Cross(seller=seller, buyer=buyer, symbol=symbol, quantity=quantity, price=price),)


def draft_allocate(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Allocate]:
    """Read `0.1 [SYMBOL] to 2`."""
    amount, *rest = _at_least(words, 3, "allocate", "QTY [SYMBOL] to SUB")
    symbol = _symbol_before(_TO, rest, context)
    _keyword(rest, 0, _TO)
    _no_more(rest, 2)
    quantity = _quantity(amount, instrument_of(symbol, context.view))
    return (Allocate(target=_account(rest[1], context), symbol=symbol, quantity=quantity),)


def draft_adjust(words: Sequence[Token], context: Context, places: Places) -> Sequence[Adjust]:
    """Read `2 [SYMBOL] -0.1 @61800 because REASON`."""
    sub, *rest = _at_least(words, 5, "adjust", "SUB [SYMBOL] -QTY @PRICE because REASON")
    symbol = context.symbol
    if rest[0].text[0] not in _SIGNS:
        symbol = symbol_named(rest.pop(0), context.view)
    signed, price, *rest = rest
    if signed.text[0] not in _SIGNS:
        raise Misread("quantity", "one with its sign, such as -0.1", signed.text, signed.at)
    size = _quantity(Token(signed.text[1:], signed.at + 1), instrument_of(symbol, context.view))
    _keyword(rest, 0, _BECAUSE)
    reason = " ".join(word.text for word in rest[1:])
    if not reason:
        raise Misread("reason", "one behind because", "")
    return (
        Adjust(
            sub=_account(sub, context),
            symbol=symbol,
            quantity=_SIGNS[signed.text[0]] * size,
            price=_price_of(price, places),
            reason=reason,
        ),
    )


def draft_revert(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[RevertAdjust]:
    """Read `adjust 3`."""
    _at_least(words, 2, "revert", "adjust NUMBER")
    _keyword(words, 0, "adjust")
    _no_more(words, 2)
    number = words[1]
    if not number.text.isascii() or not number.text.isdigit() or len(number.text) > 9:
        raise Misread("number", "the number of an estimate", number.text, number.at)
    return (RevertAdjust(int(number.text)),)


def account_names(context: Context) -> list[str]:
    """Return what an account may be called on the line."""
    return [*(name for each in traded_subs(context.view) for name in (each.name, each.id)), UNALLOCATED.lower()]


def _account(word: Token, context: Context) -> SubId:
    if word.lower == UNALLOCATED.lower():
        return UNALLOCATED
    for each in traded_subs(context.view):
        if word.lower in {each.id.lower(), each.name.lower()}:
            return each.id
    raise Misread("account", nearest(word.text, account_names(context)), word.text, word.at)


def _from_to(words: Sequence[Token], context: Context) -> tuple[SubId, SubId]:
    _keyword(words, 0, _FROM)
    _keyword(words, 2, _TO)
    _no_more(words, 4)
    return _account(words[1], context), _account(words[3], context)


def _keyword(words: Sequence[Token], index: int, expected: str) -> None:
    found = words[index] if index < len(words) else None
    if found is None or found.lower != expected:
        raise Misread("word", expected, found.text if found else "", found.at if found else None)
    if index + 1 >= len(words):
        raise Misread(expected, "one word behind it", "", found.at)


def _no_more(words: Sequence[Token], count: int) -> None:
    if len(words) > count:
        raise Misread("word", "nothing more", words[count].text, words[count].at)


def _symbol_before(keyword: str, words: list[Token], context: Context) -> Symbol:
    return context.symbol if words[0].lower == keyword else symbol_named(words.pop(0), context.view)


def _price_of(word: Token, places: Places) -> Decimal:
    if not word.text.startswith("@"):
        raise Misread("price", "@PRICE", word.text, word.at)
    places["price"] = word.at
    return read_price(word.text[1:])


def _quantity(word: Token, instrument: Instrument) -> Decimal:
    amount = read_amount(word.text)
    if amount.asset not in {"", instrument.base.lower()}:
        raise Misread("quantity", f"an amount of {instrument.base}", word.text, word.at)
    if not instrument.is_on_lot(amount.value):
        raise Misread("quantity", f"a multiple of {plain(instrument.lot_size)}", word.text, word.at)
    return amount.value


def _at_least(words: Sequence[Token], count: int, which: str, usage: str) -> Sequence[Token]:
    if len(words) < count:
        end = words[-1].at + len(words[-1].text) if words else None
        raise Misread(which, usage, " ".join(word.text for word in words), end)
    return words
