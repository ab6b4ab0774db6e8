"""The floor: the market happens, the members' orders meet it, and the clock rings; time comes from outside."""

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Protocol

from desk.exchange.liquidation import Liquidator, MakeOrder
from desk.exchange.market import Ended, Mark, MarketRecord, MarketSource, Notice, Print
from desk.exchange.members import Member, Members
from desk.exchange.order_entry import OrderEntry
from desk.exchange.pit import Pit
from desk.exchange.resting import LiveOrder
from desk.exchange.schedule import Schedule
from desk.model.instrument import Instrument
from desk.model.order import OrderSpec
from desk.model.units import MILLISECOND, SECOND, Nanos, Symbol

DEAD_MAN = "countdown ran out"
OUT_OF_TIME = "good-till date"
_FUNDING_INTERVAL = 8 * 3_600 * SECOND


class Bell(Enum):
    """What the exchange does by the clock."""

    MARK = SECOND
    RULES = 3_600 * SECOND
    FUNDING = _FUNDING_INTERVAL


class Audience(Protocol):
    """Who tells the world what happens on the floor."""

    def printed(self, pit: Pit, trade: Print) -> None:
        """The crowd has traded."""

    def changed(self, pit: Pit) -> None:
        """The book, or the members' trades, may have changed."""

    def marked(self, pit: Pit) -> None:
        """There is a new mark."""

    def noticed(self, notice: Notice | Ended) -> None:
        """The market source has said something about itself."""

    def rules_due(self) -> None:
        """It is time to tell the rules again."""

    def funded(self, pit: Pit) -> None:
        """Funding has been paid."""


def make_order(spec: OrderSpec, account: int, is_venues: bool) -> LiveOrder:
    """Return a live order, the same for the exchange's own as for a member's."""
    return LiveOrder(spec, 0, spec.price, spec.quantity, account=account)


class Floor:
    """Every symbol's pit, every member, and what is due when. Deterministic, and silent between two calls."""

    def __init__(
        self,
        *,
        instruments: tuple[Instrument, ...],
        market: MarketSource,
        start: Nanos,
        audience: Audience,
        orders_taken: int = 0,
        make: MakeOrder = make_order,
        is_insured: bool = False,
    ) -> None:
        self.now = start
        self.members = Members()
        self.pits = {each.symbol: Pit(each, self.members) for each in instruments}
        self.entry = OrderEntry(self.pits, self.members, orders_taken)
        self.liquidator = Liquidator(self.pits, self.members, self.entry, make, is_insured=is_insured)
        self._market = market
        self._audience = audience
        self._agenda: Schedule[Callable[[], None]] = Schedule()
        self._countdowns: dict[tuple[int, Symbol], Nanos] = {}
        self._has_ended = False
        self.open(start)

    def open(self, now: Nanos) -> None:
        """Begin at `now`, with nothing due but the bells."""
        self.now = now
        self._has_ended = False
        self._agenda.clear()
        for bell in Bell:
            self._wind(bell)

    def reopen(self, instrument: Instrument, update_id: int, last_trade: int, mark: Mark | None) -> None:
        """Put up a symbol's pit anew, empty, to go on from its last ids and mark."""
        self.pits[instrument.symbol] = pit = Pit(instrument, self.members, update_id, last_trade)
        pit.mark = mark

    def next_at(self) -> Nanos | None:
        """Return when something happens next; None: never again."""
        market, due = self._market.next_at(), self._agenda.next_at
        if market is None or due is None:
            return due if market is None else market
        return min(market, due)

    def advance(self, now: Nanos) -> None:
        """Let everything due by `now` happen, in order."""
        while (at := self.next_at()) is not None and at <= now:
            self.begin(at)
            if self._market.next_at() == at:
                for record in self._market.take():
                    self._on_record(record)
            else:
                self._agenda.pop()()
        self.now = max(self.now, now)

    def begin(self, at: Nanos) -> None:
        """Begin a new moment."""
        self.now = at
        self.members.start(at)

    def at(self, when: Nanos, action: Callable[[], None]) -> None:
        """Let something happen at its time."""
        self._agenda.push(when, action)

    def join(self, member: Member) -> int:
        """Let a new member trade; return its number."""
        return self.members.join(member)

    def settle(self, pit: Pit) -> None:
        """Tell what has changed in a pit."""
        self._audience.changed(pit)
        if pit.mark is None:
            self._mark_to_mid(pit)

    def expire_at(self, order: LiveOrder) -> None:
        """Wind the clock for an order that is good until a date."""
        if order.good_till is not None:
            self.at(order.good_till, partial(self._expire, order))

    def count_down(self, number: int, symbol: Symbol, millis: int) -> None:
        """Start the countdown of a member's symbol anew, or stop it with zero."""
        self._countdowns.pop((number, symbol), None)
        if millis and symbol in self.pits:
            at = self._countdowns[number, symbol] = Nanos(self.now + millis * MILLISECOND)
            self.at(at, partial(self._run_out, number, symbol, at))

    def next_funding(self) -> Nanos:
        """Return when funding is paid next."""
        return next_ring(Bell.FUNDING, self.now)

    def _on_record(self, record: MarketRecord) -> None:
        if isinstance(record, Notice | Ended):
            self._has_ended = self._has_ended or isinstance(record, Ended)
            self._audience.noticed(record)
            return
        pit = self.pits[record.symbol]
        if isinstance(record, Print):
            self._audience.printed(pit, record)
        pit.apply(record)
        pit.heard_at = self.now
        if isinstance(record, Mark):
            pit.marked_at = self.now
            self._audience.marked(pit)
            self._liquidate()
        self.settle(pit)

    def _run_out(self, number: int, symbol: Symbol, at: Nanos) -> None:
        """Cancel a symbol's orders, unless its countdown was started anew meanwhile."""
        if self._countdowns.get((number, symbol)) != at:
            return
        del self._countdowns[number, symbol]
        pit = self.pits[symbol]
        for order in [each for each in pit.resting() if each.account == number]:
            pit.matching.cancel(order, reason=DEAD_MAN)
        self.settle(pit)

    def _expire(self, order: LiveOrder) -> None:
        if self.members[order.account].open.get(order.spec.id) is order:
            pit = self.pits[order.spec.symbol]
            pit.matching.cancel(order, reason=OUT_OF_TIME)
            self.settle(pit)

    def _wind(self, bell: Bell) -> None:
        self.at(next_ring(bell, self.now), partial(self._ring, bell))

    def _ring(self, bell: Bell) -> None:
        if self._has_ended:
            return
        self._wind(bell)
        if bell is Bell.RULES:
            self._audience.rules_due()
        for symbol, pit in self.pits.items():
            if bell is Bell.MARK:
                self._mark_to_mid(pit)
            elif bell is Bell.FUNDING and pit.mark is not None:
                self.members.fund(symbol, pit.mark.price, pit.mark.funding_rate)
                self._audience.funded(pit)
        self._liquidate()

    def _liquidate(self) -> None:
        for pit in self.liquidator.check(self.now):
            self.settle(pit)

    def _mark_to_mid(self, pit: Pit) -> None:
        if pit.mark_to_mid():
            pit.marked_at = pit.heard_at
            self._audience.marked(pit)


def next_ring(bell: Bell, now: Nanos) -> Nanos:
    """Return when a bell rings next; the epoch began at midnight UTC: whole intervals since then are 00, 08 and 16 o'clock."""
    return Nanos((now // bell.value + 1) * bell.value)
