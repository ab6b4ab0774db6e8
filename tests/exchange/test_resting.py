from decimal import Decimal

from desk.exchange.resting import LiveOrder, Queues
from desk.exchange.rules import practice_instruments
from desk.model.order import OrderSpec, OrderType
from desk.model.units import SubId
from tests.exchange.scripted import BTC, BUY, GTC

PRICE = Decimal("60000.0")


def _order(number, price=PRICE, quantity=1, ahead=0):
    spec = OrderSpec(
        id=f"o{number}",
        sub=SubId("1"),
        symbol=BTC,
        side=BUY,
        type=OrderType.LIMIT,
        tif=GTC,
        quantity=Decimal(quantity),
        price=price,
    )
    return LiveOrder(spec, number, price, Decimal(quantity), ahead=Decimal(ahead))


def _queues(*orders):
    queues = Queues(BUY, practice_instruments()[0])
    for order in orders:
        queues.add(order)
    return queues


def test_orders_come_best_price_first_then_oldest_first():
    queues = _queues(_order(1), _order(2, PRICE + 1), _order(3), _order(4, PRICE + 1))

    assert [each.venue_order for each in queues] == [2, 4, 1, 3]
    assert queues.best == PRICE + 1


def test_an_emptied_price_is_no_longer_the_best():
    top = _order(1, PRICE + 1)
    queues = _queues(top, _order(2))

    queues.remove(top)

    assert queues.best == PRICE
    assert queues.leaves(PRICE + 1) == 0


def test_a_part_that_left_the_queue_is_rounded_against_us():
    order = _order(1, ahead=1)
    queues = _queues(order)

    queues.level_changed(PRICE, Decimal(3), Decimal(2))

    # Two thirds of 1 is 0.666…: on the lot grid above it.
    assert order.ahead == Decimal("0.667")


def test_we_are_never_behind_more_than_there_is():
    order = _order(1, ahead=5)
    queues = _queues(order)

    queues.note_print(PRICE, Decimal(3))
    queues.level_changed(PRICE, Decimal(5), Decimal(2))

    assert order.ahead == 2


def test_trades_are_remembered_only_where_we_rest():
    order = _order(1, ahead=4)
    queues = _queues()

    queues.note_print(PRICE, Decimal(2))
    queues.add(order)
    queues.level_changed(PRICE, Decimal(4), Decimal(2))

    assert order.ahead == 2
