"""The weather: storms in which the timed faults strike, and calms in which everything heals."""

from collections import Counter
from collections.abc import Callable
from math import exp
from typing import Final

from desk.exchange.crash import Crash, Fall
from desk.model.units import SECOND, Nanos
from desk.sim.lives import CRASH_LOOP, Lives
from desk.sim.market import CoarseMarket
from desk.sim.network import Agenda, Network
from desk.sim.plan import Calendar, Fault, Plan
from desk.sim.process import Seam

_SEAMS: Final = {
    Fault.KILL_BEFORE_COMMIT: Seam.BEFORE_COMMIT,
    Fault.KILL_BEFORE_SEND: Seam.BEFORE_SEND,
    Fault.POWER_CUT: Seam.BETWEEN_SENDS,
}


_FALL_STEP: Final = 0.5
"""Seconds between two steps of a fall."""


class Weather:
    """Strikes by the calendar, while it is stormy."""

    def __init__(
        self,
        plan: Plan,
        *,
        start: Nanos,
        network: Network,
        lives: Lives,
        market: CoarseMarket,
        agenda: Agenda,
        counts: Counter[str],
    ) -> None:
        self.is_stormy = True
        self._network = network
        self._lives = lives
        self._market = market
        self._agenda = agenda
        self._counts = counts
        self._calendar = Calendar(plan, start)
        self._signs = plan.stream("signs")
        self._blows: dict[Fault, Callable[[Fault, Nanos], None]] = {
            Fault.LINK_DOWN: self._break_link,
            Fault.ZOMBIE: self._hush,
            Fault.MARKET_SILENT: self._hush,
            Fault.BLACK_HOLE: self._swallow,
            Fault.PRICE_GAP: self._leap,
            Fault.CRASH: self._crash,
            Fault.KILL: self._kill,
            Fault.KILL_BEFORE_COMMIT: self._kill_at_seam,
            Fault.KILL_BEFORE_SEND: self._kill_at_seam,
            Fault.POWER_CUT: self._kill_at_seam,
            Fault.KILL_IN_RECOVERY: self._kill_again,
            Fault.CRASH_LOOP: self._kill_again,
            Fault.STALL: self._stall,
            Fault.DISK_FULL: self._fill_disk,
            Fault.CLOCK_OFF: self._turn_clock,
        }

    def add(self, fault: Fault, blow: Callable[[Nanos], None]) -> None:
        """Let a fault strike that comes from outside network and process."""
        self._blows[fault] = lambda _fault, now: blow(now)

    def beat(self, now: Nanos) -> None:
        """Let what is due strike."""
        for fault in self._calendar.take(now, is_stormy=self.is_stormy):
            blow = self._blows.get(fault)
            if blow is not None:
                self._counts[fault] += 1
                blow(fault, now)

    def calm(self, now: Nanos) -> None:
        """End the storm: everything heals."""
        self.is_stormy = self._network.dice.is_stormy = False
        self._network.mend(now)
        self._lives.spare(now)

    def storm(self) -> None:
        """Begin another."""
        self.is_stormy = self._network.dice.is_stormy = True

    def _break_link(self, fault: Fault, now: Nanos) -> None:
        self._network.break_streams(now)
        self._end_later(fault, now, (1, 20), self._network.mend)

    def _hush(self, fault: Fault, now: Nanos) -> None:
        ways = self._network.ways
        if fault is Fault.ZOMBIE:
            ways.user = False
        else:
            ways.market = False
        self._end_later(fault, now, (5, 40), self._network.mend)

    def _swallow(self, fault: Fault, now: Nanos) -> None:
        self._network.ways.is_held_up = True
        self._end_later(fault, now, (5, 60), self._network.release)

    def _leap(self, fault: Fault, now: Nanos) -> None:
        sign = 1 if self._signs.random() < 0.5 else -1
        self._market.leap(sign * self._signs.uniform(0.002, 0.02))

    def _crash(self, fault: Fault, now: Nanos) -> None:
        fall = Fall(self._signs.choice(list(Crash)), self._signs)
        self._fall_on(fall, self._signs.choice((1, 1, -1)), 0.0, now)

    def _fall_on(self, fall: Fall, sign: int, seconds: float, now: Nanos) -> None:
        """Fall by the next step; a rise is a fall with its sign turned."""
        step = fall.move(seconds + _FALL_STEP) - fall.move(seconds)
        self._market.leap(exp(sign * step) - 1)
        if seconds < fall.seconds and self.is_stormy:
            later = Nanos(now + int(_FALL_STEP * SECOND))
            self._agenda.push(later, lambda at: self._fall_on(fall, sign, seconds + _FALL_STEP, at))

    def _kill(self, fault: Fault, now: Nanos) -> None:
        self._lives.kill(now)

    def _kill_at_seam(self, fault: Fault, now: Nanos) -> None:
        self._lives.die_at(_SEAMS[fault])

    def _kill_again(self, fault: Fault, now: Nanos) -> None:
        self._lives.kill_repeatedly(now, CRASH_LOOP if fault is Fault.CRASH_LOOP else 2)

    def _stall(self, fault: Fault, now: Nanos) -> None:
        self._lives.stall(Nanos(now + self._calendar.seconds(fault, 0.1, 60)))

    def _fill_disk(self, fault: Fault, now: Nanos) -> None:
        self._lives.disk.is_full = True
        self._end_later(fault, now, (3, 20), self._make_room)

    def _make_room(self, now: Nanos) -> None:
        # A journal that failed once is not trusted again: the person who made room starts the desk anew.
        if self._lives.disk.is_full:
            self._lives.kill(now)
        self._lives.disk.is_full = False

    def _turn_clock(self, fault: Fault, now: Nanos) -> None:
        self._lives.skew = Nanos(self._calendar.seconds(fault, -0.4, 0.4))

    def _end_later(self, fault: Fault, now: Nanos, span: tuple[float, float], end: Callable[[Nanos], None]) -> None:
        self._agenda.push(Nanos(now + self._calendar.seconds(fault, *span)), end)


CALM: Final = Nanos(60 * SECOND)
"""How long the weather stays calm; the desk has to agree with the venue at the end of it."""
