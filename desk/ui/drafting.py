"""Orders and chases as written on a line: words to a draft, each word used once, nothing looked up but the symbol."""

from collections.abc import Sequence
from decimal import Decimal

from desk.model.command import ChaseMode, OnCap, OnTtl, Peg
from desk.model.instrument import Instrument
from desk.model.order import Side, TimeInForce
from desk.model.restart import OnRestart
from desk.model.units import Symbol
from desk.model.view import DeskView
from desk.ui.complaint import Misread
from desk.ui.exiting import read_exits
from desk.ui.lexing import (
    Amount,
    Token,
    is_bps,
    is_number,
    read_amount,
    read_bps,
    read_price,
    read_span_ms,
    read_ticks,
)
from desk.ui.resolve import ChaseDraft, Context, OrderDraft, nearest
from desk.ui.words import (
    CHASE_FLAGS,
    CHASE_OPTIONS,
    CHASE_WORDS,
    EXIT_OPTIONS,
    FOK,
    IOC,
    MARKET,
    MODES,
    ORDER_FLAGS,
    PEGS,
    POST,
    REDUCE,
)

Places = dict[str, int]
"""Where each part of an order stands on the line, so that a complaint can point at it."""


def instrument_named(text: str, view: DeskView) -> Instrument | None:
    """Return the instrument called `text` by symbol or base, in any case; None: nothing is."""
    name = text.upper()
    by_symbol = next((each for each in view.instruments if each.symbol == name), None)
    return by_symbol or next((each for each in view.instruments if each.base == name), None)


def symbol_named(word: Token, view: DeskView, also: Sequence[str] = ()) -> Symbol:
    """Return the symbol called by `word`, or raise Misread; `also` are other words that may stand there."""
    found = instrument_named(word.text, view)
    if found is None:
        choices = [*(each.symbol for each in view.instruments), *also]
        raise Misread("symbol", nearest(word.text, choices), word.text, word.at)
    return found.symbol


def draft_order(side: Side | None, words: Sequence[Token], context: Context, places: Places) -> OrderDraft:
    """Return the order the words after `buy` or `sell` describe; `side` None closes, at the market unless priced."""
    amount = _leading_amount(words, places)
    symbol, price, flags = context.symbol, None, set[str]()
    exits: dict[str, str] = {}
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word.lower in EXIT_OPTIONS:
            _once(word.lower, word, places)
            exits[word.lower] = _value_behind(word, rest)
        elif word.text.startswith("@"):
            _once("price", word, places)
            price = read_price(word.text[1:])
        elif word.lower in ORDER_FLAGS:
            _once(word.lower, word, places)
            flags.add(word.lower)
        else:
            symbol = _symbol_or_complain(word, context.view, (*ORDER_FLAGS, *EXIT_OPTIONS))
            _once("symbol", word, places)
    if side is None:
        flags |= {REDUCE} if price is not None else {REDUCE, MARKET}
    _check_priced(price, flags, words[-1])
    return OrderDraft(
        symbol=symbol,
        side=side,
        amount=amount,
        price=price,
        tif=_time_in_force(flags),
        reduce_only=REDUCE in flags,
        exits=read_exits(exits),
    )


def draft_chase(words: Sequence[Token], context: Context, places: Places) -> ChaseDraft:
    """Return the chase the words after `chase` describe."""
    if not words or words[0].lower not in {Side.BUY.value, Side.SELL.value}:
        raise Misread("side", "buy or sell", words[0].text if words else "", words[0].at if words else None)
    return _ChaseReading(Side(words[0].lower), words[1:], context, places).read()


class _ChaseReading:
    """Reads the words of one chase from left to right."""

    def __init__(self, side: Side, words: Sequence[Token], context: Context, places: Places) -> None:
        self._side = side
        self._words = words
        self._view = context.view
        self._places = places
        self._next = 1
        self._symbol = context.symbol
        self._peg = Peg.JOIN
        self._peg_ticks = 1
        self._mode = ChaseMode.MAINTAIN
        self._flags: set[str] = set()
        self._options: dict[str, str] = {}

    def read(self) -> ChaseDraft:
        amount = _leading_amount(self._words, self._places)
        while (word := self._take()) is not None:
            self._read_word(word)
        return self._draft(amount)

    def _read_word(self, word: Token) -> None:
        name = word.lower
        if name in PEGS:
            _once("peg", word, self._places)
            self._peg = Peg(name)
            self._peg_ticks = self._ticks_behind() if self._peg is Peg.IMPROVE else 1
        elif name in MODES:
            _once("mode", word, self._places)
            self._mode = ChaseMode(name)
        elif name in CHASE_OPTIONS:
            self._options[name] = self._value_of(word)
        elif name in CHASE_FLAGS:
            _once(name, word, self._places)
            self._flags.add(name)
        else:
            self._symbol = _symbol_or_complain(word, self._view, CHASE_WORDS)
            _once("symbol", word, self._places)

    def _take(self) -> Token | None:
        if self._next >= len(self._words):
            return None
        self._next += 1
        return self._words[self._next - 1]

    def _ticks_behind(self) -> int:
        if self._next >= len(self._words) or not is_number(self._words[self._next].text):
            return 1
        word = self._words[self._next]
        self._next += 1
        self._places["improve"] = word.at
        ticks = read_ticks(word.text, "improve")
        if ticks == 0:
            raise Misread("improve", "at least 1 tick", word.text)
        return ticks

    def _value_of(self, option: Token) -> str:
        value = self._take()
        if value is None:
            raise Misread(option.lower, "a value such as " + " or ".join(CHASE_OPTIONS[option.lower]), "", option.at)
        _once(option.lower, value, self._places)
        return value.text

    def _draft(self, amount: Amount) -> ChaseDraft:
        text = self._options
        offset, cap = text.get("offset", "0"), text.get("cap")
        if "onttl" in text and "ttl" not in text:
            raise Misread("onttl", "a ttl beside it", "none")
        if "oncap" in text and cap is None:
            raise Misread("oncap", "a cap beside it", "none")
        return ChaseDraft(
            symbol=self._symbol,
            side=self._side,
            amount=amount,
            peg=self._peg,
            peg_ticks=self._peg_ticks,
            offset_ticks=0 if is_bps(offset) else read_ticks(offset, "offset"),
            offset_bps=read_bps(offset, "offset") if is_bps(offset) else None,
            mode=self._mode,
            cap_price=read_price(cap.removeprefix("@"), "cap") if cap and not is_bps(cap) else None,
            cap_bps=read_bps(cap, "cap") if cap and is_bps(cap) else None,
            on_cap=OnCap(one_of(text.get("oncap", OnCap.HOLD), CHASE_OPTIONS["oncap"], "oncap")),
            ttl_ms=read_span_ms(text["ttl"], "ttl", bare="s") if "ttl" in text else None,
            on_ttl=OnTtl(one_of(text.get("onttl", OnTtl.CANCEL), CHASE_OPTIONS["onttl"], "onttl")),
            cross_slip_bps=read_bps(text.get("slip", "5bps"), "slip"),
            throttle_ms=read_span_ms(text.get("throttle", "250ms"), "throttle"),
            show=read_amount(text["show"]) if "show" in text else None,
            exits=read_exits(text),
            # The opposite side's best price is asked for by who wants to take it.
            post_only=POST in self._flags or self._peg is not Peg.OPPOSITE,
            reduce_only=REDUCE in self._flags,
            on_restart=OnRestart(one_of(text.get("restart", OnRestart.PARK), CHASE_OPTIONS["restart"], "restart")),
        )


def one_of(text: str, choices: Sequence[str], which: str) -> str:
    """Return `text` in lower case when it is one of `choices`, or raise Misread."""
    if text.lower() not in choices:
        raise Misread(which, nearest(text, choices), text)
    return text.lower()


def _leading_amount(words: Sequence[Token], places: Places) -> Amount:
    if not words:
        raise Misread("quantity", "an amount such as 0.01, 0.01btc, 500usd or 25%", "")
    places["quantity"] = words[0].at
    return read_amount(words[0].text)


def _value_behind(word: Token, rest: list[Token]) -> str:
    if not rest:
        raise Misread(word.lower, "a value such as " + " or ".join(EXIT_OPTIONS[word.lower]), "", word.at)
    return rest.pop(0).text


def _symbol_or_complain(word: Token, view: DeskView, also: Sequence[str]) -> Symbol:
    if is_number(word.text):
        raise Misread("price", f"@{word.text} if it is one", word.text, word.at)
    return symbol_named(word, view, also)


def _once(part: str, word: Token, places: Places) -> None:
    if part in places:
        raise Misread(part, "one", f"another: {word.text}", word.at)
    places[part] = word.at


def _check_priced(price: Decimal | None, flags: set[str], end: Token) -> None:
    if price is None and MARKET not in flags:
        raise Misread("price", "@PRICE or market", "", end.at + len(end.text))
    if price is not None and MARKET in flags:
        raise Misread("price", "@PRICE or market", "both")
    exclusive = sorted(flags & {MARKET, POST, IOC, FOK})
    if len(exclusive) > 1:
        raise Misread(exclusive[1], "one of market, post, ioc, fok", " and ".join(exclusive))


def _time_in_force(flags: set[str]) -> TimeInForce:
    table = {POST: TimeInForce.GTX, IOC: TimeInForce.IOC, FOK: TimeInForce.FOK}
    return next((tif for flag, tif in table.items() if flag in flags), TimeInForce.GTC)
