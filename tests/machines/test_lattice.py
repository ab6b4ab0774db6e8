"""An order under reports in any order, repeated and late: it never comes back to life, and never trades too much."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desk.core import orders
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    OutcomeUnknown,
)
from desk.model.units import ZERO, Nanos
from tests.kit import builders
from tests.kit.builders import EPOCH, D

SPEC = builders.spec(quantity=D("10"))
LOT = D("1")


class Lattice(RuleBasedStateMachine):
    """A venue that trades the order lot by lot and ends it, and a way on which everything may be told late or twice."""

    def __init__(self):
        super().__init__()
        self.order = orders.submit(SPEC, EPOCH)
        self.now = EPOCH
        self.traded = 0
        """Lots the venue has traded; its end comes after that."""
        self.told = set()
        """Trades that have been booked: the books pass each on once."""
        self.has_ended = False
        self.was_terminal = False
        self.filled = ZERO

    def report(self, kind, *more):
        self.now = Nanos(self.now + 1)
        return kind(self.now, SPEC.id, *more, self.now)

    def give(self, report):
        orders.apply(self.order, report)

    @rule()
    def the_venue_trades_a_lot(self):
        if not self.has_ended and self.traded < SPEC.quantity:
            self.traded += 1

    @rule()
    def the_venue_ends_it(self):
        self.has_ended = True

    @rule(number=st.integers(0, 9))
    def a_trade_is_told(self, number):
        if number < self.traded and number not in self.told:
            self.told.add(number)
            self.now = Nanos(self.now + 1)
            self.give(builders.fill(SPEC, number + 1, "1", str(number + 1), ts=self.now, venue_ts=self.now))

    @rule(lots=st.integers(0, 10))
    def an_acceptance_is_told_perhaps_late(self, lots):
        self.give(self.report(OrderAccepted, 1, D(min(lots, self.traded))))

    @rule(kind=st.sampled_from([AmendRejected, CancelRejected]))
    def a_request_is_refused(self, kind):
        self.give(self.report(kind, -2011, "Unknown order sent."))

    @rule()
    def an_answer_is_lost(self):
        self.give(OutcomeUnknown(self.now, SPEC.id, "no answer"))

    @rule()
    def its_end_is_told(self):
        if self.has_ended:
            self.give(self.report(OrderCancelled, D(self.traded)))

    @rule()
    def its_end_is_told_otherwise(self):
        if self.has_ended:
            self.now = Nanos(self.now + 1)
            self.give(OrderExpired(self.now, SPEC.id, D(self.traded), "ioc remainder", self.now))

    @rule()
    def it_is_refused_if_nobody_has_seen_it(self):
        if not self.traded and not self.has_ended and not self.order.heard:
            self.has_ended = True
            self.give(self.report(OrderRejected, -2019, "Margin is insufficient."))

    @rule()
    def it_is_told_to_have_its_size(self):
        if not self.has_ended:
            self.give(self.report(OrderAmended, SPEC.price, SPEC.quantity, D(self.traded)))

    @invariant()
    def it_never_comes_back_to_life(self):
        assert self.order.status.is_terminal or not self.was_terminal
        self.was_terminal = self.order.status.is_terminal

    @invariant()
    def what_is_filled_only_grows_and_never_beyond_its_size(self):
        assert self.filled <= self.order.filled <= SPEC.quantity
        assert self.order.filled == len(self.told)
        self.filled = self.order.filled

    @invariant()
    def it_is_settled_only_with_all_its_trades(self):
        if self.order.is_settled:
            assert len(self.told) >= self.order.filled_at_venue

    @invariant()
    def what_may_still_come_is_never_negative(self):
        assert self.order.outstanding >= ZERO
        assert self.order.leaves >= ZERO


Lattice.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None, derandomize=True)
TestLattice = Lattice.TestCase
