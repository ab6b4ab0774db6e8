"""The practice exchange in a process of its own: it outlives every desk. `python -m tests.kill.exchange_process SOCKET SEED`."""

import asyncio
import sys
import time
from decimal import Decimal

from msgspec.structs import replace

from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.rules import practice_instruments
from desk.model.event import TruthLearned
from desk.model.units import Nanos
from tests.kill.wire import EFFECT, HELLO_JUDGE, pack, take

TICK_S = 0.004


class Server:
    """Steps the exchange by the clock and speaks to the desk that came last."""

    def __init__(self, seed):
        instruments = tuple(each for each in practice_instruments() if each.symbol == "BTCUSDT")
        start = Nanos(time.time_ns())
        market = GeneratedMarket(instruments, seed=seed, start=start)
        self.exchange = Exchange(
            instruments=instruments, market=market, start=start, seed=seed, wallet=Decimal(100_000), leverage=50
        )
        self.desk = None

    async def tick(self):
        while True:
            self.tell(self.exchange.advance(Nanos(time.time_ns())))
            await asyncio.sleep(TICK_S)

    def tell(self, events):
        for event in events:
            if self.desk is not None:
                self.desk.write(pack(_not_final(event)))

    async def serve(self, reader, writer):
        if await reader.readexactly(1) == HELLO_JUDGE:
            writer.write(pack(self.exchange.truth(Nanos(time.time_ns()))))
            await writer.drain()
            writer.close()
            return
        self.desk = writer
        try:
            while True:
                self.exchange.execute(EFFECT.decode(await take(reader)), Nanos(time.time_ns()))
        except (asyncio.IncompleteReadError, ConnectionError):
            if self.desk is writer:
                self.desk = None
            writer.close()


def _not_final(event):
    """Requests of a dead process may still be under way: no answer is the last word here."""
    if isinstance(event, TruthLearned):
        return replace(event, truth=replace(event.truth, is_final=False))
    return event


async def main(path, seed):
    server = Server(seed)
    async with await asyncio.start_unix_server(server.serve, path):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await server.tick()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
