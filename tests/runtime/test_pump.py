"""The pump, with a venue and a journal that write down in which order they were used."""

import pytest

from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.model.command import CancelAll, PlaceOrder
from desk.model.effect import ArmTimer, DisarmTimer, SendCancel, SendOrder
from desk.model.error import InvariantBroken, JournalFailed
from desk.model.event import (
    LinkChanged,
    LinkState,
    LookedAt,
    OrderAccepted,
    Started,
    SubAccount,
    SubAccountOpened,
    TimerKey,
    TruthLearned,
)
from desk.model.journal import Commit
from desk.model.order import OrderStatus, OrderType, Side
from desk.model.units import SECOND, ZERO, Nanos
from desk.model.view import DeskMode
from desk.runtime import inbox as inbox_module
from desk.runtime import pump as pump_module
from desk.runtime.clocks import VirtualClock
from desk.runtime.pump import TURN_MAX, Pump
from tests.kit import builders
from tests.kit.builders import ALPHA, BTC, EPOCH, D
from tests.kit.rig import truth


class Seen:
    """What happened outside the engine, in order."""

    def __init__(self):
        self.log = []
        self.batches = []
        self.is_failing = False
        self.version = 0

    def execute(self, effect, now):
        self.log.append(effect)

    def lines(self):
        return ()

    def memo(self):
        return f"memo {self.version}".encode()

    async def commit(self, batch: Commit):
        if self.is_failing:
            raise JournalFailed("desk.db: no space left")
        self.batches.append(batch)
        self.log.append("commit")


class Quiet:
    """A source of events at times the test chooses."""

    def __init__(self):
        self.due = []

    def next_at(self):
        return self.due[0].ts if self.due else None

    def collect(self, now):
        events = [event for event in self.due if event.ts <= now]
        self.due = [event for event in self.due if event.ts > now]
        return events


class Desk:
    """A pump on a running desk at 100.0/100.1."""

    def __init__(self):
        self.seen, self.source = Seen(), Quiet()
        self.engine = Engine(DeskState(builders.limits()))
        self.clock = VirtualClock(EPOCH)
        self.pump = Pump(self.engine, clock=self.clock, venue=self.seen, journal=self.seen, sources=[self.source])
        for event in (
            Started(EPOCH, 1, "PAPER", (builders.instrument(),), builders.limits()),
            LookedAt(EPOCH, BTC),
            SubAccountOpened(EPOCH, SubAccount(ALPHA, "alpha", D(100_000))),
            LinkChanged(EPOCH, LinkState.UP, "connected"),
            builders.depth("5@100.0", "5@100.1"),
            builders.mark("100.0", 0),
            builders.quote("100.0/100.1", 0),
            TruthLearned(EPOCH, truth(D(100_000))),
        ):
            self.pump.feed(event)

    async def pass_time(self, millis=1):
        await self.pump.run(Nanos(self.clock.now() + millis * 1_000_000))

    def sent(self, kind):
        return [each for each in self.seen.log if isinstance(each, kind)]

    def place(self, quantity="1", price="99.0", **changes):
        self.pump.command(
            PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(quantity), price=D(price), **changes)
        )


@pytest.fixture
async def desk():
    made = Desk()
    await made.pass_time()
    assert made.pump.view.mode is DeskMode.RUNNING
    made.seen.log.clear()
    return made


async def test_an_intent_is_durable_before_it_leaves(desk):
    desk.place()

    await desk.pass_time()

    (order,) = desk.sent(SendOrder)
    before = desk.seen.log[: desk.seen.log.index(order)]
    assert before == ["commit"]
    kept = [each.body for batch in desk.seen.batches for each in batch.records]
    assert order in kept


async def test_what_the_journal_did_not_take_does_not_leave_and_the_desk_says_why(desk):
    desk.seen.is_failing = True
    desk.place()

    await desk.pass_time()

    (order,) = desk.engine.state.orders.values()
    assert desk.sent(SendOrder) == []
    assert order.status is OrderStatus.REJECTED
    assert order.reason == "not sent: desk.db: no space left"
    assert (desk.pump.view.mode, desk.pump.view.mode_reason) == (DeskMode.DEGRADED, "desk.db: no space left")


async def test_cancels_leave_though_the_journal_fails(desk):
    desk.place()
    await desk.pass_time()
    (sent,) = desk.sent(SendOrder)
    desk.pump.feed(OrderAccepted(desk.clock.now(), sent.spec.id, 1, ZERO, desk.clock.now()))
    desk.seen.is_failing = True
    desk.pump.command(CancelAll())

    await desk.pass_time()

    assert [each.order for each in desk.sent(SendCancel)] == [sent.spec.id]


async def test_a_closing_order_leaves_though_the_journal_fails(desk):
    desk.engine.state.accounts[ALPHA].position(BTC).quantity = D(1)
    desk.engine.state.accounts[ALPHA].position(BTC).cost = D(100)
    desk.seen.is_failing = True
    desk.pump.command(
        PlaceOrder(
            sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D(1), type=OrderType.MARKET, price=None, reduce_only=True
        )
    )

    await desk.pass_time()

    assert [each.spec.closing for each in desk.sent(SendOrder)] == [True]


async def test_books_that_contradict_themselves_halt_the_desk_and_cancel_what_is_open(desk, monkeypatch):
    desk.place()
    await desk.pass_time()
    (sent,) = desk.sent(SendOrder)
    monkeypatch.setattr(
        desk.engine, "step", lambda event: (_ for _ in ()).throw(InvariantBroken("x: filled 2 of 1 BTCUSDT"))
    )
    desk.pump.feed(builders.quote("100.0/100.1", 5))

    await desk.pass_time()
    monkeypatch.undo()
    desk.place()
    await desk.pass_time()

    assert [each.order for each in desk.sent(SendCancel)] == [sent.spec.id]
    assert (desk.pump.view.mode, desk.pump.view.mode_reason) == (DeskMode.HALTED, "x: filled 2 of 1 BTCUSDT")
    assert len(desk.sent(SendOrder)) == 1


async def test_the_venues_memo_is_kept_with_the_records_that_came_of_it(desk):
    desk.place()
    desk.seen.version = 7

    await desk.pass_time()

    with_order = next(batch for batch in desk.seen.batches if any(each.kind == "SendOrder" for each in batch.records))
    assert with_order.venue_memo == b"memo 7"


async def test_a_memo_that_has_not_changed_is_not_written_again(desk):
    desk.place()

    await desk.pump._turn()

    assert desk.seen.batches[-1].venue_memo is None


async def test_a_checkpoint_is_made_durable_at_the_end_and_now_and_then(desk, monkeypatch):
    assert desk.seen.batches[-1].checkpoint is not None
    monkeypatch.setattr(pump_module, "CHECKPOINT_EVERY", 2)
    desk.place()

    await desk.pump._turn()

    seq, _ = desk.seen.batches[-1].checkpoint
    assert seq == desk.seen.batches[-1].records[-1].seq


async def test_between_two_checkpoints_there_are_so_many_records(desk, monkeypatch):
    monkeypatch.setattr(pump_module, "CHECKPOINT_EVERY", 4)
    first = len(desk.seen.batches)

    for _ in range(6):
        desk.place()
        await desk.pump._turn()

    # Each order is two records, the command and the intent.
    made = [batch.checkpoint is not None for batch in desk.seen.batches[first:]]
    assert made == [False, True, False, True, False, True]


async def test_a_journal_that_has_failed_is_not_written_to_again(desk):
    desk.seen.is_failing = True
    desk.place()
    await desk.pass_time()
    before = len(desk.seen.batches)
    desk.seen.is_failing = False

    desk.pump.command(CancelAll())
    await desk.pass_time()

    assert len(desk.seen.batches) == before


async def test_more_events_than_can_be_halt_the_desk_and_say_it_once(desk, monkeypatch):
    monkeypatch.setattr(inbox_module, "FULL", 300)
    for number in range(900):
        desk.pump.feed(builders.trade("100.0", "1", Side.SELL, number))

    await desk.pass_time()

    assert desk.pump.view.mode is DeskMode.HALTED
    assert sum("waiting events, found 644" in alert.text for alert in desk.pump.view.alerts) == 1
    assert sum("halted" in alert.text for alert in desk.pump.view.alerts) == 1


async def test_a_timer_that_was_disarmed_does_not_wake_the_desk(desk):
    key = TimerKey(None, "test")
    desk.pump._carry_out([ArmTimer(EPOCH, key, Nanos(desk.clock.now() + 5_000_000))])
    desk.pump._carry_out([DisarmTimer(EPOCH, key)])

    assert desk.pump._timers.collect(Nanos(desk.clock.now() + 9_000_000)) == []


async def test_a_view_is_of_the_moment_it_is_published(desk):
    desk.clock._now = Nanos(desk.clock.now() + SECOND)

    desk.pump.publish()

    assert desk.pump.view.now == desk.clock.now()


async def test_record_numbers_go_on_where_the_journal_ended():
    engine = Engine(DeskState(builders.limits()))
    seen = Seen()
    pump = Pump(engine, clock=VirtualClock(EPOCH), venue=seen, journal=seen, sources=[], seq=41)
    pump.feed(Started(EPOCH, 2, "PAPER", (builders.instrument(),), builders.limits()))

    await pump._turn()

    assert seen.batches[0].records[0].seq == 42


async def test_a_turn_is_bounded(desk):
    for number in range(TURN_MAX + 10):
        desk.pump.feed(builders.trade("100.0", "1", Side.SELL, number))

    await desk.pump._turn()

    assert len(desk.pump._inbox) == 10


async def test_sources_are_asked_when_their_time_has_come(desk):
    desk.source.due = [builders.quote("101.0/101.1", 500)]

    await desk.pass_time(400)
    early = desk.pump.view.markets[0].quote.bid
    await desk.pass_time(200)

    assert early == D("100.0")
    assert desk.pump.view.markets[0].quote.bid == D("101.0")


async def test_the_pulse_of_the_desk_comes_every_second(desk):
    before = len(desk.engine.state.markets[BTC].prices)

    await desk.pump.run(Nanos(desk.clock.now() + 5 * SECOND))

    assert len(desk.engine.state.markets[BTC].prices) - before == 5


async def test_observers_may_feed_commands_after_each_turn(desk):
    placed = []

    def once(state):
        if not placed:
            placed.append(True)
            desk.place()

    desk.pump.observe(once)
    await desk.pass_time()

    assert len(desk.sent(SendOrder)) == 1


async def test_a_stopped_pump_returns_after_its_turn(desk):
    desk.pump.stop()

    await desk.pump.run()

    assert desk.pump.view.mode is DeskMode.RUNNING
