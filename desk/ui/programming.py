"""TWAPs and scales as written on a line: words to parameters, each word used once."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from desk.model.command import Command, StartRun
from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.program import Catchup, Child, OnEnd, ScaleSpec, Sizes, Spacing, TwapSpec
from desk.model.restart import OnRestart
from desk.model.units import Symbol
from desk.ui.complaint import Misread
from desk.ui.drafting import Places, instrument_named, one_of, symbol_named
from desk.ui.lexing import Amount, Token, read_amount, read_bps, read_decimal, read_price, read_span_ms
from desk.ui.resolve import Context, account_of, base_quantity, check_reduces, instrument_of, touch_of

Reader = Callable[[str], object]


def _count(text: str) -> int:
    number = read_decimal(text, "in")
    if number != int(number) or not 1 <= number <= 1_000:
        raise Misread("in", "a whole number from 1 to 1000", text)
    return int(number)


_TWAP: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "over": ("span_ms", lambda text: read_span_ms(text, "over", bare="s")),
        "in": ("slices", _count),
        "limit": ("limit", lambda text: read_price(text, "limit")),
        "slip": ("slip_bps", lambda text: read_bps(text, "slip")),
        "catchup": ("catchup", lambda text: Catchup(one_of(text, tuple(Catchup), "catchup"))),
        "end": ("on_end", lambda text: OnEnd(one_of(text, tuple(OnEnd), "end"))),
        "restart": ("on_restart", lambda text: OnRestart(one_of(text, tuple(OnRestart), "restart"))),
    }
)
_SCALE: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "from": ("low", lambda text: read_price(text.removeprefix("@"), "from")),
        "to": ("high", lambda text: read_price(text.removeprefix("@"), "to")),
        "in": ("count", _count),
        "ratio": ("ratio", lambda text: read_decimal(text, "ratio")),
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
PROGRAM_WORDS: Final = MappingProxyType({"twap": (*_TWAP, *_TWAP_FLAGS), "scale": (*_SCALE, *_SCALE_FLAGS)})
PROGRAM_VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "over": ("1m", "10m", "1h"),
        "in": ("5", "10", "20"),
        "slip": ("5bps", "10bps"),
        "catchup": tuple(each.value for each in Catchup),
        "end": tuple(each.value for each in OnEnd),
        "restart": tuple(each.value for each in OnRestart),
        "ratio": ("2", "3"),
        "from": (),
        "to": (),
        "limit": (),
    }
)
"""What a completion offers behind a word that takes a value."""
NEEDED: Final = MappingProxyType({"twap": ("over", "in"), "scale": ("from", "to", "in")})


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


def _read(
    words: Sequence[Token], context: Context, places: Places, verb: str
) -> tuple[Side, Amount, Symbol, dict[str, Any]]:
    options, flags = (_TWAP, _TWAP_FLAGS) if verb == "twap" else (_SCALE, _SCALE_FLAGS)
    if not words or words[0].lower not in {Side.BUY.value, Side.SELL.value}:
        raise Misread("side", "buy or sell", words[0].text if words else "", words[0].at if words else None)
    if len(words) < 2:
        raise Misread("quantity", "an amount such as 0.01, 0.01btc, 500usd or 25%", "")
    places["quantity"] = words[1].at
    amount, symbol, made = read_amount(words[1].text), context.symbol, dict[str, Any]()
    rest = list(words[2:])
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
    for each in NEEDED[verb]:
        if options[each][0] not in made:
            raise Misread(each, "a value", "")
    return Side(words[0].lower), amount, symbol, made


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
