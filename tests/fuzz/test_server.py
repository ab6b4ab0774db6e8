"""Whatever a client writes, it is answered: with what was asked for, or with a code of the venue's."""

import json
from decimal import Decimal
from random import Random

import pytest

from desk.exchange.market import Mark
from desk.server.api import Request
from desk.server.sessions import METHODS, Session
from desk.server.subscriptions import Opening, Side, Subscriptions, read_address
from tests.exchange.scripted import BUY, SELL, trade
from tests.server.counter import HOST, Counter

SAID = (
    'BTCUSDT btcusdt 0 -1 1 0.001 59990 1e9 NaN true FALSE null {} [] ["a","b"] [1,2] BUY SELL LIMIT MARKET GTC IOC FOK '
    "GTX GTD STOP_MARKET TRAILING_STOP_MARKET CONDITIONAL BOTH LONG QUEUE OPPONENT_20 1m 1w 1790000000000 ü %00 CROSSED "
    "ISOLATED EXPIRE_BOTH MARK_PRICE RESULT 5 125 1000"
)
NAMED = (
    "symbol pair side type timeInForce quantity price reduceOnly newClientOrderId orderId origClientOrderId orderIdList "
    "origClientOrderIdList batchOrders countdownTime leverage limit startTime endTime fromId interval algoType triggerPrice "
    "closePosition callbackRate algoId clientAlgoId priceMatch goodTillDate selfTradePreventionMode positionSide marginType "
    "amount dualSidePosition multiAssetsMargin workingType activatePrice modifyId incomeType feeBurn"
)
WORDS = [*SAID.split(), "", "a b", "9" * 25, "x" * 200]
NAMES = NAMED.split()
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "59990",
}


def written(chance):
    """Return parameters, half of the time those of an order with some of them spoilt."""
    params = dict(ORDER) if chance.random() < 0.5 else {}
    for _ in range(chance.randrange(6)):
        params[chance.choice(NAMES)] = chance.choice(WORDS)
    if chance.random() < 0.2:
        params["batchOrders"] = json.dumps([{**ORDER, chance.choice(NAMES): chance.choice(WORDS)} for _ in range(3)])
    return params


@pytest.mark.parametrize("seed", range(8))
def test_every_endpoint_answers_whatever_is_asked(seed):
    chance, counter = Random(seed), Counter()
    routes = list(counter.api._routes)
    told = set()
    for step in range(600):
        method, path = chance.choice(routes)
        status, answer = counter.ask(method, path, chance.choice(("alice", "bob")), **written(chance))
        told.add(status)
        if status != 200:
            assert isinstance(answer["code"], int)
            assert answer["msg"]
        if step % 20 == 0:
            counter.crowd(
                trade("60000.1", "0.5", chance.choice((BUY, SELL))),
                Mark("BTCUSDT", Decimal(60_000 + step), Decimal(60_000), Decimal(0)),
            )
            counter.pass_time()
    assert {200, 400} <= told <= {200, 400, 429, 418}


@pytest.mark.parametrize("seed", range(4))
def test_bytes_that_are_no_request_are_answered(seed):
    chance, counter = Random(seed), Counter()
    for _ in range(500):
        query, body = (bytes(chance.randrange(256) for _ in range(chance.randrange(60))) for _ in range(2))
        method, path = chance.choice(list(counter.api._routes))
        answer = counter.api.answer(
            Request(method, path, query, body, chance.choice(("alice", "", "?")), HOST), counter.now
        )
        assert answer.status in (200, 400, 401, 418, 429)


@pytest.mark.parametrize("seed", range(4))
def test_a_session_answers_whatever_is_said(seed):
    chance, counter = Random(seed), Counter()
    session = Session(counter.api, HOST, counter.now, shows_limits=True)
    for _ in range(500):
        message = {
            "id": chance.choice((1, "a", None)),
            "method": chance.choice((*METHODS, "session.logon", "x")),
            "params": written(chance),
        }
        frame = json.dumps(message) if chance.random() < 0.8 else bytes(chance.randrange(256) for _ in range(40))
        answer = session.admit(frame, counter.now)
        if not isinstance(answer, bytes):
            answer = session.carry(answer, counter.now)
        assert json.loads(answer)["status"] in (200, 400, 401, 418, 429)


@pytest.mark.parametrize("seed", range(4))
def test_control_messages_are_answered_whatever_is_said(seed):
    chance = Random(seed)
    subscriptions = Subscriptions(Opening(Side.PUBLIC, is_combined=False), is_lenient=False)
    for _ in range(1_000):
        message = {
            "method": chance.choice(("SUBSCRIBE", "SET_PROPERTY", 5, None)),
            "params": chance.choice(([], ["a"], "x", [1], {})),
            "id": chance.choice((1, "x", None, [], {})),
        }
        frame = json.dumps(message) if chance.random() < 0.8 else bytes(chance.randrange(256) for _ in range(40))
        assert subscriptions.control(frame)
        read_address("/" + "".join(chance.choice("/?&=@wspublicmarketstream%0") for _ in range(30)))
