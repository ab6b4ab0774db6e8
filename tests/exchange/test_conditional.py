"""When a conditional order wakes."""

from decimal import Decimal

import pytest

from desk.exchange.conditional import Condition, ConditionKind, Dormitory, Sleeper, WorkingPrice
from desk.model.order import Side
from tests.exchange.scripted import BTC, START

STOP, PROFIT, TRAIL = ConditionKind.STOP_MARKET, ConditionKind.TAKE_PROFIT, ConditionKind.TRAILING_STOP_MARKET


def condition(side, kind, trigger="100", callback="0", working=WorkingPrice.LAST):
    return Condition(
        symbol=BTC, side=side, kind=kind, trigger=Decimal(trigger), callback=Decimal(callback), working=working
    )


@pytest.mark.parametrize(
    ("side", "kind", "sleeps", "wakes"),
    [
        (Side.BUY, STOP, "99.9", "100"),
        (Side.SELL, STOP, "100.1", "100"),
        (Side.BUY, PROFIT, "100.1", "100"),
        (Side.SELL, PROFIT, "99.9", "100"),
    ],
)
def test_a_stop_waits_for_the_worse_and_a_profit_for_the_better_price(side, kind, sleeps, wakes):
    asleep = condition(side, kind)

    assert not asleep.is_hit(Decimal(sleeps))
    assert asleep.is_hit(Decimal(wakes))


def test_a_trailing_sell_follows_the_high_once_it_is_active():
    # Active from 110 on, back by 1 %: from a high of 120 that is 118.8.
    asleep = condition(Side.SELL, TRAIL, trigger="110", callback="1")

    assert [asleep.is_hit(Decimal(price)) for price in ("109", "50", "110", "120", "118.9")] == [False] * 5
    assert asleep.best == 120
    assert asleep.is_hit(Decimal("118.8"))


def test_a_trailing_buy_without_a_trigger_is_active_at_once():
    asleep = condition(Side.BUY, TRAIL, trigger="0", callback="2")

    assert [asleep.is_hit(Decimal(price)) for price in ("100", "90", "91.79")] == [False] * 3
    assert asleep.is_hit(Decimal("91.8"))


def test_a_kind_says_what_it_becomes():
    assert [each.is_market for each in (STOP, PROFIT, TRAIL)] == [True, False, True]
    assert ConditionKind.TAKE_PROFIT_MARKET.takes_profit
    assert TRAIL.is_trailing


def test_only_who_looks_at_that_price_of_that_symbol_wakes_and_only_once():
    room = Dormitory()
    for number, working in ((1, WorkingPrice.LAST), (2, WorkingPrice.MARK)):
        room.add(
            Sleeper(
                id=number, account=0, client_id="", condition=condition(Side.SELL, STOP, working=working), placed=START
            )
        )

    assert room.wake("ETHUSDT", WorkingPrice.LAST, Decimal(1)) == []
    assert [each.id for each in room.wake(BTC, WorkingPrice.LAST, Decimal(99))] == [1]
    assert room.wake(BTC, WorkingPrice.LAST, Decimal(99)) == []
    assert [each.id for each in room.of(0)] == [each.id for each in room] == [2]
    assert (room.remove(2), room.remove(2)) == (True, False)
