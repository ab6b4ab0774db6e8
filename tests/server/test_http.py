"""REST over real sockets: answers, broken connections, and the control endpoint."""

import asyncio
import json
import socket

import httpx
import pytest

from tests.server.live import PATIENCE, opened


@pytest.fixture
async def live():
    async with opened() as exchange:
        yield exchange


async def test_an_order_goes_the_whole_way(live):
    status, ack = await live.order(newClientOrderId="c1")

    assert (status, ack["status"]) == (200, "NEW")
    (row,) = (await live.ask("GET", "/fapi/v1/openOrders"))[1]
    assert row["clientOrderId"] == "c1"


async def test_every_answer_shows_the_meters(live):
    answer = await live.http.get("/fapi/v1/time")

    assert answer.headers["X-MBX-USED-WEIGHT-1M"] == "1"
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(("kind", "landed"), [("reply-lost", 1), ("request-lost", 0)])
async def test_a_lost_message_breaks_the_connection_and_the_order_is_there_or_not(live, kind, landed):
    await live.fault(kind=kind, path="/fapi/v1/order", method="POST")

    with pytest.raises(httpx.RemoteProtocolError):
        await live.order()

    assert len((await live.ask("GET", "/fapi/v1/openOrders"))[1]) == landed


@pytest.mark.parametrize(
    ("fault", "status", "code", "landed"),
    [
        ({"kind": "unknown-503"}, 503, -1000, 1),
        ({"kind": "unknown-503", "lands": False}, 503, -1000, 0),
        ({"kind": "unavailable-503"}, 503, -1001, 0),
        ({"kind": "busy"}, 503, -1008, 0),
        ({"kind": "timeout"}, 408, -1007, 1),
        ({"kind": "slow", "ms": 1}, 200, None, 1),
        ({"kind": "slow-reply", "ms": 1}, 200, None, 1),
    ],
)
async def test_an_answer_may_leave_the_outcome_open(live, fault, status, code, landed):
    await live.fault(path="/fapi/v1/order", method="POST", **fault)

    answered, answer = await live.order()

    assert (answered, answer.get("code")) == (status, code)
    assert len((await live.ask("GET", "/fapi/v1/openOrders"))[1]) == landed


async def test_a_gateway_may_answer_with_a_page(live):
    await live.fault(kind="bad-gateway", path="/fapi/v1/time")

    answer = await live.http.get("/fapi/v1/time")

    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


async def test_a_question_after_an_order_may_find_nothing_at_first(live):
    await live.order(newClientOrderId="c1")
    await live.fault(kind="hidden", path="/fapi/v1/order", method="GET")

    first, again = [await live.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="c1") for _ in range(2)]

    assert (first[1]["code"], again[1]["status"]) == (-2013, "NEW")


async def test_faults_that_are_none_are_told_in_a_sentence(live):
    answer = await live.http.post("/practice/faults", content=b'{"kind": "rain"}')

    assert answer.status_code == 400
    assert "reply-lost" in answer.json()["error"]


async def test_an_account_is_opened_with_a_key_of_its_own(live):
    made = (await live.http.post("/practice/accounts?account=carol&wallet=500")).json()

    _, balance = await live.ask("GET", "/fapi/v3/balance", made["key"], made["secret"])
    assert balance[0]["balance"] == "500.00000000"
    assert (await live.http.post("/practice/accounts?account=d&wallet=much")).status_code == 400


async def test_what_every_client_has_done_can_be_asked(live):
    await live.http.get("/fapi/v1/depth?symbol=NOPE")

    clients = (await live.http.get("/practice/clients")).json()
    assert clients["127.0.0.1"]["errors"] == {"-1121": 1}


async def test_a_body_without_end_is_refused(live):
    answer = await live.http.post("/fapi/v1/order", content=b"x" * 1_000_001)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "rubbish", [b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\nContent-Length: -5\r\n\r\n"]
)
async def test_rubbish_is_turned_away_and_the_next_client_is_served(live, rubbish):
    port = int(live.at.rest.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(rubbish)

    assert b"400" in await asyncio.wait_for(reader.read(1_000), PATIENCE)
    writer.close()
    assert (await live.http.get("/fapi/v1/ping")).json() == {}


async def test_a_thousand_connections_that_say_nothing_harm_nobody(live):
    port = int(live.at.rest.rpartition(":")[2])
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(500)]

    assert (await live.http.get("/fapi/v1/ping")).status_code == 200
    for each in held:
        each.close()


async def test_unencoded_batches_and_lists_are_read_as_they_come(live):
    good = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": "59990",
    }
    _, acks = await live.ask("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([good] * 2))

    numbers = json.dumps([each["orderId"] for each in acks])
    _, gone = await live.ask("DELETE", "/fapi/v1/batchOrders", symbol="BTCUSDT", orderIdList=numbers)
    assert [each["status"] for each in gone] == ["CANCELED", "CANCELED"]
