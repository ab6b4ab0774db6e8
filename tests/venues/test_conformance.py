"""One contract, two venues: the practice exchange in this process, and Binance's protocol on a socket.

Every card says what the desk does, what the crowd does, and what the desk is told of each order: in the words of the engine,
with the figures of the venue. Who trades on one has learned the other.
"""

import asyncio
from collections import defaultdict
from decimal import Decimal
from itertools import count

import pytest
from msgspec import Struct

from desk.model.effect import Batch, DropGuard, SendAmend, SendCancel, SendGuard, SendOrder
from desk.model.event import LinkChanged, LinkState
from desk.model.guard import GuardSpec
from desk.model.order import OrderSpec, OrderType
from desk.model.units import MILLISECOND, AlgoId, Nanos, SubId
from tests.exchange.scripted import BTC, BUY, FOK, GTC, GTX, IOC, SELL, Session, change, mark, trade
from tests.server.live import ASKS, BIDS, PATIENCE, opened
from tests.venues.binance.test_venue import now, venue_of

LAST = "PMS0003_MAN001000000_99999"
_NUMBERS = count(1)
_NAMES = defaultdict(lambda: f"PMS0003_MAN001000000_{next(_NUMBERS):05}")


# What a card says.


class Does(Struct, frozen=True):
    """The desk sends requests; several go as one batch."""

    requests: tuple


class Crowd(Struct, frozen=True):
    """The crowd trades, or changes the book."""

    records: tuple


def place(name, side, quantity, price, tif=GTC, *, type=OrderType.LIMIT, reduce_only=False):
    return lambda at: SendOrder(
        at,
        OrderSpec(
            id=_NAMES[name],
            sub=SubId("1"),
            symbol=BTC,
            side=side,
            type=type,
            tif=tif,
            quantity=Decimal(quantity),
            price=Decimal(price),
            reduce_only=reduce_only,
        ),
    )


def market(name, side, quantity, **changes):
    return place(name, side, quantity, "60300.0" if side is BUY else "59700.0", IOC, type=OrderType.MARKET, **changes)


def hold(name, side, quantity, trigger, **changes):
    return lambda at: SendGuard(
        at,
        GuardSpec(
            id=_NAMES[name],
            sub=SubId("3"),
            symbol=BTC,
            side=side,
            quantity=Decimal(quantity),
            trigger=Decimal(trigger),
            algo=AlgoId("bracket-1"),
            leg=2,
            **changes,
        ),
    )


def let_go(name):
    return lambda at: DropGuard(at, _NAMES[name], BTC)


def amend(name, quantity, price):
    return lambda at: SendAmend(at, _NAMES[name], BTC, Decimal(price), Decimal(quantity))


def cancel(name):
    return lambda at: SendCancel(at, _NAMES[name], BTC)


def does(*requests):
    return Does(requests)


def crowd(*records):
    return Crowd(records)


CARDS = {
    "an order rests until it is cancelled": [
        (does(place("a", BUY, "0.010", "59990.0")), "a accepted"),
        (does(cancel("a")), "a cancelled, filled 0"),
    ],
    "what crosses trades, the rest of it rests": [
        (
            does(place("a", BUY, "1.500", "60000.1")),
            "a accepted; a filled 1.000 at 60000.1 as taker for 30.00005, filled 1.000",
        ),
        (does(cancel("a")), "a cancelled, filled 1.000"),
    ],
    "a market order takes level by level": [
        (
            does(market("a", BUY, "2.000")),
            "a accepted; a filled 1.000 at 60000.1 as taker for 30.00005, filled 1.000; "
            "a filled 1.000 at 60000.2 as taker for 30.00010, filled 2.000",
        ),
    ],
    "a resting order is filled by the crowd, as maker": [
        (does(place("a", BUY, "0.500", "59999.9")), "a accepted"),
        (crowd(trade("59999.8", "9", SELL)), "a filled 0.500 at 59999.9 as maker for 5.999990, filled 0.500"),
        (does(cancel("a")), "a cancel refused -2011"),
    ],
    "immediate or cancel: what is there, and no more": [
        (
            does(place("a", SELL, "3.000", "60000.0", IOC)),
            "a accepted; a filled 2.000 at 60000.0 as taker for 60.00000, filled 2.000; a expired, filled 2.000",
        ),
    ],
    "fill or kill: all or nothing": [
        (does(place("a", SELL, "3.000", "60000.0", FOK)), "a refused -5021"),
        (
            does(place("b", SELL, "2.000", "60000.0", FOK)),
            "b accepted; b filled 2.000 at 60000.0 as taker for 60.00000, filled 2.000",
        ),
    ],
    "post-only that would take is refused": [(does(place("a", BUY, "0.010", "60000.1", GTX)), "a refused -5022")],
    "post-only that rests is as good as any": [
        (does(place("a", BUY, "0.010", "60000.0", GTX)), "a accepted"),
        (does(cancel("a")), "a cancelled, filled 0"),
    ],
    "reduce-only without a position is refused": [
        (does(place("a", SELL, "0.010", "60010.0", reduce_only=True)), "a refused -2022"),
    ],
    "reduce-only closes what is open": [
        (does(market("a", BUY, "0.500")), "a accepted; a filled 0.500 at 60000.1 as taker for 15.000025, filled 0.500"),
        (
            does(market("b", SELL, "0.500", reduce_only=True)),
            "b accepted; b filled 0.500 at 60000.0 as taker for 15.00000, filled 0.500",
        ),
    ],
    "more than the margin carries is refused": [(does(place("a", BUY, "40.000", "59990.0")), "a refused -2019")],
    "a price beyond the collar is refused": [(does(place("a", BUY, "0.010", "70000.0")), "a refused -4016")],
    "an amended order keeps its name": [
        (does(place("a", BUY, "0.010", "59990.0")), "a accepted"),
        (does(amend("a", "0.020", "59980.0")), "a amended to 0.020 at 59980.0, filled 0"),
        (does(cancel("a")), "a cancelled, filled 0"),
    ],
    "an amendment that changes nothing is refused": [
        (does(place("a", BUY, "0.010", "59990.0")), "a accepted"),
        (does(amend("a", "0.010", "59990.0")), "a amendment refused -5027"),
    ],
    "an amendment below what is filled ends the order": [
        (
            does(place("a", BUY, "1.500", "60000.1")),
            "a accepted; a filled 1.000 at 60000.1 as taker for 30.00005, filled 1.000",
        ),
        (does(amend("a", "1.000", "59990.0")), "a cancelled, filled 1.000"),
    ],
    "what is over can be neither amended nor cancelled": [
        (does(market("a", BUY, "0.500")), "a accepted; a filled 0.500 at 60000.1 as taker for 15.000025, filled 0.500"),
        (does(amend("a", "0.600", "59980.0")), "a amendment refused -2013"),
        (does(cancel("a")), "a cancel refused -2011"),
    ],
    "a batch is answered element by element": [
        (
            does(
                place("a", BUY, "0.010", "59990.0"),
                place("b", BUY, "0.010", "70000.0"),
                place("c", SELL, "0.010", "60010.0"),
            ),
            "a accepted; b refused -4016; c accepted",
        ),
        (
            does(cancel("a"), cancel("b"), cancel("c")),
            "a cancelled, filled 0; b cancel refused -2011; c cancelled, filled 0",
        ),
    ],
    "a stop sleeps until it is let go of": [
        (does(hold("a", SELL, "0.500", "59500.0")), "a stop held"),
        (crowd(mark("59500.1")), ""),
        (does(let_go("a")), "a stop ended"),
        (does(let_go("a")), "a stop unknown"),
        (crowd(mark("59000.0")), ""),
    ],
    "a stop that is woken becomes an order of the same name": [
        (does(market("a", BUY, "0.500")), "a accepted; a filled 0.500 at 60000.1 as taker for 15.000025, filled 0.500"),
        (does(hold("b", SELL, "0.500", "59500.0", reduce_only=True)), "b stop held"),
        (
            crowd(mark("59500.0")),
            "b stop triggered; b accepted; b filled 0.500 at 60000.0 as taker for 15.00000, filled 0.500",
        ),
        (does(let_go("b")), "b stop unknown"),
    ],
    "a stop that would be woken at once is refused": [(does(hold("a", SELL, "0.500", "60000.0")), "a stop ended")],
    "a level that goes without a trade takes nothing of ours along": [
        (does(place("a", BUY, "0.010", "59999.9")), "a accepted"),
        (crowd(change(bids="59999.9x0")), ""),
        (does(cancel("a")), "a cancelled, filled 0"),
    ],
}


# What the desk is told.


def _words(event):
    kind, filled = type(event).__name__.removeprefix("Order"), getattr(event, "filled", None)
    match kind:
        case "Accepted":
            return "accepted"
        case "Filled":
            role = "maker" if event.maker else "taker"
            return f"filled {event.quantity} at {event.price} as {role} for {event.fee}, filled {filled}"
        case "Cancelled" | "Expired":
            return f"{kind.lower()}, filled {filled}"
        case "GuardReported":
            return f"stop {event.state}"
        case "Amended":
            return f"amended to {event.quantity} at {event.price}, filled {filled}"
        case "Rejected" | "CancelRejected" | "AmendRejected":
            what = {"Rejected": "", "CancelRejected": "cancel ", "AmendRejected": "amendment "}[kind]
            return f"{what}refused {event.code}"
    return kind.lower()


def told(events):
    """Return per order what was said, each thing once: a venue that says it twice has said it."""
    said = defaultdict(list)
    for event in events:
        order = getattr(event, "order", None)
        if order and order != LAST and (words := _plain(_words(event))) not in said[order]:
            said[order].append(words)
    return dict(said)


def expected(card):
    """Return per order what a card says."""
    said = defaultdict(list)
    for _, text in card:
        for each in filter(None, text.split("; ")):
            name, words = each.split(" ", 1)
            said[_NAMES[name]].append(_plain(words))
    return dict(said)


def _plain(text):
    """Write figures by their value: 0.500 is 0.5."""
    words = text.replace(",", "").split()
    return " ".join(f"{Decimal(each).normalize():f}" if each.replace(".", "").isdigit() else each for each in words)


def _as_one(does_, at):
    requests = tuple(request(at) for request in does_.requests)
    return requests[0] if len(requests) == 1 else Batch(at, requests)


# The two venues.


@pytest.mark.parametrize("title", CARDS)
def test_the_practice_venue_keeps_the_contract(title):
    session, heard = Session(BIDS, ASKS, wallet="100000"), []
    for step, _ in CARDS[title]:
        session.now = Nanos(session.now + MILLISECOND)
        match step:
            case Does():
                session.exchange.execute(_as_one(step, session.now), session.now)
                heard += session.pass_time(MILLISECOND)
            case Crowd():
                heard += session.crowd(*step.records)

    assert told(heard) == expected(CARDS[title])


class Desk:
    """What the engine would be told, heard with patience."""

    def __init__(self):
        self.heard = []
        self._woken = asyncio.Event()

    def tell(self, event):
        self.heard.append(event)
        self._woken.set()

    async def until(self, wanted):
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.heard):
                self._woken.clear()
                await self._woken.wait()


def _is_up(heard):
    return any(isinstance(each, LinkChanged) and each.state is LinkState.UP for each in heard)


def _has_cancelled(order):
    return lambda heard: any(
        getattr(each, "order", None) == order and _words(each).startswith("cancelled") for each in heard
    )


async def _play(live, venue, desk, card):
    for number, (step, _) in enumerate(card):
        match step:
            case Does():
                venue.execute(_as_one(step, now()), now())
            case Crowd():
                live.crowd(*step.records)
        due = expected(card[: number + 1])
        await desk.until(lambda heard, due=due: _has_all(told(heard), due))
    _NAMES["last"] = LAST
    venue.execute(place("last", BUY, "0.010", "59000.0")(now()), now())
    venue.execute(cancel("last")(now()), now())
    await desk.until(_has_cancelled(LAST))


def _has_all(said, due):
    return all(len(said.get(order, ())) >= len(lines) for order, lines in due.items())


@pytest.mark.parametrize("title", CARDS)
async def test_the_venue_on_a_socket_keeps_the_contract(title):
    async with opened() as live:
        venue, desk = venue_of(live), Desk()
        await venue.open((BTC,), 20)
        venue.attach(desk.tell, (), now())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(run()) for _, run, _ in venue.feeds()]
            await desk.until(_is_up)
            await _play(live, venue, desk, CARDS[title])
            for each in running:
                each.cancel()
        await venue.close()

    assert told(desk.heard) == expected(CARDS[title])
