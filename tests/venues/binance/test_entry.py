"""Orders as the venue gets them, and what each answer proves."""

import json

import httpx
import msgspec
import pytest

from desk.model.effect import Batch, DropGuard, SendAmend, SendCancel, SendGuard, SendOrder
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    GuardReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderRejected,
    OutcomeUnknown,
)
from desk.model.guard import GuardState
from desk.model.order import OrderType, Side, TimeInForce
from desk.venues.binance.entry import Entry, amend_params, guard_params, judge, order_params
from desk.venues.outcomes import Answer, classify
from tests.exchange.test_stops import stop
from tests.kit.builders import BTC, D, at, spec
from tests.venues.binance.test_rest import rest

PLACE = SendOrder(at(1), spec())
CANCEL = SendCancel(at(1), spec().id, BTC)
AMEND = SendAmend(at(1), spec().id, BTC, D("101.0"), D("3"))
HOLD, LET_GO = SendGuard(at(1), stop()), DropGuard(at(1), stop().id, BTC)
ACK = {"orderId": 2**60, "clientOrderId": spec().id, "status": "NEW", "executedQty": "0.5", "updateTime": 5}


def told(request, status, body):
    answer = Answer(bytes_written=1, status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode())
    (event,) = judge(request, classify(answer), answer, at(2))
    return event


@pytest.mark.parametrize(
    ("request_", "status", "body", "kind"),
    [
        (PLACE, 200, ACK, OrderAccepted),
        (CANCEL, 200, ACK | {"status": "CANCELED"}, OrderCancelled),
        (AMEND, 200, ACK, OrderAmended),
        (AMEND, 200, ACK | {"status": "CANCELED"}, OrderCancelled),
        (PLACE, 400, {"code": -2019, "msg": "Margin is insufficient."}, OrderRejected),
        (CANCEL, 400, {"code": -2011, "msg": "Unknown order sent."}, CancelRejected),
        (AMEND, 400, {"code": -5027, "msg": "No need to modify the order."}, AmendRejected),
        (PLACE, 400, {"code": -4116, "msg": "clientOrderId is duplicated"}, OutcomeUnknown),
        (PLACE, 503, {"code": -1008, "msg": "Request throttled"}, OrderRejected),
        (PLACE, 503, b"Unknown error, please check your request or try again later.", OutcomeUnknown),
        (PLACE, 502, b"<html>", OutcomeUnknown),
        (PLACE, 200, b"", OutcomeUnknown),
        (PLACE, 200, b"null", OutcomeUnknown),
        (CANCEL, None, b"", OutcomeUnknown),
    ],
)
def test_an_answer_proves_what_it_proves_and_no_more(request_, status, body, kind):
    assert type(told(request_, status, body)) is kind


@pytest.mark.parametrize(
    ("request_", "status", "body", "state"),
    [
        (HOLD, 200, {"algoId": 1, "clientAlgoId": "g", "algoStatus": "NEW"}, GuardState.HELD),
        (HOLD, 400, {"code": -2021, "msg": "Order would immediately trigger."}, GuardState.ENDED),
        (HOLD, 400, {"code": -4116, "msg": "clientOrderId is duplicated"}, GuardState.UNKNOWN),
        (HOLD, 503, b"Unknown error, please check your request or try again later.", GuardState.UNKNOWN),
        (LET_GO, 200, {"algoId": 1, "clientAlgoId": "g", "code": "200", "msg": "success"}, GuardState.ENDED),
        # It is not asleep: gone, or an order by now. Only the venue's truth says which.
        (LET_GO, 400, {"code": -2011, "msg": "Unknown order sent."}, GuardState.UNKNOWN),
        (LET_GO, None, b"", GuardState.UNKNOWN),
    ],
)
def test_an_answer_about_a_stop_proves_no_more_either(request_, status, body, state):
    event = told(request_, status, body)

    assert (type(event), event.order, event.state) == (GuardReported, "g", state)


def test_a_stop_goes_out_to_be_woken_by_the_mark():
    assert guard_params(SendGuard(at(1), stop(reduce_only=True))) == {
        "algoType": "CONDITIONAL",
        "symbol": "BTCUSDT",
        "side": "SELL",
        "type": "STOP_MARKET",
        "quantity": "0.5",
        "triggerPrice": "59000.0",
        "workingType": "MARK_PRICE",
        "clientAlgoId": "g",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "reduceOnly": "true",
    }


def test_what_has_not_left_is_refused_and_may_be_tried_anew():
    answer = Answer(bytes_written=0)

    (event,) = judge(PLACE, classify(answer), answer, at(2))

    assert (type(event), event.reason) == (OrderRejected, "no connection")


def test_an_acknowledgement_says_nothing_of_fills():
    assert told(PLACE, 200, ACK) == OrderAccepted(at(2), spec().id, 2**60, D(0), 5_000_000)
    assert told(CANCEL, 200, ACK).filled == D("0.5")


def test_a_market_order_is_an_ioc_at_the_worst_price_it_accepts():
    params = order_params(SendOrder(at(1), spec(type=OrderType.MARKET, price=D("60300.0"))))

    assert (params["type"], params["timeInForce"], params["price"]) == ("LIMIT", "IOC", "60300.0")
    assert "reduceOnly" not in params


def test_an_order_goes_out_with_plain_decimals_and_our_own_id():
    params = order_params(SendOrder(at(1), spec(quantity=D("1E+1"), tif=TimeInForce.GTX, reduce_only=True)))

    assert (params["quantity"], params["timeInForce"], params["reduceOnly"]) == ("10", "GTX", "true")
    assert params["newClientOrderId"] == spec().id
    assert amend_params(AMEND, Side.SELL)["side"] == "SELL"


def entry(handle, events, session=None):
    async def resync():
        events.append("clock")

    return Entry(
        rest(handle),
        session,
        tell=events.append,
        now=lambda: at(2),
        side_of=lambda order: Side.BUY,
        on_throttled=events.append,
        resync_clock=resync,
    )


class Ready:
    """A session that answers as told."""

    def __init__(self, answer, *, is_ready=True):
        self.answer = answer
        self.is_ready = is_ready
        self.asked = []

    async def request(self, method, params):
        self.asked.append(method)
        return type("Reply", (), {"answer": self.answer})()


async def test_a_request_goes_by_the_session_where_there_is_one():
    events, session = [], Ready(Answer(bytes_written=1, status=200, body=json.dumps(ACK).encode()))

    for each in (PLACE, CANCEL, AMEND):
        await entry(None, events, session).carry(each)

    assert session.asked == ["order.place", "order.cancel", "order.modify"]
    assert [type(each) for each in events] == [OrderAccepted, OrderCancelled, OrderAmended]


async def test_a_request_that_did_not_leave_by_the_session_goes_over_http_and_one_that_may_have_left_does_not():
    events, asked = [], []

    def handle(request):
        asked.append(request.method)
        return httpx.Response(200, json=ACK)

    await entry(handle, events, Ready(Answer(bytes_written=0))).carry(PLACE)
    await entry(handle, events, Ready(Answer(bytes_written=1))).carry(PLACE)
    await entry(handle, events, Ready(Answer(bytes_written=1), is_ready=False)).carry(PLACE)

    assert asked == ["POST", "POST"]
    assert [type(each) for each in events] == [OrderAccepted, OutcomeUnknown, OrderAccepted]


async def test_each_element_of_a_batch_is_judged_by_itself_and_no_list_speaks_for_all():
    events = []
    other = SendOrder(at(1), spec("PMS0001_MAN001000000_00002"))

    def handle(request):
        return httpx.Response(200, json=[ACK, {"code": -2019, "msg": "Margin is insufficient."}])

    await entry(handle, events).carry_batch(Batch(at(1), (PLACE, other)))
    assert [type(each) for each in events] == [OrderAccepted, OrderRejected]

    events.clear()
    await entry(lambda request: httpx.Response(502, text="<html>"), events).carry_batch(Batch(at(1), (PLACE, other)))
    assert [type(each) for each in events] == [OutcomeUnknown, OutcomeUnknown]


async def test_a_batch_of_cancels_names_the_orders():
    seen = []

    def handle(request):
        seen.append(dict(request.url.params))
        return httpx.Response(200, json=[ACK | {"status": "CANCELED"}])

    await entry(handle, []).carry_batch(Batch(at(1), (CANCEL,)))

    assert msgspec.json.decode(seen[0]["origClientOrderIdList"]) == [spec().id]


async def test_a_refused_time_stamp_asks_for_the_venues_clock():
    events = []

    await entry(lambda request: httpx.Response(400, json={"code": -1021, "msg": "late"}), events).carry(PLACE)

    assert [type(events[0]), events[1]] == [OrderRejected, "clock"]


async def test_a_throttled_request_is_refused_and_whoever_sends_is_told_until_when():
    events = []
    banned = {"code": -1003, "msg": "Way too many requests; IP(1.2.3.4) banned until 1566818724722."}

    await entry(lambda request: httpx.Response(418, json=banned), events).carry(PLACE)

    assert type(events[0]) is OrderRejected
    assert events[1].until == 1_566_818_724_722 * 1_000_000
