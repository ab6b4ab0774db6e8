"""Endpoints for conditional orders."""

from decimal import Decimal
from typing import Final

from desk.exchange.conditional import Condition, ConditionKind, WorkingPrice
from desk.model.units import ZERO
from desk.server import algo_orders as shapes
from desk.server.algo_orders import AlgoOrder
from desk.server.algos import GOOD_WITH_POSITION
from desk.server.methods import wishes
from desk.server.methods.route import Call, one_or_all, ordering, signed
from desk.server.methods.trade import ALL_CANCELLED
from desk.server.params import Params
from desk.server.refusal import NO_SUCH_ORDER, Refusal
from desk.server.wire import orders as wire

_TIFS: Final = frozenset({"GTC", "IOC", "FOK", "GTX", "GTD", GOOD_WITH_POSITION})
CALLBACK: Final = (Decimal("0.1"), Decimal(20))
"""The least and the most, in per cent."""


def place(call: Call) -> wire.AlgoAck:
    """POST algoOrder."""
    params = call.params
    if params.text("algoType").upper() != "CONDITIONAL":
        raise Refusal(-1130, "Data sent for parameter 'algoType' is not valid.")
    order = call.venue.algos.place(call.seat, _read(call, params))
    return shapes.ack(order, call.rules(order.condition.symbol))


def cancel(call: Call) -> wire.AlgoCancelled:
    """DELETE algoOrder."""
    order = call.venue.algos.cancel(_find(call))
    return wire.AlgoCancelled(order.id, order.client_id)


def cancel_all(call: Call) -> wire.Done:
    """DELETE algoOpenOrders."""
    call.venue.algos.cancel_all(call.seat, call.symbol())
    return wire.Done(ALL_CANCELLED)


def query(call: Call) -> wire.AlgoRow:
    """GET algoOrder."""
    order = _find(call)
    if order is None:
        raise Refusal(*NO_SUCH_ORDER)
    return shapes.row(order, call.rules(order.condition.symbol))


def open_orders(call: Call) -> list[wire.AlgoRow]:
    """GET openAlgoOrders."""
    symbol, algo_id = call.maybe_symbol(), call.params.maybe_integer("algoId")
    return [
        shapes.row(each, call.rules(each.condition.symbol))
        for each in call.venue.algos.of(call.seat, symbol or "")
        if each.is_asleep and algo_id in (None, each.id)
    ]


def all_orders(call: Call) -> list[wire.AlgoRow]:
    """GET allAlgoOrders."""
    symbol, from_id = call.symbol(), call.params.maybe_integer("algoId")
    start, end = call.window()
    rows = [
        shapes.row(each, call.rules(symbol))
        for each in call.venue.algos.of(call.seat, symbol)
        if (from_id is None or each.id >= from_id)
        and (start is None or each.placed >= start)
        and (end is None or each.placed <= end)
    ]
    return rows[-call.params.within("limit", 500, 1000) :]


def _read(call: Call, params: Params) -> AlgoOrder:
    symbol, side = call.symbol(), wishes.side_of(params)
    text = params.text("type").upper()
    if text not in set(ConditionKind):
        raise Refusal(-1116, "Invalid orderType.")
    kind = ConditionKind(text)
    wishes.check_side_of_position(params)
    tif = params.maybe("timeInForce").upper() or "GTC"
    if tif not in _TIFS:
        raise Refusal(-1115, "Invalid timeInForce.")
    condition = Condition(symbol=symbol, side=side, kind=kind, working=_working(params))
    _read_trigger(params, condition)
    closes = params.flag("closePosition") or False
    quantity, price = _amounts(params, kind, is_closing=closes)
    return AlgoOrder(
        id=0,
        account=call.seat.name,
        client_id=wishes.client_id(params, "clientAlgoId"),
        condition=condition,
        quantity=quantity,
        price=price,
        tif=tif,
        reduce_only=params.flag("reduceOnly") or closes,
        closes_position=closes,
        protects_price=params.flag("priceProtect") or False,
        price_match=params.maybe("priceMatch").upper() or "NONE",
        self_trade=wishes.self_trade(params),
        good_till=wishes.to_millis(wishes.good_till(call, params)) if tif == "GTD" else 0,
        placed=call.now,
        updated=call.now,
    )


def _read_trigger(params: Params, condition: Condition) -> None:
    if not condition.kind.is_trailing:
        condition.trigger = params.number("triggerPrice")
        if condition.trigger <= ZERO:
            raise Refusal(-4006, "Stop price less than zero.")
        return
    condition.callback = params.number("callbackRate")
    if not CALLBACK[0] <= condition.callback <= CALLBACK[1]:
        raise Refusal(-2007, "Invalid callBack rate")
    condition.trigger = wishes.exact(params.maybe_number("activatePrice"))


def _amounts(params: Params, kind: ConditionKind, *, is_closing: bool) -> tuple[Decimal, Decimal]:
    quantity, price = params.maybe_number("quantity"), params.maybe_number("price")
    if is_closing:
        if quantity:
            raise Refusal(-4137, "Quantity must be zero with closePosition equals true")
        if not kind.is_market or kind.is_trailing:
            raise Refusal(-4136, "Target strategy invalid for orderType LIMIT,closePosition true")
    elif quantity is None:
        quantity = params.number("quantity")
    has_match = params.maybe("priceMatch").upper() not in ("", "NONE")
    if not kind.is_market and price is None and not has_match:
        price = params.number("price")
    return wishes.exact(quantity), ZERO if kind.is_market else wishes.exact(price)


def _working(params: Params) -> WorkingPrice:
    text = params.maybe("workingType").upper() or WorkingPrice.LAST.value
    if text not in set(WorkingPrice):
        raise Refusal(-1130, "Data sent for parameter 'workingType' is not valid.")
    return WorkingPrice(text)


def _find(call: Call) -> AlgoOrder | None:
    number, name = call.params.maybe_integer("algoId"), call.params.maybe("clientAlgoId")
    if number is None and not name:
        raise Refusal(-1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!")
    return call.venue.algos.find(call.seat, number, name)


ROUTES: Final = (
    ordering("POST", "/fapi/v1/algoOrder", place, (1, 1)),
    signed("DELETE", "/fapi/v1/algoOrder", cancel),
    signed("DELETE", "/fapi/v1/algoOpenOrders", cancel_all),
    signed("GET", "/fapi/v1/algoOrder", query),
    signed("GET", "/fapi/v1/openAlgoOrders", open_orders, one_or_all(1, 40)),
    signed("GET", "/fapi/v1/allAlgoOrders", all_orders, 5),
)
