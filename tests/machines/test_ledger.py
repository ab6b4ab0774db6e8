"""Any trades, fees, funding and moves between accounts: quantity and equity are conserved to the last digit."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desk.core import ledger
from desk.core.ledger import Account
from desk.model.event import FundingPaid
from desk.model.order import Side
from desk.model.units import HOUSE, ZERO
from tests.kit.builders import EPOCH, D

SYMBOLS = ("BTCUSDT", "ETHUSDT")
NAMES = ("1", "2", "UNALLOCATED")
accounts = st.sampled_from(NAMES)
symbols = st.sampled_from(SYMBOLS)
sides = st.sampled_from(Side)
lots = st.integers(1, 5_000).map(lambda n: Decimal(n) / 1_000)
prices = st.integers(1, 10_000_000).map(lambda n: Decimal(n) / 10)
money = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 10**8)


class Books(RuleBasedStateMachine):
    """The cash and quantity that flowed, counted apart from the books."""

    def __init__(self):
        super().__init__()
        self.books = {name: Account(id=name, name=name, wallet=D(1_000)) for name in NAMES}
        self.house = Account(id=HOUSE, name="house")
        self.cash = D(1_000) * len(NAMES)
        self.held = dict.fromkeys(SYMBOLS, ZERO)

    @rule(name=accounts, symbol=symbols, side=sides, quantity=lots, price=prices, fee=money)
    def trade(self, name, symbol, side, quantity, price, fee):
        holder = self.books[name]
        before = holder.quantity(symbol)
        legs = ledger.apply_fill(holder, symbol, side, quantity=quantity, price=price, fee=fee)
        self.cash -= side.sign * quantity * price + fee
        self.held[symbol] += side.sign * quantity
        assert sum(leg.quantity for leg in legs) == side.sign * quantity
        assert sum(leg.fee for leg in legs) == fee
        flips = before * (before + side.sign * quantity) < 0
        assert len(legs) == (2 if flips else 1)

    @rule(giver=accounts, taker=accounts, amount=lots)
    def move_cash(self, giver, taker, amount):
        ledger.transfer(self.books[giver], self.books[taker], amount)

    @rule(symbol=symbols, seller=accounts, buyer=accounts, quantity=lots, price=prices)
    def cross(self, symbol, seller, buyer, quantity, price):
        for name, side in ((seller, Side.SELL), (buyer, Side.BUY)):
            ledger.apply_fill(self.books[name], symbol, side, quantity=quantity, price=price, fee=ZERO)

    @rule(symbol=symbols, amount=money, mark=prices, rate=st.sampled_from([D("0.0001"), D("-0.00037"), ZERO]))
    def fund(self, symbol, amount, mark, rate):
        payment = FundingPaid(EPOCH, symbol, amount, rate, mark, EPOCH)
        ledger.apply_funding(self.books.values(), self.house, payment)
        self.cash += amount

    @invariant()
    def quantities_add_up(self):
        for symbol in SYMBOLS:
            assert sum(each.quantity(symbol) for each in self.books.values()) == self.held[symbol]

    @invariant()
    def equity_is_the_cash_that_flowed_and_what_is_open(self):
        every = [*self.books.values(), self.house]
        costs = sum((position.cost for each in every for position in each.positions.values()), ZERO)
        assert sum(each.wallet for each in every) - costs == self.cash

    @invariant()
    def a_flat_position_costs_nothing(self):
        for each in self.books.values():
            assert all(position.quantity or not position.cost for position in each.positions.values())


Books.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None, derandomize=True)
TestBooks = Books.TestCase
