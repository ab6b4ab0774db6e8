"""What the served exchange can do: `python -m pytest -m bench -s tests/bench/test_server.py`."""

import asyncio
import json
import resource
import subprocess
import sys
import time
import urllib.request
from itertools import count

import pytest
from websockets.asyncio.client import connect

from desk.exchange.generator import GeneratedMarket
from desk.exchange.rules import practice_instruments
from desk.model.units import SECOND, Nanos
from desk.server.api import session_payload
from desk.venues.binance.signing import HmacSigner, encode, signed
from desk.venues.secret import Secret
from tests.bench.table import percentile, show
from tests.exchange.scripted import change
from tests.server.counter import Counter
from tests.server.live import opened

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
ORDERS_AN_ACCOUNT = 280
"""Fewer than the venue lets through in ten seconds."""
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.001",
    "price": "59000",
}


class Exchange:
    """`desk exchange` in a process of its own."""

    def __enter__(self):
        started = time.perf_counter()
        self._process = subprocess.Popen([sys.executable, "-m", "desk", "exchange"], stdout=subprocess.PIPE, text=True)
        self.at = json.loads(self._process.stdout.readline())
        self.opening = time.perf_counter() - started
        return self

    def __exit__(self, *reason):
        self._process.terminate()
        self._process.communicate(timeout=20)

    def account(self, name):
        """Open an account; return its key and signer."""
        request = urllib.request.Request(f"{self.at['control']}/accounts?account={name}", method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            made = json.load(answer)
        return made["key"], HmacSigner(Secret(made["secret"].encode()))


def now():
    return time.time_ns() // 1_000_000


async def rest_orders(exchange, key, signer):
    """Place orders one after the other over one connection; return each one's seconds."""
    host, port = exchange.at["rest"].removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    spent = []
    for _ in range(ORDERS_AN_ACCOUNT):
        query = signed(encode({**ORDER, "timestamp": now()}), signer)
        began = time.perf_counter()
        head = f"POST /fapi/v1/order?{query} HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: {key}\r\nContent-Length: 0\r\n\r\n"
        writer.write(head.encode())
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(size)
        spent.append(time.perf_counter() - began)
        if b"orderId" not in body:
            break  # the symbol's 200 open orders are there
    writer.close()
    return spent


async def api_orders(exchange, key, signer):
    """The same over the WebSocket API."""
    spent = []
    async with connect(exchange.at["ws_api"], ping_interval=None, compression=None) as connection:
        for number in range(ORDERS_AN_ACCOUNT):
            params = {**ORDER, "apiKey": key, "timestamp": now()}
            params["signature"] = signer.sign(session_payload(params))
            began = time.perf_counter()
            await connection.send(json.dumps({"id": number, "method": "order.place", "params": params}))
            answer = await connection.recv()
            spent.append(time.perf_counter() - began)
            if "orderId" not in answer:
                break
    return spent


@pytest.mark.parametrize("way", [rest_orders, api_orders])
def test_placing(capsys, way):
    numbers = count()
    with Exchange() as exchange:
        for clients in (1, 4):
            keys = [exchange.account(f"{way.__name__}{next(numbers)}") for _ in range(clients)]

            async def together(keys=keys):
                return await asyncio.gather(*(way(exchange, *each) for each in keys))

            began = time.perf_counter()
            spent = [each for client in asyncio.run(together()) for each in client]
            rate = len(spent) / (time.perf_counter() - began)
            show(
                capsys,
                f"{way.__name__}, {clients} clients",
                [
                    (f"{len(spent)} orders", f"{rate:.0f} a second"),
                    ("p50", f"{percentile(spent, 50) * 1e3:.2f} ms"),
                    ("p99", f"{percentile(spent, 99) * 1e3:.2f} ms"),
                ],
            )


def test_opening(capsys):
    spent = []
    for _ in range(5):
        with Exchange() as exchange:
            spent.append(exchange.opening)
    show(capsys, "opening, process start to greeting", [("median of 5", f"{percentile(spent, 50):.2f} s")])


STREAMS = "/".join(
    f"{each}usdt@{stream}" for each in ("btc", "eth", "sol") for stream in ("bookTicker", "depth@0ms", "trade")
)


async def drink(exchange, seconds):
    """Listen to everything public; return the messages heard."""
    heard = 0
    async with connect(
        f"{exchange.at['ws']}/public/stream?streams={STREAMS}", ping_interval=None, compression=None
    ) as ear:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            await asyncio.wait_for(ear.recv(), 10)
            heard += 1
    return heard


def test_listeners_of_the_practice_market(capsys):
    seconds = 5
    with Exchange() as exchange:
        for clients in (1, 10, 50):

            async def together(clients=clients):
                return await asyncio.gather(*(drink(exchange, seconds) for _ in range(clients)))

            heard = asyncio.run(together())
            show(
                capsys,
                f"{clients} listeners",
                [("each", f"{min(heard) / seconds:.0f} to {max(heard) / seconds:.0f} messages a second")],
            )


def test_a_flood_to_many_listeners(capsys):
    """How many messages a second the hub can write: one event to so many connections, counted until it is in the sockets' buffers."""

    async def flood(clients):
        async with opened() as live:
            async with asyncio.TaskGroup() as tasks:
                ready = asyncio.Semaphore(0)

                async def listen():
                    async with live.stream("/public/ws/btcusdt@depth@0ms") as ear:
                        ready.release()
                        while (await ear.hear())["b"] != [["50000.0", "9.000"]]:
                            pass

                for _ in range(clients):
                    tasks.create_task(listen())
                for _ in range(clients):
                    await ready.acquire()
                began = time.perf_counter()
                for step in range(500):
                    live.server.venue.floor.pits["BTCUSDT"].apply(change(bids=f"5{step % 10}000.0x{step % 7 + 1}"))
                    live.server.venue.floor.settle(live.server.venue.floor.pits["BTCUSDT"])
                    if step % 25 == 0:
                        await asyncio.sleep(0)
                written = time.perf_counter() - began
                live.crowd(change(bids="50000.0x9"))
            return 500 / written, 500 * clients / written

    for clients in (1, 10, 50):
        events, messages = asyncio.run(flood(clients))
        show(
            capsys,
            f"flood to {clients} listeners",
            [("events", f"{events:.0f} a second"), ("messages", f"{messages:.0f} a second")],
        )


def test_an_hour_in_memory(capsys):
    """An hour of the practice market with an order a second, everything listened to."""
    counter = Counter()
    instruments, start = practice_instruments(), Nanos(counter.now + SECOND)
    market = GeneratedMarket(instruments, seed=1, start=start)
    counter.venue.floor._market = market
    counter.hub.wanted = {f"btcusdt@{each}" for each in ("depth@100ms", "bookTicker", "aggTrade", "kline_1m")}
    sizes = []
    for second in range(3_600):
        counter.now = Nanos(start + second * SECOND)
        counter.order(type="MARKET", quantity="0.01", side="BUY" if second % 2 else "SELL")
        counter.hub.market.clear()
        counter.hub.user.clear()
        if second % 600 == 599:
            sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    show(
        capsys,
        "an hour, 3,600 orders",
        [(f"after {(number + 1) * 10} min", f"{size:.0f} MB") for number, size in enumerate(sizes)],
    )
