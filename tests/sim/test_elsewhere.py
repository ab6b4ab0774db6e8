"""What happens on our account without us."""

from collections import Counter
from random import Random

import pytest

from desk.exchange.exchange import Exchange
from desk.exchange.latency import NO_LATENCY
from desk.exchange.rules import practice_instruments
from desk.model.units import SECOND, Nanos
from desk.sim.elsewhere import Elsewhere
from desk.sim.market import CHARACTERS, START, CoarseMarket
from desk.sim.oracle import Oracle
from tests.kit.builders import D


@pytest.fixture
def scene():
    instruments = tuple(each for each in practice_instruments() if each.symbol in CHARACTERS)
    market = CoarseMarket(instruments, tuple(Random(n) for n in range(len(instruments))), START)
    exchange = Exchange(
        instruments=instruments, market=market, start=START, seed=1, latency=NO_LATENCY, wallet=D(1_000_000)
    )
    oracle = Oracle({}, 10, Counter())
    for event in exchange.advance(Nanos(START + SECOND)):
        oracle.heard(event, START)
    return exchange, Elsewhere(exchange, oracle, instruments, Random(3))


def test_a_trade_by_hand_moves_the_account_past_the_desk(scene):
    exchange, elsewhere = scene

    elsewhere.trade(Nanos(START + SECOND))
    exchange.advance(Nanos(START + 2 * SECOND))

    (trade, *_) = exchange.truth(Nanos(START + 2 * SECOND)).trades
    assert trade.order == "web1"


def test_a_forced_close_leaves_the_account_flat(scene):
    exchange, elsewhere = scene
    elsewhere.trade(Nanos(START + SECOND))
    exchange.advance(Nanos(START + 2 * SECOND))
    held = exchange.truth(Nanos(START + 2 * SECOND)).positions

    elsewhere.force_close(Nanos(START + 2 * SECOND))
    exchange.advance(Nanos(START + 3 * SECOND))

    truth = exchange.truth(Nanos(START + 3 * SECOND))
    assert held
    assert [each for each in truth.positions if each.quantity] == []
    assert truth.trades[-1].order == "autoclose-2"


def test_without_a_position_there_is_nothing_to_close(scene):
    exchange, elsewhere = scene

    elsewhere.force_close(Nanos(START + SECOND))
    exchange.advance(Nanos(START + 2 * SECOND))

    assert exchange.truth(Nanos(START + 2 * SECOND)).trades == ()
