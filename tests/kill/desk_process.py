"""A real desk on a real journal, its exchange elsewhere. `python -m tests.kill.desk_process SOCKET JOURNAL SEED [settle]`.

It trades at random and writes the number of the last durable record after every turn, so that whoever kills it knows
what must not be lost; with `settle` it cancels everything, waits until its books are proven, and says what they hold.
"""

import asyncio
import json
import logging
import sys
from decimal import Decimal
from pathlib import Path
from random import Random

from desk.config import Settings
from desk.core import checkpoint
from desk.core.engine import Engine
from desk.core.proof import prove
from desk.exchange.rules import practice_instruments
from desk.model.command import CancelAll, CancelOrder, ChaseSpec, PlaceOrder, RestrictDesk, ResumeAlgo, StartChase
from desk.model.event import LinkChanged, LinkState, Started, SubAccountOpened
from desk.model.exits import Exits
from desk.model.order import OrderType, Side
from desk.model.units import SubId
from desk.model.view import DeskMode, ProofState
from desk.runtime.clocks import WallClock
from desk.runtime.pump import Pump
from desk.stores.sqlite import SqliteJournal
from tests.kill.wire import EVENT, HELLO_DESK, pack, take

BTC = "BTCUSDT"
EVERY_TURNS = 4


class Elsewhere:
    """The venue's port onto the socket."""

    version = 0

    def __init__(self, writer):
        self._writer = writer

    def execute(self, effect, now):
        self._writer.write(pack(effect))

    def lines(self):
        return ()

    def memo(self):
        return None


class Hand:
    """Trades at random, in many small orders."""

    def __init__(self, pump, chance):
        self._pump = pump
        self._chance = chance
        self._turns = 0

    def __call__(self, state):
        sys.stdout.write(f"{self._pump._seq}\n")
        sys.stdout.flush()
        self._turns += 1
        if state.mode is DeskMode.REDUCE_ONLY:  # so many ends that are not clean are a crash loop: a person lifts it
            self._pump.command(RestrictDesk(on=False))
        if state.mode is DeskMode.RUNNING and self._turns % EVERY_TURNS == 0:
            self._pump.command(self._wish(state))

    def _wish(self, state):
        chance, touch = self._chance, state.markets[BTC].touch(Side.BUY)
        sub, side, kind = SubId(chance.choice("123")), chance.choice(list(Side)), chance.random()
        lots = Decimal(chance.randint(2, 40)) / 1000
        if kind < 0.4:
            price = touch - 3 * side.sign * Decimal(chance.randint(0, 30)) / 10
            return PlaceOrder(sub=sub, symbol=BTC, side=side, quantity=lots, price=round(price, 1))
        if kind < 0.7:
            # Now and then with a stop, of which the venue holds one too.
            exits = Exits(stop_bps=Decimal(3), net_bps=Decimal(2)) if chance.random() < 0.3 else None
            market = OrderType.MARKET
            return PlaceOrder(sub=sub, symbol=BTC, side=side, quantity=lots, type=market, price=None, exits=exits)
        if kind < 0.8 and state.open:
            return CancelOrder(chance.choice(list(state.open)))
        parked = [run.id for run in state.runs.values() if not run.is_done]
        if kind < 0.9 and parked:
            return ResumeAlgo(chance.choice(parked))
        return StartChase(ChaseSpec(sub=sub, symbol=BTC, side=side, quantity=lots, ttl_ms=2_000))


class Settler:
    """Cancels everything and ends the desk once its books are proven by a statement that came after."""

    def __init__(self, pump):
        self._pump = pump
        self._has_cancelled = False

    def __call__(self, state):
        if state.mode not in (DeskMode.RUNNING, DeskMode.REDUCE_ONLY):
            return
        if not self._has_cancelled:
            self._has_cancelled = True
            self._pump.command(CancelAll())
        elif not state.open and not state.guards and prove(state).state is ProofState.PROVEN:
            self._pump.stop()


logging.getLogger("desk").addHandler(logging.NullHandler())


async def main(path, journal_path, seed, settles):
    settings = Settings(symbols=(BTC,))
    journal = SqliteJournal(Path(journal_path))
    await journal.open()
    loaded = await journal.load()
    state = checkpoint.restore(loaded.checkpoint, [each.body for each in loaded.records], settings.limits)
    epoch = await journal.begin_epoch()
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(HELLO_DESK)
    clock = WallClock()
    seq = loaded.records[-1].seq if loaded.records else loaded.checkpoint_seq
    pump = Pump(Engine(state), clock=clock, venue=Elsewhere(writer), journal=journal, sources=[], seq=seq)
    instruments = tuple(each for each in practice_instruments() if each.symbol == BTC)
    pump.feed(Started(clock.now(), epoch, "ELSEWHERE", instruments, settings.limits))
    pump.look_at(BTC)
    for sub in settings.sub_accounts:
        pump.feed(SubAccountOpened(clock.now(), sub))
    pump.feed(LinkChanged(clock.now(), LinkState.UP, "connected"))
    pump.observe(Settler(pump) if settles else Hand(pump, Random(f"{seed}/{epoch}")))

    async def listen():
        while True:
            pump.feed(EVENT.decode(await take(reader)))

    listening = asyncio.get_running_loop().create_task(listen())
    await pump.run()
    listening.cancel()
    await journal.close()
    if settles:
        sys.stdout.write(json.dumps(report(state)) + "\n")


def report(state):
    held = sum((account.quantity(BTC) for account in state.accounts.values()), Decimal(0))
    wallet = sum((account.wallet for account in state.accounts.values()), Decimal(0))
    cost = sum((each.positions[BTC].cost for each in state.accounts.values() if BTC in each.positions), Decimal(0))
    return {
        "open": sorted(state.open),
        "held": str(held),
        "cash": str(wallet - cost),
        "trades": sorted(trade for _, trade in state.trades),
        "runs": [run.save().state for run in state.runs.values()],
    }


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), len(sys.argv) > 4))
