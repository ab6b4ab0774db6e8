"""Several accounts on one floor: each hears of its own orders alone."""

from decimal import Decimal

import pytest

from desk.exchange.accounts import Account
from desk.exchange.floor import Floor
from desk.exchange.matching import SELF_TRADE, Ending
from desk.exchange.resting import LiveOrder, SelfTrade
from desk.exchange.rules import practice_instruments
from desk.model.order import OrderKind, OrderSpec, OrderType
from desk.model.units import ClientOrderId, SubId
from tests.exchange.scripted import BTC, BUY, FOK, GTC, IOC, SELL, START, ScriptedMarket, book, mark


class Trader:
    """A member that writes down what it is told."""

    def __init__(self, wallet="1000000"):
        self.account = Account(Decimal(wallet))
        self.open = {}
        self.heard = []

    def leverage(self, symbol):
        return 20

    def start(self, now):
        pass

    def accepted(self, order):
        self.open[order.spec.id] = order
        self.heard.append(f"accepted {order.spec.id}")

    def amended(self, order):
        self.heard.append(f"amended {order.spec.id}")

    def traded(self, order, price, quantity, trade, *, maker):
        self.account.trade(order.spec.symbol, order.spec.side, price, quantity, Decimal(0))
        if not order.leaves:
            del self.open[order.spec.id]
        self.heard.append(f"{'maker' if maker else 'taker'} {order.spec.id} {quantity}@{price} #{trade}")

    def ended(self, order, ending, reason):
        del self.open[order.spec.id]
        self.heard.append(f"{ending if ending is Ending.CANCELLED else reason} {order.spec.id}")

    def bail_out(self):
        self.heard.append(f"bailed out of {-self.account.wallet}")
        self.account.wallet = Decimal(0)

    def fund(self, symbol, mark, rate):
        self.heard.append(f"funding {symbol}")


class Quiet:
    """An audience that tells nobody."""

    def printed(self, pit, trade):
        pass

    def changed(self, pit):
        pit.drain_taken()

    def marked(self, pit):
        pass

    def noticed(self, notice):
        pass

    def rules_due(self):
        pass

    def funded(self, pit):
        pass


class House:
    """A floor with a thin crowd and as many traders as asked for."""

    def __init__(self, traders=2, bids="60000.0x2", asks="60001.0x1 60002.0x4", *, is_insured=False):
        market = ScriptedMarket()
        market.due.append((START, [book(bids, asks), mark("60000")]))
        self.market = market
        self.floor = Floor(
            instruments=practice_instruments(), market=market, start=START, audience=Quiet(), is_insured=is_insured
        )
        self.traders = [Trader() for _ in range(traders)]
        for each in self.traders:
            self.floor.join(each)
        self.floor.advance(START)

    def place(
        self, account, id, side, quantity, price, tif=GTC, *, reduce_only=False, self_trade=SelfTrade.EXPIRE_MAKER
    ):
        spec = OrderSpec(
            id=ClientOrderId(id),
            sub=SubId("1"),
            symbol=BTC,
            side=side,
            type=OrderType.LIMIT,
            tif=tif,
            quantity=Decimal(quantity),
            price=Decimal(price),
            reduce_only=reduce_only,
            kind=OrderKind.MANUAL,
        )
        order = LiveOrder(spec, 0, spec.price, spec.quantity, account=account, self_trade=self_trade)
        return self.floor.entry.place(order)

    def heard(self, account):
        told, self.traders[account].heard = self.traders[account].heard, []
        return told


@pytest.fixture
def house():
    return House()


def test_two_members_trade_with_each_other_in_one_trade(house):
    house.place(0, "sell", SELL, "2", "60000.5")
    house.place(1, "buy", BUY, "3", "60001.0")

    # The better price first, then the crowd's one at 60001.0.
    assert house.heard(0) == ["accepted sell", "maker sell 2@60000.5 #1"]
    assert house.heard(1) == ["accepted buy", "taker buy 2@60000.5 #1", "taker buy 1@60001.0 #2"]
    assert house.traders[0].account.quantity(BTC) == -2
    assert house.traders[1].account.quantity(BTC) == 3


def test_who_came_first_at_a_price_is_served_first_and_the_crowd_before_them_before(house):
    house.place(0, "first", SELL, "1", "60001.0")
    house.place(1, "second", SELL, "1", "60001.0")
    house.heard(0), house.heard(1)
    buyer = house.floor.join(Trader())
    house.traders.append(house.floor.members[buyer])

    house.place(buyer, "buy", BUY, "2.5", "60001.0")

    assert house.heard(2)[1:] == ["taker buy 1@60001.0 #1", "taker buy 1@60001.0 #2", "taker buy 0.5@60001.0 #3"]
    assert house.heard(0) == ["maker first 1@60001.0 #2"]
    assert house.heard(1) == ["maker second 0.5@60001.0 #3"]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (SelfTrade.EXPIRE_MAKER, [f"{SELF_TRADE} mine", "taker buy 1@60001.0 #1"]),
        (SelfTrade.EXPIRE_TAKER, [f"{SELF_TRADE} buy"]),
        (SelfTrade.EXPIRE_BOTH, [f"{SELF_TRADE} mine", f"{SELF_TRADE} buy"]),
        (SelfTrade.NONE, ["maker mine 1@60000.5 #1", "taker buy 1@60000.5 #1", "taker buy 1@60001.0 #2"]),
    ],
)
def test_the_order_that_comes_says_what_happens_where_a_member_meets_itself(house, mode, told):
    house.place(0, "mine", SELL, "1", "60000.5")
    house.heard(0)

    house.place(0, "buy", BUY, "2", "60001.0", IOC, self_trade=mode)

    assert house.heard(0)[1 : len(told) + 1] == told


def test_a_fill_or_kill_order_counts_on_the_other_members_and_not_on_its_own_orders(house):
    house.place(0, "other", SELL, "1", "60000.5")
    house.place(1, "mine", SELL, "1", "60000.5")

    assert house.place(1, "three", BUY, "2.5", "60001.0", FOK).code == -5021
    assert house.place(1, "two", BUY, "2", "60001.0", FOK) is None


def test_a_reduce_only_order_that_asks_for_more_than_there_is_ends_at_zero(house):
    house.place(0, "long", BUY, "1", "60001.0", IOC)
    house.heard(0)

    house.place(0, "close", SELL, "1.5", "60000.0", IOC, reduce_only=True)

    assert house.heard(0) == [
        "accepted close",
        "taker close 1@60000.0 #2",
        "reduce-only without position close",
    ]
    assert house.traders[0].account.quantity(BTC) == 0


def test_a_members_trade_ends_no_other_members_reduce_only_order(house):
    for account in (0, 1):
        house.place(account, f"long{account}", BUY, "1", "60002.0", IOC)
        house.place(account, f"exit{account}", SELL, "1", "60010.0", reduce_only=True)
        house.heard(account)

    house.place(0, "out", SELL, "1", "60000.0", IOC)

    assert house.heard(0) == ["accepted out", "taker out 1@60000.0 #3", "reduce-only without position exit0"]
    assert house.heard(1) == []


def test_funding_is_settled_with_who_holds_the_symbol(house):
    house.place(0, "long", BUY, "1", "60001.0", IOC)
    house.heard(0)

    house.floor.members.fund(BTC, Decimal(60000), Decimal("0.0001"))

    assert (house.heard(0), house.heard(1)) == (["funding BTCUSDT"], [])
