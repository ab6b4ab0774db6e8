"""The gate, check by check: each no names its limit and the number that broke it."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core.bookkeeping import record_send
from desk.core.risk import gate
from desk.core.risk.gate import Claim
from desk.core.state import sight
from desk.model.command import PlaceOrder, ResumeDesk
from desk.model.effect import SendAmend, SendOrder
from desk.model.event import LinkChanged, LinkState, OrderCancelled
from desk.model.intent import Place, Refusal
from desk.model.order import OrderKind, OrderType, Side, TimeInForce
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BRAVO, BTC, at
from tests.kit.story import tell

D = Decimal


@pytest.fixture
def desk():
    return rig.started()


def wish(side="buy", quantity="1.0", price="100.0", **changes):
    return replace(Place(side=Side(side), quantity=D(quantity), price=D(price)), **changes)


def claim(sub=ALPHA, symbol=BTC, **changes):
    return replace(Claim(sub=sub, symbol=symbol, kind=OrderKind.MANUAL), **changes)


def hold(desk, sub, quantity, entry="100"):
    position = desk.state.accounts[sub].position(BTC)
    position.quantity, position.cost = D(quantity), D(quantity) * D(entry)


def refusal(desk, made, whose=None):
    answer = gate.review(made, whose or claim(), desk.state)
    assert isinstance(answer, Refusal), answer
    return answer.check, answer.reason


def granted(desk, made, whose=None):
    answer = gate.review(made, whose or claim(), desk.state)
    assert isinstance(answer, SendOrder), answer
    return answer.spec


def send(desk, made, whose=None):
    """Let an order leave, so that it counts."""
    answer = gate.review(made, whose or claim(), desk.state)
    record_send(desk.state, answer)
    return desk.state.orders[answer.spec.id]


# What leaves


def test_what_is_granted_has_an_id_of_its_own_and_says_who_asked(desk):
    first, second = granted(desk, wish()), granted(desk, wish())

    assert (first.id, second.id) == ("PMS0001_MAN001000000_00001", "PMS0001_MAN001000000_00002")
    assert (first.sub, first.kind, first.algo, first.tif) == (ALPHA, OrderKind.MANUAL, None, TimeInForce.GTC)


def test_a_run_is_named_in_the_ids_of_its_orders(desk):
    whose = claim(kind=OrderKind.CHASE, algo="chase-37", parent_quantity=D(5))

    assert granted(desk, wish(), whose).id == "PMS0001_CHS001001100_00001"


def test_a_market_order_leaves_as_ioc_with_its_worst_price(desk):
    made = granted(desk, wish(price="100.2", type=OrderType.MARKET))

    assert (made.type, made.tif, made.price) == (OrderType.MARKET, TimeInForce.IOC, D("100.2"))


@pytest.mark.parametrize(("side", "expected"), [("buy", "100.2"), ("sell", "99.9")])
def test_the_worst_price_is_the_slip_beyond_the_opposite_touch_on_tick(desk, side, expected):
    # 100.1 * 1.001 = 100.2001, 100.0 * 0.999 = 99.9
    assert gate.worst_price(Side(side), desk.state, BTC) == D(expected)


def test_without_a_touch_there_is_no_worst_price():
    assert gate.worst_price(Side.BUY, rig.begun().state, BTC) is None
    assert gate.worst_price(Side.BUY, rig.begun().state, "OLDUSDT") is None


# Mode and what is known


def test_nothing_leaves_while_the_desk_is_starting():
    desk = rig.begun()

    check, reason = refusal(desk, wish())

    assert check == "mode"
    assert reason == "buy 1.0 BTCUSDT: the desk is starting (waiting for the first market data)"


def test_a_degraded_desk_only_closes(desk):
    hold(desk, ALPHA, "2")
    desk.step(LinkChanged(at(10), LinkState.DOWN, "socket closed"))

    assert refusal(desk, wish("sell"))[1] == "sell 1.0 BTCUSDT: the desk is degraded (socket closed)"
    assert granted(desk, wish("sell", reduce_only=True)).closing


def test_a_halted_desk_does_not_even_close(desk):
    hold(desk, ALPHA, "2")
    desk.take(desk.engine.halt(at(10), "books broke"))

    assert refusal(desk, wish("sell", reduce_only=True)) == (
        "mode",
        "sell 1.0 BTCUSDT: the desk is halted (books broke)",
    )


def test_a_symbol_or_sub_account_must_be_known(desk):
    assert refusal(desk, wish(), claim(symbol="XRPUSDT")) == (
        "known",
        "buy 1.0 XRPUSDT: symbol: expected one of BTCUSDT, found XRPUSDT",
    )
    assert refusal(desk, wish(), claim(sub="9"))[1] == "buy 1.0 BTCUSDT: sub-account: expected one of 1, 2, found 9"
    assert refusal(desk, wish(), claim(sub="HOUSE"))[0] == "known"


def test_an_old_mark_prices_no_new_risk_but_closes(desk):
    hold(desk, ALPHA, "2")
    desk.state.now = at(3_001)

    assert refusal(desk, wish()) == (
        "mark",
        "buy 1.0 BTCUSDT: mark price: expected at most 3000 ms old, found 3001 ms",
    )
    assert granted(desk, wish("sell", reduce_only=True))


# The venue's filters


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (wish(price="100.05"), "price: expected a multiple of the tick 0.1, found 100.05"),
        (wish(price="0"), "price: expected more than 0, found 0"),
        (wish(quantity="1.0005"), "quantity: expected a multiple of the lot 0.001, found 1.0005"),
        (wish(quantity="0.049"), "notional: expected at least 5 USDT, found 4.9000"),
        (wish(quantity="0"), "notional: expected at least 5 USDT, found 0.0"),
        (wish(quantity="1001"), "quantity: expected at most 1000, found 1001"),
        (wish(quantity="101", type=OrderType.MARKET), "quantity at market: expected at most 100, found 101"),
    ],
)
def test_a_filter_names_what_it_expects_and_what_it_found(desk, made, reason):
    check, found = refusal(desk, made)

    assert (check, found.partition(": ")[2]) == ("filters", reason)


def test_a_closing_order_may_be_below_the_smallest_notional_but_not_the_smallest_lot(desk):
    hold(desk, ALPHA, "0.002")

    assert granted(desk, wish("sell", "0.002", reduce_only=True))
    found = refusal(
        rig.started(instruments=[builders.instrument(quantity_min=D("0.01"))]), wish("sell", "0.002", reduce_only=True)
    )
    assert found[1] == "sell 0.002 BTCUSDT: quantity: expected at least 0.01, found 0.002"


@pytest.mark.parametrize(
    ("side", "inside", "outside", "reason"),
    [
        ("buy", "105.0", "105.1", "price: expected at most 105 (1.05 x mark), found 105.1"),
        ("sell", "95.0", "94.9", "price: expected at least 95 (0.95 x mark), found 94.9"),
    ],
)
def test_a_price_stays_within_the_collar_of_the_mark(desk, side, inside, outside, reason):
    assert granted(desk, wish(side, price=inside))
    check, found = refusal(desk, wish(side, price=outside))
    assert (check, found.partition(": ")[2]) == ("collar", reason)


# Our own limits


def test_an_order_may_not_be_worth_more_than_the_limit():
    desk = rig.started(limits=builders.limits(order_value_max=D(500)))

    assert granted(desk, wish(quantity="5.0"))
    assert refusal(desk, wish(quantity="5.001")) == (
        "value",
        "buy 5.001 BTCUSDT: order value: expected at most 500, found 500.1000",
    )


def test_closing_is_not_bound_by_the_order_value():
    desk = rig.started(limits=builders.limits(order_value_max=D(500)))
    hold(desk, ALPHA, "10")

    assert granted(desk, wish("sell", "10", reduce_only=True))


def test_reduce_only_never_asks_for_more_than_is_held(desk):
    hold(desk, ALPHA, "2")

    assert granted(desk, wish("sell", "2.0", reduce_only=True))
    assert refusal(desk, wish("sell", "2.001", reduce_only=True)) == (
        "closing",
        "sell 2.001 BTCUSDT: reduce-only: expected at most 2, found 2.001",
    )
    assert refusal(desk, wish("buy", "1", reduce_only=True))[1].endswith("expected at most 0, found 1")


def test_two_closing_orders_together_never_ask_for_more_than_is_held(desk):
    hold(desk, ALPHA, "2")
    send(desk, wish("sell", "1.5", reduce_only=True))

    assert refusal(desk, wish("sell", "0.6", reduce_only=True))[1].endswith(
        "reduce-only: expected at most 2 less 1.5 already closing, found 0.6"
    )
    assert granted(desk, wish("sell", "0.5", reduce_only=True))


def test_a_closing_order_that_ended_counts_until_its_last_trade_is_booked(desk):
    hold(desk, ALPHA, "2")
    order = send(desk, wish("sell", "1.5", reduce_only=True))
    desk.step(OrderCancelled(at(10), order.spec.id, D("1.5"), at(10)))

    assert refusal(desk, wish("sell", "0.6", reduce_only=True))[0] == "closing"

    desk.step(builders.fill(order.spec, 1, "1.5", "1.5", ts=at(20)))

    assert granted(desk, wish("sell", "0.5", reduce_only=True))


def test_the_flag_is_kept_from_the_venue_where_its_net_position_would_not_shrink(desk):
    hold(desk, ALPHA, "2")
    hold(desk, BRAVO, "-3")

    alpha = granted(desk, wish("sell", "2", reduce_only=True))
    bravo = granted(desk, wish("buy", "1", reduce_only=True), claim(sub=BRAVO))

    assert (alpha.reduce_only, alpha.closing) == (False, True)  # the venue is short 1: selling 2 would add to it
    assert (bravo.reduce_only, bravo.closing) == (True, True)


def test_the_flag_is_kept_from_the_venue_where_other_orders_already_use_it_up(desk):
    hold(desk, ALPHA, "2")
    hold(desk, BRAVO, "1")
    hold(desk, "UNALLOCATED", "-1")
    send(desk, wish("sell", "2", reduce_only=True))

    assert not granted(desk, wish("sell", "1", reduce_only=True), claim(sub=BRAVO)).reduce_only


def test_a_child_never_exceeds_what_is_left_of_its_parent(desk):
    whose = claim(kind=OrderKind.CHASE, algo="chase-1", parent_quantity=D("1.0"))
    order = send(desk, wish(quantity="0.7"), whose)
    desk.step(builders.fill(order.spec, 1, "0.2", "0.2"))

    assert refusal(desk, wish(quantity="0.4"), whose) == (
        "parent",
        "buy 0.4 BTCUSDT: parent of 1.0: 0.7 is filled or working, found 0.4 more",
    )
    assert granted(desk, wish(quantity="0.3"), whose)


def test_a_child_that_ended_counts_what_the_venue_filled_even_before_we_hear_of_it(desk):
    whose = claim(kind=OrderKind.CHASE, algo="chase-1", parent_quantity=D("1.0"))
    order = send(desk, wish(quantity="0.7"), whose)
    desk.step(OrderCancelled(at(10), order.spec.id, D("0.5"), at(10)))

    assert refusal(desk, wish(quantity="0.6"), whose)[0] == "parent"
    assert granted(desk, wish(quantity="0.5"), whose)


# Margin


def poor():
    """A desk whose sub-accounts have 100 each: at 10x, 1,000 of notional."""
    return rig.started(wallet="100")


def test_initial_margin_of_everything_working_is_covered_by_equity():
    desk = poor()
    send(desk, wish(quantity="6"))

    assert refusal(desk, wish(quantity="4.1")) == (
        "margin",
        "buy 4.1 BTCUSDT: margin at 10x: expected at most 100.00 of equity, found 101.00 with everything working filled",
    )
    assert granted(desk, wish(quantity="4.0"))


def test_only_the_worse_side_binds_margin():
    desk = poor()
    send(desk, wish(quantity="9"))

    assert granted(desk, wish("sell", "10", "100.1"))
    assert refusal(desk, wish("sell", "10.1", "100.1"))[0] == "margin"


def test_what_shrinks_the_worst_case_passes_without_margin():
    desk = poor()
    hold(desk, ALPHA, "20")  # 200 of margin on 100 of equity

    assert granted(desk, wish("sell", "5", "100.1"))
    assert refusal(desk, wish("buy", "1"))[0] == "margin"
    assert granted(desk, wish("sell", "20", "100.1", reduce_only=True))


def test_a_closing_order_binds_margin_only_with_what_opens_behind_it():
    desk = poor()
    hold(desk, ALPHA, "10")
    assert granted(desk, wish("sell", "20", "100.1"))  # from long 10 to short 10
    send(desk, wish("sell", "10", "100.1", reduce_only=True))

    assert granted(desk, wish("sell", "10", "100.1"))  # flat first, then short 10
    assert refusal(desk, wish("sell", "20", "100.1"))[0] == "margin"


def test_an_open_loss_counts_as_lost():
    desk = poor()
    hold(desk, ALPHA, "2", entry="120")  # at 100: 40 lost, 60 left

    assert granted(desk, wish(quantity="4"))
    assert refusal(desk, wish(quantity="4.1"))[1].endswith(
        "expected at most 60.00 of equity, found 61.00 with everything working filled"
    )


# Amendments


def working(desk, made, whose=None):
    order = send(desk, made, whose)
    order.pending = ""
    return order


def test_an_amendment_passes_the_same_filters(desk):
    order = working(desk, wish())

    assert gate.review_amend(order, D("99.0"), D("1.0"), desk.state) == SendAmend(
        desk.state.now, order.spec.id, BTC, D("99.0"), D("1.0")
    )
    answer = gate.review_amend(order, D("99.05"), D("1.0"), desk.state)
    assert (answer.check, answer.reason) == (
        "filters",
        "amend buy 1.0 BTCUSDT: price: expected a multiple of the tick 0.1, found 99.05",
    )


def test_only_what_an_amendment_adds_needs_margin():
    desk = poor()
    order = working(desk, wish(quantity="9"))

    assert isinstance(gate.review_amend(order, D("100.1"), D("10"), desk.state), SendAmend)
    assert gate.review_amend(order, D("100.0"), D("10.1"), desk.state).check == "margin"


def test_an_amended_closing_order_may_not_outgrow_the_position(desk):
    hold(desk, ALPHA, "2")
    order = working(desk, wish("sell", "1.5", "100.1", reduce_only=True))

    assert isinstance(gate.review_amend(order, D("100.2"), D("2.0"), desk.state), SendAmend)
    assert gate.review_amend(order, D("100.2"), D("2.1"), desk.state).check == "closing"


def test_an_order_of_a_run_may_not_be_amended_beyond_its_parent():
    player = tell("""
           0ms  chase buy 1.0            => place buy 1.0 @100.0 gtx
          40ms  accepted #1
          50ms  amend #1 100.0 x1.5
    """)

    assert player.rig.alerts[-1] == ("amend buy 1.5 BTCUSDT: parent of 1.0: 1.0 is filled or working, found 0.5 more")


def test_a_resumed_desk_trades_again(desk):
    desk.take(desk.engine.halt(at(10), "books broke"))
    desk.command(ResumeDesk())
    desk.step(builders.quote("100.0/100.1", 20))

    assert granted(desk, wish())


# Doubled, repeated, locked, too large


def placed(desk, millis=0, **changes):
    order = {"sub": ALPHA, "symbol": BTC, "side": Side.BUY, "quantity": D("1.0"), "price": D("99.0")}
    before = len(desk.alerts)
    desk.command(PlaceOrder(**{**order, **changes}), millis)
    return desk.alerts[before:]


def test_the_same_order_by_hand_within_half_a_second_is_a_slip():
    desk = rig.started(limits=builders.limits(duplicate_ms=500))

    assert placed(desk) == []
    assert placed(desk, 499) == [
        "buy 1.0 BTCUSDT: the same order left 499 ms ago: expected at least 500 ms between the two"
    ]
    assert placed(desk, 499, price=D("98.9")) == []
    assert placed(desk, 499, sub=BRAVO) == []
    assert placed(desk, 500) == []


def test_closing_twice_is_no_slip_and_neither_is_a_run():
    desk = rig.started(limits=builders.limits(duplicate_ms=500))
    hold(desk, ALPHA, "5")
    close = {"side": Side.SELL, "price": D("101.0"), "reduce_only": True}

    assert placed(desk, 0, **close) == placed(desk, 1, **close) == []
    whose = claim(kind=OrderKind.CHASE, algo="chase-1", parent_quantity=D(5))
    send(desk, wish(), whose)
    granted(desk, wish(), whose)


def test_a_run_that_repeats_itself_too_often_is_parked():
    player = tell(
        """
           0ms  chase buy 1.0 throttle_ms=50     => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  quote 100.1/100.2                => amend #1 100.1 x1.0
         140ms  amended #1 100.1
         200ms  quote 100.2/100.3
        """,
        rig.started(limits=builders.limits(repeats_max=2)),
    )

    run = player.rig.state.runs["chase-1"]
    assert run.view(sight(player.rig.state, run)).state is AlgoState.PARKED
    assert "expected at most 2, found 2" in run.view(sight(player.rig.state, run)).note


def test_a_position_may_not_come_to_be_worth_more_than_the_limit():
    desk = rig.started(limits=builders.limits(position_value_max=D(1_000)))
    hold(desk, ALPHA, "6")

    send(desk, wish(quantity="3.0", price="99.0"))
    assert refusal(desk, wish(quantity="1.1", price="98.0")) == (
        "position",
        "buy 1.1 BTCUSDT: position: expected at most 1000, found 1010.00 with everything working filled",
    )
    granted(desk, wish("sell", "5.0"))


def test_all_sub_accounts_together_may_not_be_exposed_to_more_than_the_limit():
    desk = rig.started(limits=builders.limits(exposure_max=D(1_000)))
    hold(desk, ALPHA, "6")
    hold(desk, BRAVO, "-3")

    granted(desk, wish(quantity="1.0"))
    assert refusal(desk, wish(quantity="1.1"))[1] == (
        "buy 1.1 BTCUSDT: exposure of all sub-accounts: expected at most 1000, found 1010.00 with everything filled"
    )


def test_every_no_is_counted_by_its_check():
    desk = rig.started()

    placed(desk, price=D("99.05"))
    placed(desk, price=D("99.07"))
    placed(desk, sub="9")

    assert desk.state.refusals == {"filters": 2, "known": 1}
