"""One engine and its exchange in virtual time: commands are carried out, timers fire, time never runs back."""

from decimal import Decimal as D
from random import Random

from desk.exchange.exchange import Exchange
from desk.exchange.rules import practice_instruments
from desk.model.command import PlaceOrder
from desk.model.event import SubAccount
from desk.model.limits import Limits
from desk.model.order import OrderKind, OrderType, Side
from desk.model.units import SECOND, Nanos, SubId, Symbol
from desk.model.view import DeskMode
from desk.sim.market import START, CoarseMarket
from desk.sim.solo import Solo

BTC = Symbol("BTCUSDT")
SUB = SubAccount(SubId("1"), "one", D(100_000))


def solo():
    instruments = tuple(each for each in practice_instruments() if each.symbol == BTC)
    market = CoarseMarket(instruments, (Random(3),), START)
    exchange = Exchange(instruments=instruments, market=market, start=START, seed=3, wallet=SUB.wallet)
    return Solo(exchange, instruments, Limits(order_value_max=D(10**6), market_slip_bps=D(50)), SUB, START)


def test_it_runs_and_trades():
    desk = solo()
    desk.run(Nanos(START + 10 * SECOND))
    assert desk.state.mode is DeskMode.RUNNING

    desk.submit(PlaceOrder(sub=SUB.id, symbol=BTC, side=Side.BUY, quantity=D("0.010"), type=OrderType.MARKET))
    desk.run(Nanos(START + 15 * SECOND))

    assert desk.state.accounts[SUB.id].quantity(BTC) == D("0.010")
    assert desk.sent[OrderKind.MANUAL] == 1


def test_an_order_is_cancelled_by_its_id():
    desk = solo()
    desk.run(Nanos(START + 10 * SECOND))
    desk.submit(PlaceOrder(sub=SUB.id, symbol=BTC, side=Side.BUY, quantity=D("0.010"), price=D("60000.0")))
    (order,) = desk.state.open
    desk.run(Nanos(START + 12 * SECOND))
    desk.cancel(order)
    desk.run(Nanos(START + 14 * SECOND))

    assert not desk.state.open
