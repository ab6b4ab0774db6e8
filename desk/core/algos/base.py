"""What an algo is: events in, intents out; it never sends, sleeps, logs or reads a clock."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct

from desk.core.book import Book
from desk.core.orders import Order
from desk.model.command import ChaseSpec
from desk.model.event import GuardReported, OrderReport, TimerFired
from desk.model.guard import GuardState
from desk.model.instrument import Instrument
from desk.model.intent import Finish, Intent, Refusal
from desk.model.market import Quote
from desk.model.order import OrderKind, Side
from desk.model.program import Program
from desk.model.restart import OnRestart
from desk.model.units import ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import AlgoRow, AlgoState


class Begin(Struct, frozen=True):
    """The run has been started."""


class Pause(Struct, frozen=True):
    """A person parks the run: its order stays, nothing more is sent."""


class Resume(Struct, frozen=True):
    """A person lets the run go on."""


class Stop(Struct, frozen=True):
    """A person ends the run: its order is cancelled."""

    reason: str


class Edited(Struct, frozen=True):
    """A person has given the run other parameters."""


class Refused(Struct, frozen=True):
    """The gate refused the run's last intent."""

    refusal: Refusal
    leg: int = 0
    """Of the order that was wished for."""


AlgoEvent = Begin | Edited | Pause | Resume | Stop | Refused | Quote | OrderReport | GuardReported | TimerFired


class Followed(Struct, frozen=True):
    """The run that another one follows."""

    orders: Mapping[ClientOrderId, Order]
    is_over: bool


class GuardSeen(Struct, frozen=True):
    """The stop that the venue holds for a run."""

    quantity: Decimal
    trigger: Decimal
    state: GuardState
    leaving_since: Nanos
    """Since when it is to be let go of; 0: it is not."""

    @property
    def is_leaving(self) -> bool:
        """Tell whether it is to be let go of."""
        return bool(self.leaving_since)


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
    guard: GuardSeen | None = None
    """None: the venue holds no stop for it."""
    followed: Followed | None = None
    """None: it follows no other run."""


class Memo(Struct, tag=True, kw_only=True):
    """What a run needs to be put back, besides its orders; every kind of algo adds its own."""

    id: AlgoId
    spec: ChaseSpec | Program
    arrival: Quote
    """The touch it found when it was started."""
    started: Nanos
    state: AlgoState = AlgoState.IDLE
    note: str = "waiting for a touch"
    is_parked: bool = False
    rejects: int = 0
    ended: Nanos | None = None


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
    follows: AlgoId | None
    """The run whose orders it watches, if any."""

    @property
    def quantity(self) -> Decimal | None:
        """What the parent asked for: its children may never exceed it; None where no total bounds them."""

    @property
    def spec(self) -> ChaseSpec | Program:
        """Its parameters."""

    @property
    def arrival(self) -> Quote:
        """The touch it found when it was started."""

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

    def edit(self, spec: ChaseSpec | Program) -> None:
        """Take other parameters of the same kind."""

    def park(self, note: str) -> None:
        """Come back from a restart: wait for a person."""

    def end(self, reason: str, now: Nanos) -> None:
        """Remember that the run is over."""


M = TypeVar("M", bound=Memo)


class Run(Generic[M]):
    """What every run has in common: who it is, how it is parked and how it ends."""

    kind: OrderKind

    def __init__(self, memo: M) -> None:
        self._memo = memo
        self.id = memo.id
        self.sub = memo.spec.sub
        self.symbol = memo.spec.symbol
        self.follows: AlgoId | None = None

    @property
    def quantity(self) -> Decimal | None:
        """What the parent asked for."""
        return self._memo.spec.quantity

    @property
    def spec(self) -> ChaseSpec | Program:
        """Its parameters."""
        return self._memo.spec

    @property
    def arrival(self) -> Quote:
        """The touch it found when it was started."""
        return self._memo.arrival

    @property
    def on_restart(self) -> OnRestart:
        """How it comes back when the desk has been restarted."""
        return self._memo.spec.on_restart

    @property
    def is_done(self) -> bool:
        """Tell whether the run is over."""
        return self._memo.state is AlgoState.DONE

    def edit(self, spec: ChaseSpec | Program) -> None:
        """Take other parameters of the same kind."""
        self._memo.spec = spec

    def park(self, note: str) -> None:
        """Come back from a restart: wait for a person."""
        self._memo.is_parked, self._memo.state, self._memo.note = True, AlgoState.PARKED, note

    def end(self, reason: str, now: Nanos) -> None:
        """Remember that the run is over."""
        self._memo.state, self._memo.note, self._memo.ended = AlgoState.DONE, reason, now
        self._memo.is_parked = False

    def _row(self, sight: Sight, side: Side, quantity: Decimal, live: Decimal | None, *, rejects: int) -> AlgoRow:
        """Return the row of a run whose orders are all remembered; `live` is where its order rests."""
        memo, orders = self._memo, sight.orders.values()
        filled = sum((order.filled for order in orders), ZERO)
        value = sum((order.value for order in orders), ZERO)
        return AlgoRow(
            id=memo.id,
            kind=self.kind,
            sub=memo.spec.sub,
            symbol=memo.spec.symbol,
            side=side,
            quantity=quantity,
            filled=filled,
            average_price=value / filled if filled else None,
            order_price=live,
            state=memo.state,
            note=memo.note,
            arrival_mid=memo.arrival.mid,
            operations=sum(order.requests for order in orders),
            rejects=rejects,
            maker_quantity=sum((order.filled_as_maker for order in orders), ZERO),
            started=memo.started,
            ended=memo.ended,
            spec=memo.spec,
        )

    def _finish(self, sight: Sight, reason: str) -> Sequence[Intent]:
        self.end(reason, sight.now)
        return [Finish(reason)]
