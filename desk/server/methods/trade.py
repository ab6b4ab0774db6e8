"""Endpoints that place, change, cancel and show orders and trades."""

from collections.abc import Callable
from typing import Final

from desk.exchange.validation import AMENDS_MAX
from desk.server import orders
from desk.server.methods import wishes
from desk.server.methods.route import Call, one_or_all, ordering, signed
from desk.server.orders import ServedOrder
from desk.server.params import Params
from desk.server.refusal import NO_SUCH_ORDER, Refusal
from desk.server.wire import orders as wire
from desk.server.wire.account import ForceOrder

PLACED_MAX: Final = 5
CANCELLED_MAX: Final = 10
FORGOTTEN: Final = 3 * 86_400_000
"""An order that ended without a trade is not shown any more after these milliseconds."""
ALL_CANCELLED: Final = "The operation of cancel all open order is done."


def place(call: Call) -> wire.Ack:
    """POST order."""
    return _place(call, call.params)


def test(call: Call) -> wire.OrderRow:
    """POST order/test: checked, and not sent."""
    order = call.venue.orders.check(call.seat, wishes.read(call, call.params))
    return orders.row(order, call.rules(order.spec.symbol))


def modify(call: Call) -> wire.Ack:
    """PUT order."""
    return _modify(call, call.params)


def cancel(call: Call) -> wire.Ack:
    """DELETE order."""
    call.symbol()
    order = call.venue.orders.cancel(call.seat, _find(call, call.params))
    return orders.ack(order, call.rules(order.spec.symbol))


def place_batch(call: Call) -> list[wire.Ack | wire.Complaint]:
    """POST batchOrders."""
    return _each(call, _place)


def modify_batch(call: Call) -> list[wire.Ack | wire.Complaint]:
    """PUT batchOrders."""
    return _each(call, _modify)


def cancel_batch(call: Call) -> list[wire.Ack | wire.Complaint]:
    """DELETE batchOrders."""
    symbol = call.symbol()
    numbers, names = call.params.numbers("orderIdList"), call.params.names("origClientOrderIdList")
    if not numbers and not names:
        raise Refusal(-1102, "Mandatory parameter 'orderIdList' was not sent, was empty/null, or malformed.")
    wanted = [call.seat.orders.get(each) for each in numbers] or [call.seat.latest.get(each) for each in names]
    if len(wanted) > CANCELLED_MAX:
        raise Refusal(-4082, f"Invalid number of batch place orders: {len(wanted)}")
    answers: list[wire.Ack | wire.Complaint] = []
    for order in wanted:
        try:
            meant = order if order is not None and order.spec.symbol == symbol else None
            answers.append(orders.ack(call.venue.orders.cancel(call.seat, meant), call.rules(symbol)))
        except Refusal as refusal:
            answers.append(wire.Complaint(refusal.code, refusal.text))
    return answers


def cancel_all(call: Call) -> wire.Done:
    """DELETE allOpenOrders."""
    call.venue.orders.cancel_all(call.seat, call.symbol())
    return wire.Done(ALL_CANCELLED)


def count_down(call: Call) -> wire.Countdown:
    """POST countdownCancelAll."""
    symbol, span = call.symbol(), call.params.integer("countdownTime")
    if span < 0:
        raise Refusal(-1130, "Data sent for parameter 'countdownTime' is not valid.")
    call.venue.floor.count_down(call.seat.number, symbol, span)
    return wire.Countdown(symbol, str(span))


def query(call: Call) -> wire.OrderRow:
    """GET order."""
    call.symbol()
    order = _find(call, call.params)
    if order is None or _is_forgotten(order, call.now):
        raise Refusal(*NO_SUCH_ORDER)
    return orders.row(order, call.rules(order.spec.symbol))


def open_order(call: Call) -> wire.OrderRow:
    """GET openOrder."""
    call.symbol()
    order = _find(call, call.params)
    if order is None or call.seat.open.get(order.spec.id) is not order:
        raise Refusal(*NO_SUCH_ORDER)
    return orders.row(order, call.rules(order.spec.symbol))


def open_orders(call: Call) -> list[wire.OrderRow]:
    """GET openOrders."""
    symbol = call.maybe_symbol()
    return [
        orders.row(each, call.rules(each.spec.symbol))
        for each in call.seat.orders.values()
        if call.seat.open.get(each.spec.id) is each and symbol in (None, each.spec.symbol)
    ]


def all_orders(call: Call) -> list[wire.OrderRow]:
    """GET allOrders."""
    symbol, from_id = call.maybe_symbol(), call.params.maybe_integer("orderId")
    start, end = call.window()
    rows = [
        orders.row(each, call.rules(each.spec.symbol), is_listed=True)
        for each in call.seat.orders.values()
        if symbol in (None, each.spec.symbol)
        and (from_id is None or each.venue_order >= from_id)
        and (start is None or each.placed >= start)
        and (end is None or each.placed <= end)
        and not _is_forgotten(each, call.now)
    ]
    limit = call.params.within("limit", 500, 1000)
    return rows[:limit] if from_id is not None else rows[-limit:]


def amendments(call: Call) -> list[wire.Amendment]:
    """GET orderAmendment."""
    symbol, order_id = call.symbol(), call.params.maybe_integer("orderId")
    name = call.params.maybe("origClientOrderId")
    start, end = call.window()
    rows = [
        each
        for each in call.seat.amendments
        if each.symbol == symbol
        and (order_id is None or each.order_id == order_id)
        and (not name or each.client_order_id == name)
        and (start is None or each.time >= start)
        and (end is None or each.time <= end)
    ]
    return rows[-call.params.within("limit", 50, 100) :]


def user_trades(call: Call) -> list[wire.UserTrade]:
    """GET userTrades: from an id or within a time, the oldest first; of many, the oldest."""
    symbol, from_id = call.maybe_symbol(), call.params.maybe_integer("fromId")
    order_id = call.params.maybe_integer("orderId")
    start, end = call.window()
    if from_id is not None and (start is not None or end is not None):
        raise Refusal(-1128, "Combination of optional parameters invalid.")
    rows = [
        each
        for each in call.seat.trades
        if symbol in (None, each.symbol)
        and (from_id is None or each.id >= from_id)
        and (order_id is None or each.order_id == order_id)
        and (start is None or each.time >= start)
        and (end is None or each.time <= end)
    ]
    return rows[: call.params.within("limit", 500, 1000)]


def force_orders(call: Call) -> list[ForceOrder]:
    """GET forceOrders."""
    symbol, kind = call.maybe_symbol(), call.params.maybe("autoCloseType").upper()
    rows = [
        orders.force_row(each, call.rules(each.spec.symbol))
        for each in call.seat.orders.values()
        if each.kind == orders.LIQUIDATION
        and symbol in (None, each.spec.symbol)
        and (not kind or (kind == "ADL") is each.spec.id.startswith("adl_"))
    ]
    return rows[-call.params.within("limit", 50, 100) :]


def _place(call: Call, params: Params) -> wire.Ack:
    wish = wishes.read(call, params)
    order = call.venue.orders.place(call.seat, wish)
    told = None
    if params.maybe("newOrderRespType").upper() != "RESULT":
        told = orders.NEW  # an acknowledgement says so even of an order that has been filled
    return orders.ack(order, call.rules(wish.symbol), status=told)


def _modify(call: Call, params: Params) -> wire.Ack:
    element = Call(params, call.venue, call.listen_keys, call.owner)
    symbol, side = element.symbol(), wishes.side_of(params)
    quantity, price = params.number("quantity"), params.maybe_number("price")
    match = params.maybe("priceMatch").upper()
    if price is None and not match:
        raise Refusal(-1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed.")
    order = _find(element, params)
    if order is None or call.seat.open.get(order.spec.id) is not order or order.spec.symbol != symbol:
        raise Refusal(*NO_SUCH_ORDER)
    if order.spec.side is not side or order.kind != orders.LIMIT:
        raise Refusal(-5025, "Only limit order is supported.")
    if params.flag("reduceOnly") and not order.spec.reduce_only:
        raise Refusal(-5047, "The original order is not a reduce-only order")
    if order.amends >= AMENDS_MAX:
        raise Refusal(-5026, "Exceed maximum modify order limit.")
    if price is None:
        price = call.venue.orders.matched_price(symbol, side, match)
    done = call.venue.orders.amend(call.seat, order, price, quantity, params.maybe_integer("modifyId"))
    return orders.ack(done, call.rules(symbol), is_change=True)


def _each(call: Call, what: Callable[[Call, Params], wire.Ack]) -> list[wire.Ack | wire.Complaint]:
    elements = call.params.batch("batchOrders")
    if not 1 <= len(elements) <= PLACED_MAX:
        raise Refusal(-4082, f"Invalid number of batch place orders: {len(elements)}")
    answers: list[wire.Ack | wire.Complaint] = []
    for params in elements:
        try:
            answers.append(what(call, params))
        except Refusal as refusal:
            answers.append(wire.Complaint(refusal.code, refusal.text))
    return answers


def _find(call: Call, params: Params) -> ServedOrder | None:
    """Return the order that is meant, None where there is none; the venue's number goes before the client's name."""
    number, name = params.maybe_integer("orderId"), params.maybe("origClientOrderId")
    if number is None and not name:
        raise Refusal(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return call.seat.orders.get(number) if number is not None else call.seat.latest.get(name)


def _is_forgotten(order: ServedOrder, now: int) -> bool:
    is_empty = not order.filled and order.status in (orders.CANCELED, orders.EXPIRED, orders.EXPIRED_IN_MATCH)
    return is_empty and now - order.placed > FORGOTTEN


ROUTES: Final = (
    ordering("POST", "/fapi/v1/order", place, (1, 1)),
    signed("POST", "/fapi/v1/order/test", test, 0),
    ordering("PUT", "/fapi/v1/order", modify, (1, 1)),
    signed("DELETE", "/fapi/v1/order", cancel),
    signed("GET", "/fapi/v1/order", query),
    ordering("POST", "/fapi/v1/batchOrders", place_batch, (5, 1), 5),
    ordering("PUT", "/fapi/v1/batchOrders", modify_batch, (5, 1), 5),
    signed("DELETE", "/fapi/v1/batchOrders", cancel_batch),
    signed("DELETE", "/fapi/v1/allOpenOrders", cancel_all),
    signed("POST", "/fapi/v1/countdownCancelAll", count_down, 10),
    signed("GET", "/fapi/v1/openOrder", open_order),
    signed("GET", "/fapi/v1/openOrders", open_orders, one_or_all(1, 40)),
    signed("GET", "/fapi/v1/allOrders", all_orders, 5),
    signed("GET", "/fapi/v1/orderAmendment", amendments),
    signed("GET", "/fapi/v1/userTrades", user_trades, 5),
    signed("GET", "/fapi/v1/forceOrders", force_orders, one_or_all(20, 50)),
)
