"""What judging a tick costs: `python -m pytest -m bench -s tests/bench/test_risk.py`."""

import time
from random import Random

import pytest

from desk.core import margin
from desk.core.adl import tiers
from desk.core.adl.board import Board
from desk.core.ledger import Account, Position
from desk.model.effect import SendOrder
from desk.model.units import SubId, Symbol
from tests.bench.table import percentile, show
from tests.kit import builders
from tests.kit.builders import BTC, D
from tests.kit.danger import Danger

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
SYMBOLS = tuple(Symbol(f"S{number:02}USDT") for number in range(50))
RULES = {symbol: builders.instrument(symbol) for symbol in SYMBOLS}
NEARS = dict.fromkeys(SYMBOLS, D("0.01"))


class Desk:
    """Many accounts with positions in some of fifty symbols, all at 100, at about three times their cash."""

    def __init__(self, accounts, positions, *, in_first):
        chance = Random(accounts * 100 + positions)
        self.marks = dict.fromkeys(SYMBOLS, D(100))
        self.accounts = {}
        self.board = Board()
        for number in range(accounts):
            account = Account(id=SubId(str(number)), name=str(number), wallet=D(positions * 1_000))
            others = chance.sample(SYMBOLS[1:], positions - (number < in_first))
            for symbol in (*((SYMBOLS[0],) if number < in_first else ()), *others):
                quantity = D(chance.choice((-1, 1)) * chance.randint(10, 60))
                account.positions[symbol] = Position(quantity=quantity, cost=quantity * 100)
            self.accounts[account.id] = account
        self.look(self.accounts)

    def standing(self, sub):
        return margin.standing(self.accounts[sub], RULES, self.marks, {}, 10)

    def look(self, subs):
        for sub in list(subs):
            found = self.standing(sub)
            self.board.settle(sub, found, tiers.tier_of(found, NEARS), NEARS)

    def tick(self, symbol, price):
        self.marks[symbol] = price
        if not self.board.is_quiet(symbol, price):
            self.look(self.board.touched(symbol, price))

    def recompute(self, symbol, price):
        """What a desk without bands does: every holder of the symbol, in full."""
        self.marks[symbol] = price
        for sub in self.board.holders(symbol):
            tiers.tier_of(self.standing(sub), NEARS)

    def recompute_all(self):
        for sub in self.accounts:
            tiers.tier_of(self.standing(sub), NEARS)


def walk(count, seed=1):
    chance, price = Random(seed), 1_000_000
    for _ in range(count):
        price += chance.choice((-3, -2, -1, 1, 2, 3)) * 10
        yield D(price) / 10_000


def timed(act, prices):
    took = []
    for price in prices:
        begun = time.perf_counter_ns()
        act(price)
        took.append((time.perf_counter_ns() - begun) / 1_000)
    return took


def test_cost_of_a_tick(capsys):
    rows = []
    for accounts, positions, in_first in ((10, 10, 10), (1_000, 20, 400), (10_000, 5, 1_000)):
        desk = Desk(accounts, positions, in_first=in_first)
        ticks = timed(lambda price, desk=desk: desk.tick(SYMBOLS[0], price), walk(20_000))
        holders = timed(lambda price, desk=desk: desk.recompute(SYMBOLS[0], price), walk(3))
        everyone = timed(lambda _, desk=desk: desk.recompute_all(), walk(2))
        mean = sum(ticks) / len(ticks)
        rows.append(
            (
                f"{accounts:,} accounts x {positions}, {in_first:,} holders",
                f"p50 {percentile(ticks, 50):.2f}  p99 {percentile(ticks, 99):.2f}  mean {mean:.2f} us;"
                f" holders in full {percentile(holders, 50):,.0f} us ({percentile(holders, 50) / mean:,.0f}x the mean),"
                f" everybody {percentile(everyone, 50):,.0f} us ({percentile(everyone, 50) / mean:,.0f}x)",
            )
        )
    show(capsys, "a tick of a symbol, on a walk of 20,000 ticks of 1 to 3 bps", rows)


def test_growth_with_holders_and_with_others(capsys):
    rows = []
    for accounts, in_first in ((1_000, 10), (1_000, 100), (1_000, 1_000), (4_000, 100), (16_000, 100)):
        desk = Desk(accounts, 5, in_first=in_first)
        ticks = timed(lambda price, desk=desk: desk.tick(SYMBOLS[0], price), walk(20_000))
        rows.append((f"{accounts:,} accounts, {in_first:,} holders", f"mean {sum(ticks) / len(ticks):.2f} us"))
    show(capsys, "growth of the cost of a tick", rows)


def test_from_the_tick_to_the_order(capsys):
    took = []
    for number in range(400):
        desk = Danger()
        desk.hold("1", "1")
        price = f"576{number % 10:02}.0"
        desk.millis += 100
        desk.rig.step(builders.quote(f"{price}/{D(price) + D('0.1')}", desk.millis))
        mark = builders.mark(price, desk.millis, BTC)
        begun = time.perf_counter_ns()
        effects = desk.rig.engine.step(mark)
        took.append((time.perf_counter_ns() - begun) / 1_000)
        assert any(isinstance(each, SendOrder) for each in effects)
    figures = f"p50 {percentile(took, 50):.0f} us  p99 {percentile(took, 99):.0f} us"
    show(capsys, "from a mark that puts an account into T1 to its order", [("engine step", figures)])
