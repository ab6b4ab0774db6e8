"""Wishes as orders of the floor."""

from decimal import Decimal

import pytest

from desk.exchange.rules import practice_instruments
from desk.model.order import Side
from desk.server.orderdesk import Wish
from desk.server.refusal import Refusal
from tests.exchange.scripted import BTC, book
from tests.server.counter import Counter


@pytest.fixture
def counter():
    return Counter()


def wish(**changes):
    fields = {"symbol": BTC, "side": Side.BUY, "kind": "LIMIT", "quantity": Decimal(1), "price": Decimal(59990)}
    return Wish(**{**fields, **changes})


def test_a_market_order_goes_no_further_than_a_twentieth_from_the_mark(counter):
    counter.crowd(book("60000.0x2", "60000.1x1 62999.9x1 63000.1x9"))

    order = counter.venue.orders.place(counter.seat(), wish(kind="MARKET", quantity=Decimal(3)))

    assert (order.filled, order.price, order.status) == (2, 63000, "EXPIRED")


def test_a_market_order_with_nothing_in_reach_is_refused(counter):
    counter.crowd(book("60000.0x2", "63000.1x1"))

    with pytest.raises(Refusal) as caught:
        counter.venue.orders.place(counter.seat(), wish(kind="MARKET"))
    assert caught.value.code == -4131


def test_who_names_no_order_gets_a_name_for_it(counter):
    names = {counter.venue.orders.place(counter.seat(), wish()).spec.id for _ in range(3)}

    assert len(names) == 3
    assert all(len(each) <= 36 for each in names)


def test_a_checked_order_is_not_placed(counter):
    counter.venue.orders.check(counter.seat(), wish())

    assert counter.seat().open == {}


def test_an_order_is_cancelled_by_its_owner_alone(counter):
    order = counter.venue.orders.place(counter.seat(), wish())

    with pytest.raises(Refusal, match="Unknown order"):
        counter.venue.orders.cancel(counter.seat("bob"), order)
    assert counter.venue.orders.cancel(counter.seat(), order).status == "CANCELED"


def test_changed_filters_refuse_what_was_right_before(counter):
    rules = practice_instruments()[0]
    counter.venue.change_rules(type(rules)(**{**_fields(rules), "lot_size": Decimal("0.01")}))

    with pytest.raises(Refusal) as caught:
        counter.venue.orders.place(counter.seat(), wish(quantity=Decimal("1.005")))
    assert caught.value.code == -1111


def _fields(struct):
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
