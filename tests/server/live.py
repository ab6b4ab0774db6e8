"""A practice exchange on real loopback sockets, with clients that sign."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import httpx
from websockets.asyncio.client import connect

from desk.exchange.rules import practice_instruments
from desk.model.units import Nanos
from desk.server.api import session_payload
from desk.server.faults import read_fault
from desk.server.serving import Options, Server
from desk.venues.binance.signing import HmacSigner, encode, signed
from desk.venues.secret import Secret
from tests.exchange.scripted import ScriptedMarket, book, mark

BIDS, ASKS = "60000.0x2 59999.9x3", "60000.1x1 60000.2x4"
PATIENCE = 20.0


class Live:
    """An open exchange."""

    def __init__(self, server, greeting, market):
        self.server = server
        self.at = greeting
        self.market = market
        self.http = httpx.AsyncClient(base_url=greeting.rest, timeout=PATIENCE)
        self.report = None

    def crowd(self, *records):
        """Let the crowd act at once."""
        self.market.due.append((Nanos(time.time_ns()), list(records)))

    async def ask(self, method, path, key=None, secret=None, **params):
        """Send a signed request; return status and answer."""
        query = encode({**params, "timestamp": time.time_ns() // 1_000_000})
        query = signed(query, HmacSigner(Secret((secret or self.at.secret).encode())))
        answer = await self.http.request(method, f"{path}?{query}", headers={"X-MBX-APIKEY": key or self.at.key})
        return answer.status_code, answer.json()

    async def order(self, **changes):
        """Place a limit order that rests, unless told otherwise."""
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        return await self.ask("POST", "/fapi/v1/order", **{**order, "price": "59990", **changes})

    async def fault(self, **fault):
        """Let something go wrong."""
        answer = await self.http.post("/practice/faults", content=json.dumps(fault))
        assert answer.status_code == 200, answer.text
        return answer.json()

    @asynccontextmanager
    async def stream(self, path):
        """Open a connection to the streams."""
        async with connect(self.at.ws + path, ping_interval=None, open_timeout=PATIENCE) as connection:
            yield Ear(connection)

    @asynccontextmanager
    async def session(self, query=""):
        """Open a connection to the WebSocket API."""
        async with connect(self.at.ws_api + query, ping_interval=None, open_timeout=PATIENCE) as connection:
            yield Ear(connection)

    def seal(self, **params):
        """Return WebSocket API parameters with key, time and signature."""
        params |= {"apiKey": self.at.key, "timestamp": time.time_ns() // 1_000_000}
        signer = HmacSigner(Secret(self.at.secret.encode()))
        return params | {"signature": signer.sign(session_payload(params))}


class Ear:
    """One connection, heard with patience."""

    def __init__(self, connection):
        self.connection = connection

    async def say(self, message):
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear(self):
        return json.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE))

    async def ask(self, message):
        """Send a control message and return its answer, passing over what streams say meanwhile."""
        await self.say(message)
        while "id" not in (answer := await self.hear()):
            pass
        return answer

    async def until(self, wanted):
        """Return the first message that is wanted."""
        while not wanted(message := await self.hear()):
            pass
        return message


@asynccontextmanager
async def opened(**changes):
    """Serve for as long as the block lasts; the report is there after it."""
    start, market = Nanos(time.time_ns()), ScriptedMarket()
    market.due.append((start, [book(BIDS, ASKS), mark("60000")]))
    faults = tuple(read_fault(json.dumps(each).encode()) for each in changes.pop("plan", ()))
    server = Server(practice_instruments(), market, Options(faults=faults, **changes), start)
    ready = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(ready.set_result))
        live = Live(server, await asyncio.wait_for(ready, PATIENCE), market)
        try:
            yield live
        finally:
            await live.http.aclose()
            server.stop()
            live.report = await serving
