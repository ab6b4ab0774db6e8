"""The whole adapter against an open exchange: one contract with the practice venue."""

import asyncio
import time
from decimal import Decimal
from random import Random

import pytest

from desk.model.effect import (
    ArmCountdown,
    Batch,
    DropGuard,
    Follow,
    RequestDepth,
    RequestTruth,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
)
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    GuardReported,
    LinkChanged,
    LinkState,
    MetersReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    TruthLearned,
)
from desk.model.guard import GuardState
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint
from desk.model.order import OrderType, Side
from desk.model.units import Nanos
from desk.venues.binance.hosts import on_loopback
from desk.venues.binance.venue import BinanceVenue
from desk.venues.keys import Credentials
from desk.venues.secret import Secret
from tests.exchange.scripted import change, mark, trade
from tests.exchange.test_stops import stop
from tests.kit.builders import BTC, spec
from tests.server.live import PATIENCE, opened


def now():
    return Nanos(time.time_ns())


class Desk:
    """What the engine would be told."""

    def __init__(self):
        self.heard, self.all = [], []
        self._woken = asyncio.Event()

    def tell(self, event):
        self.heard.append(event)
        self.all.append(event)
        self._woken.set()

    async def until(self, kind, wanted=lambda event: True):
        """Return the first event of a kind that is wanted, and forget all up to it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for place, event in enumerate(self.heard):
                    if isinstance(event, kind) and wanted(event):
                        del self.heard[: place + 1]
                        return event
                self._woken.clear()
                await self._woken.wait()


def venue_of(live):
    hosts = on_loopback(live.at.rest, live.at.ws, live.at.ws_api)
    credentials = Credentials(Secret(live.at.key.encode()), Secret(live.at.secret.encode()), "the greeting")
    return BinanceVenue(hosts, credentials, now=now, chance=Random(1))


@pytest.fixture
async def at_work():
    """A venue at work with a desk that listens, and its exchange."""
    async with opened() as live:
        venue, desk = venue_of(live), Desk()
        await venue.open((BTC,), 20)
        venue.attach(desk.tell, (), now())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(run()) for _, run, _ in venue.feeds()]
            await desk.until(LinkChanged, lambda event: event.state is LinkState.UP)
            yield live, venue, desk
            for each in running:
                each.cancel()
        await venue.close()


def numbered(number, **changes):
    return spec(f"PMS0001_MAN001000000_{number:05}", quantity=Decimal("0.01"), price=Decimal("59990.0"), **changes)


async def test_the_market_is_heard_in_all_its_kinds(at_work):
    live, venue, desk = at_work
    venue.execute(Follow(now(), (BTC,)), now())

    # One after the other: which stream speaks first is not said.
    assert (await desk.until(MarkPrice)).price == 60_000
    live.crowd(change(bids="60000.0x7"), trade("60000.1", "0.5", Side.BUY))
    heard = [await desk.until((Quote, BookDelta, TradePrint)) for _ in range(3)]
    assert {type(each) for each in heard} == {Quote, BookDelta, TradePrint}


async def test_depth_is_asked_for(at_work):
    _, venue, desk = at_work

    venue.execute(RequestDepth(now(), BTC), now())

    book = await desk.until(BookSnapshot)
    assert (book.bids[0].price, book.asks[0].price) == (60_000, Decimal("60000.1"))


async def test_an_order_lives_and_is_changed_and_cancelled(at_work):
    _, venue, desk = at_work
    order = numbered(1)

    venue.execute(SendOrder(now(), order), now())
    accepted = await desk.until(OrderAccepted)
    venue.execute(SendAmend(now(), order.id, BTC, Decimal("59980.0"), Decimal("0.02")), now())
    amended = await desk.until(OrderAmended)
    venue.execute(SendCancel(now(), order.id, BTC), now())
    cancelled = await desk.until(OrderCancelled)

    assert (accepted.order, accepted.venue_order > 2**53) == (order.id, True)
    assert (amended.price, amended.quantity, cancelled.filled) == (Decimal("59980.0"), Decimal("0.02"), 0)


async def test_a_market_order_fills_and_the_truth_knows_its_trade(at_work):
    _, venue, desk = at_work
    order = spec(numbered(2).id, type=OrderType.MARKET, quantity=Decimal("0.5"), price=Decimal("60300.0"))

    venue.execute(SendOrder(now(), order), now())
    fill = await desk.until(OrderFilled)
    venue.execute(RequestTruth(now()), now())
    truth = (await desk.until(TruthLearned)).truth

    assert (fill.price, fill.fee) == (Decimal("60000.1"), Decimal("15.00002500"))
    assert [(each.order, each.trade) for each in truth.trades] == [(order.id, fill.trade)]
    assert truth.positions[0].quantity == Decimal("0.5")
    assert truth.wallet == Decimal("99984.99997500")


async def test_a_payment_that_the_stream_never_told_is_found_in_the_venues_list(at_work):
    live, venue, desk = at_work
    order = spec(numbered(3).id, type=OrderType.MARKET, quantity=Decimal("0.5"), price=Decimal("60300.0"))
    venue.execute(SendOrder(now(), order), now())
    await desk.until(OrderFilled)
    venue.execute(RequestTruth(now()), now())
    assert (await desk.until(TruthLearned)).truth.payments == ()

    await live.fault(kind="user-silent", ms=60_000)
    await live.fault(kind="funding", symbol="BTCUSDT", amount="0.0001")
    venue.execute(RequestTruth(now()), now())

    (payment,) = (await desk.until(TruthLearned)).truth.payments
    assert (payment.symbol, payment.amount) == (BTC, Decimal("-3.0"))


async def test_what_is_refused_is_told_as_refused(at_work):
    _, venue, desk = at_work

    venue.execute(SendOrder(now(), spec(numbered(3).id, quantity=Decimal(900), price=Decimal("59990.0"))), now())
    assert (await desk.until(OrderRejected)).code == -2019
    venue.execute(SendCancel(now(), numbered(3).id, BTC), now())
    assert (await desk.until(CancelRejected)).code == -2011
    venue.execute(SendAmend(now(), "web_1", BTC, Decimal(1), Decimal(1)), now())
    assert "expected an order of ours" in (await desk.until(AmendRejected)).reason


async def test_a_batch_goes_as_one_and_is_answered_in_parts(at_work):
    _, venue, desk = at_work
    places = tuple(SendOrder(now(), numbered(number)) for number in (4, 5))

    venue.execute(Batch(now(), places), now())
    accepted = {(await desk.until(OrderAccepted)).order for _ in range(2)}
    venue.execute(Batch(now(), tuple(SendCancel(now(), each.spec.id, BTC) for each in places)), now())
    gone = {(await desk.until(OrderCancelled)).order for _ in range(2)}

    assert accepted | gone <= {each.spec.id for each in places}


@pytest.mark.parametrize("kind", ["reply-lost", "unknown-503", "timeout", "bad-gateway"])
async def test_a_lost_answer_leaves_the_outcome_unknown_and_the_stream_tells_it(at_work, kind):
    live, venue, desk = at_work
    await live.fault(kind=kind, path="/fapi/v1/order", method="POST")

    venue.execute(SendOrder(now(), numbered(6)), now())

    told = {type(await desk.until((OutcomeUnknown, OrderAccepted))) for _ in range(2)}
    assert told == {OutcomeUnknown, OrderAccepted}


async def test_streams_that_are_cut_come_back_and_the_link_says_both(at_work):
    live, _, desk = at_work

    await live.fault(kind="disconnect", path="/private")

    assert "user stream" in (await desk.until(LinkChanged, lambda each: each.state is LinkState.DOWN)).reason
    await desk.until(LinkChanged, lambda each: each.state is LinkState.UP)


async def test_a_stop_sleeps_at_the_venue_and_is_let_go_of(at_work):
    _, venue, desk = at_work
    guard = stop("PMS0001_BRK001000102_00001")

    venue.execute(SendGuard(now(), guard), now())
    assert (await desk.until(GuardReported)).state is GuardState.HELD
    venue.execute(RequestTruth(now()), now())
    assert (await desk.until(TruthLearned)).truth.guards == (guard,)
    venue.execute(DropGuard(now(), guard.id, BTC), now())
    assert (await desk.until(GuardReported, lambda told: told.state is not GuardState.HELD)).state is GuardState.ENDED
    venue.execute(DropGuard(now(), guard.id, BTC), now())
    assert (await desk.until(GuardReported, lambda told: told.reason.startswith("Unknown"))).state is GuardState.UNKNOWN


async def test_a_stop_that_is_woken_becomes_an_order_of_the_same_name(at_work):
    live, venue, desk = at_work
    bought = spec(numbered(11).id, type=OrderType.MARKET, quantity=Decimal("0.5"), price=Decimal("60300.0"))
    venue.execute(SendOrder(now(), bought), now())
    await desk.until(OrderFilled)
    guard = stop("PMS0001_BRK001000102_00002", trigger="59500.0", reduce_only=True)
    venue.execute(SendGuard(now(), guard), now())
    await desk.until(GuardReported)

    live.crowd(mark("59500.0"))

    assert (
        await desk.until(GuardReported, lambda told: told.state is not GuardState.HELD)
    ).state is GuardState.TRIGGERED
    fill = await desk.until(OrderFilled)
    assert (fill.order, fill.quantity, fill.side) == (guard.id, Decimal("0.5"), Side.SELL)
    venue.execute(RequestTruth(now()), now())
    truth = (await desk.until(TruthLearned, lambda told: len(told.truth.trades) == 2)).truth
    assert ([each.order for each in truth.trades], truth.guards) == ([bought.id, guard.id], ())


async def test_the_countdown_reaches_the_venue(at_work):
    _, venue, desk = at_work
    venue.execute(SendOrder(now(), numbered(7)), now())
    await desk.until(OrderAccepted)

    venue.execute(ArmCountdown(now(), BTC, 1), now())

    assert (await desk.until(OrderCancelled)).order == numbered(7).id


async def test_the_venues_own_counts_are_told_by_both_ways(at_work):
    _, venue, desk = at_work

    venue.execute(RequestDepth(now(), BTC), now())
    assert (await desk.until(MetersReported, lambda told: told.orders_10s is None)).weight > 20
    venue.execute(SendOrder(now(), numbered(10)), now())
    told = await desk.until(MetersReported, lambda told: told.orders_10s is not None)
    assert (told.orders_10s, told.orders_1m) == (1, 1)


async def test_the_wallet_is_known_before_the_books_begin():
    async with opened() as live:
        venue = venue_of(live)
        await venue.open((BTC,), 20)

        assert await venue.wallet(now()) == 100_000
        assert venue.memo() is None
        await venue.close()


async def test_while_the_venue_has_us_throttled_only_cancels_go(at_work):
    live, venue, desk = at_work
    await live.fault(kind="ban", text="127.0.0.1")
    venue.execute(SendOrder(now(), numbered(8)), now())
    assert (await desk.until(OrderRejected)).code == -1003
    assert "banned until" in (await desk.until(LinkChanged)).reason

    venue.execute(SendOrder(now(), numbered(9)), now())
    venue.execute(SendCancel(now(), numbered(9).id, BTC), now())

    assert (await desk.until(OrderRejected)).reason == "the venue has us throttled"
    assert (await desk.until(CancelRejected)).code == -1003
