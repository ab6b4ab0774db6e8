"""The desk's lives: it starts, is killed anywhere, stands still, comes back; the venue never waits for it."""

from decimal import Decimal
from random import Random
from typing import Final

from msgspec import Struct, structs

from desk.core.state import DeskState
from desk.model.command import Command
from desk.model.effect import Alert, Batch, RunEdited, RunStarted, Severity, VenueRequest
from desk.model.event import Event, LookedAt, OrderFilled, Started, SubAccount, SubAccountOpened, Submitted
from desk.model.exits import BracketSpec
from desk.model.instrument import Instrument
from desk.model.limits import Limits
from desk.model.order import OrderStatus
from desk.model.program import ScalperSpec
from desk.model.units import MILLISECOND, Nanos, SubId, Symbol
from desk.sim.disk import Disk
from desk.sim.invariants import Judge
from desk.sim.network import Agenda, Network
from desk.sim.oracle import Oracle
from desk.sim.plan import Sighting
from desk.sim.process import Killed, Process, Seam


class Stakes(Struct, frozen=True):
    """What a session plays for: the limits, and the sub-accounts with their cash."""

    limits: Limits
    subs: tuple[SubAccount, ...]


def stakes(leverage: int, wallet: int) -> Stakes:
    """Return three sub-accounts of equal cash."""
    limits = Limits(order_value_max=Decimal(400_000), market_slip_bps=Decimal(20), leverage=leverage)
    return Stakes(
        limits, tuple(SubAccount(SubId(str(number)), f"sub {number}", Decimal(wallet)) for number in (1, 2, 3))
    )


CRASH_LOOP: Final = 5


class Lives:
    """One process at a time, on one disk and one network."""

    def __init__(
        self,
        *,
        instruments: tuple[Instrument, ...],
        stakes: Stakes,
        disk: Disk,
        network: Network,
        agenda: Agenda,
        oracle: Oracle,
        judge: Judge,
        chance: Random,
    ) -> None:
        self._stakes = stakes
        self.process: Process | None = None
        self.kills = 0
        self.skew = Nanos(0)
        """How far the machine's clock is ahead; a process reads it at its start."""
        self.disk = disk
        self._instruments = instruments
        self._network = network
        self._agenda = agenda
        self._oracle = oracle
        self._judge = judge
        self._chance = chance
        self._counts = network.counts
        self._now = Nanos(0)
        self._stalled_until = Nanos(0)
        self._short_lives = 0
        self._was_durable = True

    @property
    def state(self) -> DeskState | None:
        """The living desk's state; None while there is none, or before its first turn."""
        if self.process is None or not self.process.state.markets:
            return None
        return self.process.state

    def start(self, now: Nanos) -> None:
        """Bring the desk back from its journal."""
        self._now = now
        process = self.process = Process(self.disk, self._stakes.limits, self._send, Nanos(self.skew), now)
        self._judge.begin(process, was_durable=self._was_durable)
        clock = process.clock(now)
        process.inbox.put(Started(clock, process.epoch, "SIM", self._instruments, self._stakes.limits))
        for sub in self._stakes.subs:
            process.inbox.put(SubAccountOpened(clock, sub))
        self._network.connect(self._deliver, now)
        if self._short_lives:
            self._short_lives -= 1
            self._agenda.push(Nanos(now + self._chance.randint(1, 3_000) * MILLISECOND), self.kill)

    def kill(self, now: Nanos) -> None:
        """End the process where it stands; another is started a little later."""
        if self.process is None:
            return
        self.kills += 1
        self._was_durable = self.process.is_durable
        self.process = None
        self._stalled_until = Nanos(0)
        self.disk.is_full = False
        self._network.disconnect()
        self._agenda.push(Nanos(now + self._chance.randint(20, 12_000) * MILLISECOND), self.start)

    def kill_repeatedly(self, now: Nanos, times: int) -> None:
        """End this process, and the next ones seconds after their start."""
        self._short_lives = times - 1
        self.kill(now)

    def die_at(self, seam: Seam) -> None:
        """Let the process die at the next order that passes a seam."""
        if self.process is not None:
            self.process.dies_at = seam

    def stall(self, until: Nanos) -> None:
        """Let the process stand still; what reaches it waits."""
        self._stalled_until = until

    def spare(self, now: Nanos) -> None:
        """End every affliction; a process whose disk was full is started afresh, as a person would."""
        self._stalled_until = min(self._stalled_until, now)
        self._short_lives = 0
        if self.process is not None:
            self.process.dies_at = None
            if self.disk.is_full or not self.process.is_durable:
                self.kill(now)

    def is_awake(self, now: Nanos) -> bool:
        """Tell whether there is a process and it runs."""
        return self.process is not None and now >= self._stalled_until

    def next_at(self, now: Nanos) -> Nanos | None:
        """Return when the process has something to do next."""
        process = self.process
        if process is None:
            return None
        at = now if process.inbox else process.next_at()
        return None if at is None else max(at, self._stalled_until)

    def submit(self, command: Command | None) -> None:
        """Hand a person's command to the desk, if there is one."""
        if command is not None and self.process is not None:
            self.process.inbox.put(Submitted(self.process.clock(self._now), command))

    def look_at(self, symbol: Symbol) -> None:
        """Let the person look at a symbol."""
        if self.process is not None:
            self.process.inbox.put(LookedAt(self.process.clock(self._now), symbol))

    def turn(self, now: Nanos) -> None:
        """Let the process do what is due."""
        self._now = now
        process = self.process
        at = self.next_at(now)
        if process is None or at is None or at > now:
            return
        try:
            effects = process.turn(now)
        except Killed:
            self.kill(now)
            return
        for effect in effects:
            if isinstance(effect, RunStarted) and not isinstance(effect.spec, ScalperSpec | BracketSpec):
                self._oracle.parents[effect.algo] = effect.spec.quantity
            elif isinstance(effect, RunEdited) and effect.algo in self._oracle.parents:
                # One that was made smaller has more at the venue until its order is amended.
                known = self._oracle.parents[effect.algo]
                self._oracle.parents[effect.algo] = max(known, effect.spec.quantity)
            elif isinstance(effect, Alert) and effect.severity is Severity.WARN:
                self._counts[Sighting.LIMIT_ENGAGED] += "expected at most" in effect.text
                self._counts[Sighting.RATE_ENGAGED] += "orders in " in effect.text
                self._counts[Sighting.CROSSING_HELD] += "it would meet our own" in effect.text
        self._judge.after_turn(process)

    def at(self, now: Nanos) -> None:
        """Note the world's time, before anything is delivered."""
        self._now = now

    def _deliver(self, event: Event) -> None:
        process = self.process
        if process is not None:
            if isinstance(event, OrderFilled):
                order = process.state.orders.get(event.order)
                self._counts[Sighting.FILL_OVERTOOK] += order is not None and order.status is OrderStatus.SUBMITTED
            process.inbox.put(structs.replace(event, ts=process.clock(self._now)))

    def _send(self, request: VenueRequest) -> None:
        assert self.process is not None, "only a living desk sends"
        for effect in request.requests if isinstance(request, Batch) else (request,):
            self._judge.sent(effect, self.process)
            self._oracle.sent(effect)
        self._counts[Sighting.BATCH] += isinstance(request, Batch)
        self._network.send(request, self._now)
