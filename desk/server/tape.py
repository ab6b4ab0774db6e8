"""What one symbol's market has done: its last trades, its candles, its day, its mark and its funding."""

from collections import deque
from decimal import Decimal
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from desk.exchange.market import Mark
from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.units import ZERO
from desk.server.text import price_text, quantity_text, short
from desk.server.wire.market import AggTradeRow, FundingRow, KlineRow, TradeRow

TRADES_KEPT: Final = 2_000
MINUTES_KEPT: Final = 3 * 24 * 60
MINUTE: Final = 60_000
AGG_MILLIS: Final = 100
DAY: Final = 86_400_000
INTERVALS: Final = {
    "1m": MINUTE,
    "3m": 3 * MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": 60 * MINUTE,
    "2h": 120 * MINUTE,
    "4h": 240 * MINUTE,
    "6h": 360 * MINUTE,
    "8h": 480 * MINUTE,
    "12h": 720 * MINUTE,
    "1d": DAY,
    "3d": 3 * DAY,
    "1w": 7 * DAY,
}
_WEEK_SHIFT: Final = 4 * DAY
"""The epoch began on a Thursday; a week begins on a Monday."""


class Trade(Struct, frozen=True, gc=False):
    """One trade; time in milliseconds."""

    id: int
    price: Decimal
    quantity: Decimal
    aggressor: Side
    time: int


class Group(Struct):
    """The trades of one taker at one price, as far as they are known."""

    id: int
    price: Decimal
    quantity: Decimal
    first: int
    last: int
    aggressor: Side
    time: int
    is_closed: bool = False
    """It has been told of: what comes later is another one."""

    def takes(self, trade: Trade) -> bool:
        """Tell whether a trade belongs to it."""
        is_same = (self.price, self.aggressor) == (trade.price, trade.aggressor)
        return is_same and not self.is_closed and trade.time - self.time < AGG_MILLIS

    def add(self, trade: Trade) -> None:
        """Take a trade in."""
        self.quantity += trade.quantity
        self.last = trade.id


class Candle(Struct):
    """One candle; `first` and `last` are trade ids."""

    start: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = ZERO
    quote: Decimal = ZERO
    taker_base: Decimal = ZERO
    taker_quote: Decimal = ZERO
    trades: int = 0
    first: int = 0
    last: int = 0

    def add(self, trade: Trade) -> None:
        """Take a trade in; a minute opens with its first one."""
        if not self.trades:
            self.open = self.high = self.low = trade.price
        self.high, self.low, self.close = max(self.high, trade.price), min(self.low, trade.price), trade.price
        self.volume += trade.quantity
        self.quote += trade.quantity * trade.price
        if trade.aggressor is Side.BUY:
            self.taker_base += trade.quantity
            self.taker_quote += trade.quantity * trade.price
        self.trades += 1
        self.first = self.first or trade.id
        self.last = trade.id

    def merge(self, later: "Candle") -> None:
        """Take a later candle in."""
        self.high, self.low, self.close = max(self.high, later.high), min(self.low, later.low), later.close
        self.volume += later.volume
        self.quote += later.quote
        self.taker_base += later.taker_base
        self.taker_quote += later.taker_quote
        self.trades += later.trades
        self.first = self.first or later.first
        self.last = later.last or self.last


class Tape:
    """The public record of one symbol."""

    def __init__(self, rules: Instrument) -> None:
        self.rules = rules
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT)
        self.groups: deque[Group] = deque(maxlen=TRADES_KEPT)
        self.minutes: deque[Candle] = deque(maxlen=MINUTES_KEPT)
        self.marks: deque[Candle] = deque(maxlen=MINUTES_KEPT)
        self.fundings: deque[FundingRow] = deque(maxlen=1_000)
        self.mark: Mark | None = None
        self._groups = 0

    @property
    def last(self) -> Trade | None:
        """The last trade; None: there has been none."""
        return self.trades[-1] if self.trades else None

    def on_trade(self, trade: Trade) -> None:
        """Take note of a trade."""
        self.trades.append(trade)
        _candle_at(self.minutes, trade.time, trade.price).add(trade)
        if self.groups and self.groups[-1].takes(trade):
            self.groups[-1].add(trade)
            return
        self._groups += 1
        self.groups.append(
            Group(self._groups, trade.price, trade.quantity, trade.id, trade.id, trade.aggressor, trade.time)
        )

    def on_mark(self, mark: Mark, time: int) -> None:
        """Take note of a mark."""
        self.mark = mark
        candle = _candle_at(self.marks, time, mark.price)
        candle.high, candle.low, candle.close = max(candle.high, mark.price), min(candle.low, mark.price), mark.price

    def candles(self, interval: str, *, of_marks: bool = False) -> list[Candle]:
        """Return the candles of an interval, the oldest first."""
        joined: list[Candle] = []
        for minute in self.marks if of_marks else self.minutes:
            start = start_of(minute.start, interval)
            if joined and joined[-1].start == start:
                joined[-1].merge(minute)
            else:
                joined.append(replace(minute, start=start))
        return joined

    def present(self, interval: str) -> Candle | None:
        """Return the candle of an interval that is not closed yet, or the last one."""
        if not self.minutes:
            return None
        start, whole = start_of(self.minutes[-1].start, interval), None
        for minute in islice(reversed(self.minutes), INTERVALS[interval] // MINUTE):
            if minute.start < start:
                break
            earlier = replace(minute, start=start)
            if whole is not None:
                earlier.merge(whole)
            whole = earlier
        return whole

    def day(self, now: int) -> Candle | None:
        """Return the last 24 hours as one candle; None: nothing has been traded."""
        whole: Candle | None = None
        for minute in self.minutes:
            if minute.start < now - DAY:
                continue
            if whole is None:
                whole = replace(minute)
            else:
                whole.merge(minute)
        return whole

    def trade_rows(self, limit: int) -> list[TradeRow]:
        """Return the last trades, the oldest first."""
        rows = list(islice(reversed(self.trades), limit))
        return [self._trade_row(each) for each in reversed(rows)]

    def agg_rows(self, limit: int, from_id: int | None, start: int | None, end: int | None) -> list[AggTradeRow]:
        """Return grouped trades from an id on or within a time, or else the last ones."""
        groups = [
            each
            for each in self.groups
            if (from_id is None or each.id >= from_id)
            and (start is None or each.time >= start)
            and (end is None or each.time <= end)
        ]
        is_from = from_id is not None or start is not None
        return [agg_row(each, self.rules) for each in (groups[:limit] if is_from else groups[-limit:])]

    def _trade_row(self, trade: Trade) -> TradeRow:
        return TradeRow(
            id=trade.id,
            price=price_text(trade.price, self.rules),
            qty=quantity_text(trade.quantity, self.rules),
            quote_qty=f"{trade.price * trade.quantity:.2f}",
            time=trade.time,
            is_buyer_maker=trade.aggressor is Side.SELL,
        )


def agg_row(group: Group, rules: Instrument) -> AggTradeRow:
    """Return a group of trades as GET aggTrades shows it."""
    quantity = quantity_text(group.quantity, rules)
    price, is_sell = price_text(group.price, rules), group.aggressor is Side.SELL
    return AggTradeRow(group.id, price, quantity, group.first, group.last, group.time, is_sell, quantity)


def kline_row(candle: Candle, interval: str, rules: Instrument) -> KlineRow:
    """Return a candle as GET klines shows it."""
    return KlineRow(
        candle.start,
        price_text(candle.open, rules),
        price_text(candle.high, rules),
        price_text(candle.low, rules),
        price_text(candle.close, rules),
        quantity_text(candle.volume, rules),
        candle.start + INTERVALS[interval] - 1,
        short(candle.quote),
        candle.trades,
        quantity_text(candle.taker_base, rules),
        short(candle.taker_quote),
    )


def start_of(time: int, interval: str) -> int:
    """Return when the candle of an interval began in which a time lies."""
    span = INTERVALS[interval]
    shift = _WEEK_SHIFT if interval == "1w" else 0
    return (time - shift) // span * span + shift


def _candle_at(candles: deque[Candle], time: int, price: Decimal) -> Candle:
    """Return the minute's candle; minutes in which nothing happened have one too, at the last price."""
    start = time // MINUTE * MINUTE
    while candles and candles[-1].start < start:
        close = candles[-1].close
        candles.append(Candle(candles[-1].start + MINUTE, close, close, close, close))
    if not candles:
        candles.append(Candle(start, price, price, price, price))
    return candles[-1]
