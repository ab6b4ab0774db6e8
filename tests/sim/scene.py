"""A venue, a network and an empty listener for the tests of the ways between them."""

from collections import Counter

from desk.exchange.exchange import Exchange
from desk.exchange.latency import NO_LATENCY
from desk.exchange.rules import practice_instruments
from desk.model.effect import Batch, SendCancel, SendOrder
from desk.model.units import SECOND, Nanos
from desk.sim.market import CHARACTERS, START, CoarseMarket
from desk.sim.network import Agenda, Network
from desk.sim.oracle import Oracle
from desk.sim.plan import Plan
from tests.kit.builders import ALPHA, BTC, D, spec

INSTRUMENTS = tuple(each for each in practice_instruments() if each.symbol in CHARACTERS)


class Scene:
    """A network with a venue at one end and, at the other, a list of what arrives."""

    def __init__(self, *faults, seed=1):
        plan = Plan(seed, faults)
        self.now = START
        self.counts = Counter()
        self.agenda = Agenda()
        self.market = CoarseMarket(INSTRUMENTS, tuple(plan.stream(each.symbol) for each in INSTRUMENTS), START)
        self.exchange = Exchange(
            instruments=INSTRUMENTS,
            market=self.market,
            start=START,
            seed=1,
            latency=NO_LATENCY,
            wallet=D(1_000_000),
        )
        self.oracle = Oracle({ALPHA: D(1_000_000)}, 10, self.counts)
        self.network = Network(plan, self.exchange, self.oracle, self.agenda, self.counts)
        self.heard = []
        self.connect()
        self.go_on(5)

    def connect(self):
        """Listen anew."""
        self.network.connect(self.heard.append, self.now)

    def go_on(self, seconds):
        """Let so many seconds pass."""
        end = Nanos(self.now + int(seconds * SECOND))
        while (at := min(self.exchange.next_at(), self.agenda.next_at or end)) < end:
            self.now = at
            events = self.exchange.advance(at)
            for event in events:
                self.oracle.heard(event, at)
            self.network.tell(events, at)
            for action in self.agenda.take_until(at):
                action(at)
        self.now = end

    def place(self, number=1, **changes):
        """Send an order that rests far below the market; return its spec."""
        order = spec(f"PMS0001_MAN001000000_{number:05}", **{"quantity": D("0.010"), "price": D("60000.0"), **changes})
        self.network.send(SendOrder(self.now, order), self.now)
        return order

    def place_together(self, count):
        """Send so many orders in one message; return their specs."""
        orders = [
            spec(f"PMS0001_MAN001000000_{number:05}", quantity=D("0.010"), price=D(60_000 + number))
            for number in range(1, count + 1)
        ]
        self.network.send(Batch(self.now, tuple(SendOrder(self.now, each) for each in orders)), self.now)
        return orders

    def cancel(self, order):
        """Ask for the end of an order."""
        self.network.send(SendCancel(self.now, order.id, BTC), self.now)

    def told(self, *kinds):
        """Return what has arrived of some kinds."""
        return [event for event in self.heard if isinstance(event, kinds)]
