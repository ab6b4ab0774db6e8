"""The door: meters, path, key, signature, time; each refusal is the venue's, with its status."""

import pytest

from desk.model.units import MILLISECOND, SECOND, Nanos
from desk.server.api import Request, session_payload
from tests.server.counter import HOST, NOW_MS, Counter

ORDER = "/fapi/v1/order"
BALANCE = "/fapi/v3/balance"


@pytest.fixture
def counter():
    return Counter()


def test_a_public_question_needs_no_key_and_says_what_it_weighed(counter):
    status, answer = counter.send("GET", "/fapi/v1/depth", b"symbol=BTCUSDT&limit=1000")

    assert (status, answer["bids"]) == (200, [["60000.0", "2.000"], ["59999.9", "3.000"]])
    assert counter.headers["X-MBX-USED-WEIGHT-1M"] == "20"
    assert "X-MBX-ORDER-COUNT-10S" not in counter.headers


def test_a_path_or_method_that_is_not_there_is_refused(counter):
    assert counter.send("PATCH", ORDER) == (404, {"code": -5000, "msg": f"Path {ORDER}, Method PATCH is invalid"})


@pytest.mark.parametrize(
    ("key", "refused"),
    [("", (401, -2014)), ("nobody", (401, -2015)), ("ü", (401, -2014))],
)
def test_a_signed_question_needs_a_known_key(counter, key, refused):
    status, answer = counter.send("GET", BALANCE, b"timestamp=1&signature=ab", key=key)

    assert (status, answer["code"]) == refused


def _signed(counter, query, body=b""):
    return query, body, counter.sign(query + body)


def test_the_signature_is_over_query_and_body_as_they_came(counter):
    stamp = f"timestamp={NOW_MS}".encode()
    query, body = b"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC", b"quantity=1&price=59990&" + stamp
    signature = b"&signature=" + counter.sign(query + body)

    assert counter.send("POST", ORDER, query, body + signature, key="alice")[0] == 200
    assert counter.send("POST", ORDER, query + b"&x=1", body + signature, key="alice")[1]["code"] == -1022
    assert counter.send("POST", ORDER, query, body + signature, key="bob")[1]["code"] == -1022


def test_the_signature_must_come_last_and_be_there(counter):
    query = f"timestamp={NOW_MS}".encode()
    signature = b"signature=" + counter.sign(query)

    assert counter.send("GET", BALANCE, signature + b"&" + query, key="alice")[1]["code"] == -1022
    assert counter.send("GET", BALANCE, query, key="alice")[1]["code"] == -1102
    assert (
        counter.send("GET", BALANCE, query + b"&" + signature.upper().replace(b"SIGNATURE", b"signature"), key="alice")[
            0
        ]
        == 200
    )


@pytest.mark.parametrize(
    ("stamp", "window", "refused"),
    [
        (NOW_MS - 5_000, None, None),
        (NOW_MS - 5_001, None, "Timestamp for this request is outside of the recvWindow."),
        (NOW_MS - 6_000, 60_000, None),
        (NOW_MS + 999, None, None),
        (NOW_MS + 1_000, None, "Timestamp for this request was 1000ms ahead of the server's time."),
        (NOW_MS, 60_001, "recvWindow must be less than 60000."),
    ],
)
def test_a_timestamp_may_be_a_window_old_and_hardly_a_second_ahead(counter, stamp, window, refused):
    query = f"timestamp={stamp}".encode() + (f"&recvWindow={window}".encode() if window else b"")

    _, answer = counter.send("GET", BALANCE, query + b"&signature=" + counter.sign(query), key="alice")

    assert (answer["msg"] if refused else None) == refused


def test_the_matching_engine_checks_an_orders_age_again(counter):
    query = (
        f"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=59990&recvWindow=1000&timestamp={NOW_MS}"
    ).encode()
    request = Request("POST", ORDER, query + b"&signature=" + counter.sign(query), b"", "alice", HOST)
    admitted = counter.api.admit(request, counter.now)

    with pytest.raises(Exception, match="ME recvWindow"):
        counter.api.carry(admitted, Nanos(counter.now + 1_001 * MILLISECOND))
    assert counter.seat().open == {}


def test_weight_is_refused_over_the_minutes_limit_and_then_the_address_is_banned(counter):
    for _ in range(60):
        counter.send("GET", "/fapi/v1/ticker/24hr")
    assert counter.headers["X-MBX-USED-WEIGHT-1M"] == "2400"

    status, answer = counter.send("GET", "/fapi/v1/ping")
    assert (status, answer["code"]) == (429, -1003)
    for _ in range(20):
        status, answer = counter.send("GET", "/fapi/v1/ping")
    assert status == 418
    assert answer["msg"].startswith(
        f"Way too many requests; IP({HOST}) banned until {(counter.now + 120 * SECOND) // MILLISECOND}."
    )
    assert int(counter.headers["Retry-After"]) == 121

    counter.pass_time(Nanos(121 * SECOND))
    assert counter.send("GET", "/fapi/v1/ping")[0] == 200
    assert counter.admission.usages()[HOST].bans == 1


def test_the_three_hundredth_and_first_order_of_ten_seconds_is_one_too_many(counter):
    for _ in range(300):
        counter.order(quantity="0.001", timeInForce="IOC", price="59000.0")

    assert counter.headers["X-MBX-ORDER-COUNT-10S"] == "300"

    status, answer = counter.order(quantity="0.001")

    assert (status, answer["code"]) == (429, -1015)
    counter.pass_time(Nanos(10 * SECOND))
    assert counter.order(quantity="0.001")[0] == 200
    assert counter.headers["X-MBX-ORDER-COUNT-10S"] == "1"


def test_every_refusal_is_counted_by_its_code(counter):
    counter.send("GET", "/fapi/v1/depth", b"symbol=NOPE")
    counter.send("GET", "/fapi/v1/depth", b"symbol=NOPE")

    assert counter.admission.usages()[HOST].errors == {"-1121": 2}


def test_what_a_session_signs_is_sorted_and_without_the_signature():
    values = {"symbol": "BTCUSDT", "apiKey": "k", "price": "9000", "timestamp": 1, "signature": "x", "flag": True}

    assert session_payload(values) == b"apiKey=k&flag=true&price=9000&symbol=BTCUSDT&timestamp=1"
