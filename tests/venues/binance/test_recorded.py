"""The third voice of the contract: what others have recorded from the venue itself, read as the same events.

The practice exchange is ours, and so is the adapter: here neither can agree with the other in an error.
"""

import json
from collections import Counter
from decimal import Decimal

import msgspec
import pytest

from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.error import BadInput
from desk.model.event import (
    AccountReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
)
from desk.model.market import BookDelta, MarkPrice, Quote, TradePrint
from desk.model.order import Side
from desk.model.price import PriceKind
from desk.model.units import UNALLOCATED, Nanos, Symbol
from desk.venues.binance.codec import Mangled, decode_depth, decode_market
from desk.venues.binance.entry import judge
from desk.venues.binance.opening import Opener
from desk.venues.binance.prices import RestPrices
from desk.venues.binance.rest import Reply
from desk.venues.binance.truth import Asker, Orders
from desk.venues.binance.user import CashCame, Hint, KeyExpired, Notice, Statement
from desk.venues.outcomes import Answer, Outcome, classify
from tests.kit.builders import BTC, at, spec
from tests.server.wire.recorded import RULES, answers, fixtures, load, routes, user_events
from tests.venues.binance.test_opening import LOOPBACK

NOW = Nanos(1_800_000_000_000_000_000)
KINDS = {"NEW": OrderAccepted, "CANCELED": OrderCancelled, "EXPIRED": OrderExpired, "AMENDMENT": OrderAmended}


def answer(payload, status=200):
    return Answer(bytes_written=1, status=status, body=json.dumps(payload).encode())


class Recording:
    """Answers every path with what was recorded of it."""

    def __init__(self, **recorded):
        self._recorded = recorded

    async def send(self, call):
        found = self._recorded[call.path.removeprefix("/fapi/").replace("/", "_")]
        return Reply(answer(found), {}, None, NOW, NOW)


# Orders.


def test_every_recorded_order_update_is_the_event_of_its_execution():
    seen = Counter()
    for update in (each for each in user_events() if each["e"] == "ORDER_TRADE_UPDATE"):
        order, event = update["o"], Statement("USDT").read(json.dumps(update).encode(), NOW)[0]
        kind = OrderFilled if order["x"] == "TRADE" else KINDS[order["x"]]
        assert isinstance(event, kind)
        assert event.order == order["c"]
        if kind is OrderFilled:
            told = (event.trade, event.price, event.quantity, event.filled, event.maker, event.side)
            side = Side(order["S"].lower())
            assert told == (order["t"], Decimal(order["L"]), Decimal(order["l"]), Decimal(order["z"]), order["m"], side)
            assert event.fee == (Decimal(order["n"]) if order.get("N") == "USDT" else 0)
        seen[kind] += 1

    assert seen[OrderFilled] >= 5
    assert seen[OrderAccepted] >= 2


def test_every_other_recorded_user_event_is_understood():
    seen = Counter()
    for event in (each for each in user_events() if each["e"] != "ORDER_TRADE_UPDATE"):
        statement = Statement("USDT")
        statement.begin(Decimal(1_000), (), Nanos(0))
        try:
            told = statement.read(json.dumps(event).encode(), NOW)
        except Mangled as mangled:
            assert "expected one-way mode" in str(mangled)
            seen["hedge mode"] += 1
            continue
        assert all(isinstance(each, AccountReported | CashCame | Hint | KeyExpired | Notice) for each in told)
        seen[event["e"]] += 1
        wallets = [each["wb"] for each in event.get("a", {}).get("B", ()) if each["a"] == "USDT"]
        if wallets:
            assert [each.wallet for each in told if isinstance(each, AccountReported)] == [Decimal(wallets[-1])]

    assert {"TRADE_LITE", "listenKeyExpired"} <= seen.keys()
    assert seen["ACCOUNT_UPDATE"] + seen["hedge mode"] >= 2


@pytest.mark.parametrize(
    ("endpoint", "request_", "kind"),
    [
        ("post_fapi_v1_order", SendOrder(NOW, spec()), OrderAccepted),
        ("delete_fapi_v1_order", SendCancel(NOW, spec().id, BTC), OrderCancelled),
        ("put_fapi_v1_order", SendAmend(NOW, spec().id, BTC, Decimal(30_005), Decimal(1)), OrderAmended),
    ],
)
def test_a_recorded_acknowledgement_proves_what_it_says(endpoint, request_, kind):
    (recorded,) = answers(endpoint)
    reply = answer(recorded)

    (event,) = judge(request_, classify(reply), reply, NOW)

    assert isinstance(event, kind)
    if kind is OrderAccepted:
        assert event.venue_order == recorded["orderId"]


def test_a_recorded_batch_is_answered_element_by_element():
    (recorded,) = answers("post_fapi_v1_batchorders")
    judged = []
    for element in recorded:
        reply = answer(element)
        judged += judge(SendOrder(NOW, spec()), classify(reply), reply, NOW)

    assert [type(each) for each in judged] == [OrderAccepted, OrderRejected]
    assert (judged[1].code, judged[1].reason) == (-2022, "ReduceOnly Order is rejected.")


def test_no_recorded_error_is_taken_for_an_acknowledgement():
    outcomes = Counter()
    for row in load("error_codes.json"):
        outcomes[classify(answer({"code": row["code"], "msg": row.get("message") or "x"}, 400)).outcome] += 1

    assert Outcome.ACK not in outcomes
    assert sum(outcomes.values()) >= 190


# The account's truth.


async def test_the_recorded_account_is_one_truth():
    (balance,), (trades,) = answers("get_fapi_v3_balance"), answers("get_fapi_v1_usertrades")
    (orders,), (income,) = answers("get_fapi_v1_openorders"), answers("get_fapi_v1_income")
    one_way = next(each for each in answers("get_fapi_v3_positionrisk") if each[0]["positionSide"] == "BOTH")
    (order,) = answers("get_fapi_v1_order")
    rest = Recording(
        v3_balance=balance,
        v3_positionRisk=one_way,
        v1_openOrders=orders,
        v1_userTrades=trades,
        v1_openAlgoOrders=[],
        v1_income=[each for each in income if each["incomeType"] == "FUNDING_FEE"],
        v1_order=order,
    )
    asker = Asker(rest, Orders(()), asset="USDT", since=Nanos(1), now=lambda: NOW, spoken=lambda: 0)

    truth = await asker.ask((BTC,), with_funding=True)

    assert truth.wallet == Decimal("122607.35137903")
    assert [(each.symbol, each.quantity, each.entry_price) for each in truth.positions] == [
        ("ADAUSDT", 30, Decimal("0.385"))
    ]
    (trade,) = truth.trades
    assert (trade.trade, trade.price, trade.quantity, trade.side) == (
        698_759,
        Decimal("7819.01"),
        Decimal("0.002"),
        Side.SELL,
    )
    assert trade.fee == Decimal("-0.07819010")
    (found,) = truth.orders
    # A number that no id of ours has: it belongs to nobody here.
    assert (found.spec.id, found.spec.sub, found.venue_order) == ("abc", UNALLOCATED, 1_917_641)


async def test_recorded_hedge_mode_is_refused_in_words():
    hedged = next(each for each in answers("get_fapi_v3_positionrisk") if each[0]["positionSide"] != "BOTH")
    (balance,) = answers("get_fapi_v3_balance")
    rest = Recording(
        v3_balance=balance, v3_positionRisk=hedged, v1_openOrders=[], v1_openAlgoOrders=[], v1_userTrades=[]
    )
    asker = Asker(rest, Orders(()), asset="USDT", since=Nanos(1), now=lambda: NOW, spoken=lambda: 0)

    with pytest.raises(Mangled, match="expected one-way mode, found hedge mode"):
        await asker.ask((BTC,), with_funding=False)


# The rules and the market.


async def test_every_perpetual_of_the_recorded_rules_is_an_instrument():
    rules = load("exchangeInfo_2026-03-31_705_symbols.json", RULES)
    perpetual = [
        Symbol(each["symbol"])
        for each in rules["symbols"]
        if each["contractType"] == "PERPETUAL" and each["status"] == "TRADING"
    ]

    found = await Opener(Recording(v1_exchangeInfo=rules), LOOPBACK).public_rules(perpetual)

    assert [each.symbol for each in found] == perpetual
    assert len(found) > 500
    assert all(each.tick_size > 0 and each.lot_size > 0 and each.quantity_min > 0 for each in found)
    btc = next(each for each in found if each.symbol == BTC)
    filters = {each["filterType"]: each for each in _row(rules, BTC)["filters"]}
    assert btc.tick_size == Decimal(filters["PRICE_FILTER"]["tickSize"])
    assert btc.notional_min == Decimal(filters["MIN_NOTIONAL"]["notional"])


async def test_a_symbol_that_is_not_trading_is_refused_in_words():
    rules = load("exchangeInfo_2026-03-31_705_symbols.json", RULES)
    halted = next(
        each for each in rules["symbols"] if each["contractType"] == "PERPETUAL" and each["status"] != "TRADING"
    )

    with pytest.raises(BadInput, match=halted["status"]):
        await Opener(Recording(v1_exchangeInfo=rules), LOOPBACK).public_rules([Symbol(halted["symbol"])])


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("TestAggTradeServe", TradePrint),
        ("testMarkPriceServe", MarkPrice),
        ("TestBookTickerServe", Quote),
        ("testDiffDepthServe", BookDelta),
    ],
)
def test_a_recorded_frame_is_the_event_of_its_stream(case, kind):
    for frame in fixtures(case):
        decoded = decode_market(json.dumps(frame).encode(), NOW)
        assert decoded is not None
        assert isinstance(decoded[0], kind)
        assert decoded[0].symbol == frame["s"]


@pytest.mark.parametrize(
    ("path", "kind", "field"),
    [
        ("v1_ticker_bookTicker", PriceKind.TOUCH, "bidPrice"),
        ("v1_premiumIndex", PriceKind.MARK, "markPrice"),
    ],
)
async def test_recorded_prices_are_read(path, kind, field):
    rows = [each for found in routes(f"/fapi/{path.replace('_', '/')}") for each in _listed(found)]
    sane = [each for each in rows if _is_sane(each, kind)]
    assert sane

    for row in sane:
        (found,) = await RestPrices(Recording(**{path: row}), lambda: NOW).prices(kind, (Symbol(row["symbol"]),))
        assert (found.bid if isinstance(found, Quote) else found.price) == Decimal(row[field])


def test_a_recorded_depth_is_a_whole_book():
    for recorded in routes("/fapi/v1/depth"):
        book = decode_depth(BTC, msgspec.json.encode(recorded), at(0))

        assert book.last_update_id == recorded["lastUpdateId"]
        assert (len(book.bids), len(book.asks)) == (len(recorded["bids"]), len(recorded["asks"]))


def _row(rules, symbol):
    return next(each for each in rules["symbols"] if each["symbol"] == symbol)


def _listed(found):
    return found if isinstance(found, list) else [found]


def _is_sane(row, kind):
    if kind is PriceKind.TOUCH:
        return 0 < Decimal(row["bidPrice"]) < Decimal(row["askPrice"])
    return Decimal(row["markPrice"]) > 0
