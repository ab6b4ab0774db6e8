"""Our place in the queue, estimated to our disadvantage."""

from decimal import Decimal

import pytest

from desk.core import orders, queue
from desk.core.book import Book
from desk.model.event import OrderAccepted
from desk.model.order import Side
from desk.model.units import ZERO
from tests.kit import builders
from tests.kit.builders import EPOCH, at, delta, depth, trade

D = Decimal


def book():
    made = Book()
    made.on_snapshot(depth("5@100.0 3@99.9", "4@100.1"))
    return made


def resting(ahead="5", price="100.0", side="buy"):
    made = orders.submit(builders.spec(price=D(price), side=Side(side)), EPOCH)
    orders.apply(made, OrderAccepted(EPOCH, made.spec.id, 1, ZERO, at(1)))
    made.ahead = D(ahead)
    return made


def test_we_join_behind_everything_displayed():
    assert queue.joined(resting(), book()) == D(5)
    assert queue.joined(resting(price="98.0"), book()) == ZERO


def test_a_book_that_shows_our_order_already_is_counted_without_it():
    newer = book()
    newer.on_delta(delta("11-12 after 10", bids="6@100.0 1@98.0", millis=1))

    assert queue.joined(resting(), newer) == D(5)
    assert queue.joined(resting(price="98.0"), newer) == ZERO


def test_a_book_that_is_not_proven_tells_nothing():
    assert queue.joined(resting(), Book()) is None


def test_a_trade_at_our_price_eats_from_the_front():
    order = resting()

    queue.on_trade([order], trade("100.0", "2", Side.SELL))
    assert order.ahead == D(3)

    queue.on_trade([order], trade("100.0", "9", Side.SELL))
    assert order.ahead == ZERO


@pytest.mark.parametrize(("price", "aggressor"), [("99.9", Side.SELL), ("100.0", Side.BUY)])
def test_a_trade_elsewhere_changes_nothing(price, aggressor):
    order = resting()

    queue.on_trade([order], trade(price, "2", aggressor))

    assert order.ahead == D(5)


def test_a_level_that_shrinks_loses_before_us_in_proportion():
    order = resting("2")

    queue.on_delta([order], delta("11-11 after 10", "4@100.0"), book())

    assert order.ahead == D("1.6")  # 2 * 4 / 5


def test_a_level_that_grows_grows_behind_us():
    order = resting("2")

    queue.on_delta([order], delta("11-11 after 10", "9@100.0"), book())

    assert order.ahead == D(2)


def test_what_is_ahead_never_exceeds_the_level_less_our_own():
    order = resting("5")

    queue.on_delta([order], delta("11-11 after 10", "5@100.0"), book())

    assert order.ahead == D(4)  # the 5 displayed include our 1


def test_a_level_that_is_gone_leaves_nothing_ahead():
    order = resting("5")

    queue.on_delta([order], delta("11-11 after 10", "0@100.0"), book())

    assert order.ahead == ZERO


def test_a_selling_order_reads_the_other_side():
    order = resting("4", "100.1", "sell")

    queue.on_delta([order], delta("11-11 after 10", "1@100.1", "2@100.1"), book())

    assert order.ahead == D(1)  # 4 * 2 / 4 = 2, of which 1 is ours


def test_only_orders_with_a_place_are_followed():
    placed, elsewhere, unplaced = resting(), resting(), resting()
    unplaced.ahead = None

    assert queue.resting([placed, unplaced], "BTCUSDT") == [placed]
    assert queue.resting([elsewhere], "ETHUSDT") == []
