"""What may come next on the command line: every way to complete the word that is being written."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from desk.model.effect import Booking
from desk.model.limits import CHOICES, NAMES
from desk.model.order import Side
from desk.model.units import AlgoId
from desk.model.view import DeskView
from desk.ui.bookings import account_names
from desk.ui.editing import values_of, words_of
from desk.ui.grammar import live_algos, open_orders
from desk.ui.lexing import is_number
from desk.ui.programming import NEEDED, PROGRAM_VALUES, PROGRAM_WORDS
from desk.ui.resolve import Context, plain, quote_of, traded_subs
from desk.ui.words import (
    ALL,
    CHASE_OPTIONS,
    CHASE_WORDS,
    DESK,
    EVERYTHING,
    EXIT_OPTIONS,
    LAST,
    MARKET,
    ORDER_FLAGS,
    VENUE,
    VERBS,
    BlotterTab,
)


def complete(line: str, context: Context) -> tuple[str, ...]:
    """Return the whole lines that `line` may become by completing its last word, the likeliest first."""
    part = line.rpartition(";")[2]
    words = part.split()
    is_fresh = not part or part[-1].isspace()
    stem = "" if is_fresh or not words else words.pop()
    head = line[: len(line) - len(stem)]
    choices = _choices(words, context)
    matches = [each for each in choices if each.lower().startswith(stem.lower()) and each.lower() != stem.lower()]
    return tuple(head + each for each in matches)


def _choices(words: Sequence[str], context: Context) -> Sequence[str]:
    if not words:
        return tuple(VERBS)
    verb = words[0].lower()
    offer = _OFFERS.get(verb)
    return offer(words[1:], context) if offer is not None else ()


def _order(words: Sequence[str], context: Context, side: Side) -> Sequence[str]:
    if not words:
        return ()
    used = {word.lower() for word in words}
    if words and words[-1].lower() in EXIT_OPTIONS:
        return EXIT_OPTIONS[words[-1].lower()]
    prices = () if MARKET in used or any(word.startswith("@") for word in words) else _prices(side, context)
    flags = [flag for flag in ORDER_FLAGS if flag not in used and not (flag == MARKET and not prices)]
    exits = [word for word in EXIT_OPTIONS if word not in used]
    return (*flags, *prices, *exits, *_symbols_unless_used(words, context.view))


def _buy(words: Sequence[str], context: Context) -> Sequence[str]:
    return _order(words, context, Side.BUY)


def _sell(words: Sequence[str], context: Context) -> Sequence[str]:
    return _order(words, context, Side.SELL)


def _close(words: Sequence[str], context: Context) -> Sequence[str]:
    if not words:
        return ("50%", *_symbols(context.view), ALL, EVERYTHING)
    return (MARKET, *_symbols_unless_used(words, context.view)) if is_number(words[0]) else ()


def _chase(words: Sequence[str], context: Context) -> Sequence[str]:
    if len(words) < 2:
        return () if words else (Side.BUY.value, Side.SELL.value)
    if words[-1].lower() in CHASE_OPTIONS:
        return CHASE_OPTIONS[words[-1].lower()]
    used = {word.lower() for word in words}
    return (*(word for word in CHASE_WORDS if word not in used), *_symbols_unless_used(words, context.view))


def _cancel(words: Sequence[str], context: Context) -> Sequence[str]:
    if words:
        return ()
    return (ALL, LAST, EVERYTHING, *_symbols(context.view), *_orders(context.view))


def _flatten(words: Sequence[str], context: Context) -> Sequence[str]:
    if words:
        return _symbols(context.view) if [word.lower() for word in words] == [VENUE] else ()
    return (ALL, EVERYTHING, *_symbols(context.view), VENUE)


def _amend(words: Sequence[str], context: Context) -> Sequence[str]:
    return () if words else (LAST, *_orders(context.view))


def _algo(words: Sequence[str], context: Context) -> Sequence[str]:
    return () if words else (*(row.id for row in live_algos(context.view)), ALL)


def _resume(words: Sequence[str], context: Context) -> Sequence[str]:
    return () if words else (*_algo(words, context), DESK)


def _sub(words: Sequence[str], context: Context) -> Sequence[str]:
    return () if words else [each for account in traded_subs(context.view) for each in (account.name, account.id)]


def _symbol(words: Sequence[str], context: Context) -> Sequence[str]:
    return () if words else _symbols(context.view)


def _tab(words: Sequence[str], _context: Context) -> Sequence[str]:
    return () if words else tuple(BlotterTab)


def _help(words: Sequence[str], _context: Context) -> Sequence[str]:
    return () if words else tuple(VERBS)


def _wait(words: Sequence[str], _context: Context) -> Sequence[str]:
    return () if words else ("1s", "500ms")


def _from_to(words: Sequence[str], context: Context) -> Sequence[str]:
    """Offer what stands behind the amount: an account behind `from` and `to`, or the next of these words."""
    if not words:
        return ()
    used = [word.lower() for word in words]
    if used[-1] in {"from", "to"}:
        return [each for each in account_names(context) if each not in used]
    if "to" in used:
        return _prices(Side.BUY, context) if used[-2] == "to" else ()
    return ("to",) if "from" in used else ("from", *_symbols_unless_used(words, context.view))


def _allocate(words: Sequence[str], context: Context) -> Sequence[str]:
    if not words:
        return ()
    if words[-1].lower() == "to":
        return account_names(context)[:-1]
    return () if "to" in words else ("to", *_symbols_unless_used(words, context.view))


def _adjust(words: Sequence[str], context: Context) -> Sequence[str]:
    if not words:
        return account_names(context)
    if words[-1].startswith("@"):
        return ("because",)
    return _symbols(context.view) if len(words) == 1 else ()


def _revert(words: Sequence[str], context: Context) -> Sequence[str]:
    if not words:
        return ("adjust",)
    booked = {row.trade for row in context.view.fills if row.booking is Booking.ESTIMATE}
    return tuple(str(number) for number in sorted(booked, reverse=True)) if len(words) == 1 else ()


def _program(verb: str) -> Callable[[Sequence[str], Context], Sequence[str]]:
    def offer(words: Sequence[str], context: Context) -> Sequence[str]:
        if verb != "scalper" and not words:
            return ("buy", "sell")
        if len(words) < (1 if verb == "scalper" else 2):
            return ()
        known, values = PROGRAM_WORDS[verb], PROGRAM_VALUES
        if words[-1].lower() in values:
            return values[words[-1].lower()]
        used = {word.lower() for word in words}
        needed = [each for each in NEEDED[verb] if each not in used]
        return (*needed, *(each for each in known if each not in used and each not in needed))

    return offer


def _edit(words: Sequence[str], context: Context) -> Sequence[str]:
    runs = {row.id: row.spec for row in live_algos(context.view) if row.spec is not None}
    if not words:
        return tuple(runs)
    spec = runs.get(AlgoId(words[0].lower()))
    if spec is None:
        return ()
    known = words_of(spec)
    values = values_of(words[-1].lower()) if len(words) > 1 else ()
    return values or tuple(each for each in known if each not in {word.lower() for word in words})


def _limit(words: Sequence[str], context: Context) -> Sequence[str]:
    if not words:
        return NAMES
    name = words[0].lower()
    if len(words) > 1 or name not in NAMES:
        return ()
    return tuple(CHOICES[name]) if name in CHOICES else (str(getattr(context.view.limits, name)),)


def _unlock(words: Sequence[str], context: Context) -> Sequence[str]:
    return tuple(each.id for each in context.view.subs if each.locked) if not words else ()


_OFFERS: Final[Mapping[str, Callable[[Sequence[str], Context], Sequence[str]]]] = MappingProxyType(
    {
        "buy": _buy,
        "sell": _sell,
        "close": _close,
        "chase": _chase,
        "edit": _edit,
        "twap": _program("twap"),
        "scale": _program("scale"),
        "scalper": _program("scalper"),
        "cancel": _cancel,
        "flatten": _flatten,
        "amend": _amend,
        "stop": _algo,
        "pause": _algo,
        "resume": _resume,
        "limit": _limit,
        "unlock": _unlock,
        "transfer": _from_to,
        "cross": _from_to,
        "allocate": _allocate,
        "adjust": _adjust,
        "revert": _revert,
        "sub": _sub,
        "symbol": _symbol,
        "tab": _tab,
        "help": _help,
        "wait": _wait,
    }
)


def _symbols(view: DeskView) -> tuple[str, ...]:
    """Return each symbol as it is, then the base names, which are shorter to type."""
    return tuple(each for made in view.instruments for each in (made.symbol, made.base))


def _symbols_unless_used(words: Sequence[str], view: DeskView) -> tuple[str, ...]:
    symbols = _symbols(view)
    return () if {word.upper() for word in words} & set(symbols) else symbols


def _prices(side: Side, context: Context) -> tuple[str, ...]:
    quote = quote_of(context.symbol, context.view)
    if quote is None:
        return ()
    own, other = (quote.bid, quote.ask) if side is Side.BUY else (quote.ask, quote.bid)
    return (f"@{plain(own)}", f"@{plain(other)}")


def _orders(view: DeskView) -> tuple[str, ...]:
    return tuple(row.id for row in open_orders(view))
