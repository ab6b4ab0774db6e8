"""What really happened at the venue, kept apart from the desk; and what must never happen there."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.effect import Batch, Crossed, SendAmend, SendCancel, SendGuard, SendOrder, VenueEffect, VenueRequest
from desk.model.event import (
    Event,
    FundingPaid,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
)
from desk.model.market import MarkPrice
from desk.model.order import OrderSpec, Side
from desk.model.units import ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.sim.plan import Sighting

SLACK: Final = Decimal("1.10")
"""Prices move between the gate and the venue: what is owed may be this much more than what was checked."""
MARKS_KEPT: Final = 20
"""Mark prices remembered: those of some ten seconds."""
SELF_TRADE: Final = "self-trade prevention"


class Standing(Struct):
    """One order of ours as the venue has it."""

    spec: OrderSpec
    price: Decimal
    quantity: Decimal
    filled: Decimal = ZERO
    is_open: bool = True
    is_cancel_sent: bool = False
    versions: dict[tuple[Decimal, Decimal], int] = {}
    """Every price and quantity it has had, numbered in time; one it has had twice has its later number."""

    @property
    def leaves(self) -> Decimal:
        """What may still trade."""
        return self.quantity - self.filled if self.is_open else ZERO


class Holding(Struct):
    """What one sub-account really holds in one symbol: signed quantity, and the cash its trades have moved."""

    quantity: Decimal = ZERO
    cash: Decimal = ZERO


class Oracle:
    """Listens at the venue's own door, before anything can be lost on the way."""

    def __init__(self, wallets: dict[SubId, Decimal], leverage: int, counts: Counter[str]) -> None:
        self.orders: dict[ClientOrderId, Standing] = {}
        """Every order the venue has ever taken on, by its client id."""
        self.trades: dict[tuple[Symbol, int], tuple[OrderFilled, Nanos]] = {}
        self.violations: list[str] = []
        self.marks: dict[Symbol, Decimal] = {}
        self._marks_lately: deque[dict[Symbol, Decimal]] = deque(maxlen=MARKS_KEPT)
        self.funded_at = Nanos(0)
        """When the venue last paid funding: news of it takes a moment to reach the desk."""
        self.parents: dict[AlgoId, Decimal] = {}
        """What each run was asked for; filled in by whoever starts it."""
        self.taken: Counter[str] = Counter()
        self.on_accepted: Callable[[ClientOrderId], None] = _nobody
        """Who else wants to know what the venue takes on."""
        self.on_met: Callable[[OrderSpec, OrderSpec], None] = _no_meeting
        """Who wants to know that two orders of ours have met: the one that rested, and the one that came."""
        self._coming: OrderSpec | None = None
        """The order that is being placed or amended at this very moment."""
        self._wallets = wallets
        self._leverage = leverage
        self._counts = counts
        self._guards: set[ClientOrderId] = set()
        self._arriving: dict[ClientOrderId, OrderSpec] = {}
        self._under_way: dict[ClientOrderId, OrderSpec] = {}
        """What the desk has let go and the venue has not answered for."""
        self._bound_when_sent: dict[ClientOrderId, Decimal] = {}
        self._holdings: dict[tuple[SubId, Symbol], Holding] = {}
        self._run_filled: dict[AlgoId, Decimal] = {}
        self._open: dict[ClientOrderId, Standing] = {}
        self._versions = 0

    def open(self) -> Iterator[tuple[ClientOrderId, Standing]]:
        """Yield our orders open at the venue."""
        yield from self._open.items()

    def holding(self, sub: SubId, symbol: Symbol) -> Holding:
        """Return what a sub-account really holds."""
        return self._holdings.setdefault((sub, symbol), Holding())

    def marks_lately(self) -> tuple[dict[Symbol, Decimal], ...]:
        """Return the marks of the last seconds, the present ones last."""
        return (*self._marks_lately, self.marks)

    def blame(self, invariant: str, text: str) -> None:
        """Note a violation."""
        self.violations.append(f"{invariant}: {text}")

    def arrived(self, request: VenueRequest, now: Nanos) -> None:
        """A request has reached the venue; of a batch nobody knows which of them comes when."""
        self._coming = None
        if isinstance(request, Batch):
            for each in request.requests:
                self.arrived(each, now)
            self._coming = None
            return
        if isinstance(request, SendAmend) and request.order in self.orders:
            self._coming = self.orders[request.order].spec
        if isinstance(request, SendGuard):
            self._arriving[request.spec.id] = request.spec.as_order(request.spec.trigger)  # should it ever be woken
            self._guards.add(request.spec.id)
        if isinstance(request, SendOrder):
            self._coming = request.spec
            self._arriving[request.spec.id] = request.spec
            if request.spec.id in self.orders:
                self.blame("I10", f"{request.spec.id} was sent again after the venue had accepted it")

    def taken_in(self) -> None:
        """The request that had arrived has had all its consequences."""
        self._coming = None

    def sent(self, request: VenueEffect) -> None:
        """The desk has let a request go."""
        if isinstance(request, SendOrder):
            self._under_way[request.spec.id] = request.spec
            self._bound_when_sent[request.spec.id] = self._bound(request.spec.sub, self._under_way.values())
        if isinstance(request, SendCancel) and request.order in self._open:
            self._open[request.order].is_cancel_sent = True

    def lost(self, request: VenueRequest) -> None:
        """A request will never come to the matching: lost on its way, or turned back at the door."""
        for each in request.requests if isinstance(request, Batch) else (request,):
            if isinstance(each, SendOrder):
                self._under_way.pop(each.spec.id, None)

    def heard(self, event: Event, now: Nanos) -> None:
        """The venue has said something; nobody else has heard it yet."""
        match event:
            case OrderFilled():
                self._on_filled(event, now)
            case OrderAccepted():
                self._on_accepted(event)
            case OrderAmended():
                standing = self.orders[event.order]
                standing.price, standing.quantity = event.price, event.quantity
                standing.versions[event.price, event.quantity] = self._next_version()
                self._check_parent(standing)
            case OrderCancelled() | OrderExpired():
                self._on_ended(event)
            case OrderRejected():
                self._under_way.pop(event.order, None)
            case MarkPrice():
                self._marks_lately.append(dict(self.marks))
                self.marks[event.symbol] = event.price
            case FundingPaid():
                self.funded_at = now
                self._counts[Sighting.FUNDING] += 1
            case _:
                pass

    def crossed(self, booking: Crossed) -> None:
        """A position has changed hands between two accounts of ours; the venue does not know."""
        for sub, sign in ((booking.seller, -1), (booking.buyer, 1)):
            if sub is not None:
                holding = self.holding(sub, booking.symbol)
                holding.quantity += sign * booking.quantity
                holding.cash -= sign * booking.quantity * booking.price

    def _next_version(self) -> int:
        self._versions += 1
        return self._versions

    def _on_accepted(self, event: OrderAccepted) -> None:
        spec = self._arriving.get(event.order)
        if spec is None:
            return
        if event.order in self.orders:
            self.blame("I10", f"{event.order} was accepted twice")
        standing = self.orders[event.order] = self._open[event.order] = Standing(spec, spec.price, spec.quantity)
        standing.versions[spec.price, spec.quantity] = 0
        self._under_way.pop(event.order, None)
        self.taken["orders"] += 1
        self._counts[Sighting.GUARD_WOKEN] += event.order in self._guards
        self._check_slot(standing)
        self._check_parent(standing)
        self._check_exposure(standing)
        self.on_accepted(event.order)

    def _on_filled(self, event: OrderFilled, now: Nanos) -> None:
        self.trades[event.symbol, event.trade] = (event, now)
        self.taken["fills"] += 1
        standing = self.orders.get(event.order)
        if standing is None:
            return  # an order from elsewhere: nobody's slot, nobody's parent
        spec = standing.spec
        standing.filled += event.quantity
        if standing.is_cancel_sent:
            self._counts[Sighting.FILL_BEHIND_CANCEL] += 1
        holding = self.holding(spec.sub, spec.symbol)
        holding.quantity += spec.side.sign * event.quantity
        holding.cash -= spec.side.sign * event.quantity * event.price + event.fee
        if spec.algo is not None:
            self._run_filled[spec.algo] = self._run_filled.get(spec.algo, ZERO) + event.quantity
            self._check_parent(standing)
        if standing.filled >= standing.quantity:
            standing.is_open = False
            self._open.pop(event.order, None)

    def _on_ended(self, event: OrderCancelled | OrderExpired) -> None:
        standing = self.orders.get(event.order)
        if standing is None:
            return
        standing.is_open = False
        self._open.pop(event.order, None)
        if isinstance(event, OrderExpired) and event.reason == SELF_TRADE and self._coming is not None:
            self.on_met(standing.spec, self._coming)

    def _check_slot(self, taken: Standing) -> None:
        if taken.spec.algo is None:
            return
        slot = (taken.spec.algo, taken.spec.leg)
        working = [order for order, each in self._open.items() if (each.spec.algo, each.spec.leg) == slot]
        if len(working) > 1:
            self.blame("I6", f"{taken.spec.algo} has {len(working)} orders working at the venue: {', '.join(working)}")

    def _check_parent(self, taken: Standing) -> None:
        algo = taken.spec.algo
        parent = self.parents.get(algo) if algo is not None else None
        if algo is None or parent is None:
            return
        working = sum((each.leaves for each in self._open.values() if each.spec.algo == algo), ZERO)
        reach = self._run_filled.get(algo, ZERO) + working
        if reach > parent:
            self.blame("I9", f"{algo}: {reach} filled or working at the venue, asked for {parent}")

    def _check_exposure(self, taken: Standing) -> None:
        sub = taken.spec.sub
        if taken.spec.closing or sub not in self._wallets or taken.spec.symbol not in self.marks:
            return
        after = self._bound(sub)
        taken.is_open = False
        before = self._bound(sub)
        taken.is_open = True
        # An order is under way for seconds: what it was checked against is the best that was true meanwhile.
        after = min(after, self._bound_when_sent.get(taken.spec.id, after))
        equity = max(self.equity(sub, marks) for marks in self.marks_lately())
        # Closing a position lays bare the orders that it had been netted with: that is not the next order's doing.
        if before <= equity * SLACK < after:
            self.blame(
                "I5",
                f"{taken.spec.id}: sub-account {sub} would need {after:.2f} of margin with everything filled, "
                f"its equity is {equity:.2f}",
            )

    def _bound(self, sub: SubId, under_way: Iterable[OrderSpec] = ()) -> Decimal:
        bound = ZERO
        working = [(each.spec, each.leaves) for each in self._open.values()]
        working += [(each, each.quantity) for each in under_way]
        for symbol, mark in self.marks.items():
            held = self.holding(sub, symbol).quantity
            reach = {Side.BUY: ZERO, Side.SELL: ZERO}
            for spec, leaves in working:
                if spec.sub == sub and spec.symbol == symbol and not spec.closing:
                    reach[spec.side] += leaves
            bound += max(abs(held + reach[Side.BUY]), abs(held - reach[Side.SELL])) * mark
        return bound / self._leverage

    def equity(self, sub: SubId, marks: Mapping[Symbol, Decimal]) -> Decimal:
        """Return what a sub-account is really worth at these marks."""
        equity = self._wallets[sub]
        for symbol, mark in marks.items():
            holding = self.holding(sub, symbol)
            equity += holding.cash + holding.quantity * mark
        return equity


def _nobody(order: ClientOrderId) -> None:
    """Tell nobody."""


def _no_meeting(resting: OrderSpec, coming: OrderSpec) -> None:
    """Tell nobody."""
