"""Deltas that go missing, come twice or late, and snapshots of any age: a book that says it is in sync is the venue's."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desk.core.book import Book
from desk.model.market import BookDelta, BookSnapshot, Level
from desk.model.order import Side
from desk.model.units import ZERO
from tests.kit.builders import BTC, EPOCH, D


class Depth(RuleBasedStateMachine):
    """The venue's own depth, and a way that loses, repeats and delays."""

    def __init__(self):
        super().__init__()
        self.book = Book()
        self.id = 100
        self.levels = {Side.BUY: {D(99): D(5)}, Side.SELL: {D(101): D(5)}}
        self.states = {}
        self.deltas = []
        self.snapshots = []
        self.keep()

    def keep(self):
        self.states[self.id] = {side: dict(levels) for side, levels in self.levels.items()}

    @rule(
        side=st.sampled_from(Side),
        away=st.integers(0, 5),
        size=st.integers(0, 3),
        skip=st.integers(1, 5),
        heard=st.booleans(),
    )
    def the_depth_changes(self, side, away, size, skip, heard):
        price = D(99 - away) if side is Side.BUY else D(101 + away)
        if size:
            self.levels[side][price] = D(size)
        else:
            self.levels[side].pop(price, None)
        previous, self.id = self.id, self.id + skip
        change = (Level(price, D(size)),)
        bids, asks = (change, ()) if side is Side.BUY else ((), change)
        delta = BookDelta(EPOCH, BTC, previous + 1, self.id, previous, bids, asks, EPOCH)
        self.deltas.append(delta)
        self.keep()
        if heard:
            self.book.on_delta(delta)

    @rule(back=st.integers(1, 6))
    def a_delta_comes_again(self, back):
        if self.deltas:
            self.book.on_delta(self.deltas[-min(back, len(self.deltas))])

    @rule()
    def a_snapshot_is_taken(self):
        sides = [tuple(Level(price, size) for price, size in self.levels[side].items()) for side in Side]
        self.snapshots.append(BookSnapshot(EPOCH, BTC, self.id, *sides, EPOCH))

    @rule(back=st.integers(1, 3))
    def a_snapshot_arrives(self, back):
        if self.snapshots:
            self.book.on_snapshot(self.snapshots[-min(back, len(self.snapshots))])

    @invariant()
    def a_book_in_sync_is_one_that_the_venue_had(self):
        if self.book.synced:
            there = self.states[self.book._last_id]
            for side in Side:
                shown = {level.price: level.size for level in self.book.top(side, 100)}
                assert shown == {price: size for price, size in there[side].items() if size > ZERO}

    @invariant()
    def the_best_is_the_best(self):
        for side in Side:
            prices = [level.price for level in self.book.top(side, 100)]
            assert prices == sorted(prices, reverse=side is Side.BUY)


Depth.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None, derandomize=True)
TestDepth = Depth.TestCase
