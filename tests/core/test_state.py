"""The tree of state: where an order is filed, and who holds what."""

from decimal import Decimal

from desk.core import orders
from desk.core.state import sight
from desk.model.event import OrderCancelled
from desk.model.order import Side
from desk.model.units import ZERO
from tests.kit import builders, rig
from tests.kit.builders import BTC, EPOCH, at
from tests.kit.story import tell

D = Decimal


def kept(state, order_id, **changes):
    order = orders.submit(builders.spec(order_id, **changes), EPOCH)
    state.keep(order)
    return order


def test_an_order_is_open_until_it_ends_and_known_after():
    state = rig.started().state
    order = kept(state, "A")
    assert list(state.open_orders()) == [order]

    orders.apply(order, OrderCancelled(at(1), "A", ZERO, at(1)))
    state.keep(order)

    assert (list(state.open_orders()), state.orders["A"]) == ([], order)


def test_open_orders_are_found_by_sub_account_and_symbol():
    state = rig.started().state
    first = kept(state, "A")
    second = kept(state, "B", sub="2")
    third = kept(state, "C", symbol="ETHUSDT")

    assert list(state.open_orders("1")) == [first, third]
    assert list(state.open_orders(symbol=BTC)) == [first, second]
    assert list(state.open_orders("1", "ETHUSDT")) == [third]


def test_a_run_sees_its_own_orders_and_no_others():
    player = tell("""
           0ms  chase buy 1.0   => place buy 1.0 @100.0 gtx
           1ms  buy 1.0 @99.0   => place buy 1.0 @99.0 gtc
    """)
    state = player.rig.state

    seen = sight(state, state.runs["chase-1"])

    assert list(seen.orders) == [player.sent[0].id]
    assert (seen.now, seen.instrument.symbol, seen.quote.bid) == (at(1), BTC, D("100.0"))


def test_the_net_is_the_sum_of_all_accounts_and_the_sides_are_not():
    state = rig.started().state
    for name, quantity in (("1", "3"), ("2", "-1"), ("UNALLOCATED", "-0.5")):
        state.accounts[name].position(BTC).quantity = D(quantity)

    assert state.net(BTC) == D("1.5")
    assert state.sides() == {(BTC, True): D(3), (BTC, False): D("1.5")}


def test_the_sub_accounts_are_those_that_were_opened():
    assert [each.id for each in rig.started(subs=("2", "1")).state.subs()] == ["2", "1"]


def test_a_market_is_known_by_depth_touch_and_mark():
    desk = rig.begun()
    market = desk.state.markets[BTC]
    assert (market.is_known, market.touch(Side.BUY), desk.state.mark_age(BTC)) == (False, None, None)

    rig.show(desk, "100.0/100.1")
    desk.step(builders.quote("100.0/100.1", 40))

    assert (market.is_known, market.touch(Side.BUY), market.touch(Side.SELL)) == (True, D("100.0"), D("100.1"))
    assert desk.state.mark_age(BTC) == 40_000_000
