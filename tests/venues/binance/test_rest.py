"""Requests as the venue receives them, and answers for what they prove."""

import httpx
import pytest

from desk.model.units import Nanos
from desk.venues.binance.offset import RoundTrip, ServerClock
from desk.venues.binance.rest import Call, Rest, Security
from desk.venues.binance.signing import HmacSigner
from desk.venues.outcomes import Outcome, classify
from desk.venues.secret import Secret

EXAMPLE = Secret(b"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9")
KEY = Secret(b"the-key")
NOW = Nanos(1_591_702_613_943_000_000)
MS = 1_000_000


def rest(handle, clock=None):
    return Rest(
        "https://venue.test",
        key=KEY,
        signer=HmacSigner(EXAMPLE),
        server_clock=clock or ServerClock(),
        now=lambda: NOW,
        transport=httpx.MockTransport(handle),
    )


@pytest.fixture
def seen():
    return []


@pytest.fixture
def answering(seen):
    def handle(request):
        seen.append(request)
        return httpx.Response(200, json={"ok": True}, headers={"X-MBX-USED-WEIGHT-1M": "41", "X-MBX-UUID": "a-b"})

    return rest(handle)


async def test_a_signed_call_carries_the_documented_signature_over_the_very_bytes_sent(answering, seen):
    order = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "quantity": 1,
        "price": 9000,
        "timeInForce": "GTC",
    }

    await answering.send(Call("POST", "/fapi/v1/order", order))

    assert seen[0].url.raw_path == (
        b"/fapi/v1/order?symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC"
        b"&recvWindow=5000&timestamp=1591702613943"
        b"&signature=3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"
    )
    assert seen[0].headers["x-mbx-apikey"] == "the-key"
    assert seen[0].content == b""


async def test_encoded_lists_are_sent_as_they_were_signed(answering, seen):
    await answering.send(
        Call("DELETE", "/fapi/v1/batchOrders", {"symbol": "BTCUSDT", "orderIdList": "[1234567,2345678]"})
    )

    assert seen[0].url.raw_path.startswith(b"/fapi/v1/batchOrders?symbol=BTCUSDT&orderIdList=%5B1234567%2C2345678%5D&")
    assert seen[0].url.raw_path.endswith(b"ad2573c55604d51693059da913f386d0879b3c2304736cada51b4b1263e89f6d")


async def test_a_public_call_shows_no_key(answering, seen):
    await answering.send(Call("GET", "/fapi/v1/depth", {"symbol": "BTCUSDT"}, Security.NONE))

    assert "x-mbx-apikey" not in seen[0].headers
    assert seen[0].url.raw_path == b"/fapi/v1/depth?symbol=BTCUSDT"


async def test_the_venues_own_counts_come_with_the_answer(answering):
    reply = await answering.send(Call("GET", "/fapi/v1/ping", {}, Security.NONE))

    assert reply.meters == {"x-mbx-used-weight-1m": 41}
    assert classify(reply.answer).outcome is Outcome.ACK


async def test_a_time_stamp_is_the_venues_time(seen):
    def handle(request):
        seen.append(request)
        return httpx.Response(200, content=b'{"serverTime":1591702616943}')

    clock = ServerClock()
    clock.learn(RoundTrip(NOW, NOW, Nanos(NOW + 3_000 * MS)))

    await rest(handle, clock).send(Call("GET", "/fapi/v3/account", {}))

    assert b"timestamp=1591702616942&" in seen[0].url.raw_path


async def test_asking_for_the_time_sets_the_clock():
    clock = ServerClock()
    client = rest(lambda request: httpx.Response(200, content=b"1591702616943"), clock)

    await client.learn_time(Call("GET", "/fapi/v1/time", {}, Security.NONE), int)

    assert clock.best is not None
    assert clock.best.offset == 3_000 * MS


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (httpx.ConnectError, Outcome.NOT_SENT),
        (httpx.ConnectTimeout, Outcome.NOT_SENT),
        (httpx.PoolTimeout, Outcome.NOT_SENT),
        (httpx.ReadTimeout, Outcome.UNKNOWN),
        (httpx.WriteError, Outcome.UNKNOWN),
        (httpx.ReadError, Outcome.UNKNOWN),
        (httpx.RemoteProtocolError, Outcome.UNKNOWN),
    ],
)
async def test_a_request_that_may_have_left_is_unknown_and_one_that_cannot_is_not_sent(fault, outcome):
    def handle(request):
        raise fault(f"failed at {request.url}")

    reply = await rest(handle).send(Call("POST", "/fapi/v1/order", {"symbol": "BTCUSDT"}))

    assert classify(reply.answer).outcome is outcome
    assert b"signature" not in reply.answer.body


async def test_a_redirect_does_not_carry_the_key_elsewhere(seen):
    def handle(request):
        seen.append(request)
        return httpx.Response(302, headers={"location": "https://elsewhere.test/"})

    reply = await rest(handle).send(Call("GET", "/fapi/v3/account", {}))

    assert len(seen) == 1
    assert classify(reply.answer).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("told", "understood"), [("7", 7), ("soon", None), ("-1", None), ("1e9", None)])
async def test_the_time_to_wait_is_believed_when_it_is_a_number(told, understood):
    reply = await rest(lambda request: httpx.Response(429, headers={"retry-after": told})).send(
        Call("GET", "/fapi/v1/ping", {}, Security.NONE)
    )

    assert reply.retry_after_s == understood
