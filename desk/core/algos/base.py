"""What an algo is: events in, intents out; it never sends, sleeps, logs or reads a clock."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol

from msgspec import Struct

from desk.core.book import Book
from desk.core.orders import Order
from desk.model.event import OrderReport, TimerFired
from desk.model.instrument import Instrument
from desk.model.intent import Intent, Refusal
from desk.model.market import Quote
from desk.model.order import OrderKind
from desk.model.restart import OnRestart
from desk.model.units import ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import AlgoRow


class Begin(Struct, frozen=True):
    """The run has been started."""


class Pause(Struct, frozen=True):
    """A person parks the run: its order stays, nothing more is sent."""


class Resume(Struct, frozen=True):
    """A person lets the run go on."""


class Stop(Struct, frozen=True):
    """A person ends the run: its order is cancelled."""

    reason: str


class Refused(Struct, frozen=True):
    """The gate refused the run's last intent."""

    refusal: Refusal
    leg: int = 0
    """Of the order that was wished for."""


AlgoEvent = Begin | Pause | Resume | Stop | Refused | Quote | OrderReport | TimerFired


class Sight(Struct, frozen=True):
    """What an algo may look at: lent for one step, read-only."""

    now: Nanos
    instrument: Instrument
    quote: Quote | None
    book: Book
    orders: Mapping[ClientOrderId, Order]
    """This run's own, never others'."""
    mark: Decimal | None = None
    position: Decimal = ZERO
    """Of the run's sub-account in its symbol, signed."""


class Memo(Struct, tag=True):
    """What a run needs to be put back; every kind of algo has its own."""


NOT_NOW: Final = frozenset({"mode", "mark", "quarantine", "crossing", "rate", "rules"})
"""Refusals that say "not now", not "no"."""
REPEATS: Final = "repeats"
"""The refusal that parks a run: a person has to look at what it does."""


def parked_note(refusal: Refusal, is_parked: bool) -> tuple[str, bool]:
    """Return what a refusal is told as, and whether the run is parked from now on."""
    if refusal.check == REPEATS:
        return f"parked: {refusal.reason}", True
    return refusal.reason, is_parked


class Algo(Protocol):
    """One run of an algo."""

    kind: OrderKind

    id: AlgoId
    sub: SubId
    symbol: Symbol

    @property
    def quantity(self) -> Decimal | None:
        """What the parent asked for: its children may never exceed it; None where no total bounds them."""

    @property
    def on_restart(self) -> OnRestart:
        """How it comes back when the desk has been restarted."""

    @property
    def is_done(self) -> bool:
        """Tell whether the run is over."""

    def on_event(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Move by one event; return what is wished now."""

    def view(self, sight: Sight) -> AlgoRow:
        """Return the run as the screen shows it."""

    def save(self) -> Memo:
        """Return what a checkpoint keeps."""

    def park(self, note: str) -> None:
        """Come back from a restart: wait for a person."""

    def end(self, reason: str, now: Nanos) -> None:
        """Remember that the run is over."""
