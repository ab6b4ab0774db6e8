"""The practice exchange as the desk meets it: requests in, events out, time and chance from outside."""

from decimal import Decimal
from enum import Enum
from random import Random
from typing import Final

from msgspec import Struct

from desk.exchange.accounts import Account
from desk.exchange.latency import DEFAULT_LATENCY, Latency
from desk.exchange.liquidation import Liquidator
from desk.exchange.market import Ended, Mark, MarketRecord, MarketSource, Notice, Print
from desk.exchange.memo import Memo, decode, encode
from desk.exchange.meters import Meters
from desk.exchange.order_entry import OrderEntry
from desk.exchange.pit import Pit
from desk.exchange.reporting import Reporter
from desk.exchange.schedule import Schedule
from desk.exchange.validation import Refused
from desk.model.effect import (
    ArmCountdown,
    Batch,
    RequestDepth,
    RequestTruth,
    SendAmend,
    SendCancel,
    SendOrder,
    VenueEffect,
    VenueRequest,
)
from desk.model.event import AccountReported, Event, LinkChanged, LinkState, RulesReported, VenueTruth
from desk.model.instrument import Instrument
from desk.model.market import MarkSource
from desk.model.units import MILLISECOND, SECOND, ZERO, Nanos, Symbol

LEVERAGE: Final = 20
DEAD_MAN: Final = "countdown ran out"
_FUNDING_INTERVAL: Final = 8 * 3_600 * SECOND


class _Bell(Enum):
    """What the exchange does by the clock."""

    MARK = SECOND
    RULES = 3_600 * SECOND
    FUNDING = _FUNDING_INTERVAL


class _Countdown(Struct, frozen=True):
    """A dead-man switch that runs out."""

    symbol: Symbol
    at: Nanos


class Exchange:
    """A simulated exchange with one account; deterministic, and silent between two calls."""

    def __init__(
        self,
        *,
        instruments: tuple[Instrument, ...],
        market: MarketSource,
        start: Nanos,
        seed: int,
        latency: Latency = DEFAULT_LATENCY,
        wallet: Decimal = ZERO,
        leverage: int = LEVERAGE,
    ) -> None:
        self._instruments = {each.symbol: each for each in instruments}
        self._market = market
        self._latency = latency
        self._chance = Random(seed)
        self._now = self._last_arrival = start
        self._has_ended = False
        self._depth_wanted: dict[Symbol, None] = {}
        self._countdowns: dict[Symbol, Nanos] = {}
        self._due: Schedule[VenueRequest | _Bell | _Countdown] = Schedule()
        self._outbox: Schedule[Event] = Schedule()
        self._reporter = Reporter(
            account=Account(wallet),
            instruments=self._instruments,
            deliver=self._outbox.push,
            latency=latency,
            chance=self._chance,
        )
        self._pits = {symbol: Pit(each, self._reporter) for symbol, each in self._instruments.items()}
        self.meters = Meters()
        self._entry = OrderEntry(self._pits, self._reporter, leverage)
        self.liquidator = Liquidator(self._pits, self._reporter)
        self._open(start)

    @property
    def version(self) -> int:
        """Grows whenever orders, positions or cash change."""
        return self._reporter.version

    def next_at(self) -> Nanos | None:
        """Return when something is due next; None: never again."""
        happening, delivery = self._next_happening(), self._outbox.next_at
        if happening is None or delivery is None:
            return delivery if happening is None else happening
        return min(happening, delivery)

    def advance(self, now: Nanos) -> list[Event]:
        """Let everything due by `now` happen, in order; return what reaches the desk, stamped with when."""
        while (at := self._next_happening()) is not None and at <= now:
            self._happen(at)
        self._now = max(self._now, now)
        return self._outbox.take_until(now)

    def execute(self, effect: VenueRequest, now: Nanos) -> None:
        """Send a request on its way at `now`; requests do not overtake each other."""
        sent = max(self._now, now)
        self._last_arrival = max(self._last_arrival, Nanos(sent + self._latency.draw(self._chance)))
        self._due.push(self._last_arrival, effect)

    def truth(self, now: Nanos) -> VenueTruth:
        """Return everything the exchange knows of the account, without the way there and back."""
        return self._reporter.truth(now)

    def deposit(self, amount: Decimal) -> None:
        """Move cash in, or out where negative; the account is stated anew."""
        self._reporter.start(self._now)
        self._reporter.deposit(amount)

    def save(self) -> bytes:
        """Return what is needed to come back later: account, orders in their queues, counters, chance, market."""
        return encode(
            Memo(
                wallet=self._reporter.account.wallet,
                positions=self._reporter.account.positions,
                orders=[order for pit in self._pits.values() for order in pit.resting()],
                trades=list(self._reporter.trades),
                orders_taken=self._entry.orders_taken,
                trade_ids=self._reporter.trade_ids,
                update_ids={symbol: pit.publisher.update_id for symbol, pit in self._pits.items()},
                marks={symbol: pit.mark for symbol, pit in self._pits.items() if pit.mark is not None},
                chance=self._chance.getstate(),
                market=self._market.save(self._now),
            )
        )

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Come back at `now` as if no time had passed; requests that were on their way are lost.

        Raises BadInput for bytes that are not a memo.
        """
        kept = decode(memo)
        self._market.restore(kept.market, now)
        self._chance.setstate(kept.chance)
        self._reporter.restore(kept.wallet, kept.positions, kept.trades, kept.trade_ids)
        self._entry.orders_taken = kept.orders_taken
        for symbol, instrument in self._instruments.items():
            self._pits[symbol] = pit = Pit(instrument, self._reporter, kept.update_ids.get(symbol, 0))
            pit.mark = kept.marks.get(symbol)
        traded = [order for order in kept.orders if order.spec.symbol in self._pits]
        for order in traded:
            self._pits[order.spec.symbol].matching.reinstate(order)
        for order in sorted(traded, key=lambda each: each.venue_order):
            self._reporter.open[order.spec.id] = order
        self._due.clear()
        self._outbox.clear()
        self._open(now)

    def _open(self, now: Nanos) -> None:
        self._now = self._last_arrival = now
        self._has_ended = False
        self._depth_wanted.clear()
        for bell in _Bell:
            self._due.push(_next_ring(bell, now), bell)
        self._outbox.push(now, LinkChanged(now, LinkState.UP, self._market.name))
        known = self._reporter.truth(now)
        self._outbox.push(now, AccountReported(now, known.wallet, known.positions, now))

    def _next_happening(self) -> Nanos | None:
        market, due = self._market.next_at(), self._due.next_at
        if market is None or due is None:
            return due if market is None else market
        return min(market, due)

    def _happen(self, at: Nanos) -> None:
        self._now = at
        self._reporter.start(at)
        if self._market.next_at() == at:
            for record in self._market.take():
                self._on_record(record)
            return
        due = self._due.pop()
        if isinstance(due, _Bell):
            self._ring(due)
        elif isinstance(due, _Countdown):
            self._run_out(due)
        else:
            self._on_request(due)

    def _on_record(self, record: MarketRecord) -> None:
        ts = Nanos(self._now + self._market.delay)
        if isinstance(record, Notice):
            self._outbox.push(ts, LinkChanged(ts, LinkState.UP, record.reason))
            return
        if isinstance(record, Ended):
            self._has_ended = True
            self._outbox.push(ts, LinkChanged(ts, LinkState.ENDED, record.reason))
            return
        pit = self._pits[record.symbol]
        if isinstance(record, Print):
            self._outbox.push(ts, pit.publisher.trade(record, self._now, ts))
        pit.apply(record)
        if isinstance(record, Mark):
            mark = pit.publisher.mark(record, MarkSource.VENUE, self._next_funding(), self._now, ts)
            self._outbox.push(ts, mark)
            self._liquidate()
        self._publish(pit)
        if record.symbol in self._depth_wanted and pit.is_whole:
            self._answer_depth(record.symbol)

    def _on_request(self, request: VenueRequest) -> None:
        refused = self.meters.take(request, self._now)
        elements = [*request.requests] if isinstance(request, Batch) else [request]
        if refused is not None:
            for each in elements:
                self._turn_away(each, refused)
            return
        if len(elements) > 1:
            self._chance.shuffle(elements)  # a batch is worked off side by side: in no order
        for each in elements:
            self._carry(each)

    def _carry(self, request: VenueEffect) -> None:
        if isinstance(request, RequestTruth):
            self._reporter.tell_truth(request.ts)
            return
        if isinstance(request, ArmCountdown):
            self._count_down(request)
            return
        match request:
            case SendOrder():
                self._entry.place(request)
            case SendCancel():
                self._entry.cancel(request)
            case SendAmend():
                self._entry.amend(request)
            case RequestDepth():
                self._answer_depth(request.symbol)
        pit = self._pits.get(request.spec.symbol if isinstance(request, SendOrder) else request.symbol)
        if pit is not None:
            self._publish(pit)

    def _count_down(self, request: ArmCountdown) -> None:
        """Start a symbol's countdown anew, or stop it."""
        self._countdowns.pop(request.symbol, None)
        if request.millis and request.symbol in self._pits:
            at = self._countdowns[request.symbol] = Nanos(self._now + request.millis * MILLISECOND)
            self._due.push(at, _Countdown(request.symbol, at))

    def _run_out(self, countdown: _Countdown) -> None:
        """Cancel a symbol's orders, unless its countdown was started anew meanwhile."""
        if self._countdowns.get(countdown.symbol) != countdown.at:
            return
        del self._countdowns[countdown.symbol]
        pit = self._pits[countdown.symbol]
        for order in list(pit.resting()):
            pit.matching.cancel(order, reason=DEAD_MAN)
        self._publish(pit)

    def _turn_away(self, request: VenueEffect, refused: Refused) -> None:
        """Refuse a request that is one too many; a question is left without an answer."""
        match request:
            case SendOrder(spec=spec):
                self._reporter.order_refused(spec.id, refused)
            case SendCancel(order=order):
                self._reporter.cancel_refused(order, refused)
            case SendAmend(order=order):
                self._reporter.amend_refused(order, refused)
            case _:
                pass

    def _answer_depth(self, symbol: Symbol) -> None:
        """Answer with the depth, as soon as there is a whole one."""
        pit = self._pits.get(symbol)
        if pit is not None and not pit.is_whole:
            self._depth_wanted[symbol] = None
        elif pit is not None:
            self._depth_wanted.pop(symbol, None)
            ts = Nanos(self._now + self._latency.draw(self._chance))
            self._outbox.push(ts, pit.publisher.depth(self._now, ts))

    def _publish(self, pit: Pit) -> None:
        ts = Nanos(self._now + self._market.delay)
        for trade in self._reporter.drain_taken():
            self._outbox.push(ts, pit.publisher.trade(trade, self._now, ts))
        for event in pit.publisher.changes(self._now, ts):
            self._outbox.push(ts, event)
        if pit.mark is None:
            self._mark_to_mid(pit)

    def _ring(self, bell: _Bell) -> None:
        if self._has_ended:
            return
        self._due.push(_next_ring(bell, self._now), bell)
        if bell is _Bell.RULES:
            ts = Nanos(self._now + self._market.delay)
            self._outbox.push(ts, RulesReported(ts, tuple(self._instruments.values())))
        for symbol, pit in self._pits.items():
            if bell is _Bell.MARK:
                self._mark_to_mid(pit)
            elif bell is _Bell.FUNDING and pit.mark is not None:
                self._reporter.fund(symbol, pit.mark.price, pit.mark.funding_rate)
        self._liquidate()

    def _liquidate(self) -> None:
        for pit in self.liquidator.check(self._now):
            self._publish(pit)

    def _mark_to_mid(self, pit: Pit) -> None:
        ts = Nanos(self._now + self._market.delay)
        for event in pit.mark_to_mid(self._next_funding(), self._now, ts):
            self._outbox.push(ts, event)

    def _next_funding(self) -> Nanos:
        return _next_ring(_Bell.FUNDING, self._now)


def _next_ring(bell: _Bell, now: Nanos) -> Nanos:
    # The epoch began at midnight UTC: whole intervals since then are 00, 08 and 16 o'clock.
    return Nanos((now // bell.value + 1) * bell.value)
