"""Changing a run as written on a line: `edit chase-3 cap 30bps ttl 2m`; every word replaces what the run has."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from msgspec import structs

from desk.model.command import ChaseMode, ChaseSpec, EditRun, OnCap, OnTtl, Peg
from desk.model.exits import BracketSpec, Exits
from desk.model.program import Program, ScaleSpec, TwapSpec
from desk.model.restart import OnRestart
from desk.model.units import AlgoId
from desk.ui.complaint import Misread
from desk.ui.drafting import Places, one_of
from desk.ui.exiting import read_exits, read_net
from desk.ui.lexing import Token, is_bps, read_bps, read_decimal, read_price, read_span_ms, read_ticks
from desk.ui.programming import GRAMMARS, PROGRAM_VALUES
from desk.ui.resolve import Context, nearest
from desk.ui.words import CHASE_OPTIONS, EXIT_OPTIONS, MODES, PEGS

QTY: Final = "qty"
_NONE: Final = "none"
"""Takes a cap, a ttl, a show, a tp or an sl away."""

Change = Callable[[str], Mapping[str, object]]


def _span(which: str, name: str, bare: str) -> Change:
    return lambda text: {name: read_span_ms(text, which, bare=bare)}


def _cap(text: str) -> Mapping[str, object]:
    if text == _NONE:
        return {"cap_bps": None, "cap_price": None}
    if is_bps(text):
        return {"cap_bps": read_bps(text, "cap"), "cap_price": None}
    return {"cap_price": read_price(text.removeprefix("@"), "cap"), "cap_bps": None}


def _ttl(text: str) -> Mapping[str, object]:
    return {"ttl_ms": None if text == _NONE else read_span_ms(text, "ttl", bare="s")}


def _show(text: str) -> Mapping[str, object]:
    return {"show": None if text == _NONE else read_decimal(text, "show")}


_CHASE: Final[Mapping[str, Change]] = MappingProxyType(
    {
        "improve": lambda text: {"peg": Peg.IMPROVE, "peg_ticks": max(1, read_ticks(text, "improve"))},
        "offset": lambda text: {"offset_ticks": read_ticks(text, "offset")},
        "cap": _cap,
        "oncap": lambda text: {"on_cap": OnCap(one_of(text, CHASE_OPTIONS["oncap"], "oncap"))},
        "ttl": _ttl,
        "onttl": lambda text: {"on_ttl": OnTtl(one_of(text, CHASE_OPTIONS["onttl"], "onttl"))},
        "slip": lambda text: {"cross_slip_bps": read_bps(text, "slip")},
        "throttle": _span("throttle", "throttle_ms", "ms"),
        "show": _show,
        "restart": lambda text: {"on_restart": OnRestart(one_of(text, tuple(OnRestart), "restart"))},
    }
)
_CHASE_FLAGS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        **{each: {"peg": Peg(each)} for each in PEGS if each != Peg.IMPROVE},
        **{each: {"mode": ChaseMode(each)} for each in MODES},
    }
)


def draft_edit(words: Sequence[Token], context: Context, places: Places) -> Sequence[EditRun]:
    """Return the run's new parameters, or raise Misread."""
    runs = {row.id: row for row in context.view.algos if row.ended is None and row.spec is not None}
    if not words or words[0].lower not in runs:
        raise Misread("run", nearest(words[0].text if words else "", list(runs)), words[0].text if words else "")
    row = runs[AlgoId(words[0].lower)]
    spec = row.spec
    assert spec is not None
    if not words[1:]:
        raise Misread("edit", f"one of {', '.join(words_of(spec))}", "")
    changes, exits, rest = dict[str, object](), dict[str, str](), list(words[1:])
    while rest:
        word = rest.pop(0)
        places[word.lower] = word.at
        if word.lower in _flags(spec):
            changes |= _flags(spec)[word.lower]
        elif word.lower not in words_of(spec):
            raise Misread("edit", f"one of {', '.join(words_of(spec))}", word.text, word.at)
        elif not rest:
            raise Misread(word.lower, "a value behind it", "", word.at)
        elif word.lower in EXIT_OPTIONS:
            exits[word.lower] = rest.pop(0).text
        else:
            changes |= _options(spec)[word.lower](rest.pop(0).text)
    if exits:
        changes["exits"] = _exits(getattr(spec, "exits", None), exits)
    return (EditRun(row.id, _changed(spec, changes)),)


def words_of(spec: ChaseSpec | Program) -> Sequence[str]:
    """Return the words that may change a run with such parameters."""
    exits = tuple(EXIT_OPTIONS) if isinstance(spec, BracketSpec) else ()
    return (*_options(spec), *exits, *_flags(spec))


def values_of(word: str) -> Sequence[str]:
    """Return what a completion offers behind a word."""
    return CHASE_OPTIONS.get(word) or PROGRAM_VALUES.get(word, ())


def _changed(spec: ChaseSpec | Program, changes: Mapping[str, Any]) -> ChaseSpec | Program:
    made = structs.replace(spec, **changes)
    if isinstance(made, ScaleSpec) and made.low > made.high:
        made = structs.replace(made, low=made.high, high=made.low)
    return made


def _options(spec: ChaseSpec | Program) -> Mapping[str, Change]:
    quantity: dict[str, Change] = {QTY: lambda text: {"quantity": read_decimal(text, QTY)}}
    if isinstance(spec, ChaseSpec):
        return quantity | dict(_CHASE)
    if isinstance(spec, BracketSpec):
        return {}
    fixed = {"over", "in"} if isinstance(spec, TwapSpec) else {"layers"}
    known = GRAMMARS[_name(spec)][0]
    return quantity | {
        word: _change(name, read) for word, (name, read) in known.items() if word not in fixed | EXIT_OPTIONS.keys()
    }


def _change(name: str, read: Callable[[str], object]) -> Change:
    return lambda text: {name: read(text)}


def _flags(spec: ChaseSpec | Program) -> Mapping[str, Mapping[str, object]]:
    if isinstance(spec, ChaseSpec):
        return _CHASE_FLAGS
    if isinstance(spec, BracketSpec):
        return {}
    return {word: {name: value} for word, (name, value) in GRAMMARS[_name(spec)][1].items() if name != "reduce_only"}


def _name(spec: ChaseSpec | Program) -> str:
    return type(spec).__name__.removesuffix("Spec").lower()


def _exits(before: Exits | None, texts: Mapping[str, str]) -> Exits | None:
    kept = before if before is not None else Exits()
    for word, name in (("tp", "profit"), ("sl", "stop")):
        if word in texts:
            made = None if texts[word] == _NONE else read_exits({word: texts[word]})
            bps, price = (getattr(made, f"{name}_{each}", None) for each in ("bps", "price"))
            kept = structs.replace(kept, **{f"{name}_bps": bps, f"{name}_price": price})
    if "net" in texts:
        kept = structs.replace(kept, net_bps=read_net(texts["net"]))
    if "trigger" in texts:
        made = read_exits({"sl": "1bps", "trigger": texts["trigger"]})
        assert made is not None
        kept = structs.replace(kept, trigger=made.trigger)
    return kept
