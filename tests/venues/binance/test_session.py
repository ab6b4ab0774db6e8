"""The WebSocket API over a real socket of this machine."""

import asyncio
from contextlib import asynccontextmanager
from random import Random

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.server import serve

from desk.model.units import Nanos
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.session import Session
from desk.venues.binance.signing import Ed25519Signer, HmacSigner
from desk.venues.outcomes import Outcome, classify
from desk.venues.secret import Secret

DOCS_KEY = Secret(b"dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83")
DOCS_SECRET = Secret(b"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9")
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "1",
    "price": "9000",
    "timeInForce": "GTC",
}


class Venue:
    """Answers by a script: a function of the request for each one that comes."""

    def __init__(self):
        self.requests = asyncio.Queue()
        self.answers = asyncio.Queue()

    async def serve(self, socket):
        async for message in socket:
            request = msgspec.json.decode(message)
            self.requests.put_nowait(request)
            answer = (await self.answers.get())(request)
            if answer is None:
                await socket.close()
            else:
                await socket.send(answer)

    def will(self, *answers):
        for each in answers:
            self.answers.put_nowait(each)


def ok(**result):
    return lambda request: msgspec.json.encode({"id": request["id"], "status": 200, "result": result}).decode()


def refused(code, msg, status=400):
    def answer(request):
        error = {"code": code, "msg": msg}
        return msgspec.json.encode({"id": request["id"], "status": status, "error": error}).decode()

    return answer


def hang_up(request):
    return None


@asynccontextmanager
async def session(signer, *answers):
    venue, links = Venue(), asyncio.Queue()
    venue.will(*answers)
    async with serve(venue.serve, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        session = Session(
            f"ws://127.0.0.1:{port}/ws-fapi/v1",
            key=DOCS_KEY,
            signer=signer,
            server_clock=ServerClock(),
            now=lambda: Nanos(1_591_702_613_943_000_000),
            on_link=lambda is_up, reason: links.put_nowait((is_up, reason)),
            on_counts=lambda counts: None,
            chance=Random(1),
        )
        task = asyncio.get_running_loop().create_task(session.run())
        try:
            yield session, venue, links
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_key_that_cannot_log_on_signs_every_request():
    async with session(HmacSigner(DOCS_SECRET), ok(orderId=1)) as (client, venue, links):
        await links.get()
        await client.request("order.place", ORDER)

        request = await venue.requests.get()

        assert request["method"] == "order.place"
        # The vector of the documentation.
        assert request["params"]["signature"] == "5b8fe2b962b8e1b2b82fb40e548d56147c2a8f835b5f1393ae4b4b90c38b527f"


async def test_with_an_ed25519_key_the_session_is_logged_on_once_and_requests_carry_no_key():
    async with session(Ed25519Signer(PRIVATE), ok(apiKey="x"), ok(orderId=1)) as (client, venue, links):
        assert await links.get() == (True, "orders connected")
        await client.request("order.place", ORDER)

        logon, request = await venue.requests.get(), await venue.requests.get()

        assert logon["method"] == "session.logon"
        assert set(request["params"]) == {*ORDER, "recvWindow", "timestamp"}


async def test_an_answer_carries_its_result():
    async with session(HmacSigner(DOCS_SECRET), ok(orderId=8389765739703625592)) as (client, _, links):
        await links.get()

        reply = await client.request("order.place", ORDER)

        assert classify(reply.answer).outcome is Outcome.ACK
        assert msgspec.json.decode(reply.result) == {"orderId": 8389765739703625592}


async def test_a_refusal_carries_the_venues_code():
    async with session(HmacSigner(DOCS_SECRET), refused(-2019, "Margin is insufficient.")) as (client, _, links):
        await links.get()

        verdict = classify((await client.request("order.place", ORDER)).answer)

        assert (verdict.outcome, verdict.code, verdict.reason) == (Outcome.REFUSED, -2019, "Margin is insufficient.")


async def test_a_connection_that_ends_leaves_what_was_in_flight_unknown():
    async with session(HmacSigner(DOCS_SECRET), hang_up) as (client, _, links):
        await links.get()

        reply = await client.request("order.place", ORDER)

        assert classify(reply.answer).outcome is Outcome.UNKNOWN
        assert (await links.get())[0] is False


async def test_before_it_is_connected_nothing_leaves():
    client = Session(
        "ws://127.0.0.1:9/",
        key=DOCS_KEY,
        signer=HmacSigner(DOCS_SECRET),
        server_clock=ServerClock(),
        now=lambda: Nanos(0),
        on_link=lambda is_up, reason: None,
        on_counts=lambda counts: None,
        chance=Random(1),
    )

    assert not client.is_ready
    assert classify((await client.request("order.place", ORDER)).answer).outcome is Outcome.NOT_SENT


async def test_a_key_that_is_taken_back_ends_the_session():
    def taken_back(request):
        error = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
        return msgspec.json.encode({"id": None, "status": 401, "error": error}).decode()

    async with session(HmacSigner(DOCS_SECRET), taken_back) as (client, _, links):
        await links.get()

        reply = await client.request("order.place", ORDER)

        assert classify(reply.answer).outcome is Outcome.UNKNOWN
        is_up, reason = await links.get()
        assert not is_up
        assert "ended by the venue with status 401" in reason


async def test_answers_may_overtake_each_other():
    held = []

    def keep(request):
        held.append(request["id"])
        return msgspec.json.encode({"id": 999, "status": 200, "result": {}}).decode()

    def both(request):
        return ok(n=2)(request)

    async with session(HmacSigner(DOCS_SECRET), keep, both, lambda r: ok(n=1)({"id": held[0]})) as (client, _, links):
        await links.get()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(client.request("order.place", ORDER))
            second = group.create_task(client.request("order.status", {"symbol": "BTCUSDT"}))
            await second
            third = group.create_task(client.request("order.status", {"symbol": "BTCUSDT"}))
            await first
            third.cancel()

        assert msgspec.json.decode(first.result().result) == {"n": 1}
        assert msgspec.json.decode(second.result().result) == {"n": 2}


@pytest.mark.parametrize("frame", ["not json", "[1,2]", '{"id":{}}'])
async def test_an_answer_that_cannot_be_read_harms_no_other(frame):
    async with session(HmacSigner(DOCS_SECRET), lambda request: frame, ok(n=1)) as (client, venue, links):
        await links.get()
        async with asyncio.TaskGroup() as group:
            lost = group.create_task(client.request("order.place", ORDER))
            await venue.requests.get()
            reply = await client.request("order.status", {"symbol": "BTCUSDT"})
            lost.cancel()

        assert classify(reply.answer).outcome is Outcome.ACK
