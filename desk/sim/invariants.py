"""What must hold between the desk and the venue: after every turn, and once the weather has been calm for a while."""

from decimal import Decimal
from typing import Final

from desk.core.limiter import MARKS_WEIGHT
from desk.core.state import DeskState
from desk.exchange.exchange import Exchange
from desk.model.effect import RequestPrices, SendGuard, SendOrder, VenueEffect
from desk.model.event import LinkState, VenueTruth
from desk.model.order import OrderKind, OrderSpec, OrderStatus, TimeInForce
from desk.model.price import PriceKind
from desk.model.units import SECOND, ZERO, ClientOrderId, Nanos, SubId, Symbol, millis
from desk.sim import guards
from desk.sim.disk import Disk
from desk.sim.oracle import Oracle
from desk.sim.overseer import Overseer
from desk.sim.process import Process

BOOKED_WITHIN: Final = Nanos(45 * SECOND)
"""A trade that no stream has told us must have been found by a poll by then."""


TOLD_WITHIN: Final = Nanos(3 * SECOND)
"""What has just happened at the venue may still be on its way to a desk that hears well."""


GUARD_SETTLES: Final = Nanos(5 * SECOND)
"""A request about a guard is answered by then, or asked for again."""
ASKED_WITHIN: Final = Nanos(20 * SECOND)
"""The longest pause between two questions for a price, and the pulse."""


class Judge:
    """Compares; what it finds wrong goes to the oracle's list."""

    def __init__(self, oracle: Oracle, exchange: Exchange, disk: Disk, overseer: Overseer) -> None:
        self._oracle = oracle
        self._overseer = overseer
        self._exchange = exchange
        self._disk = disk
        self._ended: dict[ClientOrderId, OrderStatus] = {}
        self._open: tuple[ClientOrderId, ...] = ()
        self._trades_seen = 0
        self._unbooked: dict[tuple[Symbol, int], Nanos] = {}
        self._epoch = 0
        self._before: dict[tuple[SubId, Symbol], Decimal] = {}
        """What was held when the turn began."""
        self._versions: dict[ClientOrderId, int] = {}
        self._marks_asked: dict[Symbol, Nanos] = {}
        self._listening_since = Nanos(0)
        """Since when it may ask."""

    def begin(self, process: Process, *, was_durable: bool) -> None:
        """A new process has come back from the journal; what the last one knew was durable, or the disk was full."""
        self._open = tuple(process.state.open)
        if not was_durable:
            self._versions.clear()
        for order_id in self._open:
            if order_id in self._ended:
                if was_durable:
                    self._oracle.blame("I12", f"{order_id} had ended before the restart and is open after it")
                del self._ended[order_id]

    def sent(self, effect: VenueEffect, process: Process) -> None:
        """The desk is sending something."""
        if isinstance(effect, RequestPrices) and effect.kind is PriceKind.MARK:
            self._marks_asked |= dict.fromkeys(effect.symbols, process.state.now)
        if isinstance(effect, SendGuard) and effect.spec.id not in self._disk.intents:
            self._oracle.blame("I3", f"the guard {effect.spec.id} left before its intent was durable")
        if not isinstance(effect, SendOrder):
            return
        if effect.spec.id not in self._disk.intents and not effect.spec.closing:
            self._oracle.blame("I3", f"{effect.spec.id} left before its intent was durable")
        self._check_close(effect.spec, process.state)
        self._overseer.sent(effect.spec, process.state, effect.ts)
        age = process.state.mark_age(effect.spec.symbol)
        if not effect.spec.closing and (age is None or age > millis(process.state.limits.mark_age_ms_max)):
            self._oracle.blame("I17", f"{effect.spec.id} takes new risk at a mark {age} ns old")
        epoch = int(effect.spec.id[11:14], 36)
        if epoch != process.epoch or epoch < self._epoch:
            self._oracle.blame("I18", f"{effect.spec.id}: sent by epoch {process.epoch}")
        self._epoch = epoch

    def after_turn(self, process: Process) -> None:
        """Check what must hold at every instant."""
        state = process.state
        if process.broken:
            self._oracle.blame("A", f"the desk found its own books broken: {process.broken}")
        self._check_versions(state)
        self._overseer.after_turn(state)
        self._before = {
            (sub, symbol): position.quantity
            for sub, account in state.accounts.items()
            for symbol, position in account.positions.items()
        }
        for order_id in state.estimates:
            if order_id not in state.orders or state.orders[order_id].is_settled:
                self._oracle.blame("2b", f"{order_id} has ended and is still shown as estimated")
        ids = tuple(state.open)
        if ids != self._open:
            for order_id in self._open:
                if order_id not in state.open:
                    self._check_ended(state, order_id)
            for order_id in ids:
                if order_id in self._ended:
                    self._oracle.blame("I12", f"{order_id} is open again after it was {self._ended[order_id].value}")
                    del self._ended[order_id]
            self._open = ids

    def check_lag(self, state: DeskState, since: Nanos, now: Nanos) -> None:
        """Check that trades are booked in time; `since` is when the desk could last not hear or act."""
        known = self._oracle.trades
        if len(known) > self._trades_seen:
            for key in list(known)[self._trades_seen :]:
                self._unbooked[key] = known[key][1]
            self._trades_seen = len(known)
        for key, at in list(self._unbooked.items()):
            if key in state.trades:
                del self._unbooked[key]
            elif now - max(at, since) > BOOKED_WITHIN:
                self._oracle.blame("I14", f"trade {key[1]} of {key[0]} is not booked {(now - at) // SECOND} s later")
                del self._unbooked[key]

    def check_prices(self, state: DeskState, since: Nanos, now: Nanos) -> None:
        """Check that a mark that no stream tells is asked for, where something is held; `since` as for the lag."""
        is_listening = state.link in (LinkState.UP, LinkState.DOWN) and state.limiter.may_ask(MARKS_WEIGHT, state.now)
        if not is_listening:
            self._listening_since = now
        is_young = bool(state.starts) and state.now - state.starts[-1] < ASKED_WITHIN
        if is_young or now - max(since, self._listening_since) < ASKED_WITHIN:
            return
        for symbol in dict.fromkeys(symbol for (symbol, _), held in state.sides().items() if held):
            age, asked = state.mark_age(symbol), self._marks_asked.get(symbol, Nanos(0))
            if (age is None or age > ASKED_WITHIN) and state.now - asked > ASKED_WITHIN:
                self._oracle.blame("3a", f"the mark of {symbol} is old, and nobody has been asked for another")

    def check_rate(self) -> None:
        """Check that the venue has never had to refuse a request as one too many."""
        if self._exchange.meters.overruns:
            self._oracle.blame("I8", f"{self._exchange.meters.overruns} requests over the venue's limits")

    def check_calm(self, state: DeskState, now: Nanos) -> None:
        """Check that the desk has come to agree with the venue, to the last digit."""
        truth = self._exchange.truth(now)
        for problem in guards.problems(state):
            self._oracle.blame("BR", problem)
        for symbol in state.breaks:
            self._oracle.blame("I1", f"{symbol} is quarantined though the books are whole")
        self._check_followed(state)
        told_late = {trade.order for trade, at in self._oracle.trades.values() if now - at < TOLD_WITHIN}
        self._check_orders(state, truth, told_late)
        self._check_guards(state, truth)
        # A run goes on in calm weather: of what has traded just now, the news is on its way.
        fresh = {key for key, (_, at) in self._oracle.trades.items() if now - at < TOLD_WITHIN} - state.trades.keys()
        self._check_trades(state, fresh)
        if not fresh:
            self._check_positions(state, truth, now)

    def _check_followed(self, state: DeskState) -> None:
        """What is held or worked is followed in full, by the desk and at the venue, and its book is proven."""
        wanted = {order.spec.symbol for order in state.open.values()}
        wanted |= {run.symbol for run in state.runs.values() if not run.is_done}
        wanted |= {symbol for (symbol, _), held in state.sides().items() if held}
        followed = self._exchange.followed
        for symbol in sorted(wanted):
            is_told = followed is None or symbol in followed
            if not is_told or not state.markets[symbol].book.synced:
                self._oracle.blame("3c", f"{symbol} is held or worked, and its depth is not followed")

    def _check_guards(self, state: DeskState, truth: VenueTruth) -> None:
        """The venue holds the stops that the desk believes it holds, one for a run at most, and none for a run that is over."""
        held = {each.id: each for each in truth.guards}
        moving = {each.spec.id for each in state.guards.values() if state.now - each.asked < GUARD_SETTLES}
        for order, spec in held.items():
            run, known = state.runs.get(spec.algo), state.guards.get(order)
            if order in moving:
                continue
            if known is None:
                self._oracle.blame("G1", f"the venue holds {order} and the desk does not know it")
            elif run is None or run.is_done:
                self._oracle.blame("G2", f"the venue holds {order} for {spec.algo}, which is over")
        for order in state.guards.keys() - held.keys() - moving:
            self._oracle.blame("G1", f"the desk believes that the venue holds {order}, and it does not")
        owners = [each.algo for each in held.values()]
        for algo in {each for each in owners if owners.count(each) > 1}:
            self._oracle.blame("G3", f"the venue holds {owners.count(algo)} stops for {algo}")

    def _check_versions(self, state: DeskState) -> None:
        """An order never goes back to a price or quantity that the venue has left behind."""
        for order_id, order in state.open.items():
            real = self._oracle.orders.get(order_id)
            version = real.versions.get((order.price, order.quantity)) if real is not None else None
            if version is None:
                continue
            if version < self._versions.get(order_id, 0):
                self._oracle.blame("I12", f"{order_id} went back to {order.quantity} @{order.price}")
            self._versions[order_id] = version

    def _check_close(self, spec: OrderSpec, state: DeskState) -> None:
        held, believed = (
            self._oracle.holding(spec.sub, spec.symbol).quantity,
            state.accounts[spec.sub].quantity(spec.symbol),
        )
        # Without a journal a booking between our accounts is in this process's memory alone.
        if spec.kind is OrderKind.FLATTEN and held != believed and not state.fault:
            self._oracle.blame(
                "I12", f"{spec.id} closes {believed} {spec.symbol} before all trades are in: {held} is held"
            )
        if not spec.closing or held != believed:
            return  # a trade is still on its way to the desk: it cannot know better
        if self._before.get((spec.sub, spec.symbol), ZERO) != held:
            return  # it was wished for in the middle of a turn, before other trades of that turn
        if held * spec.side.sign > ZERO or spec.quantity > abs(held):
            self._oracle.blame("I10", f"{spec.id} would close {spec.quantity} of {held} {spec.symbol}")

    def _check_ended(self, state: DeskState, order_id: ClientOrderId) -> None:
        order = state.orders.get(order_id)
        if order is None:
            return
        self._ended[order_id] = order.status
        real = self._oracle.orders.get(order_id)
        if order.status is OrderStatus.REJECTED and real is not None and (real.is_open or real.filled):
            self._oracle.blame("I11", f"{order_id} counts as rejected and lives at the venue ({order.reason})")
        elif real is not None and real.is_open:
            self._oracle.blame("I12", f"{order_id} counts as {order.status.value} and is open at the venue")

    def late_acceptance(self, order_id: ClientOrderId) -> None:
        """The venue has taken an order on: the desk may not have declared it dead."""
        status = self._ended.get(order_id)
        if status is not None:
            self._oracle.blame("I11", f"{order_id} reached the venue after the desk took it for {status.value}")

    def own_orders_met(self, resting: OrderSpec, coming: OrderSpec) -> None:
        """Two orders of ours have met at the venue.

        A way out may do that, one that only takes and found the book thinner than it had been, and no other.
        """
        takes_only = coming.tif in (TimeInForce.IOC, TimeInForce.FOK)
        may_meet = takes_only or coming.kind in (OrderKind.FLATTEN, OrderKind.DELEVERAGE)
        if not may_meet and resting.id in self._disk.intents:
            self._oracle.blame("C10", f"{coming.id} met our own {resting.id} at the venue")

    def _check_orders(self, state: DeskState, truth: VenueTruth, told_late: set[ClientOrderId]) -> None:
        ours = {order.spec.id: (order.price, order.quantity, order.filled) for order in state.open.values()}
        theirs = {
            each.spec.id: (each.spec.price, each.spec.quantity, each.filled)
            for each in truth.orders
            if each.spec.id in self._oracle.orders
        }
        for order_id, order in state.open.items():
            if order.is_in_flight and not self._is_just_asked(state, order_id):
                self._oracle.blame("I7", f"{order_id} is still {order.status.value} {order.pending} in calm weather")
        wrong = [order_id for order_id in {**ours, **theirs} if ours.get(order_id) != theirs.get(order_id)]
        # A run goes on in calm weather too: of what was asked for just now, the answer is on its way.
        wrong = [each for each in wrong if each not in told_late and not self._is_just_asked(state, each)]
        if wrong:
            self._oracle.blame(
                "I15", f"open orders differ: {wrong[0]}: ours {ours.get(wrong[0])}, venue {theirs.get(wrong[0])}"
            )
        for order_id, order in state.orders.items():
            if not order.is_open and order.unbooked:
                self._oracle.blame("I12", f"{order_id} is {order.status.value} with {order.unbooked} not booked")

    def _is_just_asked(self, state: DeskState, order_id: ClientOrderId) -> bool:
        order = state.orders.get(order_id)
        return order is not None and order.is_in_flight and state.now - order.asked < TOLD_WITHIN

    def _check_trades(self, state: DeskState, fresh: set[tuple[Symbol, int]]) -> None:
        missing = [key for key in self._oracle.trades if key not in state.trades and key not in fresh]
        invented = [key for key in state.trades if key not in self._oracle.trades]
        if missing or invented:
            self._oracle.blame("I2", f"trades differ: missing {missing[:3]}, invented {invented[:3]}")

    def _check_positions(self, state: DeskState, truth: VenueTruth, now: Nanos) -> None:
        held = {each.symbol: each for each in truth.positions}
        for symbol in state.instruments:
            theirs = held[symbol].quantity if symbol in held else ZERO
            if state.net(symbol) != theirs:
                self._oracle.blame("I1", f"{symbol}: our accounts hold {state.net(symbol)}, the venue {theirs}")
        if now - self._oracle.funded_at < TOLD_WITHIN:
            return
        ours = sum((account.wallet for account in state.accounts.values()), ZERO)
        cost = sum(
            (position.cost for account in state.accounts.values() for position in account.positions.values()), ZERO
        )
        theirs = truth.wallet - sum((each.entry_value for each in truth.positions), ZERO)
        if ours - cost != theirs:
            self._oracle.blame("I4", f"cash less cost: ours {ours - cost}, the venue's {theirs}")
