"""An order in its shapes."""

from decimal import Decimal

import msgspec

from desk.server import orders
from tests.server.counter import Counter


def shapes():
    counter = Counter()
    number = counter.order(quantity="0.02", price="60000.1", side="BUY", timeInForce="IOC")[1]["orderId"]
    return counter.seat().orders[number], counter.venue.rules["BTCUSDT"]


def test_a_filled_order_has_its_average_and_is_shown_with_its_symbols_decimals():
    order, rules = shapes()

    assert order.average == Decimal("60000.1")
    row = orders.row(order, rules, is_listed=True)
    assert (row.avg_price, row.cum_quote, row.executed_qty, row.status) == (
        "60000.10000",
        "1200.002",
        "0.020",
        "FILLED",
    )
    assert (row.pair, row.cum_base) == ("BTCUSDT", "0")
    assert orders.is_immediate(order)


def test_pair_and_change_are_shown_only_where_the_venue_shows_them():
    order, rules = shapes()

    assert b'"pair"' not in msgspec.json.encode(orders.ack(order, rules))
    assert b'"pair"' in msgspec.json.encode(orders.ack(order, rules, is_change=True))
    assert b'"pair"' not in msgspec.json.encode(orders.row(order, rules))


def test_the_stream_strips_zeros_that_answers_keep():
    order, rules = shapes()
    order.quantity = Decimal("0.020")

    assert orders.update(order, "NEW", 1, (Decimal(0), Decimal(0))).q == "0.02"
    assert orders.ack(order, rules).orig_qty == "0.020"
    assert orders.force_row(order, rules).orig_qty == "0.020"
