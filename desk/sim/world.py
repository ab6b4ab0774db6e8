"""A session: one venue, one desk after another, weather that changes, and a judge; from one seed, on virtual time.

The weather is stormy for a minute or two, then calm until the desk has to agree with the venue again; and so on to the
end. The venue and its clock never stop: a desk that dies finds it elsewhere than it left it.
"""

from collections import Counter
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.exchange.exchange import Exchange
from desk.exchange.latency import NO_LATENCY
from desk.exchange.rules import practice_instruments
from desk.model.command import CancelAll
from desk.model.units import SECOND, Nanos
from desk.sim.disk import Disk
from desk.sim.elsewhere import Elsewhere
from desk.sim.invariants import Judge
from desk.sim.lives import Lives, stakes
from desk.sim.market import CHARACTERS, START, CoarseMarket
from desk.sim.network import Agenda, Network
from desk.sim.oracle import Oracle
from desk.sim.overseer import Overseer
from desk.sim.plan import Fault, Plan, Sighting
from desk.sim.weather import CALM, Weather
from desk.sim.workload import Trader

_HEARTBEAT: Final = Nanos(SECOND)
_LOOK_S: Final = 60
"""Mean time between two looks at another symbol."""
_STAKES: Final = ((10, 20_000), (10, 20_000), (40, 4_000))
"""Leverage and cash of one session: with much leverage and little cash an account is soon in danger."""
_VENUE_LEVERAGE: Final = 100
"""More than the desk grants itself: the limits met here are ours, not the venue's."""


class Outcome(Struct, frozen=True):
    """What a session came to."""

    seed: int
    seconds: int
    """Played."""
    seconds_asked: int
    orders: int
    fills: int
    faults: dict[str, int]
    sightings: dict[str, int]
    kills: int
    violations: tuple[str, ...]
    trace_hash: str

    def document(self, rate: int) -> dict[str, object]:
        """Return the session as plain data; `rate` is simulated seconds per second."""
        return {
            "seed": self.seed,
            "seconds": self.seconds,
            "orders": self.orders,
            "fills": self.fills,
            "faults": self.faults | self.sightings,
            "kills": self.kills,
            "violations": list(self.violations),
            "trace_hash": self.trace_hash,
            "rate": rate,
        }

    @property
    def replay(self) -> str:
        """The line that plays this session again."""
        hours = f"{self.seconds_asked / 3_600:.4f}".rstrip("0").rstrip(".")
        return f"desk sim --seed {self.seed} --hours {hours} --faults {','.join(self.faults) or 'none'}"


class World:
    """Everything of one session; `run` plays it to its end, or to the first violation."""

    def __init__(self, plan: Plan, seconds: int) -> None:
        self._plan = plan
        self._seconds = seconds
        self.now = START
        self._agenda, self._counts = Agenda(), Counter[str]()
        instruments = tuple(each for each in practice_instruments() if each.symbol in CHARACTERS)
        market = CoarseMarket(instruments, tuple(plan.stream(f"price/{each.symbol}") for each in instruments), START)
        staked = stakes(*plan.stream("stakes").choice(_STAKES))
        self._exchange = Exchange(
            instruments=instruments,
            market=market,
            start=START,
            seed=plan.seed,
            latency=NO_LATENCY,
            wallet=sum((each.wallet for each in staked.subs), Decimal(0)),
            leverage=_VENUE_LEVERAGE,
        )
        disk = self._disk = Disk()
        self._oracle = Oracle({each.id: each.wallet for each in staked.subs}, staked.limits.leverage, self._counts)
        self._judge = Judge(self._oracle, self._exchange, disk, Overseer(self._oracle, self._counts))
        disk.on_crossed = self._oracle.crossed
        self._oracle.on_accepted = self._judge.late_acceptance
        self._oracle.on_met = self._judge.own_orders_met
        self._network = Network(plan, self._exchange, self._oracle, self._agenda, self._counts)
        self._crash, self._eyes = plan.stream("crash"), plan.stream("eyes")
        self.lives = Lives(
            instruments=instruments,
            stakes=staked,
            disk=disk,
            network=self._network,
            agenda=self._agenda,
            oracle=self._oracle,
            judge=self._judge,
            chance=self._crash,
        )
        self._weather = Weather(
            plan,
            start=START,
            network=self._network,
            lives=self.lives,
            market=market,
            agenda=self._agenda,
            counts=self._counts,
        )
        elsewhere = Elsewhere(self._exchange, self._oracle, instruments, plan.stream("elsewhere"))
        self._weather.add(Fault.FOREIGN_ORDER, elsewhere.trade)
        self._weather.add(Fault.FORCE_CLOSE, elsewhere.force_close)
        self._trader = Trader(plan.stream("workload"))
        self._deaf_until = START
        """Until when the desk could not hear, or was not there."""

    def run(self) -> Outcome:
        """Play the session."""
        end = Nanos(START + self._seconds * SECOND)
        self.begin()
        while self.now < end and not self._oracle.violations:
            self.advance()
        return Outcome(
            seed=self._plan.seed,
            seconds=(self.now - START) // SECOND,
            seconds_asked=self._seconds,
            orders=self._oracle.taken["orders"],
            fills=self._oracle.taken["fills"],
            faults={fault: self._counts[fault] for fault in self._plan.faults},
            sightings={each: self._counts[each] for each in Sighting},
            kills=self.lives.kills,
            violations=tuple(self._oracle.violations),
            trace_hash=self._disk.trace,
        )

    def begin(self) -> None:
        """Start the desk, the trader and the weather."""
        self.lives.start(START)
        self._agenda.push(Nanos(START + _HEARTBEAT), self._beat)
        self._agenda.push(Nanos(START + 3 * SECOND), self._trade)
        self._agenda.push(Nanos(START + SECOND), self._look)
        self._agenda.push(Nanos(START + self._storm_length()), self._calm_down)

    def advance(self) -> None:
        """Go on to whatever is due next."""
        times = (self._exchange.next_at(), self._agenda.next_at, self.lives.next_at(self.now))
        self.now = now = max(self.now, min(at for at in times if at is not None))
        self.lives.at(now)
        events = self._exchange.advance(now)
        if events:
            for event in events:
                self._oracle.heard(event, now)
            self._network.tell(events, now)
        for action in self._agenda.take_until(now):
            action(now)
        self.lives.turn(now)

    def _beat(self, now: Nanos) -> None:
        """Once a second: what comes by the clock, and what must not be late."""
        self._agenda.push(Nanos(now + _HEARTBEAT), self._beat)
        self._weather.beat(now)
        self._judge.check_rate()
        state = self.lives.state
        if state is None or not self.lives.is_awake(now) or not self._network.is_open:
            self._deaf_until = now
        else:
            self._judge.check_lag(state, self._deaf_until, now)
            self._judge.check_prices(state, self._deaf_until, now)

    def _trade(self, now: Nanos) -> None:
        self._agenda.push(Nanos(now + int(self._trader.pause_seconds() * SECOND)), self._trade)
        state = self.lives.state
        if state is None or not self.lives.is_awake(now) or not self._weather.is_stormy:
            return
        self.lives.submit(self._trader.act(state))
        if self._network.dice.strikes(Fault.FAT_FINGER):
            self._counts[Fault.FAT_FINGER] += 1
            self.lives.submit(self._trader.fat_finger(state))

    def _look(self, now: Nanos) -> None:
        """The trader looks at one symbol for a while, then at another."""
        self._agenda.push(Nanos(now + int(self._eyes.expovariate(1 / _LOOK_S) * SECOND)), self._look)
        if self.lives.state is not None and self.lives.is_awake(now):
            self.lives.look_at(self._eyes.choice(tuple(CHARACTERS)))

    def _storm_length(self) -> Nanos:
        return Nanos(self._crash.randint(50, 130) * SECOND)

    def _calm_down(self, now: Nanos) -> None:
        self._weather.calm(now)
        self._agenda.push(Nanos(now + CALM), self._agree)

    def _agree(self, now: Nanos) -> None:
        state = self.lives.state
        if state is None:
            self._oracle.blame("I15", f"the desk is not back after {CALM // SECOND} s of calm")
            return
        self._judge.check_calm(state, now)
        self._weather.storm()
        if self._crash.random() < 0.3:
            self.lives.submit(CancelAll())
        self._agenda.push(Nanos(now + self._storm_length()), self._calm_down)
