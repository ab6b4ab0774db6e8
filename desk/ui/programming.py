"""TWAPs, scales and scalpers as written on a line: words to parameters, each word used once."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from desk.model.command import Command, StartRun
from desk.model.exits import BracketSpec
from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.program import (
    Catchup,
    Child,
    EmaMode,
    OnEnd,
    Quoting,
    Reference,
    ScaleSpec,
    ScalperSpec,
    Sizes,
    Spacing,
    TwapSpec,
)
from desk.model.restart import OnRestart
from desk.model.units import ZERO, AlgoId, Symbol
from desk.ui.complaint import Misread
from desk.ui.drafting import Places, instrument_named, one_of, symbol_named
from desk.ui.exiting import read_exits
from desk.ui.lexing import Amount, Token, read_amount, read_bps, read_decimal, read_price, read_span_ms
from desk.ui.resolve import Context, account_of, base_quantity, check_reduces, instrument_of, nearest, touch_of
from desk.ui.words import EXIT_OPTIONS

Reader = Callable[[str], object]


def _count(which: str) -> Reader:
    def read(text: str) -> int:
        number = read_decimal(text, which)
        if number != int(number) or not 1 <= number <= 1_000:
            raise Misread(which, "a whole number from 1 to 1000", text)
        return int(number)

    return read


def _signed(text: str) -> Decimal:
    return -read_decimal(text[1:], "skew") if text.startswith("-") else read_decimal(text.removeprefix("+"), "skew")


_EXITS: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType({each: (each, str) for each in EXIT_OPTIONS})
"""Kept as text until all of it is there."""
_TWAP: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "over": ("span_ms", lambda text: read_span_ms(text, "over", bare="s")),
        "in": ("slices", _count("in")),
        "limit": ("limit", lambda text: read_price(text, "limit")),
        "slip": ("slip_bps", lambda text: read_bps(text, "slip")),
        "catchup": ("catchup", lambda text: Catchup(one_of(text, tuple(Catchup), "catchup"))),
        "end": ("on_end", lambda text: OnEnd(one_of(text, tuple(OnEnd), "end"))),
        **_EXITS,
        "restart": ("on_restart", lambda text: OnRestart(one_of(text, tuple(OnRestart), "restart"))),
    }
)
_SCALE: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "from": ("low", lambda text: read_price(text.removeprefix("@"), "from")),
        "to": ("high", lambda text: read_price(text.removeprefix("@"), "to")),
        "in": ("count", _count("in")),
        "ratio": ("ratio", lambda text: read_decimal(text, "ratio")),
        **_EXITS,
        "restart": ("on_restart", lambda text: OnRestart(one_of(text, tuple(OnRestart), "restart"))),
    }
)
_TWAP_FLAGS: Final[Mapping[str, tuple[str, object]]] = MappingProxyType(
    {"chase": ("child", Child.CHASE), "ioc": ("child", Child.IOC), "reduce": ("reduce_only", True)}
)
_SCALE_FLAGS: Final[Mapping[str, tuple[str, object]]] = MappingProxyType(
    {
        **{each.value: ("sizes", each) for each in Sizes},
        **{each.value: ("spacing", each) for each in Spacing},
        "take": ("post_only", False),
        "reduce": ("reduce_only", True),
    }
)
_SCALPER: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "layers": ("layers", _count("layers")),
        "from": ("base_bps", lambda text: read_bps(text, "from")),
        "to": ("max_bps", lambda text: read_bps(text, "to")),
        "target": ("target_bps", lambda text: read_bps(text, "target")),
        "skew": ("skew", _signed),
        "ref": ("reference", lambda text: Reference(one_of(text, tuple(Reference), "ref"))),
        "requote": ("requote_bps", lambda text: read_bps(text, "requote")),
        "throttle": ("throttle_ms", lambda text: read_span_ms(text, "throttle", bare="ms")),
        "delay": ("delay_ms", lambda text: read_span_ms(text, "delay", bare="ms")),
        "fills": ("fills_max", lambda text: int(read_decimal(text, "fills"))),
        "notional": ("notional_max", lambda text: read_decimal(text, "notional")),
        "inventory": ("inventory_max", lambda text: read_decimal(text, "inventory")),
        "loss": ("loss_bps", lambda text: read_bps(text, "loss")),
        "stop": ("stop_bps", lambda text: read_bps(text, "stop")),
        "hold": ("hold_ms", lambda text: read_span_ms(text, "hold", bare="s")),
        "ema": ("ema", lambda text: EmaMode(one_of(text, tuple(EmaMode), "ema"))),
        "restart": ("on_restart", lambda text: OnRestart(one_of(text, tuple(OnRestart), "restart"))),
    }
)
_SCALPER_FLAGS: Final[Mapping[str, tuple[str, object]]] = MappingProxyType(
    {each.value: ("quoting", each) for each in Quoting}
)
PROGRAM_WORDS: Final = MappingProxyType(
    {
        "twap": (*_TWAP, *_TWAP_FLAGS),
        "scale": (*_SCALE, *_SCALE_FLAGS),
        "scalper": (*_SCALPER, *_SCALPER_FLAGS),
    }
)
PROGRAM_VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "over": ("1m", "10m", "1h"),
        "in": ("5", "10", "20"),
        "slip": ("5bps", "10bps"),
        "catchup": tuple(each.value for each in Catchup),
        "end": tuple(each.value for each in OnEnd),
        "restart": tuple(each.value for each in OnRestart),
        "ratio": ("2", "3"),
        "ref": tuple(each.value for each in Reference),
        "ema": tuple(each.value for each in EmaMode),
        "from": (),
        "to": (),
        "limit": (),
        **EXIT_OPTIONS,
    }
)
"""What a completion offers behind a word that takes a value."""
_OUTERMOST_BPS: Final = Decimal(32)
NEEDED: Final = MappingProxyType({"twap": ("over", "in"), "scale": ("from", "to", "in"), "scalper": ()})


def draft_twap(words: Sequence[Token], context: Context, places: Places) -> Sequence[Command]:
    """Return the TWAP that the words after `twap` describe."""
    side, amount, symbol, made = _read(words, context, places, "twap")
    quantity = _quantity(side, amount, symbol, context, reduces=bool(made.get("reduce_only")))
    return (StartRun(TwapSpec(sub=account_of(context).id, symbol=symbol, side=side, quantity=quantity, **made)),)


def draft_scale(words: Sequence[Token], context: Context, places: Places) -> Sequence[Command]:
    """Return the scale that the words after `scale` describe."""
    side, amount, symbol, made = _read(words, context, places, "scale")
    quantity = _quantity(side, amount, symbol, context, reduces=bool(made.get("reduce_only")))
    made["low"], made["high"] = sorted((made["low"], made["high"]))
    return (StartRun(ScaleSpec(sub=account_of(context).id, symbol=symbol, side=side, quantity=quantity, **made)),)


def draft_scalper(words: Sequence[Token], context: Context, places: Places) -> Sequence[Command]:
    """Return the scalper that the words after `scalper` describe; the quantity is that of one side."""
    amount, symbol, made = _read_terms(words, context, places, "scalper")
    quantity = _quantity(Side.BUY, amount, symbol, context, reduces=False)
    made.setdefault("max_bps", max(_OUTERMOST_BPS, made.get("base_bps", ZERO)))
    return (StartRun(ScalperSpec(sub=account_of(context).id, symbol=symbol, quantity=quantity, **made)),)


def draft_bracket(words: Sequence[Token], context: Context, _places: Places) -> Sequence[Command]:
    """Return the bracket that the words after `bracket` attach to a live run."""
    runs = {row.id: row for row in context.view.algos if row.ended is None}
    if not words or words[0].lower not in runs:
        raise Misread("run", nearest(words[0].text if words else "", list(runs)), words[0].text if words else "")
    row, texts, rest = runs[AlgoId(words[0].lower)], dict[str, str](), list(words[1:])
    while rest:
        word = rest.pop(0)
        if word.lower not in EXIT_OPTIONS or not rest:
            raise Misread(
                "bracket", "tp PRICE|Nbps, sl PRICE|Nbps, trigger mark|touch, net Nbps|none", word.text, word.at
            )
        _once(texts, word.lower, rest.pop(0).text, word)
    exits = read_exits(texts)
    if exits is None:
        raise Misread("bracket", "a tp, an sl or both", "")
    spec = BracketSpec(
        sub=row.sub, symbol=row.symbol, side=row.side, quantity=row.quantity, exits=exits, follows=row.id
    )
    return (StartRun(spec),)


GRAMMARS: Final = MappingProxyType(
    {"twap": (_TWAP, _TWAP_FLAGS), "scale": (_SCALE, _SCALE_FLAGS), "scalper": (_SCALPER, _SCALPER_FLAGS)}
)


def _read(
    words: Sequence[Token], context: Context, places: Places, verb: str
) -> tuple[Side, Amount, Symbol, dict[str, Any]]:
    if not words or words[0].lower not in {Side.BUY.value, Side.SELL.value}:
        raise Misread("side", "buy or sell", words[0].text if words else "", words[0].at if words else None)
    return (Side(words[0].lower), *_read_terms(words[1:], context, places, verb))


def _read_terms(
    words: Sequence[Token], context: Context, places: Places, verb: str
) -> tuple[Amount, Symbol, dict[str, Any]]:
    options, flags = GRAMMARS[verb]
    if not words:
        raise Misread("quantity", "an amount such as 0.01, 0.01btc, 500usd or 25%", "")
    places["quantity"] = words[0].at
    amount, symbol, made = read_amount(words[0].text), context.symbol, dict[str, Any]()
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word.lower in options:
            name, read = options[word.lower]
            if not rest:
                raise Misread(word.lower, "a value behind it", "", word.at)
            value = rest.pop(0)
            places[word.lower] = value.at
            _once(made, name, read(value.text), word)
        elif word.lower in flags:
            _once(made, *flags[word.lower], word)
        elif instrument_named(word.text, context.view) is not None:
            symbol = symbol_named(word, context.view)
        else:
            raise Misread(verb, f"one of {', '.join((*options, *flags))} or a symbol", word.text, word.at)
    exits = read_exits({each: made.pop(each) for each in EXIT_OPTIONS if each in made})
    if exits is not None:
        made["exits"] = exits
    for each in NEEDED[verb]:
        if options[each][0] not in made:
            raise Misread(each, "a value", "")
    return amount, symbol, made


def _once(made: dict[str, Any], name: str, value: object, word: Token) -> None:
    if name in made:
        raise Misread(word.lower, "one", f"another: {word.text}", word.at)
    made[name] = value


def _quantity(side: Side, amount: Amount, symbol: Symbol, context: Context, *, reduces: bool) -> Decimal:
    instrument: Instrument = instrument_of(symbol, context.view)
    quantity = base_quantity(amount, instrument, context, touch_of(side, symbol, context.view), of_position=reduces)
    if reduces:
        check_reduces(quantity, side, account_of(context), symbol)
    return quantity
