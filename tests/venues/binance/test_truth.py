"""The venue's truth from several answers."""

import httpx
import pytest

from desk.model.error import VenueError
from desk.model.order import OrderKind, Side, TimeInForce
from desk.model.units import UNALLOCATED, Nanos
from desk.venues.binance.codec import Mangled
from desk.venues.binance.truth import TRADES_KEPT, TRADES_MAX, Asker, Orders
from tests.kit.builders import BTC, D, spec
from tests.venues.binance.test_rest import NOW, rest

ORDER = {
    "symbol": "BTCUSDT",
    "orderId": 8389765739703625592,
    "clientOrderId": "PMS0002_CHS001000300_00007",
    "side": "SELL",
    "price": "60010.0",
    "origQty": "2.000",
    "executedQty": "0.500",
    "timeInForce": "GTX",
    "reduceOnly": False,
}
TRADE = {
    "symbol": "BTCUSDT",
    "id": 5,
    "orderId": ORDER["orderId"],
    "side": "SELL",
    "price": "60010.0",
    "qty": "0.5",
    "commission": "6.00",
    "maker": True,
    "time": 1_591_702_613_000,
}


class Answers:
    """A venue that answers by path."""

    def __init__(self, **changes):
        self.asked = []
        self.by_path = {
            "/fapi/v1/openOrders": [ORDER],
            "/fapi/v1/openAlgoOrders": [],
            "/fapi/v3/balance": [{"asset": "BNB", "balance": "1"}, {"asset": "USDT", "balance": "1000.5"}],
            "/fapi/v3/positionRisk": [{"symbol": "BTCUSDT", "positionAmt": "-0.5", "entryPrice": "60010.0"}],
            "/fapi/v1/userTrades": [TRADE],
            "/fapi/v1/income": [
                {"symbol": "BTCUSDT", "income": "-1.5", "time": 1_591_702_613_943},
                {"symbol": "BTCUSDT", "income": "-9", "time": 1},
            ],
            "/fapi/v1/order": ORDER,
            **changes,
        }

    def __call__(self, request):
        self.asked.append((request.url.path, dict(request.url.params)))
        found = self.by_path[request.url.path]
        found = found(dict(request.url.params)) if callable(found) else found
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)


def asker(answers, *, known=(), spoken=lambda: 0):
    return Asker(rest(answers), Orders(known), asset="USDT", since=Nanos(NOW - 10**12), now=lambda: NOW, spoken=spoken)


async def test_the_stops_of_ours_that_the_venue_holds_are_told_by_their_ids():
    row = {"algoId": 7, "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.5", "triggerPrice": "59000.0"}
    ours = row | {"clientAlgoId": "PMS0002_BRK001000302_00004", "reduceOnly": True}
    answers = Answers(**{"/fapi/v1/openAlgoOrders": [ours, row | {"clientAlgoId": "web_1"}]})

    truth = await asker(answers).ask((BTC,), with_funding=False)

    (guard,) = truth.guards
    assert (guard.id, guard.sub, guard.algo, guard.leg) == ("PMS0002_BRK001000302_00004", "2", "bracket-3", 2)
    assert (guard.side, guard.quantity, guard.trigger, guard.reduce_only) == (Side.SELL, D("0.5"), D(59_000), True)


async def test_the_answers_are_one_truth():
    truth = await asker(Answers()).ask((BTC,), with_funding=True)

    assert (truth.ts, truth.wallet) == (NOW, D("1000.5"))
    (position,) = truth.positions
    assert (position.quantity, position.entry_value) == (D("-0.5"), D("-30005.00"))
    (trade,) = truth.trades
    assert (trade.order, trade.trade, trade.side, trade.fee) == (ORDER["clientOrderId"], 5, Side.SELL, D("6.00"))
    (payment,) = truth.payments
    assert payment.amount == D("-1.5")
    assert not truth.is_final


async def test_an_order_is_found_as_it_was_sent_or_by_what_its_id_says():
    (found,) = (await asker(Answers()).ask((BTC,), with_funding=False)).orders
    assert (found.spec.sub, found.spec.kind, found.spec.algo, found.filled) == (
        "2",
        OrderKind.CHASE,
        "chase-3",
        D("0.5"),
    )
    assert (found.spec.tif, found.venue_order) == (TimeInForce.GTX, 8389765739703625592)

    ours = spec(ORDER["clientOrderId"], closing=True, leg=4)
    (found,) = (await asker(Answers(), known=[ours]).ask((BTC,), with_funding=False)).orders
    assert (found.spec.closing, found.spec.leg, found.spec.sub) == (True, 4, ours.sub)

    strange = Answers(**{"/fapi/v1/openOrders": [ORDER | {"clientOrderId": "web_1"}]})
    (found,) = (await asker(strange).ask((BTC,), with_funding=False)).orders
    assert (found.spec.sub, found.spec.kind) == (UNALLOCATED, OrderKind.MANUAL)


async def test_all_is_asked_again_while_the_user_stream_speaks_and_given_up_in_the_end():
    count = iter(range(1_000))
    assert await asker(Answers(), spoken=lambda: next(count)).ask((BTC,), with_funding=False) is None

    said = iter([0, 1, 1, 1])
    answers = Answers()
    assert await asker(answers, spoken=lambda: next(said)).ask((BTC,), with_funding=False) is not None
    assert sum(path == "/fapi/v3/balance" for path, _ in answers.asked) == 2


async def test_trades_are_turned_over_page_by_page_from_the_last_one_that_is_known():
    def pages(params):
        first = int(params.get("fromId", 1))
        return [TRADE | {"id": number} for number in range(first, min(first + TRADES_MAX, 2_502))]

    answers = Answers(**{"/fapi/v1/userTrades": pages})
    made = asker(answers)

    truth = await made.ask((BTC,), with_funding=False)
    await made.ask((BTC,), with_funding=False)

    froms = [params.get("fromId") for path, params in answers.asked if path == "/fapi/v1/userTrades"]
    assert froms == [None, "1001", "2001", "2502"]
    assert (len(truth.trades), truth.trades[-1].trade) == (TRADES_KEPT, 2_501)


async def test_an_order_that_only_its_trade_tells_of_is_asked_for_once():
    answers = Answers(**{"/fapi/v1/openOrders": []})
    made = asker(answers)

    first = await made.ask((BTC,), with_funding=False)
    await made.ask((BTC,), with_funding=False)

    assert first.trades[0].order == ORDER["clientOrderId"]
    assert sum(path == "/fapi/v1/order" for path, _ in answers.asked) == 1


ABSENT = httpx.Response(400, json={"code": -2013, "msg": "Order does not exist."})


@pytest.mark.parametrize("answer", [httpx.Response(503, text="Service Unavailable."), ABSENT])
async def test_a_trade_whose_order_the_venue_does_not_name_now_is_given_to_nobody(answer):
    answers = Answers(**{"/fapi/v1/openOrders": [], "/fapi/v1/order": answer})
    made = asker(answers)
    assert await made.ask((BTC,), with_funding=False) is None

    answers.by_path["/fapi/v1/order"] = ORDER
    truth = await made.ask((BTC,), with_funding=False)

    assert [each.order for each in truth.trades] == [ORDER["clientOrderId"]]


async def test_an_order_that_the_venue_has_forgotten_is_nobodys():
    old = TRADE | {"time": TRADE["time"] - 60_000}
    answers = Answers(**{"/fapi/v1/openOrders": [], "/fapi/v1/order": ABSENT, "/fapi/v1/userTrades": [old]})

    truth = await asker(answers).ask((BTC,), with_funding=False)

    assert [each.order for each in truth.trades] == [f"order-{TRADE['orderId']}"]


@pytest.mark.parametrize(
    "path",
    ["/fapi/v1/openOrders", "/fapi/v3/balance", "/fapi/v3/positionRisk", "/fapi/v1/userTrades", "/fapi/v1/income"],
)
async def test_a_question_without_an_answer_is_no_truth(path):
    answers = Answers(**{path: httpx.Response(503, text="Service Unavailable.")})

    assert await asker(answers).ask((BTC,), with_funding=True) is None


async def test_what_is_no_answer_is_mangled():
    with pytest.raises(Mangled, match="/fapi/v3/balance"):
        await asker(Answers(**{"/fapi/v3/balance": httpx.Response(200, text="<html>")})).ask((BTC,), with_funding=False)


async def test_hedge_mode_is_no_mode_of_ours():
    twofold = [{"symbol": "BTCUSDT", "positionAmt": "1", "entryPrice": "1", "positionSide": "LONG"}]

    with pytest.raises(Mangled, match="one-way"):
        await asker(Answers(**{"/fapi/v3/positionRisk": twofold})).ask((BTC,), with_funding=False)


def test_the_side_of_an_order_is_known_or_it_cannot_be_changed():
    orders = Orders([spec()])

    assert orders.side(spec().id) is spec().side
    with pytest.raises(VenueError, match="found none"):
        orders.side("web_1")
