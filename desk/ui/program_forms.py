"""The forms of TWAP, scale and scalper: what stands in them is read as the line that says the same."""

from collections.abc import Sequence
from typing import Final

from desk.model.command import Command
from desk.model.order import Side
from desk.model.program import Catchup, Child, EmaMode, OnEnd, Quoting, Reference, Sizes, Spacing
from desk.model.restart import OnRestart
from desk.ui.complaint import Complaint
from desk.ui.forms import Field, Form, Values
from desk.ui.grammar import parse_line
from desk.ui.resolve import Context

_FLAGS: Final = frozenset({"child", "sizes", "spacing", "quoting"})
"""Fields whose value is the word itself."""
_NO: Final = "no"
_YES: Final = "yes"
_HEAD: Final = ("side", "quantity")


def _read(verb: str, fields: Sequence[Field], values: Values, context: Context) -> Command | Complaint:
    words = [verb, *(values[name].strip() for name in _HEAD if name in values), context.symbol]
    for field in fields:
        value = values[field.name].strip().removeprefix("@")
        if not value or field.name in _HEAD:
            continue
        if field.name == "may take":
            words += ["take"] if value == _YES else []
        elif field.name == "reduce-only":
            words += ["reduce"] if value == _YES else []
        elif field.name in _FLAGS:
            words.append(value)
        else:
            words += [field.name, value]
    parsed = parse_line(" ".join(words).replace(";", " "), context)
    if isinstance(parsed, Complaint):
        return parsed
    (step,) = parsed.steps
    assert isinstance(step, Command)  # these verbs make nothing else
    return step


def _form(title: str, *fields: Field) -> Form:
    return Form(title=title, fields=fields, read=lambda values, context: _read(title, fields, values, context))


_SIDE: Final = Field(name="side", choices=tuple(Side), start=Side.BUY)
_QUANTITY: Final = Field(name="quantity", hint="0.01, 500usd, 25%")
_TP: Final = Field(name="tp", hint="profit: price or 40bps; empty: none")
_SL: Final = Field(name="sl", hint="stop: price or 20bps; empty: none")
_REDUCE: Final = Field(name="reduce-only", choices=(_NO, _YES), start=_NO)
_RESTARTS: Final = tuple(OnRestart)

TWAP_FORM: Final = _form(
    "twap",
    _SIDE,
    _QUANTITY,
    Field(name="over", start="10m", hint="30s, 10m, 2h"),
    Field(name="in", start="20", hint="slices"),
    Field(name="child", choices=tuple(Child), start=Child.IOC),
    Field(name="limit", hint="the worst price; empty: none"),
    Field(name="slip", start="5bps", hint="beyond the opposite touch"),
    Field(name="catchup", choices=tuple(Catchup), start=Catchup.CAP),
    Field(name="end", choices=tuple(OnEnd), start=OnEnd.LEAVE),
    _TP,
    _SL,
    Field(name="restart", choices=_RESTARTS, start=OnRestart.PARK),
    _REDUCE,
)
SCALE_FORM: Final = _form(
    "scale",
    _SIDE,
    _QUANTITY,
    Field(name="from", hint="price"),
    Field(name="to", hint="price"),
    Field(name="in", start="5", hint="orders"),
    Field(name="sizes", choices=tuple(Sizes), start=Sizes.FLAT),
    Field(name="ratio", start="3", hint="largest to smallest"),
    Field(name="spacing", choices=tuple(Spacing), start=Spacing.LINEAR),
    Field(name="may take", choices=(_NO, _YES), start=_NO),
    _TP,
    _SL,
    Field(name="restart", choices=_RESTARTS, start=OnRestart.RESUME),
    _REDUCE,
)
SCALPER_FORM: Final = _form(
    "scalper",
    Field(name="quantity", hint="of one side's layers together"),
    Field(name="quoting", choices=tuple(Quoting), start=Quoting.BOTH),
    Field(name="layers", start="5"),
    Field(name="from", start="2bps", hint="the innermost"),
    Field(name="to", start="32bps", hint="the outermost"),
    Field(name="skew", start="0", hint="-1 heavy inside, 1 heavy outside"),
    Field(name="target", start="4bps", hint="from entry to exit"),
    Field(name="ref", choices=tuple(Reference), start=Reference.MID),
    Field(name="fills", start="20", hint="entries a minute and side"),
    Field(name="loss", start="30bps", hint="entries stop"),
    Field(name="stop", start="80bps", hint="taken out"),
    Field(name="hold", start="10m", hint="taken out after"),
    Field(name="delay", start="1500ms", hint="pause after a fill"),
    Field(name="ema", choices=tuple(EmaMode), start=EmaMode.OBSERVE),
    Field(name="restart", choices=_RESTARTS, start=OnRestart.PARK),
)
PROGRAM_FORMS: Final = (TWAP_FORM, SCALE_FORM, SCALPER_FORM)
