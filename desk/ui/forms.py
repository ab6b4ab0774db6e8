"""The forms: which fields they have, and from what is written in them to a command or a complaint."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from desk.model.command import ChaseMode, Command, OnCap, OnTtl, Peg
from desk.model.exits import Exits
from desk.model.order import Side, TimeInForce
from desk.model.restart import OnRestart
from desk.ui.complaint import Complaint, Misread
from desk.ui.exiting import read_exits
from desk.ui.lexing import (
    DOLLAR,
    PERCENT,
    Amount,
    is_bps,
    read_amount,
    read_bps,
    read_price,
    read_span_ms,
    read_ticks,
)
from desk.ui.resolve import ChaseDraft, Context, OrderDraft, resolve_chase, resolve_order
from desk.ui.words import PEGS

Values = Mapping[str, str]
"""What stands in each field of a form, by the field's name."""


class Field(Struct, frozen=True, kw_only=True):
    """One field: free text, or one of `choices`."""

    name: str
    choices: tuple[str, ...] = ()
    start: str = ""
    hint: str = ""


class Form(Struct, frozen=True, kw_only=True):
    """A form: its fields from top to bottom, and how they are read."""

    title: str
    fields: tuple[Field, ...]
    read: Callable[[Values, Context], Command | Complaint]


BASE_UNIT: Final = "base"
QUOTE_UNIT: Final = "quote"
PERCENT_UNIT: Final = "percent"
_UNITS: Final = (BASE_UNIT, QUOTE_UNIT, PERCENT_UNIT)
_ASSETS: Final = MappingProxyType({BASE_UNIT: "", QUOTE_UNIT: DOLLAR, PERCENT_UNIT: PERCENT})
_NO: Final = "no"
_YES: Final = "yes"
_SIDES: Final = tuple(Side)
_LIFES: Final[Mapping[str, TimeInForce | None]] = MappingProxyType(
    {
        "limit": TimeInForce.GTC,
        "post-only": TimeInForce.GTX,
        "market": None,
        "ioc": TimeInForce.IOC,
        "fok": TimeInForce.FOK,
    }
)


def read_order_form(values: Values, context: Context) -> Command | Complaint:
    """Return the order a form describes, or what is wrong with it."""
    try:
        tif = _LIFES[values["type"]]
        draft = OrderDraft(
            symbol=context.symbol,
            side=Side(values["side"]),
            amount=_amount(values),
            price=read_price(_written(values, "price")) if tif is not None else None,
            tif=tif or TimeInForce.GTC,
            reduce_only=values["reduce-only"] == _YES,
            exits=_exits(values),
        )
        return resolve_order(draft, context)
    except Misread as misread:
        return misread.of("order")


def read_chase_form(values: Values, context: Context) -> Command | Complaint:
    """Return the chase a form describes, or what is wrong with it."""
    try:
        return resolve_chase(_chase_draft(values, context), context)
    except Misread as misread:
        return misread.of("chase")


def _chase_draft(values: Values, context: Context) -> ChaseDraft:
    show = values["show"].strip()
    peg, offset, cap, ttl = Peg(values["peg"]), values["offset"].strip(), values["cap"].strip(), values["ttl"].strip()
    return ChaseDraft(
        symbol=context.symbol,
        side=Side(values["side"]),
        amount=_amount(values),
        peg=peg,
        peg_ticks=max(1, read_ticks(_written(values, "improve"), "improve")) if peg is Peg.IMPROVE else 1,
        offset_ticks=read_ticks(offset, "offset") if offset and not is_bps(offset) else 0,
        offset_bps=read_bps(offset, "offset") if is_bps(offset) else None,
        mode=ChaseMode(values["mode"]),
        cap_price=read_price(cap, "cap") if cap and not is_bps(cap) else None,
        cap_bps=read_bps(cap, "cap") if is_bps(cap) else None,
        on_cap=OnCap(values["on cap"]),
        ttl_ms=read_span_ms(ttl, "ttl", bare="s") if ttl else None,
        on_ttl=OnTtl(values["on ttl"]),
        cross_slip_bps=read_bps(_written(values, "slip"), "slip"),
        throttle_ms=read_span_ms(_written(values, "throttle"), "throttle", bare="ms"),
        show=read_amount(show) if show else None,
        post_only=peg is not Peg.OPPOSITE,
        reduce_only=values["reduce-only"] == _YES,
        exits=_exits(values),
        on_restart=OnRestart(values["restart"]),
    )


def _exits(values: Values) -> Exits | None:
    return read_exits({name: values[name].strip() for name in ("tp", "sl")})


def _amount(values: Values) -> Amount:
    amount = read_amount(_written(values, "quantity"))
    # A unit written beside the number is plainer than the one chosen below it.
    return amount if amount.asset else Amount(amount.value, _ASSETS[values["unit"]])


def _written(values: Values, name: str) -> str:
    text = values[name].strip().removeprefix("@")
    if not text:
        raise Misread(name, "a value", "")
    return text


_AMOUNT_FIELDS: Final = (
    Field(name="quantity", hint="0.01, 500usd, 25%"),
    Field(name="unit", choices=_UNITS, start=BASE_UNIT),
)
_EXIT_FIELDS: Final = (
    Field(name="tp", hint="profit: price or 40bps; empty: none"),
    Field(name="sl", hint="stop: price or 20bps; empty: none"),
)
_REDUCE_FIELD: Final = Field(name="reduce-only", choices=(_NO, _YES), start=_NO)

ORDER_FORM: Final = Form(
    title="order",
    fields=(
        Field(name="side", choices=_SIDES, start=Side.BUY),
        Field(name="type", choices=tuple(_LIFES), start="limit"),
        *_AMOUNT_FIELDS,
        Field(name="price", hint="not read for a market order"),
        *_EXIT_FIELDS,
        _REDUCE_FIELD,
    ),
    read=read_order_form,
)

CHASE_FORM: Final = Form(
    title="chase",
    fields=(
        Field(name="side", choices=_SIDES, start=Side.BUY),
        *_AMOUNT_FIELDS,
        Field(name="peg", choices=PEGS, start=Peg.JOIN),
        Field(name="improve", start="1t", hint="ticks, for peg improve"),
        Field(name="offset", hint="2t or 1bps from the peg"),
        Field(name="mode", choices=tuple(ChaseMode), start=ChaseMode.MAINTAIN),
        Field(name="cap", hint="price or 20bps; empty: none"),
        Field(name="on cap", choices=tuple(OnCap), start=OnCap.HOLD),
        Field(name="ttl", hint="30s, 2m; empty: none"),
        Field(name="on ttl", choices=tuple(OnTtl), start=OnTtl.CANCEL),
        Field(name="slip", start="5bps", hint="when it crosses"),
        Field(name="throttle", start="250ms"),
        Field(name="show", hint="an iceberg: at rest at a time; empty: all"),
        *_EXIT_FIELDS,
        Field(name="restart", choices=tuple(OnRestart), start=OnRestart.PARK),
        _REDUCE_FIELD,
    ),
    read=read_chase_form,
)


def filled_in(form: Form, side: Side, quantity: Decimal, price: Decimal | None) -> dict[str, str]:
    """Return what a form starts with: the side, the size and the price that are at hand."""
    values = {field.name: field.start for field in form.fields}
    values |= {name: text for name, text in (("side", side.value), ("quantity", f"{quantity:f}")) if name in values}
    if price is not None:
        values |= {name: f"{price:f}" for name in ("price", "from") if values.get(name) == "" and name in values}
    return values
