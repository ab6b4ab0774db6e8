"""Streams and the WebSocket API over real sockets."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from desk.model.order import Side
from desk.model.units import Nanos
from desk.server.sockets import Pace, Rules
from tests.exchange.scripted import change, trade
from tests.server.live import PATIENCE, opened


@pytest.fixture
async def live():
    async with opened() as exchange:
        yield exchange


async def closed(ear):
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await asyncio.wait_for(ear.connection.recv(), PATIENCE)
    return caught.value.rcvd.code, caught.value.rcvd.reason


async def test_a_raw_connection_hears_events_and_a_combined_one_envelopes(live):
    async with live.stream("/public/ws/btcusdt@bookTicker") as raw, live.stream("/public/stream") as combined:
        assert await combined.ask({"method": "SUBSCRIBE", "params": ["btcusdt@bookTicker"], "id": 1}) == {
            "result": None,
            "id": 1,
        }
        live.crowd(change(bids="60000.0x7"))

        assert (await raw.until(lambda each: each["B"] == "7.000"))["s"] == "BTCUSDT"
        wrapped = await combined.until(lambda each: each["data"]["B"] == "7.000")
        assert wrapped["stream"] == "btcusdt@bookTicker"


async def test_a_stream_of_another_path_is_acknowledged_and_silent(live):
    async with live.stream("/public/ws") as public, live.stream("/market/ws") as market:
        subscribe = {"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 1}
        assert (await public.ask(subscribe))["result"] is None
        assert (await market.ask(subscribe))["result"] is None
        live.crowd(trade("60000.1", "1", Side.BUY))

        assert (await market.hear())["e"] == "aggTrade"
        listed = await public.ask({"method": "LIST_SUBSCRIPTIONS", "id": 2})
        assert listed == {"result": ["btcusdt@aggTrade"], "id": 2}


async def test_an_old_address_hears_public_streams_alone_unless_the_exchange_is_lenient():
    async with opened(rules=Rules(is_lenient=True)) as live, live.stream("/ws/btcusdt@aggTrade") as old:
        live.crowd(trade("60000.1", "1", Side.BUY))
        assert (await old.hear())["e"] == "aggTrade"


async def test_a_book_kept_by_the_venues_rule_is_the_venues_book(live):
    async with live.stream("/public/ws/btcusdt@depth@100ms") as ear:
        live.crowd(change(bids="59990.0x1"))
        first = await ear.hear()
        snapshot = (await live.http.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000")).json()
        for step in range(5):
            live.crowd(change(bids=f"5998{step}.0x{step + 1}", asks="60000.2x0"))
        last = first["u"]
        book = dict(snapshot["bids"])
        while "59984.0" not in book:
            event = await ear.hear()
            if event["u"] < snapshot["lastUpdateId"]:
                continue
            assert event["pu"] == last or event["U"] <= snapshot["lastUpdateId"] <= event["u"]
            last = event["u"]
            book.update(event["b"])
        now = (await live.http.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000")).json()
        assert book == dict(now["bids"])
        assert [price for price, _ in now["asks"]] == ["60000.1"]


@pytest.mark.parametrize("path", ["/private/ws/{}", "/private/ws?listenKey={}", "/private/stream?listenKey={}"])
async def test_an_account_is_heard_in_every_way_to_name_its_key(live, path):
    key = (await live.http.post("/fapi/v1/listenKey", headers={"X-MBX-APIKEY": live.at.key})).json()["listenKey"]
    async with live.stream(path.format(key)) as ear:
        await live.order(newClientOrderId="c1")

        event = await ear.hear()
        data = event.get("data", event)
        assert (data["e"], data["o"]["c"]) == ("ORDER_TRADE_UPDATE", "c1")
        assert event.get("stream", key) == key


async def test_an_account_is_heard_by_subscribing_with_its_key_and_events_can_be_chosen(live):
    key = (await live.http.post("/fapi/v1/listenKey", headers={"X-MBX-APIKEY": live.at.key})).json()["listenKey"]
    chosen = f"/private/ws?listenKey={key}&events=ACCOUNT_UPDATE/TRADE_LITE"
    async with live.stream("/private/stream") as every, live.stream(chosen) as some:
        await every.ask({"method": "SUBSCRIBE", "params": [key], "id": "s"})
        await live.order(type="MARKET", timeInForce="", price="")

        heard = [(await every.hear())["data"]["e"] for _ in range(4)]
        assert heard == ["ORDER_TRADE_UPDATE", "TRADE_LITE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"]
        assert [(await some.hear())["e"] for _ in range(2)] == ["TRADE_LITE", "ACCOUNT_UPDATE"]


async def test_a_key_that_runs_out_is_told_and_then_all_is_silent_with_the_connection_open(live):
    key = (await live.http.post("/fapi/v1/listenKey", headers={"X-MBX-APIKEY": live.at.key})).json()["listenKey"]
    async with live.stream(f"/private/ws/{key}") as ear:
        await live.fault(kind="key-expired")
        assert (await ear.hear())["listenKey"] == key

        await live.order()
        assert await ear.ask({"method": "LIST_SUBSCRIPTIONS", "id": 1}) == {"result": [key], "id": 1}


async def test_user_events_may_come_twice_late_or_not_at_all(live):
    key = (await live.http.post("/fapi/v1/listenKey", headers={"X-MBX-APIKEY": live.at.key})).json()["listenKey"]
    async with live.stream(f"/private/ws/{key}") as ear:
        await live.fault(kind="user-twice")
        await live.order(newClientOrderId="twice")
        assert [(await ear.hear())["o"]["c"] for _ in range(2)] == ["twice", "twice"]

        await live.fault(kind="user-late", ms=1_500)
        await live.order(newClientOrderId="late")
        await live.order(newClientOrderId="early")
        assert [(await ear.hear())["o"]["c"] for _ in range(2)] == ["early", "late"]

        await live.fault(kind="user-silent", ms=60_000)
        await live.order(newClientOrderId="unheard")
        assert await ear.ask({"method": "LIST_SUBSCRIPTIONS", "id": 1})


async def test_too_many_messages_or_streams_end_the_connection(live):
    async with live.stream("/public/ws") as ear:
        for number in range(40):
            await ear.say({"method": "LIST_SUBSCRIPTIONS", "id": number})
        assert await closed(ear) == (1008, "Too many requests")
    async with live.stream("/public/ws") as ear:
        await ear.say({"method": "SUBSCRIBE", "params": [f"s{number}" for number in range(1_025)], "id": 1})
        assert (await closed(ear))[0] == 1008


async def test_what_is_no_json_is_told_and_ends_the_connection(live):
    async with live.stream("/public/ws") as ear:
        await ear.say("nonsense")
        assert (await ear.hear())["error"]["code"] == 3
        assert (await closed(ear))[0] == 1008


async def test_a_huge_frame_ends_the_connection(live):
    async with live.stream("/public/ws") as ear:
        await ear.say("x" * 300_000)
        assert (await closed(ear))[0] == 1009


async def test_a_path_that_is_not_there_is_no_handshake(live):
    for path in ("/", "/public", "/ws-fapi/v2"):
        with pytest.raises(InvalidStatus, match="404"):
            async with live.stream(path):
                pass


async def test_a_banned_address_gets_no_connection(live):
    await live.fault(kind="ban", text="127.0.0.1")
    async with asyncio.timeout(PATIENCE):
        while (await live.http.get("/fapi/v1/ping")).status_code != 418:
            pass
    with pytest.raises(InvalidStatus, match="403"):
        async with live.stream("/public/ws"):
            pass


async def test_connections_are_closed_after_their_day():
    async with opened(rules=Rules(lifetime=0.05)) as live, live.stream("/public/ws") as ear:
        assert await closed(ear) == (1001, "24 hours")


async def test_a_fault_closes_the_streams_it_names(live):
    async with live.stream("/public/ws") as public, live.stream("/market/ws") as market:
        await live.fault(kind="disconnect", path="/market")

        assert (await closed(market))[0] == 1001
        assert await public.ask({"method": "LIST_SUBSCRIPTIONS", "id": 1})


async def test_the_api_answers_over_its_own_path(live):
    async with live.session() as ear:
        order = live.seal(symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01", price="59990")
        answer = await ear.ask({"id": "a", "method": "order.place", "params": order})
        assert (answer["id"], answer["status"], answer["result"]["status"]) == ("a", 200, "NEW")
    async with live.session("?returnRateLimits=false") as ear:
        answer = await ear.ask({"id": 1, "method": "depth", "params": {"symbol": "BTCUSDT", "limit": 5}})
        assert "rateLimits" not in answer


@pytest.mark.parametrize(("kind", "landed"), [("reply-lost", 1), ("request-lost", 0)])
async def test_a_lost_message_breaks_the_apis_connection(live, kind, landed):
    await live.fault(kind=kind, path="/fapi/v1/order", method="POST")
    async with live.session() as ear:
        order = live.seal(symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01", price="59990")
        await ear.say({"id": "a", "method": "order.place", "params": order})
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(ear.connection.recv(), PATIENCE)

    assert len((await live.ask("GET", "/fapi/v1/openOrders"))[1]) == landed


async def test_a_slow_answer_is_overtaken(live):
    await live.fault(kind="slow-reply", ms=500, path="/fapi/v1/order")
    async with live.session() as ear:
        order = live.seal(symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01", price="59990")
        await ear.say({"id": "slow", "method": "order.place", "params": order})
        await ear.say({"id": "fast", "method": "depth", "params": {"symbol": "BTCUSDT"}})

        assert [(await ear.hear())["id"] for _ in range(2)] == ["fast", "slow"]


async def test_a_client_that_does_not_read_is_cut_off_and_nobody_waits_for_it(live, monkeypatch):
    monkeypatch.setattr("desk.server.hub.WAITING_MAX", 50_000)
    async with live.stream("/public/ws/btcusdt@depth@0ms") as deaf, live.stream("/public/ws/btcusdt@depth@0ms") as ear:
        deaf.connection.transport.pause_reading()
        step = 0
        async with asyncio.timeout(PATIENCE):
            while len(live.server.hub._listeners) > 1:
                step += 1
                live.crowd(*[change(bids=f"{50_000 + number}.0x{step}") for number in range(300)])
                for _ in range(300):
                    await ear.hear()


def test_ten_messages_a_second_are_allowed():
    pace = Pace(10)

    assert not any(pace.is_over(Nanos(number)) for number in range(10))
    assert pace.is_over(Nanos(999_999_999))
    assert not Pace(10).is_over(Nanos(0))
