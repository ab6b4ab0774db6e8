"""What happens on the floor by the clock, for one member and not for its neighbour."""

from decimal import Decimal

from desk.exchange.floor import DEAD_MAN, OUT_OF_TIME, Bell, next_ring
from desk.exchange.liquidation import LIQUIDATED
from desk.model.units import SECOND, Nanos
from tests.exchange.scripted import BTC, BUY, IOC, SELL, START, book, mark
from tests.exchange.test_members import House


def test_a_countdown_that_runs_out_cancels_that_members_orders_alone():
    house = House()
    house.place(0, "mine", BUY, "1", "59000.0")
    house.place(1, "other", BUY, "1", "59000.0")
    house.floor.count_down(0, BTC, 1_000)

    house.floor.advance(Nanos(START + SECOND))

    assert house.heard(0) == ["accepted mine", f"{DEAD_MAN} mine"]
    assert house.heard(1) == ["accepted other"]


def test_a_countdown_started_anew_or_stopped_does_not_run_out():
    house = House()
    house.place(0, "mine", BUY, "1", "59000.0")
    house.floor.count_down(0, BTC, 1_000)
    house.floor.advance(Nanos(START + SECOND // 2))
    house.floor.count_down(0, BTC, 0)

    house.floor.advance(Nanos(START + 3 * SECOND))

    assert list(house.traders[0].open) == ["mine"]


def test_an_order_good_until_a_date_expires_then_unless_it_is_gone():
    house = House()
    for id in ("stays", "goes"):
        house.place(0, id, BUY, "1", "59000.0")
        order = house.traders[0].open[id]
        order.good_till = Nanos(START + 5 * SECOND)
        house.floor.expire_at(order)
    house.floor.entry.cancel(house.traders[0], "goes")
    house.heard(0)

    house.floor.advance(Nanos(START + 5 * SECOND))

    assert house.heard(0) == [f"{OUT_OF_TIME} stays"]


def test_the_member_that_cannot_bear_its_position_is_liquidated_and_no_other():
    house = House(asks="60001.0x40")
    house.traders[0].account.wallet = Decimal(3_100)
    for account in (0, 1):
        house.place(account, "long", BUY, "1", "60001.0", IOC)
    house.place(0, "rests", SELL, "0.01", "62000.0")
    house.heard(0), house.heard(1)

    later = Nanos(START + SECOND)
    house.market.due.append((later, [book("57000.0x9", "57001.0x9"), mark("57000")]))
    house.floor.advance(later)

    told = house.heard(0)
    assert told[0] == f"{LIQUIDATED} rests"
    assert [each.split()[0] for each in told[1:]] == ["accepted", "taker"]
    assert house.traders[0].account.quantity(BTC) == 0
    assert house.heard(1) == []


def test_bells_ring_on_whole_intervals_of_the_venues_clock():
    at = Nanos(1_790_000_000 * SECOND + 1)

    assert next_ring(Bell.MARK, at) == 1_790_000_001 * SECOND
    assert next_ring(Bell.FUNDING, at) % (8 * 3_600 * SECOND) == 0
