"""The engine's hands: written into the books first, then sent."""

from decimal import Decimal

import pytest

from desk.core import bookkeeping, orders
from desk.core.acting import Acts
from desk.core.algos.base import Stop
from desk.core.risk.gate import Claim
from desk.model.command import CancelAll
from desk.model.effect import Alert, SendAmend, SendCancel, SendOrder, Severity
from desk.model.event import OrderAccepted, OrderCancelled, Started
from desk.model.intent import Place, Refusal
from desk.model.order import OrderKind, OrderStatus, Side
from desk.model.units import ZERO
from desk.model.view import AlertRow
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, EPOCH, at
from tests.kit.story import tell

D = Decimal
CLAIM = Claim(sub=ALPHA, symbol=BTC, kind=OrderKind.MANUAL)
WISH = Place(side=Side.BUY, quantity=D("1.0"), price=D("99.0"))


@pytest.fixture
def acts():
    return Acts(rig.started().state)


def placed(acts):
    assert acts.place(WISH, CLAIM) is None
    return next(iter(acts.state.open.values()))


def working(acts):
    order = placed(acts)
    bookkeeping.apply_report(acts.state, OrderAccepted(EPOCH, order.spec.id, 1, ZERO, EPOCH))
    acts.out.clear()
    return order


def test_an_order_is_in_the_books_before_it_leaves(acts):
    order = placed(acts)

    assert acts.out == [SendOrder(EPOCH, order.spec)]
    assert order.status is OrderStatus.SUBMITTED


def test_a_refused_order_leaves_no_trace(acts):
    answer = acts.place(Place(side=Side.BUY, quantity=D("1.0"), price=D("99.05")), CLAIM)

    assert isinstance(answer, Refusal)
    assert (acts.out, acts.state.orders) == ([], {})


def test_an_amendment_is_pending_before_it_leaves(acts):
    order = working(acts)

    assert acts.amend(order, D("99.5"), D("1.0")) is None

    assert acts.out == [SendAmend(EPOCH, order.spec.id, BTC, D("99.5"), D("1.0"))]
    assert (order.pending, order.price) == ("amend", D("99.0"))


def test_a_cancel_is_sent_once_while_it_is_on_its_way(acts):
    order = working(acts)

    acts.cancel(order)
    acts.cancel(order)

    assert acts.out == [SendCancel(EPOCH, order.spec.id, BTC)]


def test_an_order_that_has_ended_is_not_cancelled(acts):
    order = working(acts)
    orders.apply(order, OrderCancelled(EPOCH, order.spec.id, ZERO, EPOCH))

    acts.cancel(order)

    assert acts.out == []


def test_sentences_for_the_trader_are_numbered(acts):
    acts.alert(Severity.INFO, "one")
    acts.alert(Severity.WARN, "two")

    assert acts.out == [Alert(EPOCH, Severity.INFO, "one"), Alert(EPOCH, Severity.WARN, "two")]
    first = acts.state.alerts[-2].seq
    assert list(acts.state.alerts)[-2:] == [
        AlertRow(first, EPOCH, Severity.INFO, "one"),
        AlertRow(first + 1, EPOCH, Severity.WARN, "two"),
    ]


def test_runs_are_stopped_by_sub_account_and_symbol():
    player = tell("""
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
           1ms  chase buy 1.0 sub=2             => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          41ms  accepted #2
    """)
    acts = Acts(player.rig.state)

    acts.stop_runs("enough", sub="2", symbol="ETHUSDT")
    assert acts.out == []

    acts.stop_runs("enough", sub="2", symbol=BTC)
    assert [each.order for each in acts.out] == [player.sent[1].id]


def test_a_run_whose_wish_is_refused_hears_why():
    player = tell(
        """
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          50ms  fill #1 0.2
        1100ms  quote 103.0/103.1
        """,
        rig.started(limits=builders.limits(order_value_max=D(102))),
    )

    run = player.rig.state.runs["chase-1"].save()

    assert run.note == "amend buy 1.0 BTCUSDT: order value: expected at most 102, found 103.00"
    assert run.rejects == 1


def test_a_run_of_a_symbol_that_is_traded_no_more_says_so_and_moves_nothing():
    player = tell("   0ms  chase buy 1.0   => place buy 1.0 @100.0 gtx")
    state = player.rig.state
    acts = Acts(state)
    del state.markets[BTC]

    acts.drive(state.runs["chase-1"], Stop("enough"))

    assert [each.text for each in acts.out] == ["chase-1: BTCUSDT is not traded by this desk any more"]


def test_a_desk_that_no_longer_trades_a_symbol_starts_all_the_same():
    desk = tell("""
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
    """).rig
    desk.state.markets.clear()
    desk.state.instruments.clear()

    desk.step(Started(at(100), 2, "PAPER", (builders.instrument("ETHUSDT"),), builders.limits()))
    effects = desk.command(CancelAll(), 200)

    assert [type(each).__name__ for each in effects] == ["Alert", "SendCancel"]
