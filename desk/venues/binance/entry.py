"""Orders on their way to the venue, and what its answers prove.

The WebSocket API is the short way; where its session is not there, the same request goes over HTTP. A request goes one way
once: an answer that does not come leaves the outcome unknown, whatever the way.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from desk.model.effect import Batch, DropGuard, SendAmend, SendCancel, SendGuard, SendOrder
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    Event,
    GuardReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderRejected,
    OutcomeUnknown,
)
from desk.model.guard import GuardState
from desk.model.order import OrderType, Side, TimeInForce
from desk.model.units import ZERO, ClientOrderId, Nanos
from desk.venues.binance.offset import told_at
from desk.venues.binance.rest import Call, Rest
from desk.venues.binance.session import Session
from desk.venues.binance.signing import Params
from desk.venues.outcomes import Answer, Outcome, Verdict, classify

Request = SendOrder | SendAmend | SendCancel | SendGuard | DropGuard
OrderRequest = SendOrder | SendAmend | SendCancel
ORDER: Final = "/fapi/v1/order"
ALGO: Final = "/fapi/v1/algoOrder"
BATCH: Final = "/fapi/v1/batchOrders"
_STAMP_CODES: Final = frozenset({-1021, -5028})
_LOG: Final = logging.getLogger("desk.binance.entry")


class _Ack(Struct, rename="camel"):
    order_id: int = 0
    client_order_id: str = ""
    status: str = ""
    executed_qty: Decimal = ZERO
    update_time: int = 0
    code: int = 0


class Entry:
    """Sends orders, changes and cancels; every request is answered by at least one event."""

    def __init__(
        self,
        rest: Rest,
        session: Session | None,
        *,
        tell: Callable[[Event], None],
        now: Callable[[], Nanos],
        side_of: Callable[[ClientOrderId], Side],
        on_throttled: Callable[[Verdict], None],
        resync_clock: Callable[[], Awaitable[None]],
    ) -> None:
        """`side_of` names an order's side: a change of an order must say it."""
        self._side_of = side_of
        self._on_throttled = on_throttled
        self._rest = rest
        self._session = session
        self._tell = tell
        self._now = now
        self._resync_clock = resync_clock
        self.by_session = self.by_http = 0
        """Requests that went each way, for the trader to see."""

    async def carry(self, request: Request) -> None:
        """Send one request and tell what its answer proves."""
        answer = await self._send(request)
        await self._take(request, answer)

    async def carry_batch(self, batch: Batch) -> None:
        """Send several of one kind in one message; each is judged by its own element."""
        requests = [each for each in batch.requests if isinstance(each, SendOrder | SendCancel)]
        self.by_http += 1
        reply = await self._rest.send(_batch_call(requests))
        elements = _elements(reply.answer, len(requests))
        if elements is None:
            for each in requests:
                await self._take(each, reply.answer)
            return
        for request, element in zip(requests, elements, strict=True):
            await self._take(request, Answer(bytes_written=1, status=200, body=bytes(element)))

    async def _send(self, request: Request) -> Answer:
        method, verb, params = self._wire(request)
        session = self._session
        if session is not None and session.is_ready:
            self.by_session += 1
            reply = await session.request(method, params)
            if reply.answer.bytes_written:
                return reply.answer
        self.by_http += 1
        path = ALGO if isinstance(request, SendGuard | DropGuard) else ORDER
        return (await self._rest.send(Call(verb, path, params))).answer

    def _wire(self, request: Request) -> tuple[str, str, Params]:
        """Return the session's method, the verb over HTTP, and the parameters, the same for both."""
        match request:
            case SendOrder():
                return "order.place", "POST", order_params(request)
            case SendCancel():
                return "order.cancel", "DELETE", {"symbol": request.symbol, "origClientOrderId": request.order}
            case SendGuard():
                return "algoOrder.place", "POST", guard_params(request)
            case DropGuard():
                return "algoOrder.cancel", "DELETE", {"clientAlgoId": request.order}
            case SendAmend():
                return "order.modify", "PUT", amend_params(request, self._side_of(request.order))

    async def _take(self, request: Request, answer: Answer) -> None:
        verdict = classify(answer)
        for event in judge(request, verdict, answer, self._now()):
            self._tell(event)
        if verdict.outcome is Outcome.THROTTLED:
            self._on_throttled(verdict)
        if verdict.code in _STAMP_CODES:
            _LOG.warning("a time stamp was refused: the venue's clock is asked again")
            await self._resync_clock()


def judge(request: Request, verdict: Verdict, answer: Answer, ts: Nanos) -> list[Event]:
    """Return what an answer proves about a request, as events; one that proves nothing leaves it unknown."""
    if isinstance(request, SendGuard | DropGuard):
        return [_judge_guard(request, verdict, ts)]
    order = request.spec.id if isinstance(request, SendOrder) else request.order
    reason = verdict.reason or verdict.outcome.value
    match verdict.outcome:
        case Outcome.ACK:
            return [_acknowledged(request, order, answer, ts)]
        case Outcome.UNKNOWN | Outcome.EXISTS:
            return [OutcomeUnknown(request.ts, order, reason)]
        case _:
            return [_refused(request, order, verdict.code, reason, ts)]


def _judge_guard(request: SendGuard | DropGuard, verdict: Verdict, ts: Nanos) -> GuardReported:
    """A stop that cannot be let go of may have been woken: only the venue knows."""
    order = request.spec.id if isinstance(request, SendGuard) else request.order
    reason = verdict.reason or verdict.outcome.value
    if verdict.outcome is Outcome.ACK:
        state = GuardState.HELD if isinstance(request, SendGuard) else GuardState.ENDED
        return GuardReported(ts, order, state, "", ts)
    is_unknown = verdict.outcome in (Outcome.UNKNOWN, Outcome.EXISTS) or isinstance(request, DropGuard)
    return GuardReported(ts, order, GuardState.UNKNOWN if is_unknown else GuardState.ENDED, reason, ts)


def _acknowledged(request: OrderRequest, order: ClientOrderId, answer: Answer, ts: Nanos) -> Event:
    try:
        ack = msgspec.json.decode(answer.body, type=_Ack)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return OutcomeUnknown(request.ts, order, "an answer that cannot be read")
    at = told_at(ack.update_time, ts)
    if isinstance(request, SendOrder):
        # How much is filled is told by its trades: an acknowledgement says so only of some orders.
        return OrderAccepted(ts, order, ack.order_id, ZERO, at)
    if isinstance(request, SendAmend) and ack.status != "CANCELED":
        return OrderAmended(ts, order, request.price, request.quantity, ack.executed_qty, at)
    return OrderCancelled(ts, order, ack.executed_qty, at)


def _refused(request: OrderRequest, order: ClientOrderId, code: int, reason: str, ts: Nanos) -> Event:
    if isinstance(request, SendOrder):
        return OrderRejected(ts, order, code, reason, ts)
    if isinstance(request, SendAmend):
        return AmendRejected(ts, order, code, reason, ts)
    return CancelRejected(ts, order, code, reason, ts)


def order_params(request: SendOrder) -> dict[str, str | int | bool]:
    """Return a new order as the venue takes it; a market order of ours is an IOC at the worst price it accepts."""
    spec = request.spec
    is_market = spec.type is OrderType.MARKET
    params: dict[str, str | int | bool] = {
        "symbol": spec.symbol,
        "side": spec.side.value.upper(),
        "type": "LIMIT",
        "timeInForce": TimeInForce.IOC.value.upper() if is_market else spec.tif.value.upper(),
        "quantity": f"{spec.quantity:f}",
        "price": f"{spec.price:f}",
        "newClientOrderId": spec.id,
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }
    if spec.reduce_only:
        params["reduceOnly"] = "true"
    return params


def guard_params(request: SendGuard) -> dict[str, str | int | bool]:
    """Return a stop as the service for conditional orders takes it: woken by the mark, it takes at any price."""
    spec = request.spec
    params: dict[str, str | int | bool] = {
        "algoType": "CONDITIONAL",
        "symbol": spec.symbol,
        "side": spec.side.value.upper(),
        "type": "STOP_MARKET",
        "quantity": f"{spec.quantity:f}",
        "triggerPrice": f"{spec.trigger:f}",
        "workingType": "MARK_PRICE",
        "clientAlgoId": spec.id,
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }
    if spec.reduce_only:
        params["reduceOnly"] = "true"
    return params


def amend_params(request: SendAmend, side: Side) -> dict[str, str | int | bool]:
    """Return a change of an order as the venue takes it."""
    return {
        "symbol": request.symbol,
        "side": side.value.upper(),
        "origClientOrderId": request.order,
        "quantity": f"{request.quantity:f}",
        "price": f"{request.price:f}",
    }


def _batch_call(requests: Iterable[SendOrder | SendCancel]) -> Call:
    listed = list(requests)
    first = listed[0]
    if isinstance(first, SendOrder):
        orders = [order_params(each) for each in listed if isinstance(each, SendOrder)]
        return Call("POST", BATCH, {"batchOrders": msgspec.json.encode(orders).decode()}, weight=5)
    names = [each.order for each in listed if isinstance(each, SendCancel)]
    params = {"symbol": first.symbol, "origClientOrderIdList": msgspec.json.encode(names).decode()}
    return Call("DELETE", BATCH, params)


def _elements(answer: Answer, count: int) -> list[msgspec.Raw] | None:
    """Return a batch's elements; None: the answer is not a list of as many, and speaks for all of them."""
    if answer.status != 200:
        return None
    try:
        elements = msgspec.json.decode(answer.body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return elements if len(elements) == count else None
