"""The order lifecycle: every row of the table, and what is not in it."""

from decimal import Decimal

import pytest
from msgspec.structs import asdict

from desk.core import orders
from desk.core.orders import TRANSITIONS
from desk.model.error import InvariantBroken
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
)
from desk.model.order import OrderStatus
from desk.model.units import ZERO
from tests.kit import builders
from tests.kit.builders import EPOCH, at

D = Decimal
SPEC = builders.spec(quantity=D("1.0"))
LATER = at(5)
REPORTS = {
    OrderAccepted: OrderAccepted(LATER, SPEC.id, 7, ZERO, LATER),
    OrderRejected: OrderRejected(LATER, SPEC.id, -2010, "no", LATER),
    OrderFilled: builders.fill(SPEC, 1, "0.1", "0.1", ts=LATER),
    OrderCancelled: OrderCancelled(LATER, SPEC.id, ZERO, LATER),
    OrderExpired: OrderExpired(LATER, SPEC.id, ZERO, "ioc remainder", LATER),
    OrderAmended: OrderAmended(LATER, SPEC.id, D("99.0"), D("1.0"), ZERO, LATER),
    AmendRejected: AmendRejected(LATER, SPEC.id, -2013, "no", LATER),
    CancelRejected: CancelRejected(LATER, SPEC.id, -2011, "no", LATER),
    OutcomeUnknown: OutcomeUnknown(LATER, SPEC.id, "no answer"),
}
WAYS = {
    OrderStatus.SUBMITTED: (),
    OrderStatus.WORKING: (OrderAccepted,),
    OrderStatus.UNKNOWN: (OutcomeUnknown,),
    OrderStatus.CANCELLED: (OrderAccepted, OrderCancelled),
    OrderStatus.EXPIRED: (OrderAccepted, OrderExpired),
    OrderStatus.REJECTED: (OrderRejected,),
}
# The life of an order in words, independent of the table: (from, report) -> to; whatever is not here is not possible.
LIFE = """
submitted  OrderAccepted -> working     OrderRejected -> rejected   OrderFilled -> working     OrderCancelled -> cancelled
submitted  OrderExpired -> expired      OrderAmended -> working     AmendRejected -> submitted CancelRejected -> submitted
submitted  OutcomeUnknown -> unknown
unknown    OrderAccepted -> working     OrderRejected -> rejected   OrderFilled -> working     OrderCancelled -> cancelled
unknown    OrderExpired -> expired      OrderAmended -> working     AmendRejected -> unknown   CancelRejected -> unknown
unknown    OutcomeUnknown -> unknown
working    OrderAccepted -> working     OrderFilled -> working      OrderCancelled -> cancelled OrderExpired -> expired
working    OrderAmended -> working      AmendRejected -> working    CancelRejected -> working  OutcomeUnknown -> unknown
filled     OrderAccepted -> filled      OrderAmended -> filled      AmendRejected -> filled    CancelRejected -> filled
filled     OutcomeUnknown -> filled
cancelled  OrderAccepted -> cancelled   OrderFilled -> cancelled    OrderCancelled -> cancelled AmendRejected -> cancelled
cancelled  CancelRejected -> cancelled  OutcomeUnknown -> cancelled
expired    OrderAccepted -> expired     OrderFilled -> expired      OrderExpired -> expired    AmendRejected -> expired
expired    CancelRejected -> expired    OutcomeUnknown -> expired
rejected   OrderRejected -> rejected    AmendRejected -> rejected   CancelRejected -> rejected OutcomeUnknown -> rejected
"""


def _life():
    found = {}
    for line in LIFE.strip().splitlines():
        start, *words = line.split()
        for report, arrow, end in zip(words[::3], words[1::3], words[2::3], strict=True):
            assert arrow == "->"
            found[OrderStatus(start), report] = OrderStatus(end)
    return found


def order_in(status):
    """Bring an order to `status` by reports."""
    order = orders.submit(SPEC, EPOCH)
    if status is OrderStatus.FILLED:
        orders.apply(order, builders.fill(SPEC, 1, "1.0", "1.0"))
    else:
        for kind in WAYS[status]:
            orders.apply(order, REPORTS[kind])
    assert order.status is status
    return order


@pytest.mark.parametrize(("start", "report", "end"), [(*key, end) for key, end in _life().items()])
def test_a_report_moves_an_order(start, report, end):
    kind = next(kind for kind in REPORTS if kind.__name__ == report)
    order = order_in(start)

    assert orders.apply(order, REPORTS[kind])
    assert (order.status, order.updated) == (end, LATER)


def test_every_row_of_the_table_is_told_above():
    rows = {(status, report.__name__): end for (status, report), end in TRANSITIONS.items()}
    # More than its quantity cannot fill: the row stands for a repeat, which the trade id has filtered before.
    over = (OrderStatus.FILLED, "OrderFilled")

    assert rows == _life() | {over: OrderStatus.FILLED}


@pytest.mark.parametrize(
    ("status", "report"),
    [(status, kind) for status in OrderStatus for kind in REPORTS if (status, kind) not in TRANSITIONS],
)
def test_a_report_that_is_not_possible_changes_nothing(status, report):
    order = order_in(status)
    before = asdict(order)

    assert not orders.apply(order, REPORTS[report])
    assert asdict(order) == before


@pytest.mark.parametrize("status", [OrderStatus.WORKING, OrderStatus.FILLED, OrderStatus.CANCELLED])
def test_more_than_its_quantity_breaks_the_books_and_is_not_written_into_them(status):
    order = order_in(status)
    before = asdict(order)

    with pytest.raises(InvariantBroken, match=r"PMS0001_MAN001000000_00001: filled .* of 1.0 BTCUSDT \(trade 9\)"):
        orders.apply(order, builders.fill(SPEC, 9, "1.1", "1.1"))
    assert asdict(order) == before


def test_an_order_is_filled_when_its_trades_reach_its_quantity():
    order = order_in(OrderStatus.WORKING)

    orders.apply(order, builders.fill(SPEC, 1, "0.4", "0.4", maker=True))
    orders.apply(order, builders.fill(SPEC, 2, "0.6", "1.0", price=D("100.5"), maker=False))

    assert order.status is OrderStatus.FILLED
    assert (order.filled, order.filled_as_maker, order.leaves) == (D("1.0"), D("0.4"), ZERO)
    assert order.average_price == D("100.3")  # (0.4 * 100.0 + 0.6 * 100.5) / 1.0


def test_a_cancelled_order_is_settled_when_the_last_of_its_trades_is_booked():
    order = order_in(OrderStatus.WORKING)
    orders.apply(order, OrderCancelled(LATER, SPEC.id, D("0.3"), LATER))
    assert (order.is_open, order.is_settled, order.outstanding) == (False, False, D("0.3"))

    orders.apply(order, builders.fill(SPEC, 1, "0.3", "0.3"))

    assert (order.is_settled, order.outstanding) == (True, ZERO)


def test_an_amendment_down_to_what_is_filled_ends_the_order():
    order = order_in(OrderStatus.WORKING)
    orders.apply(order, builders.fill(SPEC, 1, "0.4", "0.4"))

    orders.apply(order, OrderAmended(LATER, SPEC.id, D("99.0"), D("0.4"), D("0.4"), LATER))

    assert order.status is OrderStatus.FILLED


@pytest.mark.parametrize("answer", [OrderAmended, AmendRejected, CancelRejected, OrderCancelled])
def test_an_answer_takes_the_order_out_of_flight(answer):
    order = order_in(OrderStatus.WORKING)
    order.pending = "amend"
    assert order.is_in_flight

    orders.apply(order, REPORTS[answer])

    assert not order.is_in_flight


def test_a_refusal_is_told_with_the_code_of_the_venue_if_it_has_one():
    ours, theirs = order_in(OrderStatus.SUBMITTED), order_in(OrderStatus.SUBMITTED)

    orders.apply(ours, OrderRejected(LATER, SPEC.id, 0, "not sent", LATER))
    orders.apply(theirs, REPORTS[OrderRejected])

    assert (ours.reason, theirs.reason) == ("not sent", "-2010 no")


def test_an_answer_older_than_the_last_one_answers_nothing():
    order = order_in(OrderStatus.WORKING)
    orders.apply(order, OrderAmended(at(30), SPEC.id, D("99.0"), D("3.0"), ZERO, at(20)))
    order.pending, order.quantity_asked = "amend", D("4.0")

    orders.apply(order, OrderAmended(at(40), SPEC.id, D("98.0"), D("2.0"), ZERO, at(10)))
    orders.apply(order, AmendRejected(at(41), SPEC.id, -2013, "no", at(20)))

    assert (order.price, order.quantity) == (D("99.0"), D("3.0"))
    assert (order.pending, order.quantity_asked) == ("amend", D("4.0"))
