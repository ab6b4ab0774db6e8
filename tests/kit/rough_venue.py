"""A tiny venue with a rough way to it: reports overtake each other, trades are told twice, answers are lost."""

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from desk.model.effect import Effect, RequestTruth, SendAmend, SendCancel, SendOrder
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    Event,
    OpenOrder,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    TruthLearned,
    VenueTrade,
    VenueTruth,
)
from desk.model.market import Quote
from desk.model.order import OrderSpec, Side, TimeInForce
from desk.model.units import MILLISECOND, ZERO, ClientOrderId, Nanos
from tests.kit.builders import BTC, D
from tests.kit.rig import Rig

Happening = Callable[[], Event | None]
"""What happens at some time: an event that reaches the desk, or something at the venue that it does not see."""


class Resting(Struct):
    """An order at the venue."""

    spec: OrderSpec
    price: Decimal
    quantity: Decimal
    filled: Decimal = ZERO
    is_open: bool = True


class RoughVenue:
    """One symbol's venue and its market; all chance comes from one seeded generator."""

    def __init__(self, rig: Rig, seed: int, *, loses_answers: bool = True) -> None:
        self.rig = rig
        self.rng = random.Random(seed)
        self.orders: dict[ClientOrderId, Resting] = {}
        self.on_the_wire: dict[ClientOrderId, Decimal] = {}
        """Quantity of the orders that have left the desk and not reached the venue."""
        self.trade_sizes = [D(size) for size in ("0.001", "0.001", "0.05", "0.05", "0.4", "1000")]
        """What the market takes from a resting order at once, at most what is left of it."""
        self._trades: list[VenueTrade] = []
        self._agenda: list[tuple[Nanos, int, Happening]] = []
        self._count = 0
        self._in_flight = 0
        self._loses_answers = loses_answers
        self._bid = D("100.0")
        self._now = rig.state.now
        self._plan(1, self._move_market)

    def filled(self) -> Decimal:
        """Return all that has traded."""
        return sum((order.filled for order in self.orders.values()), ZERO)

    def reach(self) -> Decimal:
        """Return what has traded and what may still trade, wherever it is."""
        resting = sum((order.quantity - order.filled for order in self.orders.values() if order.is_open), ZERO)
        return self.filled() + resting + sum(self.on_the_wire.values(), ZERO)

    def run(self, span_ms: int) -> Iterator[None]:
        """Let time pass; pause after everything that happens, so that what must always hold can be looked at."""
        end = Nanos(self._now + span_ms * MILLISECOND)
        while True:
            timer = min(self.rig.timers.values(), default=end)
            if self._agenda[0][0] <= min(timer, end):
                self._now, _, happening = heapq.heappop(self._agenda)
                event = happening()
                if event is not None:
                    self.take(self.rig.step(event))
            elif timer < end:
                for when, effects in self.rig.wait(timer):
                    self._now = when
                    self.take(effects)
            else:
                return
            yield

    def go_on_alone(self, span_ms: int) -> None:
        """Let time pass while nobody listens: what is reported meanwhile is lost."""
        end = Nanos(self._now + span_ms * MILLISECOND)
        while self._agenda[0][0] <= end:
            self._now, _, happening = heapq.heappop(self._agenda)
            happening()
        self._now = end

    def take(self, effects: Sequence[Effect]) -> None:
        """Receive what the desk sends; each request travels on its own."""
        for effect in effects:
            match effect:
                case SendOrder(spec=spec):
                    self.on_the_wire[spec.id] = spec.quantity
                    self._travel(self._arrival_of_order(spec))
                case SendAmend():
                    self._travel(self._arrival_of_amend(effect))
                case SendCancel(order=order):
                    self._travel(self._arrival_of_cancel(order))
                case RequestTruth():
                    self._plan(self.rng.randint(20, 200), self._tell_truth)
                case _:
                    pass

    # The way there and back

    def _plan(self, delay_ms: int, happening: Happening) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (Nanos(self._now + delay_ms * MILLISECOND), self._count, happening))

    def _travel(self, arrival: Callable[[], None]) -> None:
        self._in_flight += 1

        def arrive() -> None:
            self._in_flight -= 1
            arrival()

        self._plan(self.rng.randint(1, 60), arrive)

    def _report(self, report: Event, *, copies: int = 1) -> None:
        for _ in range(copies):
            self._in_flight += 1

            def deliver() -> Event:
                self._in_flight -= 1
                return replace(report, ts=self._now)

            self._plan(self.rng.randint(1, 80), deliver)

    # What happens at the venue

    def _arrival_of_order(self, spec: OrderSpec) -> Callable[[], None]:
        def arrive() -> None:
            del self.on_the_wire[spec.id]
            luck = self.rng.random() if self._loses_answers else 1.0
            if luck < 0.03:
                self._report(OutcomeUnknown(self._now, spec.id, "lost on the way there"))
                return
            if self.rng.random() < 0.05 or (spec.tif is TimeInForce.GTX and self._would_take(spec.side, spec.price)):
                self._report(OrderRejected(self._now, spec.id, -5022, "would take", self._now))
                return
            self.orders[spec.id] = Resting(spec, spec.price, spec.quantity)
            if luck < 0.06:
                self._report(OutcomeUnknown(self._now, spec.id, "lost on the way back"))
            else:
                accepted = OrderAccepted(self._now, spec.id, len(self.orders), ZERO, self._now)
                self._report(accepted, copies=self.rng.choice((1, 1, 2)))
            if spec.tif is TimeInForce.IOC:
                self._take_now(self.orders[spec.id])

        return arrive

    def _arrival_of_amend(self, amend: SendAmend) -> Callable[[], None]:
        def arrive() -> None:
            order = self.orders.get(amend.order)
            if order is None or not order.is_open or self.rng.random() < 0.05:
                self._report(AmendRejected(self._now, amend.order, -2013, "no such order", self._now))
            elif order.spec.tif is TimeInForce.GTX and self._would_take(order.spec.side, amend.price):
                self._end(order, OrderExpired(self._now, amend.order, order.filled, "would take", self._now))
            else:
                order.price, order.quantity = amend.price, amend.quantity
                self._report(OrderAmended(self._now, amend.order, amend.price, amend.quantity, order.filled, self._now))

        return arrive

    def _arrival_of_cancel(self, order_id: ClientOrderId) -> Callable[[], None]:
        def arrive() -> None:
            order = self.orders.get(order_id)
            if order is None or not order.is_open:
                self._report(CancelRejected(self._now, order_id, -2011, "no such order", self._now))
            else:
                self._end(order, OrderCancelled(self._now, order_id, order.filled, self._now))

        return arrive

    def _tell_truth(self) -> Event | None:
        """Tell everything, once nothing else is on its way."""
        if self._in_flight:
            self._plan(10, self._tell_truth)
            return None
        resting = tuple(
            OpenOrder(replace(each.spec, price=each.price, quantity=each.quantity), number, each.filled)
            for number, each in enumerate(self.orders.values(), 1)
            if each.is_open
        )
        return TruthLearned(self._now, VenueTruth(self._now, ZERO, (), resting, tuple(self._trades), is_final=True))

    def _move_market(self) -> Event | None:
        self._bid += self.rng.choice((-3, -1, -1, 0, 1, 1, 3)) * D("0.1")
        for order in self.orders.values():
            if order.is_open and self.rng.random() < 0.12:
                self._trade(order, self.rng.choice(self.trade_sizes), is_maker=True)
        self._plan(self.rng.randint(5, 150), self._move_market)
        return Quote(self._now, BTC, self._bid, D(5), self._bid + D("0.1"), D(5), self._now)

    def _take_now(self, order: Resting) -> None:
        if self.rng.random() < 0.8:
            self._trade(order, self.rng.choice((D("0.1"), order.quantity)), is_maker=False)
        if order.is_open:
            self._end(order, OrderExpired(self._now, order.spec.id, order.filled, "ioc remainder", self._now))

    def _trade(self, order: Resting, quantity: Decimal, *, is_maker: bool) -> None:
        spec = order.spec
        quantity = min(quantity, order.quantity - order.filled)
        order.filled += quantity
        order.is_open = order.filled < order.quantity
        number = len(self._trades) + 1
        known = VenueTrade(spec.id, BTC, number, order.price, quantity, ZERO, is_maker, self._now)
        self._trades.append(known)
        told = OrderFilled(
            ts=self._now,
            order=spec.id,
            symbol=BTC,
            trade=number,
            price=order.price,
            quantity=quantity,
            fee=ZERO,
            maker=is_maker,
            filled=order.filled,
            venue_ts=self._now,
        )
        self._report(told, copies=self.rng.choice((1, 1, 1, 2, 3)))

    def _end(self, order: Resting, report: Event) -> None:
        order.is_open = False
        self._report(report)

    def _would_take(self, side: Side, price: Decimal) -> bool:
        return price > self._bid if side is Side.BUY else price < self._bid + D("0.1")
