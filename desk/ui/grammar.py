"""The command line's grammar: one typed line to the steps it asks for, or to one complaint and nothing else."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from desk.model.command import (
    CancelAll,
    CancelOrder,
    Command,
    Flatten,
    FlattenVenue,
    KillDesk,
    LeaveDesk,
    Leaving,
    PauseAlgo,
    Requery,
    RestrictDesk,
    ResumeAlgo,
    ResumeDesk,
    ReviveDesk,
    SetLimit,
    StopAlgo,
    UnlockSub,
)
from desk.model.error import BadInput
from desk.model.limits import NAMES, edited
from desk.model.order import Side
from desk.model.units import AlgoId, SubId, Symbol
from desk.model.view import AlgoRow, DeskView, OrderRow
from desk.ui.bookings import draft_adjust, draft_allocate, draft_cross, draft_revert, draft_transfer
from desk.ui.complaint import Complaint, Misread
from desk.ui.drafting import Places, draft_chase, draft_order, one_of, symbol_named
from desk.ui.editing import draft_edit
from desk.ui.lexing import Token, is_number, read_amount, read_price, read_span_ms, split_parts, split_words
from desk.ui.programming import draft_bracket, draft_scale, draft_scalper, draft_twap
from desk.ui.resolve import Context, account_of, nearest, resolve_amend, resolve_chase, resolve_order, traded_subs
from desk.ui.words import ALL, DESK, EVERYTHING, LAST, VENUE, VERBS, BlotterTab


class SelectSub(Struct, frozen=True):
    """Look at, and act for, another sub-account."""

    sub: SubId


class SelectSymbol(Struct, frozen=True):
    """Look at, and act on, another symbol."""

    symbol: Symbol


class Wait(Struct, frozen=True):
    """Wait, then read `then` with the desk as it is by then."""

    span_ms: int
    then: str


class Help(Struct, frozen=True):
    """Explain a verb, or everything when `topic` is empty."""

    topic: str


class Quit(Struct, frozen=True):
    """Leave the desk."""


class ShowTab(Struct, frozen=True):
    """Show a tab of the blotter."""

    tab: BlotterTab


Step = Command | SelectSub | SelectSymbol | Wait | Help | Quit | ShowTab


class Parsed(Struct, frozen=True):
    """What a line asks for, in order, and the context it leaves behind."""

    steps: tuple[Step, ...]
    context: Context


def parse_line(line: str, context: Context) -> Parsed | Complaint:
    """Read a chain of commands; all of it must be good or none of it counts.

    What follows a `wait` is only checked for its verbs: its numbers are read when the time has come.
    """
    steps: list[Step] = []
    for part in split_parts(line):
        words, places = split_words(part), {"": part.at}
        try:
            verb = _verb_of(words[0])
            if verb == "wait":
                steps.append(_wait(words[1:], line, part))
                break
            found = _HANDLERS[verb](words[1:], context, places)
        except Misread as misread:
            return misread.of(part.text, places)
        steps.extend(found)
        context = _context_after(found, context)
    return Parsed(tuple(steps), context)


def _verb_of(word: Token) -> str:
    if word.lower not in VERBS:
        raise Misread("verb", nearest(word.text, tuple(VERBS)), word.text, word.at)
    return word.lower


def _context_after(steps: Sequence[Step], context: Context) -> Context:
    for step in steps:
        if isinstance(step, SelectSub):
            context = structs.replace(context, sub=step.sub)
        elif isinstance(step, SelectSymbol):
            context = structs.replace(context, symbol=step.symbol)
    return context


def _wait(words: Sequence[Token], line: str, part: Token) -> Wait:
    span_ms = read_span_ms(_only(words, "time").text, "time", bare="s")
    then = line[part.at + len(part.text) :].lstrip("; \t")
    for later in split_parts(then):
        _verb_of(split_words(later)[0])
    return Wait(span_ms, then)


def _buy(words: Sequence[Token], context: Context, places: Places) -> Sequence[Step]:
    return (resolve_order(draft_order(Side.BUY, words, context, places), context),)


def _sell(words: Sequence[Token], context: Context, places: Places) -> Sequence[Step]:
    return (resolve_order(draft_order(Side.SELL, words, context, places), context),)


def _close(words: Sequence[Token], context: Context, places: Places) -> Sequence[Step]:
    if words and is_number(words[0].text):
        return (resolve_order(draft_order(None, words, context, places), context),)
    return _flatten(words, context, places)


def _chase(words: Sequence[Token], context: Context, places: Places) -> Sequence[Step]:
    return (resolve_chase(draft_chase(words, context, places), context),)


def _cancel(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    sub = account_of(context).id
    if not words:
        return (CancelAll(sub=sub, symbol=context.symbol),)
    word = _only(words, "order")
    if word.lower == ALL:
        return (CancelAll(sub=sub),)
    if word.lower == EVERYTHING:
        return (CancelAll(),)
    if word.lower == LAST or word.text[0].isdigit() or "_" in word.text:
        return (CancelOrder(_order_named(word, context).id),)
    return (CancelAll(sub=sub, symbol=symbol_named(word, context.view, (ALL, EVERYTHING, LAST))),)


def _flatten(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    sub = account_of(context).id
    if not words:
        return (Flatten(sub=sub, symbol=context.symbol),)
    if words[0].lower == VENUE:
        named = symbol_named(_only(words[1:], "symbol"), context.view) if words[1:] else context.symbol
        return (FlattenVenue(named),)
    word = _only(words, "symbol")
    if word.lower == ALL:
        return (Flatten(sub=sub),)
    if word.lower == EVERYTHING:
        return (Flatten(),)
    return (Flatten(sub=sub, symbol=symbol_named(word, context.view, (ALL, EVERYTHING))),)


def _amend(words: Sequence[Token], context: Context, places: Places) -> Sequence[Step]:
    if not words:
        raise Misread("order", "an order id or last", "")
    order, price, amount = _order_named(words[0], context), None, None
    for word in words[1:]:
        if word.text.startswith("@") and price is None:
            places["price"] = word.at
            price = read_price(word.text[1:])
        elif not word.text.startswith("@") and amount is None:
            places["quantity"] = word.at
            amount = read_amount(word.text)
        else:
            raise Misread("amend", "one @PRICE and one QTY", word.text, word.at)
    if price is None and amount is None:
        raise Misread("amend", "@PRICE or QTY", "")
    return (resolve_amend(order, price, amount, context),)


def _stop(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    return tuple(StopAlgo(algo) for algo in _algos_named(words, context))


def _pause(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    return tuple(PauseAlgo(algo) for algo in _algos_named(words, context))


def _resume(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    if len(words) == 1 and words[0].lower == DESK:
        return (ResumeDesk(),)
    return tuple(ResumeAlgo(algo) for algo in _algos_named(words, context))


def _kill(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    return (KillDesk(" ".join(word.text for word in words) or "killed by hand"),)


def _revive(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    return (ReviveDesk(" ".join(word.lower for word in words)),)


def _restrict(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    return (RestrictDesk(one_of(_only(words, "restrict").text, ("on", "off"), "restrict") == "on"),)


def _limit(words: Sequence[Token], context: Context, places: Places) -> Sequence[Step]:
    if not words:
        raise Misread("limit", f"one of {', '.join(NAMES)}", "")
    name = one_of(words[0].text, NAMES, "limit")
    value = _only(words[1:], "value")
    places["value"] = value.at
    try:
        edited(context.view.limits, name, value.text)
    except BadInput as bad:
        expected = str(bad).partition("expected ")[2].partition(", found")[0]
        raise Misread("value", expected, value.text, value.at) from None
    return (SetLimit(name, value.text),)


def _unlock(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    if not words:
        raise Misread("sub-account", "an id or a name", "")
    (chosen,) = _sub(words[:1], context, _places)
    assert isinstance(chosen, SelectSub)
    return (UnlockSub(chosen.sub, " ".join(word.lower for word in words[1:])),)


def _requery(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    if words:
        raise Misread("requery", "nothing behind it", words[0].text, words[0].at)
    return (Requery(),)


def _sub(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    if not words:
        raise Misread("sub-account", "an id or a name", "")
    # A name may hold blanks, so all that is left is the name.
    name = " ".join(word.text for word in words)
    accounts = traded_subs(context.view)
    for account in accounts:
        if name.lower() in {account.id.lower(), account.name.lower()}:
            return (SelectSub(account.id),)
    choices = [each for account in accounts for each in (account.id, account.name)]
    raise Misread("sub-account", nearest(name, choices), name, words[0].at)


def _symbol(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Step]:
    return (SelectSymbol(symbol_named(_only(words, "symbol"), context.view)),)


def _tab(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    return (ShowTab(BlotterTab(one_of(_only(words, "tab").text, tuple(BlotterTab), "tab"))),)


def _help(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    if not words:
        return (Help(""),)
    return (Help(_verb_of(_only(words, "verb"))),)


def _quit(words: Sequence[Token], _context: Context, _places: Places) -> Sequence[Step]:
    if words:
        return (LeaveDesk(Leaving(one_of(_only(words, "quit").text, tuple(Leaving), "quit"))),)
    return (Quit(),)


_HANDLERS: Final[Mapping[str, Callable[[Sequence[Token], Context, Places], Sequence[Step]]]] = MappingProxyType(
    {
        "buy": _buy,
        "sell": _sell,
        "chase": _chase,
        "twap": draft_twap,
        "scale": draft_scale,
        "scalper": draft_scalper,
        "bracket": draft_bracket,
        "edit": draft_edit,
        "cancel": _cancel,
        "flatten": _flatten,
        "close": _close,
        "amend": _amend,
        "stop": _stop,
        "pause": _pause,
        "resume": _resume,
        "kill": _kill,
        "revive": _revive,
        "restrict": _restrict,
        "limit": _limit,
        "unlock": _unlock,
        "requery": _requery,
        "transfer": draft_transfer,
        "cross": draft_cross,
        "allocate": draft_allocate,
        "adjust": draft_adjust,
        "revert": draft_revert,
        "sub": _sub,
        "symbol": _symbol,
        "tab": _tab,
        "help": _help,
        "quit": _quit,
    }
)


def _only(words: Sequence[Token], which: str) -> Token:
    """Return the one word that must stand there."""
    if not words:
        raise Misread(which, "one", "")
    if len(words) > 1:
        raise Misread(which, "one", " ".join(word.text for word in words), words[1].at)
    return words[0]


def open_orders(view: DeskView, sub: SubId | None = None) -> list[OrderRow]:
    """Return the orders that may still be filled, newest first, of one sub-account where given."""
    return [row for row in view.orders if not row.status.is_terminal and (sub is None or row.sub == sub)]


def live_algos(view: DeskView, sub: SubId | None = None) -> list[AlgoRow]:
    """Return the runs that have not ended, of one sub-account where given."""
    return [row for row in view.algos if row.ended is None and (sub is None or row.sub == sub)]


def _order_named(word: Token, context: Context) -> OrderRow:
    """Return the open order meant by an id, by the number at its end, or by `last`."""
    if word.lower == LAST:
        own = open_orders(context.view, context.sub)
        if not own:
            raise Misread("order", "an open order of this sub-account", "none", word.at)
        return max(own, key=lambda row: row.created)
    rows = open_orders(context.view)
    matches = [row for row in rows if row.id.lower() == word.lower] or [row for row in rows if _ends_in(row.id, word)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise Misread("order", f"one of {', '.join(row.id for row in matches)}", word.text, word.at)
    raise Misread("order", nearest(word.text, [row.id for row in rows]), word.text, word.at)


def _ends_in(order: str, word: Token) -> bool:
    tail = re.search("[0-9]+$", order)
    return tail is not None and re.fullmatch("[0-9]{1,9}", word.text) is not None and int(tail[0]) == int(word.text)


def _algos_named(words: Sequence[Token], context: Context) -> list[AlgoId]:
    word = _only(words, "run")
    if word.lower == ALL:
        own = [row.id for row in live_algos(context.view, context.sub)]
        if not own:
            raise Misread("run", "a live run of this sub-account", "none", word.at)
        return own
    rows = live_algos(context.view)
    matches = [row.id for row in rows if word.lower in {row.id.lower(), row.id.rpartition("-")[2]}]
    if len(matches) != 1:
        raise Misread("run", nearest(word.text, matches or [row.id for row in rows]), word.text, word.at)
    return matches
