"""An engine with what the shell would give it: timers, fresh marks and a journal, all in virtual time."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from desk.core.engine import PULSE, Engine
from desk.core.state import DeskState
from desk.model.command import Command
from desk.model.effect import Alert, ArmTimer, DisarmTimer, Effect
from desk.model.event import (
    Event,
    LinkChanged,
    LinkState,
    LookedAt,
    Started,
    SubAccount,
    SubAccountOpened,
    Submitted,
    TimerFired,
    TimerKey,
    TruthLearned,
    VenueTruth,
)
from desk.model.instrument import Instrument
from desk.model.journal import Journalled, is_journalled
from desk.model.limits import Limits
from desk.model.units import ZERO, Nanos, SubId, Symbol
from tests.kit import builders
from tests.kit.builders import EPOCH, D


class Rig:
    """Steps one engine, remembers what it asked for and fires its timers when told how late it is."""

    def __init__(self, engine: Engine, *, keeps_marks: bool = True) -> None:
        self.engine = engine
        self.timers: dict[TimerKey, Nanos] = {}
        self.journal: list[Journalled] = []
        self.effects: list[Effect] = []
        self._keeps_marks = keeps_marks

    @property
    def state(self) -> DeskState:
        """The engine's state."""
        return self.engine.state

    @property
    def alerts(self) -> list[str]:
        """All sentences the trader was told, oldest first."""
        return [effect.text for effect in self.effects if isinstance(effect, Alert)]

    def step(self, event: Event) -> Sequence[Effect]:
        """Give the engine one event; return what it asks for."""
        if is_journalled(event):
            self.journal.append(event)
        return self.take(self.engine.step(event))

    def take(self, effects: Sequence[Effect]) -> Sequence[Effect]:
        """Do for `effects` what the shell would: timers and journal."""
        for effect in effects:
            self.effects.append(effect)
            if is_journalled(effect):
                self.journal.append(effect)
            if isinstance(effect, ArmTimer):
                self.timers[effect.key] = effect.at
            elif isinstance(effect, DisarmTimer):
                self.timers.pop(effect.key, None)
        return effects

    def command(self, command: Command, millis: int | None = None) -> Sequence[Effect]:
        """Submit a command, now or `millis` after the beginning."""
        now = self.state.now if millis is None else builders.at(millis)
        return self.step(Submitted(now, command))

    def wait(self, until: Nanos) -> Iterator[tuple[Nanos, Sequence[Effect]]]:
        """Fire the timers due up to `until`, in order; yield what each one caused."""
        while due := [(at, key) for key, at in self.timers.items() if at <= until]:
            at, key = min(due, key=lambda each: each[0])
            del self.timers[key]
            if key == PULSE and self._keeps_marks:
                self._refresh_marks(at)
                self.look_at_all(at)
            yield at, self.step(TimerFired(at, key))

    def look_at_all(self, now: Nanos) -> None:
        """Let a screen look at every market, so that all of them are followed in full."""
        for symbol in self.state.markets:
            self.step(LookedAt(now, symbol))

    def _refresh_marks(self, now: Nanos) -> None:
        for symbol, market in self.state.markets.items():
            if market.mark is not None:
                millis = (now - EPOCH) // 1_000_000
                self.step(builders.mark(str(market.mark.price), millis, symbol))


def started(
    *,
    instruments: Iterable[Instrument] = (),
    touches: dict[str, str] | None = None,
    wallet: str = "100000",
    subs: Iterable[str] = ("1", "2"),
    limits: Limits | None = None,
) -> Rig:
    """Return a running desk at time 0: BTCUSDT at 100.0/100.1 unless told otherwise, its books proven, nothing held.

    The mark is the bid; every level of the first depth has a size of 5.
    """
    rig = begun(instruments=instruments, wallet=wallet, subs=subs, limits=limits)
    names = list(subs)
    rig.step(LinkChanged(EPOCH, LinkState.UP, "connected"))
    rig.step(TruthLearned(EPOCH, truth(D(wallet) * len(names))))
    for symbol in rig.state.markets:
        show(rig, (touches or {}).get(symbol, "100.0/100.1"), symbol=symbol)
    rig.effects.clear()
    return rig


def begun(
    *,
    instruments: Iterable[Instrument] = (),
    wallet: str = "100000",
    subs: Iterable[str] = ("1", "2"),
    limits: Limits | None = None,
) -> Rig:
    """Return a desk that has started and heard nothing yet."""
    bounds = limits if limits is not None else builders.limits()
    rig = Rig(Engine(DeskState(bounds)))
    traded = tuple(instruments) or (builders.instrument(),)
    rig.step(Started(EPOCH, 1, "PAPER", traded, bounds))
    rig.look_at_all(EPOCH)
    for name in subs:
        rig.step(SubAccountOpened(EPOCH, SubAccount(SubId(name), f"sub {name}", D(wallet))))
    return rig


def truth(wallet: Decimal = ZERO, millis: int = 0) -> VenueTruth:
    """Return a venue's truth of nothing but cash."""
    return VenueTruth(builders.at(millis), wallet, (), (), (), is_final=True)


def show(rig: Rig, touch: str, *, symbol: str | None = None, millis: int = 0) -> None:
    """Show a whole market: depth, mark at the bid, touch."""
    name = symbol if symbol is not None else builders.BTC
    bid, _, ask = touch.partition("/")
    tick = rig.state.instruments[Symbol(name)].tick_size
    bids = " ".join(f"5@{D(bid) - tick * step}" for step in range(5))
    asks = " ".join(f"5@{D(ask) + tick * step}" for step in range(5))
    rig.step(builders.depth(bids, asks, millis=millis, symbol=name))
    rig.step(builders.mark(bid, millis, name))
    rig.step(builders.quote(touch, millis, name))
