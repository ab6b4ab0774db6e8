"""Writing into the books, decisions left out."""

from decimal import Decimal

import pytest

from desk.core import bookkeeping
from desk.core.state import ENDED_MAX, DeskState
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.error import InvariantBroken
from desk.model.event import AccountReported, OrderAccepted, OrderCancelled, OrderRejected, SubAccount
from desk.model.units import ZERO
from tests.kit import builders
from tests.kit.builders import BTC, EPOCH, at
from tests.kit.story import tell

D = Decimal


@pytest.fixture
def state():
    made = DeskState(builders.limits())
    made.epoch = 1
    bookkeeping.open_account(made, SubAccount("1", "alpha", D(1000)))
    return made


def send(state, order_id="PMS0001_MAN001000000_00001", **changes):
    spec = builders.spec(order_id, **changes)
    bookkeeping.record_send(state, SendOrder(EPOCH, spec))
    return spec


def test_an_id_is_never_used_twice(state):
    send(state)

    with pytest.raises(InvariantBroken, match="PMS0001_MAN001000000_00001: id used twice"):
        send(state)


def test_a_counter_goes_on_after_the_highest_id_of_its_epoch(state):
    send(state, "PMS0001_MAN001000000_00009")
    send(state, "PMS0001_MAN000000000_000ZZ")  # of another epoch

    assert state.order_seq == 9


def test_a_request_is_pending_from_the_moment_it_is_meant(state):
    spec = send(state)
    order = state.orders[spec.id]
    bookkeeping.apply_report(state, OrderAccepted(EPOCH, spec.id, 1, ZERO, EPOCH))

    bookkeeping.record_send(state, SendAmend(EPOCH, spec.id, BTC, D("99.0"), D("3.0")))
    assert (order.pending, order.quantity, order.outstanding) == ("amend", D("1.0"), D("3.0"))

    bookkeeping.record_send(state, SendCancel(EPOCH, spec.id, BTC))
    assert (order.pending, order.is_cancel_wanted) == ("cancel", True)


def test_a_fill_is_booked_with_its_owner_its_profit_and_its_maker(state):
    first = send(state)
    second = send(state, "PMS0001_MAN001000000_00002", side=builders.spec().side.opposite, price=D("101.0"))
    bookkeeping.apply_report(state, builders.fill(first, 1, "1.0", "1.0"))

    booked = bookkeeping.apply_report(state, builders.fill(second, 2, "1.0", "1.0", fee=D("0.05"), maker=False))

    assert booked.fill is state.fills[0]
    assert (booked.fill.sub, booked.fill.realised_pnl, booked.fill.fee, booked.fill.maker) == (
        "1",
        D(1),
        D("0.05"),
        False,
    )
    assert state.accounts["1"].wallet == D("1000.95")


def test_only_the_latest_trade_ids_are_remembered(state, monkeypatch):
    monkeypatch.setattr("desk.core.bookkeeping.TRADES_MAX", 2)
    spec = send(state)

    for number in range(1, 5):
        bookkeeping.apply_report(state, builders.fill(spec, number, "0.1", "0.1"))

    assert list(state.trades) == [(BTC, 3), (BTC, 4)]


def test_a_repeat_that_comes_after_its_id_was_forgotten_is_not_booked_again(state, monkeypatch):
    monkeypatch.setattr("desk.core.bookkeeping.TRADES_MAX", 2)
    spec = send(state)
    for number in range(1, 5):
        bookkeeping.apply_report(state, builders.fill(spec, number, "0.1", "0.1"))

    repeat = bookkeeping.apply_report(state, builders.fill(spec, 1, "0.1", "0.1"))

    assert (repeat.fill, repeat.problem) == (None, "")
    assert state.accounts["1"].quantity(BTC) == D("0.4")


def test_a_repeat_whose_order_is_forgotten_too_is_no_trouble(state, monkeypatch):
    spec = send(state)
    bookkeeping.apply_report(state, builders.fill(spec, 1, "1.0", "1.0"))
    monkeypatch.setattr("desk.core.bookkeeping.ENDED_MAX", 0)
    state.now = at(60_002)
    bookkeeping.forget_ended(state)

    repeat = bookkeeping.apply_report(state, builders.fill(spec, 1, "1.0", "1.0"))

    assert (spec.id in state.orders, repeat.problem) == (False, "")
    assert state.accounts["1"].quantity(BTC) == D("1.0")


def test_forgetting_the_trades_of_one_symbol_hides_none_of_another(state, monkeypatch):
    monkeypatch.setattr("desk.core.bookkeeping.TRADES_MAX", 1)
    first, second = send(state), send(state, "PMS0001_MAN001000000_00002", symbol="ETHUSDT")
    bookkeeping.apply_report(state, builders.fill(first, 8, "0.5", "0.5"))
    bookkeeping.apply_report(state, builders.fill(first, 9, "0.5", "0.5"))

    booked = bookkeeping.apply_report(state, builders.fill(second, 1, "0.5", "0.5"))

    assert booked.fill is not None


def test_trade_ids_of_two_symbols_do_not_collide(state):
    first, second = send(state), send(state, "PMS0001_MAN001000000_00002", symbol="ETHUSDT")

    bookkeeping.apply_report(state, builders.fill(first, 1, "0.5", "0.5"))
    bookkeeping.apply_report(state, builders.fill(second, 1, "0.5", "0.5"))

    assert len(state.fills) == 2


def test_a_trade_of_a_sub_account_that_is_gone_is_not_lost(state):
    spec = send(state, sub="7")

    bookkeeping.apply_report(state, builders.fill(spec, 1, "1.0", "1.0"))

    assert state.accounts["UNALLOCATED"].quantity(BTC) == D("1.0")


def test_an_older_statement_does_not_replace_a_newer_one(state):
    bookkeeping.apply_statement(state, AccountReported(at(9), D(5), (), at(9)))

    bookkeeping.apply_statement(state, AccountReported(at(10), D(4), (), at(8)))

    assert (state.account.wallet, state.account.as_of) == (D(5), at(9))


def test_only_the_latest_ended_orders_are_kept_and_open_ones_always(state):
    for number in range(ENDED_MAX + 3):
        spec = send(state, f"A{number}")
        if number:
            bookkeeping.apply_report(state, OrderRejected(EPOCH, spec.id, 0, "no", EPOCH))

    state.now = at(60_000)
    bookkeeping.forget_ended(state)
    # An answer of before their end, which shows them open, may still come.
    assert len(state.orders) == ENDED_MAX + 3

    state.now = at(60_001)
    bookkeeping.forget_ended(state)
    assert len(state.orders) == ENDED_MAX + 1
    assert ("A0" in state.orders, "A1" in state.orders, "A2" in state.orders) == (True, False, False)


def test_an_order_is_kept_until_its_last_trade_is_booked(state):
    spec = send(state, "A")
    bookkeeping.apply_report(state, OrderCancelled(EPOCH, spec.id, D("0.5"), EPOCH))
    for number in range(ENDED_MAX + 3):
        bookkeeping.apply_report(state, OrderRejected(EPOCH, send(state, f"B{number}").id, 0, "no", EPOCH))

    bookkeeping.forget_ended(state)

    assert "A" in state.orders


def test_the_orders_of_a_run_are_kept_while_it_counts_them():
    player = tell("""
           0ms  chase buy 1.0 throttle_ms=100    => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          50ms  fill #1 0.5
         500ms  expired #1 self-trade prevention => place buy 0.5 @100.0 gtx
    """)
    state = player.rig.state
    for number in range(ENDED_MAX + 3):
        bookkeeping.apply_report(state, OrderRejected(EPOCH, send(state, f"B{number}").id, 0, "no", EPOCH))

    bookkeeping.forget_ended(state)

    assert player.sent[0].id in state.orders


@pytest.mark.parametrize(("name", "expected"), [("1", True), ("9", False), ("HOUSE", False), ("UNALLOCATED", False)])
def test_only_a_sub_account_may_trade(state, name, expected):
    assert bookkeeping.is_sub(state, name) is expected
