"""The practice exchange as the desk meets it: requests in, events out, time and chance from outside."""

from decimal import Decimal
from functools import partial
from random import Random
from typing import Final

from msgspec.structs import replace

from desk.exchange.accounts import Account
from desk.exchange.floor import Floor
from desk.exchange.latency import DEFAULT_LATENCY, Latency
from desk.exchange.market import Ended, MarketSource, Notice, Print
from desk.exchange.memo import Memo, decode, encode
from desk.exchange.meters import Meters
from desk.exchange.pit import Pit
from desk.exchange.reporting import Reporter
from desk.exchange.resting import LiveOrder
from desk.exchange.schedule import Schedule
from desk.exchange.stops import Stops, as_order
from desk.exchange.validation import WOULD_TAKE, Refused
from desk.model.effect import (
    ArmCountdown,
    Batch,
    DropGuard,
    Follow,
    RequestDepth,
    RequestPrices,
    RequestTruth,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
    VenueEffect,
    VenueRequest,
)
from desk.model.event import (
    AccountReported,
    AmendRejected,
    CancelRejected,
    Event,
    LinkChanged,
    LinkState,
    OrderRejected,
    RulesReported,
    VenueTruth,
)
from desk.model.guard import GuardSpec, GuardState
from desk.model.instrument import Instrument
from desk.model.market import BookDelta, MarkPrice
from desk.model.price import PriceKind, Via
from desk.model.units import SECOND, ZERO, ClientOrderId, Nanos, Symbol

LEVERAGE: Final = 20
KNOWN_FOR: Final = Nanos(3 * SECOND)
"""A source that has been silent for longer, a recording or a live market, may know prices that nobody here does."""


class Exchange:
    """A simulated exchange with one member, the desk; deterministic, and silent between two calls."""

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
        self._last_arrival = start
        self._depth_wanted: dict[Symbol, None] = {}
        self.followed: frozenset[Symbol] | None = None
        """Whose depth and trades are told; None: nobody has said yet, so all are."""
        self._outbox: Schedule[Event] = Schedule()
        self._reporter = Reporter(
            account=Account(wallet),
            instruments=self._instruments,
            deliver=self._outbox.push,
            latency=latency,
            chance=self._chance,
            leverage=leverage,
        )
        self._floor = Floor(instruments=instruments, market=market, start=start, audience=self)
        self._floor.join(self._reporter)
        self._stops = Stops(self._floor.pits)
        self.liquidator = self._floor.liquidator
        self.meters = Meters()
        self._greet(start)

    @property
    def version(self) -> int:
        """Grows whenever orders, positions or cash change."""
        return self._reporter.version

    def next_at(self) -> Nanos | None:
        """Return when something is due next; None: never again."""
        happening, delivery = self._floor.next_at(), self._outbox.next_at
        if happening is None or delivery is None:
            return delivery if happening is None else happening
        return min(happening, delivery)

    def advance(self, now: Nanos) -> list[Event]:
        """Let everything due by `now` happen, in order; return what reaches the desk, stamped with when."""
        self._floor.advance(now)
        return self._outbox.take_until(now)

    def execute(self, effect: VenueRequest, now: Nanos) -> None:
        """Send a request on its way at `now`; requests do not overtake each other."""
        sent = max(self._floor.now, now)
        self._last_arrival = max(self._last_arrival, Nanos(sent + self._latency.draw(self._chance)))
        self._floor.at(self._last_arrival, partial(self._on_request, effect))

    def truth(self, now: Nanos) -> VenueTruth:
        """Return everything the exchange knows of the account, without the way there and back."""
        return self._reporter.truth(now)

    def deposit(self, amount: Decimal) -> None:
        """Move cash in, or out where negative; the account is stated anew."""
        self._reporter.start(self._floor.now)
        self._reporter.deposit(amount)

    def save(self) -> bytes:
        """Return what is needed to come back later: account, orders in their queues, counters, chance, market."""
        pits = self._floor.pits
        return encode(
            Memo(
                wallet=self._reporter.account.wallet,
                positions=self._reporter.account.positions,
                orders=[order for pit in pits.values() for order in pit.resting()],
                trades=list(self._reporter.trades),
                orders_taken=self._floor.entry.orders_taken,
                trade_ids={symbol: pit.matching.last_trade for symbol, pit in pits.items()},
                update_ids={symbol: pit.publisher.update_id for symbol, pit in pits.items()},
                marks={symbol: pit.mark for symbol, pit in pits.items() if pit.mark is not None},
                chance=self._chance.getstate(),
                market=self._market.save(self._floor.now),
                stops=list(self._stops),
            )
        )

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Come back at `now` as if no time had passed; requests that were on their way are lost.

        Raises BadInput for bytes that are not a memo.
        """
        kept = decode(memo)
        self._market.restore(kept.market, now)
        self._chance.setstate(kept.chance)
        self._reporter.restore(kept.wallet, kept.positions, kept.trades)
        self._floor.entry.orders_taken = kept.orders_taken
        pits = self._floor.pits
        for symbol, instrument in self._instruments.items():
            ids = kept.update_ids.get(symbol, 0), kept.trade_ids.get(symbol, 0)
            self._floor.reopen(instrument, *ids, kept.marks.get(symbol))
        traded = [order for order in kept.orders if order.spec.symbol in pits]
        for order in traded:
            pits[order.spec.symbol].matching.reinstate(order)
        for order in sorted(traded, key=lambda each: each.venue_order):
            self._reporter.open[order.spec.id] = order
        self._stops.restore([each for each in kept.stops if each.symbol in pits])
        self._reporter.stops = tuple(self._stops)
        self._outbox.clear()
        self._floor.open(now)
        self._greet(now)

    def _greet(self, now: Nanos) -> None:
        self._last_arrival = now
        self._depth_wanted.clear()
        self._outbox.push(now, LinkChanged(now, LinkState.UP, self._market.name))
        known = self._reporter.truth(now)
        self._outbox.push(now, AccountReported(now, known.wallet, known.positions, now))

    # What happens on the floor (its Audience).

    def printed(self, pit: Pit, trade: Print) -> None:
        """Show the crowd's trade on the tape."""
        if not self._is_followed(pit):
            return
        ts = self._market_ts()
        self._outbox.push(ts, pit.publisher.trade(trade, self._floor.now, ts))

    def changed(self, pit: Pit) -> None:
        """Publish the desk's own trades and the new depth, and answer who waits for a whole one."""
        now, ts = self._floor.now, self._market_ts()
        is_followed = self._is_followed(pit)
        for trade in pit.drain_taken():
            if is_followed:
                self._outbox.push(ts, pit.publisher.trade(trade, now, ts))
        for event in pit.publisher.changes(now, ts):
            if is_followed or not isinstance(event, BookDelta):
                self._outbox.push(ts, event)
        if pit.instrument.symbol in self._depth_wanted and pit.is_whole:
            self._answer_depth(pit.instrument.symbol)

    def marked(self, pit: Pit) -> None:
        """Publish the mark."""
        ts = self._market_ts()
        mark = self._mark(pit, self._floor.now, ts)
        assert mark is not None, "it has just been marked"
        self._outbox.push(ts, mark)
        for spec in self._stops.wake(pit):
            self._floor.at(self._floor.now, partial(self._spring, spec))

    def noticed(self, notice: Notice | Ended) -> None:
        """Pass on what the source says."""
        ts = self._market_ts()
        state = LinkState.ENDED if isinstance(notice, Ended) else LinkState.UP
        self._outbox.push(ts, LinkChanged(ts, state, notice.reason))

    def rules_due(self) -> None:
        """Tell the rules again."""
        ts = self._market_ts()
        self._outbox.push(ts, RulesReported(ts, tuple(self._instruments.values())))

    def funded(self, pit: Pit) -> None:
        """Tell nothing: who was paid has heard it."""

    def _is_followed(self, pit: Pit) -> bool:
        return self.followed is None or pit.instrument.symbol in self.followed

    def _market_ts(self) -> Nanos:
        return Nanos(self._floor.now + self._market.delay)

    # What the desk asks for.

    def _on_request(self, request: VenueRequest) -> None:
        # What is followed is said on the streams, where no weight is counted.
        refused = None if isinstance(request, Follow) else self.meters.take(request, self._floor.now)
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
        match request:
            case RequestTruth():
                self._reporter.tell_truth(request.ts)
            case Follow(symbols=symbols):
                self.followed = frozenset(symbols)
            case ArmCountdown():
                self._floor.count_down(0, request.symbol, request.millis)
            case SendGuard():
                self._hold(request)
            case DropGuard():
                self._let_go(request)
            case RequestPrices():
                self._answer_prices(request)
            case RequestDepth():
                self._answer_depth(request.symbol)
                self._settle(request.symbol)
            case _:
                refused = self._enter(request)
                if refused is not None:
                    self._turn_away(request, refused)
                if refused is WOULD_TAKE and isinstance(request, SendAmend):
                    self._floor.entry.cancel(self._reporter, request.order)
                self._settle(request.spec.symbol if isinstance(request, SendOrder) else request.symbol)

    def _enter(self, request: SendOrder | SendCancel | SendAmend) -> Refused | None:
        entry = self._floor.entry
        match request:
            case SendOrder(spec=spec):
                return entry.place(LiveOrder(spec, 0, spec.price, spec.quantity))
            case SendCancel():
                return entry.cancel(self._reporter, request.order)
            case SendAmend():
                return entry.amend(self._reporter, request.order, request.price, request.quantity)

    def _settle(self, symbol: Symbol) -> None:
        pit = self._floor.pits.get(symbol)
        if pit is not None:
            self._floor.settle(pit)

    def _turn_away(self, request: VenueEffect, refused: Refused) -> None:
        """Refuse a request; a question is left without an answer."""
        match request:
            case SendOrder(spec=spec):
                self._reporter.refused(OrderRejected, spec.id, refused)
            case SendCancel(order=order):
                self._reporter.refused(CancelRejected, order, refused)
            case SendAmend(order=order):
                self._reporter.refused(AmendRejected, order, refused)
            case _:
                pass

    def _hold(self, request: SendGuard) -> None:
        refused = self._stops.place(request.spec)
        if refused is None:
            self._tell_guard(request.spec.id, GuardState.HELD)
        else:
            self._tell_guard(request.spec.id, GuardState.ENDED, refused.reason)

    def _let_go(self, request: DropGuard) -> None:
        """Let a stop go; of one that does not sleep any more there is nothing to say but that."""
        refused = self._stops.cancel(request.order)
        state = GuardState.ENDED if refused is None else GuardState.UNKNOWN
        self._tell_guard(request.order, state, "" if refused is None else refused.reason)

    def _spring(self, spec: GuardSpec) -> None:
        """A stop has been woken: it comes to the book in its turn."""
        pit = self._floor.pits[spec.symbol]
        self._tell_guard(spec.id, GuardState.TRIGGERED)
        refused = self._floor.entry.place(as_order(spec, pit))
        if refused is not None:
            self._reporter.refused(OrderRejected, spec.id, refused)
        self._settle(spec.symbol)

    def _tell_guard(self, order: ClientOrderId, state: GuardState, reason: str = "") -> None:
        self._reporter.guard_told(order, state, reason, self._stops)

    def _answer_prices(self, request: RequestPrices) -> None:
        """Answer with the prices of this moment; of one that its source has not spoken of lately there is no answer."""
        now = self._floor.now
        ts = Nanos(now + self._latency.draw(self._chance))
        for pit in (self._floor.pits[symbol] for symbol in request.symbols if symbol in self._floor.pits):
            is_touch = request.kind is PriceKind.TOUCH
            if now - (pit.heard_at if is_touch else pit.marked_at) > KNOWN_FOR:
                continue
            price = pit.publisher.touch(now, ts) if is_touch else self._mark(pit, now, ts)
            if price is not None:
                self._outbox.push(ts, replace(price, via=Via.REST))

    def _mark(self, pit: Pit, now: Nanos, ts: Nanos) -> MarkPrice | None:
        if pit.mark is None:
            return None
        return pit.publisher.mark(pit.mark, pit.mark_source, self._floor.next_funding(), now, ts)

    def _answer_depth(self, symbol: Symbol) -> None:
        """Answer with the depth, as soon as there is a whole one."""
        pit = self._floor.pits.get(symbol)
        if pit is not None and not pit.is_whole:
            self._depth_wanted[symbol] = None
        elif pit is not None:
            self._depth_wanted.pop(symbol, None)
            now = self._floor.now
            ts = Nanos(now + self._latency.draw(self._chance))
            self._outbox.push(ts, pit.publisher.depth(now, ts))
