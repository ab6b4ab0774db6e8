"""The way between desk and venue: requests, replies, queries and two streams, and all that can happen to each."""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Final

from msgspec.structs import replace

from desk.exchange import faults
from desk.exchange.exchange import Exchange
from desk.exchange.faults import Request
from desk.exchange.schedule import Schedule
from desk.model.effect import Batch, Follow, RequestDepth, VenueEffect, VenueRequest
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    Event,
    GuardReported,
    LinkChanged,
    LinkState,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderRejected,
    TruthLearned,
)
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint
from desk.model.price import Via
from desk.model.units import MILLISECOND, SECOND, Nanos
from desk.sim.oracle import Oracle
from desk.sim.plan import Dice, Fault, Plan, Sighting

Action = Callable[[Nanos], None]
Agenda = Schedule[Action]

_REPLIES: Final = (OrderRejected, AmendRejected, CancelRejected)
_ACKS: Final = (OrderAccepted, OrderAmended, OrderCancelled)
_ANSWERS: Final = (TruthLearned, BookSnapshot)
_MARKET: Final = (Quote, BookDelta, TradePrint, MarkPrice)
TIMEOUT: Final = Nanos(2 * SECOND)
"""A client waits this long for a reply."""


class Ways:
    """Which of the ways are open."""

    def __init__(self) -> None:
        self.user = True
        self.market = True
        self.is_held_up = False
        """Nothing passes now, and everything at once later."""


_CONTROL: Final = Nanos(20 * MILLISECOND)
_LIES: Final = (Decimal("0.8"), Decimal("1.2"))


class Network:
    """Carries messages both ways; a message for a process that has died finds nobody."""

    def __init__(self, plan: Plan, exchange: Exchange, oracle: Oracle, agenda: Agenda, counts: Counter[str]) -> None:
        self.dice = Dice(plan)
        self.ways = Ways()
        self._chance = plan.stream("latency")
        self._exchange = exchange
        self._oracle = oracle
        self._agenda = agenda
        self.counts = counts
        self._connection = 0
        self._deliver: Callable[[Event], None] | None = None
        self._user_at = self._market_at = Nanos(0)
        self._held: list[Event] = []

    @property
    def is_open(self) -> bool:
        """Tell whether the desk can hear of its orders."""
        return self.ways.user and not self.ways.is_held_up

    # The desk's side.

    def connect(self, deliver: Callable[[Event], None], now: Nanos) -> None:
        """Let a new process listen."""
        self._connection += 1
        self._deliver = deliver
        self._held.clear()
        self._exchange.followed = frozenset()
        self._user_at = self._market_at = now
        self._push(Nanos(now + self._way()), [LinkChanged(now, LinkState.UP, "connected")])

    def disconnect(self) -> None:
        """Forget the listener: its process is gone."""
        self._connection += 1
        self._deliver = None

    def send(self, request: VenueRequest, now: Nanos) -> None:
        """Take a request from the desk."""
        if isinstance(request, Follow):
            # It is said on the connection that the streams come on: it arrives, or that is gone as well.
            self._agenda.push(Nanos(now + _CONTROL), partial(self._follow, request, self._connection))
        elif isinstance(request, Request | Batch):
            self._send_request(request, now)
        else:
            self._send_query(request, now)

    def _follow(self, request: Follow, connection: int, now: Nanos) -> None:
        if connection == self._connection:
            self.at_venue(request, now)

    def _send_request(self, request: Request | Batch, now: Nanos) -> None:
        fault = self.dice.first(
            Fault.REQUEST_LOST, Fault.REPLY_LOST, Fault.UNKNOWN_503, Fault.BUSY, Fault.LATE, Fault.TOO_LATE
        )
        lost_by_chance = self._chance.random() < 0.5
        if self.ways.is_held_up:
            fault = Fault.REQUEST_LOST
        at = Nanos(now + self._way())
        if fault is not None:
            self.counts[fault] += 1
        if fault is Fault.LATE:
            at = Nanos(now + int(self._chance.uniform(0.5, 4.4) * SECOND))
        elif fault is Fault.TOO_LATE:
            at = Nanos(now + int(self._chance.uniform(5.6, 8.0) * SECOND))
        if fault is Fault.REQUEST_LOST or (fault is Fault.UNKNOWN_503 and lost_by_chance):
            self._oracle.lost(request)
            for each in _parts(request):
                self._tell_unknown(each, fault, now)
            return
        connection = self._connection
        self._agenda.push(at, lambda then: self._arrive(request, fault, now, then, connection))

    def _arrive(self, request: Request | Batch, fault: Fault | None, sent: Nanos, now: Nanos, connection: int) -> None:
        if connection != self._connection:
            self.counts[Sighting.DEAD_REQUEST] += 1
        refused = self._chance.choice(faults.BUSY) if fault is Fault.BUSY else None
        if refused is None and faults.is_late(request, now):
            refused = faults.OUTSIDE_WINDOW
        if refused is not None:
            self._oracle.lost(request)
            for each in _parts(request):
                self._reply(each, faults.refuse(each, refused, now), (sent, now, connection))
            return
        events = self.at_venue(request, now)
        self.tell([event for event in events if not isinstance(event, _REPLIES)], now)
        for each in _parts(request):
            self._answer_request(each, events, fault, (sent, now, connection))

    def _answer_request(
        self, request: Request, events: list[Event], fault: Fault | None, when: tuple[Nanos, Nanos, int]
    ) -> None:
        order = faults.order_of(request)
        answer = next(
            (each for each in events if isinstance(each, (*_REPLIES, *_ACKS, GuardReported)) and each.order == order),
            None,
        )
        if isinstance(answer, CancelRejected):
            self.counts[Sighting.CANCEL_TOO_LATE] += 1
        if fault in (Fault.REPLY_LOST, Fault.UNKNOWN_503):
            self._tell_unknown(request, fault, when[0])
        elif answer is not None:
            self._reply(request, answer, when)

    def at_venue(self, request: VenueRequest, now: Nanos) -> list[Event]:
        """Let the venue take a request; return all that it says at once."""
        self._oracle.arrived(request, now)
        self._exchange.execute(request, now)
        events = self._exchange.advance(now)
        for event in events:
            self._oracle.heard(event, now)
        self._oracle.taken_in()
        return events

    def _reply(self, request: Request, answer: Event, when: tuple[Nanos, Nanos, int]) -> None:
        sent, now, connection = when
        if connection != self._connection:
            return
        at = Nanos(now + self._way())
        if at - sent > TIMEOUT:
            # The client has given up waiting: it does not read what comes after.
            self._push(Nanos(sent + TIMEOUT), [faults.unknown(request, faults.TIMED_OUT, sent)])
            return
        self._push(at, [answer])

    def _tell_unknown(self, request: Request, fault: Fault, sent: Nanos) -> None:
        is_told = fault is Fault.UNKNOWN_503
        wait = self._way() * 2 if is_told else TIMEOUT
        self._push(
            Nanos(sent + wait), [faults.unknown(request, faults.NOT_TOLD if is_told else faults.TIMED_OUT, sent)]
        )

    def _send_query(self, query: VenueEffect, now: Nanos) -> None:
        is_lost = self.dice.strikes(Fault.QUERY_LOST)
        if is_lost or self.ways.is_held_up:
            self.counts[Fault.QUERY_LOST] += is_lost
            return
        connection = self._connection
        self._agenda.push(Nanos(now + self._way()), lambda then: self._answer(query, then, connection))

    def _answer(self, query: VenueEffect, now: Nanos, connection: int) -> None:
        events = self.at_venue(query, now)
        if connection != self._connection:
            return
        at = Nanos(now + self._way())
        for event in events:
            if isinstance(event, _MARKET) and not _is_asked(event):
                self.tell([event], now)
                continue
            answer = event
            if isinstance(event, TruthLearned):
                # Requests overtake each other here, and outlive their process.
                truth = replace(event.truth, is_final=False)
                if self.dice.strikes(Fault.STALE_TRUTH):
                    self.counts[Fault.STALE_TRUTH] += 1
                    at = Nanos(at + int(self._chance.uniform(0.3, 3.0) * SECOND))
                if truth.positions and self.dice.strikes(Fault.EMPTY_TRUTH):
                    self.counts[Fault.EMPTY_TRUTH] += 1
                    truth = replace(truth, positions=())
                answer = replace(event, truth=truth)
            # The depth belongs to the stream it must be joined with; other answers come when they come.
            self._push(max(at, self._market_at) if isinstance(query, RequestDepth) else at, [answer])

    # The venue's side.

    def tell(self, events: Iterable[Event], now: Nanos) -> None:
        """Take what the venue says on its streams."""
        for event in events:
            if _is_asked(event):
                self._push(Nanos(now + self._way()), [event])
            elif isinstance(event, _MARKET):
                self._tell_market(event, now)
            elif isinstance(event, _ANSWERS):
                self._push(Nanos(now + self._way()), [event])
            elif not isinstance(event, LinkChanged):
                self._tell_user(event, now)

    def _tell_market(self, event: Event, now: Nanos) -> None:
        if not self.ways.market:
            return
        if isinstance(event, BookDelta) and self.dice.strikes(Fault.DEPTH_GAP):
            self.counts[Fault.DEPTH_GAP] += 1
            return
        if isinstance(event, MarkPrice) and self.dice.strikes(Fault.MARK_LIES):
            self.counts[Fault.MARK_LIES] += 1
            event = replace(event, price=event.price * self._chance.choice(_LIES))
        self._market_at = max(self._market_at, Nanos(now + 20 * MILLISECOND))
        self._push(self._market_at, [event])

    def _tell_user(self, event: Event, now: Nanos) -> None:
        if not self.ways.user:
            return
        self._user_at = at = max(self._user_at, Nanos(now + self._way()))
        if self.dice.strikes(Fault.REORDER):
            self.counts[Fault.REORDER] += 1
            at = Nanos(at + int(self._chance.uniform(0.01, 1.0) * SECOND))
        self._push(at, [event])
        if self.dice.strikes(Fault.DUPLICATE):
            self.counts[Fault.DUPLICATE] += 1
            self._push(Nanos(at + int(self._chance.uniform(0.0, 2.0) * SECOND)), [event])
        if self.dice.strikes(Fault.DUPLICATE_LATE):
            later = Nanos(at + int(self._chance.uniform(60, 2_400) * SECOND))
            self._agenda.push(later, lambda then: self._tell_again(event, then))

    def _tell_again(self, event: Event, now: Nanos) -> None:
        self.counts[Fault.DUPLICATE_LATE] += 1
        self._push(now, [event])

    # The weather.

    def break_streams(self, now: Nanos) -> None:
        """Lose both streams; the desk is told."""
        self.ways.user = self.ways.market = False
        self._push(now, [LinkChanged(now, LinkState.DOWN, "the connection was reset")])

    def mend(self, now: Nanos) -> None:
        """Open every way again; where the desk knew of the break, it is told of the end."""
        was_down = not self.ways.user and not self.ways.market
        self.ways.user = self.ways.market = True
        self.release(now)
        if was_down:
            self._push(Nanos(now + self._way()), [LinkChanged(now, LinkState.UP, "connected again")])

    def release(self, now: Nanos) -> None:
        """Let out at once what was held up."""
        self.ways.is_held_up = False
        held, self._held = self._held, []
        if held:
            self._push(now, held)

    def _push(self, at: Nanos, events: list[Event]) -> None:
        connection = self._connection
        self._agenda.push(at, lambda then: self._hand_over(events, connection))

    def _hand_over(self, events: list[Event], connection: int) -> None:
        if connection != self._connection or self._deliver is None:
            return
        if self.ways.is_held_up:
            self._held += events
            return
        for event in events:
            self._deliver(event)

    def _way(self) -> Nanos:
        return Nanos(self._chance.randint(4, 60) * MILLISECOND)


def _is_asked(event: Event) -> bool:
    """Tell whether a price is the answer to a question, and does not come on a stream."""
    return isinstance(event, Quote | MarkPrice) and event.via is not Via.STREAM


def _parts(request: Request | Batch) -> tuple[Request, ...]:
    if not isinstance(request, Batch):
        return (request,)
    return tuple(each for each in request.requests if isinstance(each, Request))
