"""What an algo is: events in, intents out; it never sends, sleeps, logs or reads a clock."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from desk.core.book import Book
from desk.core.orders import Order
from desk.model.command import OnRestart
from desk.model.event import OrderReport, TimerFired
from desk.model.instrument import Instrument
from desk.model.intent import Intent, Refusal
from desk.model.market import Quote
from desk.model.units import AlgoId, ClientOrderId, Nanos, SubId, Symbol
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


AlgoEvent = Begin | Pause | Resume | Stop | Refused | Quote | OrderReport | TimerFired


class Sight(Struct, frozen=True):
    """What an algo may look at: lent for one step, read-only."""

    now: Nanos
    instrument: Instrument
    quote: Quote | None
    book: Book
    orders: Mapping[ClientOrderId, Order]
    """This run's own, never others'."""


class Memo(Struct, tag=True):
    """What a run needs to be put back; every kind of algo has its own."""


class Algo(Protocol):
    """One run of an algo."""

    id: AlgoId
    sub: SubId
    symbol: Symbol

    @property
    def quantity(self) -> Decimal:
        """What the parent asked for: its children may never exceed it."""

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
