"""One engine and its practice exchange in virtual time, with nothing between them but the way: for what is measured."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from desk.core.batching import bundled
from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.exchange.exchange import Exchange
from desk.model.command import CancelOrder, Command
from desk.model.effect import ArmTimer, DisarmTimer, Effect, SendOrder, VenueEffect
from desk.model.event import Started, SubAccount, SubAccountOpened, Submitted, TimerFired, TimerKey
from desk.model.instrument import Instrument
from desk.model.limits import Limits
from desk.model.order import OrderKind
from desk.model.units import SECOND, ClientOrderId, Nanos

START: Final = Nanos(1_764_028_800 * SECOND)


class Solo:
    """Commands in, time on; what it has come to is in the engine's state and at the exchange."""

    def __init__(
        self,
        exchange: Exchange,
        instruments: tuple[Instrument, ...],
        limits: Limits,
        sub: SubAccount,
        start: Nanos = START,
    ) -> None:
        self._exchange = exchange
        self._engine = Engine(DeskState(limits))
        self._timers: dict[TimerKey, Nanos] = {}
        self._now = start
        self.sent: Counter[OrderKind] = Counter()
        """Orders by who asked for them."""
        self._take(self._engine.step(Started(start, 1, "SOLO", instruments, limits)))
        self._take(self._engine.step(SubAccountOpened(start, sub)))

    @property
    def state(self) -> DeskState:
        """The engine's state."""
        return self._engine.state

    def submit(self, command: Command) -> None:
        """Ask the engine for something."""
        self._take(self._engine.step(Submitted(self._now, command)))

    def cancel(self, order: ClientOrderId) -> None:
        """Ask the engine for the end of an order."""
        self.submit(CancelOrder(order))

    def run(self, until: Nanos) -> None:
        """Let exchange and engine go on."""
        while True:
            due = min(self._timers.items(), key=lambda each: each[1], default=None)
            happens = self._exchange.next_at()
            at = min(
                (each for each in (happens, due[1] if due is not None else None) if each is not None), default=None
            )
            if at is None or at > until:
                self._now = max(self._now, until)
                return
            self._now = max(self._now, at)
            for event in self._exchange.advance(at):
                self._take(self._engine.step(event))
            if due is not None and due[1] <= at and self._timers.get(due[0]) == due[1]:
                del self._timers[due[0]]
                self._take(self._engine.step(TimerFired(at, due[0])))

    def _take(self, effects: Sequence[Effect]) -> None:
        going: list[VenueEffect] = []
        for effect in effects:
            if isinstance(effect, ArmTimer):
                self._timers[effect.key] = max(effect.at, Nanos(self._now + 1))
            elif isinstance(effect, DisarmTimer):
                self._timers.pop(effect.key, None)
            elif isinstance(effect, VenueEffect):
                going.append(effect)
                if isinstance(effect, SendOrder):
                    self.sent[effect.spec.kind] += 1
        for request in bundled(going, self.state.limiter, self._now):
            self._exchange.execute(request, self._now)
