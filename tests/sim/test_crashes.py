"""Crashes, played: the same seed the same ending, and what the table counts."""

from decimal import Decimal

import pytest

from desk.exchange.crash import Crash
from desk.exchange.market import FullLevels, Mark
from desk.exchange.rules import practice_instruments
from desk.model.limits import AdlMode
from desk.sim.crashes import START, Ending, FallingMarket, play, table


def test_the_same_seed_is_the_same_ending():
    assert play(3, Crash.JUMP, AdlMode.TARGET) == play(3, Crash.JUMP, AdlMode.TARGET)


@pytest.mark.parametrize("seed", [2, 5])
def test_in_a_slide_an_account_is_liquidated_without_deleverage_and_not_with_it(seed):
    alone, saved = play(seed, Crash.DRIFT, AdlMode.OFF), play(seed, Crash.DRIFT, AdlMode.TARGET)

    assert (alone.is_liquidated, alone.orders) == (True, 0)
    assert not saved.is_liquidated
    assert saved.orders > 0
    assert saved.kept > alone.kept


def test_the_book_is_never_crossed_and_is_marked_every_second():
    instruments = tuple(each for each in practice_instruments() if each.symbol in ("BTCUSDT", "ETHUSDT"))
    market, marks = FallingMarket(instruments, Crash.CASCADE, 1), 0
    while market.next_at() < START + 60 * 10**9:
        for record in market.take():
            marks += isinstance(record, Mark)
            if isinstance(record, FullLevels):
                assert record.bids[0].price < record.asks[0].price
    assert marks == 2 * 60


def ending(crash, adl, kept, *, liquidated=False, orders=0):
    return Ending(crash, adl, liquidated, Decimal(kept), orders)


def test_the_table_counts_and_averages():
    rows = table(
        [
            ending(Crash.GAP, AdlMode.OFF, "-0.2", liquidated=True),
            ending(Crash.GAP, AdlMode.OFF, "0.8"),
            ending(Crash.GAP, AdlMode.TARGET, "0.5", orders=3),
            ending(Crash.DRIFT, AdlMode.TARGET, "0.7", orders=2),
        ]
    )

    assert [(row.crash, row.adl, row.accounts, row.liquidated, row.kept, row.worst, row.orders) for row in rows] == [
        ("drift", "target", 1, 0, Decimal("0.7"), Decimal("0.7"), 2),
        ("gap", "off", 2, 1, Decimal("0.3"), Decimal("-0.2"), 0),
        ("gap", "target", 1, 0, Decimal("0.5"), Decimal("0.5"), 3),
        ("all", "off", 2, 1, Decimal("0.3"), Decimal("-0.2"), 0),
        ("all", "target", 2, 0, Decimal("0.6"), Decimal("0.5"), Decimal("2.5")),
    ]
