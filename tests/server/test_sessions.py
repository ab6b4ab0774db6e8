"""The WebSocket API: the same endpoints, requests signed sorted, and who is logged on."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desk.server.api import session_payload
from desk.server.keys import ApiKey, Ed25519Check
from desk.server.refusal import Refusal
from desk.server.sessions import CONNECT_WEIGHT, METHODS, Pending, Session, path_of
from tests.server.counter import HOST, NOW_MS, Counter

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def counter():
    opened = Counter()
    opened.keys.add(ApiKey("ed", "alice", Ed25519Check(PRIVATE.public_key())))
    return opened


def session(counter, *, shows_limits=True):
    return Session(counter.api, HOST, counter.now, shows_limits=shows_limits)


def ask(counter, session, method, number="u1", **params):
    answer = session.admit(json.dumps({"id": number, "method": method, "params": params}), counter.now)
    if isinstance(answer, Pending):
        answer = session.carry(answer, counter.now)
    return json.loads(answer)


def signed(counter, account="alice", **params):
    params |= {"apiKey": account, "timestamp": NOW_MS}
    return params | {"signature": counter.sign(session_payload(params), account).decode()}


def sealed(**params):
    params |= {"apiKey": "ed", "timestamp": NOW_MS}
    return params | {"signature": base64.b64encode(PRIVATE.sign(session_payload(params))).decode()}


ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "59990"}


def test_connecting_weighs_and_the_answer_shows_the_meters(counter):
    made = session(counter)
    answer = ask(counter, made, "order.place", **signed(counter, **ORDER))

    assert (answer["id"], answer["status"], answer["result"]["status"]) == ("u1", 200, "NEW")
    assert [(each["rateLimitType"], each["interval"], each["count"]) for each in answer["rateLimits"]] == [
        ("REQUEST_WEIGHT", "MINUTE", CONNECT_WEIGHT),
        ("ORDERS", "SECOND", 1),
        ("ORDERS", "MINUTE", 1),
    ]


def test_numbers_and_flags_may_come_as_json_has_them(counter):
    order = signed(counter, **(ORDER | {"quantity": 0.5, "price": 59990, "reduceOnly": False}))

    assert ask(counter, session(counter), "order.place", 7, **order)["result"]["origQty"] == "0.500"


def test_an_order_is_changed_asked_for_and_cancelled(counter):
    made = session(counter)
    number = ask(counter, made, "order.place", **signed(counter, **ORDER))["result"]["orderId"]
    where = {"symbol": "BTCUSDT", "orderId": str(number)}

    changed = ask(counter, made, "order.modify", **signed(counter, **where, side="BUY", quantity="2", price="59980"))
    assert changed["result"]["origQty"] == "2.000"
    assert ask(counter, made, "order.status", **signed(counter, **where))["result"]["avgPrice"] == "0.00000"
    assert ask(counter, made, "order.cancel", **signed(counter, **where))["result"]["status"] == "CANCELED"
    again = ask(counter, made, "order.cancel", **signed(counter, **where))
    assert (again["status"], again["error"]["code"]) == (400, -2011)


@pytest.mark.parametrize(
    ("method", "params", "status", "code"),
    [
        ("order.fly", {}, 400, -1020),
        ("session.fly", {}, 400, -1020),
        ("order.place", {}, 401, -2014),
        ("order.place", {"apiKey": "nobody", "timestamp": 1, "signature": "x"}, 401, -2015),
        ("order.place", {"apiKey": "alice", "timestamp": 1, "signature": "x"}, 400, -1022),
        ("order.place", {"apiKey": "alice", "timestamp": 1}, 400, -1102),
        ("session.logon", {"apiKey": "alice", "timestamp": 1, "signature": "x"}, 400, -4056),
        ("session.logon", {"apiKey": "ed", "timestamp": 1, "signature": "x"}, 400, -1022),
        ("depth", {"symbol": "NOPE"}, 400, -1121),
    ],
)
def test_what_is_refused_is_refused_with_status_and_code(counter, method, params, status, code):
    answer = ask(counter, session(counter), method, None, **params)

    assert (answer["id"], answer["status"], answer["error"]["code"]) == (None, status, code)


@pytest.mark.parametrize("frame", ["nonsense", b"\xff", "[]", '{"id": 1}', '{"method": 5}', "[" * 4_000])
def test_what_is_no_request_is_answered(counter, frame):
    answer = json.loads(session(counter).admit(frame, counter.now))

    assert (answer["status"], answer["error"]["code"]) == (400, -1130)


def test_who_has_logged_on_signs_no_more_until_the_key_is_gone(counter):
    made = session(counter)
    status = ask(counter, made, "session.logon", **sealed())["result"]
    assert (status["apiKey"], status["authorizedSince"]) == ("ed", NOW_MS)

    assert ask(counter, made, "order.place", **ORDER, timestamp=NOW_MS)["status"] == 200
    assert ask(counter, made, "order.place", **ORDER)["error"]["code"] == -1102
    assert ask(counter, made, "v2/account.balance", **signed(counter, "bob"))["status"] == 200

    counter.keys.revoke("ed")
    gone = ask(counter, made, "order.place", **ORDER, timestamp=NOW_MS)
    assert (gone["id"], gone["status"], gone["error"]["code"]) == (None, 401, -2015)
    assert made.is_over


def test_who_logs_out_is_nobody(counter):
    made = session(counter)
    ask(counter, made, "session.logon", **sealed())

    assert ask(counter, made, "session.logout")["result"]["apiKey"] is None
    assert ask(counter, made, "session.status")["result"]["authorizedSince"] is None
    assert ask(counter, made, "order.place", **ORDER, timestamp=NOW_MS)["error"]["code"] == -2014


def test_limits_are_hidden_for_a_connection_or_a_request(counter):
    assert "rateLimits" not in ask(counter, session(counter, shows_limits=False), "ticker.price", symbol="BTCUSDT")
    assert "rateLimits" not in ask(counter, session(counter), "ticker.book", symbol="BTCUSDT", returnRateLimits=False)


def test_listening_needs_the_key_alone(counter):
    made = session(counter)

    key = ask(counter, made, "userDataStream.start", apiKey="alice")["result"]["listenKey"]
    assert ask(counter, made, "userDataStream.ping", apiKey="alice")["result"] == {"listenKey": key}
    assert ask(counter, made, "userDataStream.stop", apiKey="alice")["result"] == {}


def test_a_banned_address_gets_no_session(counter):
    counter.admission.visitor(HOST).ban(counter.now)

    with pytest.raises(Refusal, match="banned"):
        session(counter)


def test_every_method_is_an_endpoint(counter):
    assert all(counter.api.route(*known) for known in METHODS.values())
    pending = session(counter).admit('{"id": 1, "method": "depth", "params": {"symbol": "BTCUSDT"}}', counter.now)
    assert path_of(pending) == ("GET", "/fapi/v1/depth")
