"""The public record of a symbol: candles and grouped trades, worked by hand."""

from decimal import Decimal

from desk.exchange.market import Mark
from desk.exchange.rules import practice_instruments
from desk.model.order import Side
from desk.server.tape import Tape, Trade, agg_row, kline_row, start_of

RULES = practice_instruments()[0]
T0 = 1_790_000_040_000  # a whole minute


def tape(*trades):
    made = Tape(RULES)
    for number, (price, quantity, time) in enumerate(trades, 1):
        aggressor = Side.BUY if Decimal(quantity) > 0 else Side.SELL
        made.on_trade(Trade(number, Decimal(price), abs(Decimal(quantity)), aggressor, T0 + time))
    return made


def test_a_minute_opens_with_its_first_trade_and_one_without_any_stands_at_the_last_price():
    made = tape(("100", "1", 0), ("103", "2", 10_000), ("99", "-1", 59_999), ("110", "1", 125_000))

    first, empty, last = made.candles("1m")
    assert [first.open, first.high, first.low, first.close] == [100, 103, 99, 99]
    assert (first.volume, first.quote, first.taker_base, first.trades) == (4, 405, 3, 3)
    assert (empty.open, empty.close, empty.trades, empty.volume) == (99, 99, 0, 0)
    assert (last.open, last.first, last.last) == (110, 4, 4)


def test_longer_candles_are_joined_from_minutes():
    made = tape(("100", "1", 0), ("90", "1", 65_000), ("95", "-2", 130_000))

    (joined,) = made.candles("1h")
    assert [joined.open, joined.high, joined.low, joined.close] == [100, 100, 90, 95]
    assert (joined.volume, joined.trades, joined.first, joined.last) == (4, 3, 1, 3)
    assert made.present("1h") == joined
    assert made.present("1m").close == 95
    assert [each.open for each in made.candles("1m")] == [100, 90, 95]


def test_intervals_begin_on_the_clock_and_weeks_on_mondays():
    monday = 1_789_948_800_000  # 2026-09-21 00:00 UTC

    assert start_of(monday + 3 * 86_400_000, "1w") == monday
    assert start_of(T0 + 59_999, "1m") == T0
    assert start_of(T0, "4h") % 14_400_000 == 0


def test_trades_of_one_taker_at_one_price_within_a_tenth_of_a_second_are_one_group_until_it_is_told():
    made = tape(("100", "1", 0), ("100", "2", 50), ("100", "-1", 60), ("100", "-1", 200))
    assert [(each.quantity, each.first, each.last) for each in made.groups] == [(3, 1, 2), (1, 3, 3), (1, 4, 4)]

    made.groups[-1].is_closed = True
    made.on_trade(Trade(5, Decimal(100), Decimal(1), Side.SELL, T0 + 210))

    assert len(made.groups) == 4
    assert agg_row(made.groups[0], RULES).q == "3.000"
    assert [each.a for each in made.agg_rows(2, None, None, None)] == [3, 4]
    assert [each.a for each in made.agg_rows(2, 1, None, None)] == [1, 2]


def test_the_day_is_the_last_twenty_four_hours():
    made = tape(("50", "1", 0), ("100", "1", 60_000), ("120", "1", 86_400_000))

    day = made.day(T0 + 86_460_000)
    assert (day.open, day.high, day.volume) == (100, 120, 2)
    assert made.day(T0 + 3 * 86_400_000) is None
    assert tape().day(T0) is None


def test_marks_have_candles_too():
    made = tape()
    for price, time in (("100", 0), ("105", 1_000), ("101", 2_000)):
        made.on_mark(Mark(RULES.symbol, Decimal(price), Decimal(price), Decimal(0)), T0 + time)

    (row,) = [kline_row(each, "1m", RULES) for each in made.candles("1m", of_marks=True)]
    assert (row.open, row.high, row.low, row.close) == ("100.0", "105.0", "100.0", "101.0")
    assert made.last is None
    assert made.trade_rows(5) == []
