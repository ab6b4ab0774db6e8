"""What happens on the floor as the messages of the market streams, each at its stream's own pace.

Only what somebody listens to is made. Depth is collected a speed, so that every event's `pu` is the last `u` of its own
stream; the first levels are sent whole, at the same beats. Paces: "Websocket Market Streams".
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from typing import Final, Protocol

from desk.exchange.pit import Pit
from desk.model.instrument import Instrument
from desk.model.market import BookDelta, Level, Quote
from desk.model.order import Side
from desk.model.units import Nanos, Symbol
from desk.server.tape import INTERVALS, Candle, Group, Tape, Trade, agg_row
from desk.server.text import millis, price_text, quantity_text, short
from desk.server.wire import streams

DEPTH_SPEEDS: Final = {"@0ms": 0, "@100ms": 100, "": 250, "@500ms": 500}
"""How a speed is spelled, and its milliseconds; `@250ms` is answered and silent."""
PARTIAL: Final = (5, 10, 20)
AGG_EVERY: Final = 100
KLINE_EVERY: Final = 250
SECOND: Final = 1_000
DAY: Final = 86_400_000


class Listeners(Protocol):
    """Who is listening to what."""

    def wants(self, stream: str) -> bool:
        """Tell whether anybody listens to a stream."""

    def send(self, stream: str, event: streams.MarketEvent | list[streams.MarketEvent]) -> None:
        """Send an event, or the list of an all-market stream."""


class Depth:
    """Changes of one symbol's depth, collected until their stream's next beat."""

    def __init__(self, speed: int) -> None:
        self.speed = speed
        self.last_sent = 0
        self._first: int | None = None
        self._last = 0
        self._at = 0
        self._bids: dict[Decimal, Decimal] = {}
        self._asks: dict[Decimal, Decimal] = {}

    def add(self, delta: BookDelta, at: int) -> None:
        """Take changes in."""
        if self._first is None:
            self._first = delta.first_id
        self._last, self._at = delta.last_id, at
        self._bids.update((level.price, level.size) for level in delta.bids)
        self._asks.update((level.price, level.size) for level in delta.asks)

    def take(self, now: int, rules: Instrument) -> streams.DepthUpdate | None:
        """Return what has been collected, and begin anew; None: nothing."""
        if self._first is None:
            return None
        event = streams.DepthUpdate(
            E=now,
            T=self._at,
            s=rules.symbol,
            U=self._first,
            u=self._last,
            pu=self.last_sent or self._first - 1,
            b=_levels(self._bids, rules),
            a=_levels(self._asks, rules),
            ps=rules.symbol,
        )
        self.last_sent, self._first = self._last, None
        self._bids.clear()
        self._asks.clear()
        return event


class SymbolFeed:
    """The streams of one symbol."""

    def __init__(self, pit: Pit, tape: Tape, listeners: Listeners) -> None:
        self._pit = pit
        self._tape = tape
        self._listeners = listeners
        self._name = pit.instrument.symbol.lower()
        self._depths = {spelled: Depth(speed) for spelled, speed in DEPTH_SPEEDS.items()}
        self._beats: dict[str, int] = {}
        self._sent_group = 0
        self._sent_trade: dict[str, int] = {}
        self._forced: streams.Liquidation | None = None

    @property
    def _rules(self) -> Instrument:
        return self._pit.instrument

    # As it happens.

    def on_delta(self, delta: BookDelta, now: Nanos) -> None:
        """The depth has changed."""
        at = millis(now)
        for depth in self._depths.values():
            depth.add(delta, at)
        self._send_depth("@0ms", at)

    def on_quote(self, quote: Quote, now: Nanos) -> None:
        """The touch has changed."""
        stream = f"{self._name}@bookTicker"
        if self._listeners.wants(stream):
            self._listeners.send(stream, book_ticker(quote, self._pit, millis(now)))

    def on_trade(self, trade: Trade) -> None:
        """There has been a trade."""
        stream = f"{self._name}@trade"
        if self._listeners.wants(stream):
            event = streams.Trade(
                E=trade.time,
                T=trade.time,
                s=self._rules.symbol,
                t=trade.id,
                p=price_text(trade.price, self._rules),
                q=quantity_text(trade.quantity, self._rules),
                m=trade.aggressor is Side.SELL,
            )
            self._listeners.send(stream, event)

    def on_forced(self, order: streams.Liquidation) -> None:
        """The venue has closed a position; the largest of a second is told."""
        if self._forced is None or Decimal(order.q) > Decimal(self._forced.q):
            self._forced = order

    # By the beat.

    def beat(self, now: int, next_funding: int) -> None:
        """Send everything whose beat has come; `now` in milliseconds."""
        for spelled, speed in DEPTH_SPEEDS.items():
            if speed and self._is_due(f"depth{spelled}", now, speed):
                self._send_depth(spelled, now)
        if self._is_due("agg", now, AGG_EVERY):
            self._send_groups(now)
        if self._is_due("kline", now, KLINE_EVERY):
            self._send_klines(now)
        if self._is_due("second", now, SECOND):
            self._send_each_second(now, next_funding)
        if self._is_due("mark", now, 3 * SECOND):
            self._send_mark(f"{self._name}@markPrice", now, next_funding)

    def _is_due(self, what: str, now: int, every: int) -> bool:
        beat = now // every
        if self._beats.get(what) == beat:
            return False
        self._beats[what] = beat
        return True

    def _send_depth(self, spelled: str, now: int) -> None:
        stream = f"{self._name}@depth{spelled}"
        event = self._depths[spelled].take(now, self._rules)
        if event is None:
            return
        if self._listeners.wants(stream):
            self._listeners.send(stream, event)
        for count in PARTIAL:
            partial = f"{self._name}@depth{count}{spelled}"
            if self._listeners.wants(partial):
                self._listeners.send(partial, self._top(count, event))

    def _top(self, count: int, event: streams.DepthUpdate) -> streams.DepthUpdate:
        return streams.DepthUpdate(
            E=event.E,
            T=event.T,
            s=event.s,
            U=event.U,
            u=event.u,
            pu=event.pu,
            b=[_level(each, self._rules) for each in islice(self._pit.matching.levels(Side.BUY), count)],
            a=[_level(each, self._rules) for each in islice(self._pit.matching.levels(Side.SELL), count)],
            ps=event.ps,
        )

    def _send_groups(self, now: int) -> None:
        groups: list[Group] = []
        for group in reversed(self._tape.groups):
            if group.id <= self._sent_group:
                break
            groups.append(group)
        if not groups:
            return
        self._sent_group = groups[0].id
        groups[0].is_closed = True
        stream = f"{self._name}@aggTrade"
        if self._listeners.wants(stream):
            for group in reversed(groups):
                self._listeners.send(stream, agg_trade(group, self._rules, now))

    def _send_klines(self, now: int) -> None:
        last = self._tape.last
        for interval in INTERVALS:
            stream = f"{self._name}@kline_{interval}"
            continuous = f"{self._name}_perpetual@continuousKline_{interval}"
            wanted = [each for each in (stream, continuous) if self._listeners.wants(each)]
            if last is None or not wanted:
                continue
            candle = self._tape.present(interval)
            closes = candle is not None and now >= candle.start + INTERVALS[interval]
            seen = last.id * 2 + closes
            if candle is not None and self._sent_trade.get(interval) != seen:
                self._sent_trade[interval] = seen
                event = kline(candle, interval, self._rules, now)
                joined = streams.ContinuousKline(E=now, ps=event.s, ct="PERPETUAL", k=event.k)
                for each in wanted:
                    self._listeners.send(each, event if each == stream else joined)

    def _send_each_second(self, now: int, next_funding: int) -> None:
        self._send_mark(f"{self._name}@markPrice@1s", now, next_funding)
        if self._forced is not None:
            event = streams.ForceOrder(E=now, o=self._forced, ps=self._rules.symbol)
            self._forced = None
            for stream in (f"{self._name}@forceOrder", "!forceOrder@arr"):
                if self._listeners.wants(stream):
                    self._listeners.send(stream, event)
        for stream, make in ((f"{self._name}@ticker", self.ticker), (f"{self._name}@miniTicker", self.mini_ticker)):
            if self._listeners.wants(stream):
                event_ = make(now)
                if event_ is not None:
                    self._listeners.send(stream, event_)

    def _send_mark(self, stream: str, now: int, next_funding: int) -> None:
        if self._listeners.wants(stream):
            event = self.mark_price(now, next_funding)
            if event is not None:
                self._listeners.send(stream, event)

    # What the all-market streams take as well.

    def mark_price(self, now: int, next_funding: int) -> streams.MarkPrice | None:
        """Return the mark; None: there is none yet."""
        mark = self._tape.mark
        if mark is None:
            return None
        price, index = f"{mark.price:.8f}", f"{mark.index:.8f}"
        rate = f"{mark.funding_rate:.8f}"
        return streams.MarkPrice(
            E=now, s=self._rules.symbol, p=price, ap=price, i=index, P=index, r=rate, T=next_funding
        )

    def ticker(self, now: int) -> streams.Ticker | None:
        """Return the last 24 hours; None: nothing has been traded."""
        day, last = self._tape.day(now), self._tape.last
        if day is None or last is None:
            return None
        rules, change = self._rules, day.close - day.open
        return streams.Ticker(
            E=now,
            s=rules.symbol,
            p=price_text(change, rules),
            P=f"{change / day.open * 100:.3f}",
            w=price_text(average(day), rules),
            c=price_text(day.close, rules),
            Q=quantity_text(last.quantity, rules),
            o=price_text(day.open, rules),
            h=price_text(day.high, rules),
            l=price_text(day.low, rules),
            v=quantity_text(day.volume, rules),
            q=f"{day.quote:.2f}",
            O=day.start,
            C=now,
            F=day.first,
            L=day.last,
            n=day.trades,
            ps=rules.symbol,
        )

    def mini_ticker(self, now: int) -> streams.MiniTicker | None:
        """Return the last 24 hours in short; None: nothing has been traded."""
        whole = self.ticker(now)
        if whole is None:
            return None
        return streams.MiniTicker(
            E=now, s=whole.s, c=whole.c, o=whole.o, h=whole.h, l=whole.l, v=whole.v, q=whole.q, ps=whole.s
        )

    def touch(self, now: int) -> streams.BookTicker | None:
        """Return the touch; None: a side is empty."""
        quote = touch_of(self._pit, now)
        return None if quote is None else book_ticker(quote, self._pit, now)


class Feed:
    """The streams of all symbols."""

    def __init__(
        self, feeds: dict[Symbol, SymbolFeed], listeners: Listeners, next_funding: Callable[[], Nanos]
    ) -> None:
        self._feeds = feeds
        self._listeners = listeners
        self._next_funding = next_funding
        self._second = self._three = self._five = 0

    def of(self, symbol: Symbol) -> SymbolFeed:
        """Return a symbol's."""
        return self._feeds[symbol]

    def beat(self, now: Nanos) -> None:
        """Send everything whose beat has come."""
        at, funding = millis(now), millis(self._next_funding())
        for feed in self._feeds.values():
            feed.beat(at, funding)
        if at // SECOND != self._second:
            self._second = at // SECOND
            self._send_all("!markPrice@arr@1s", [each.mark_price(at, funding) for each in self._feeds.values()])
            self._send_all("!ticker@arr", [each.ticker(at) for each in self._feeds.values()])
            self._send_all("!miniTicker@arr", [each.mini_ticker(at) for each in self._feeds.values()])
        if at // (3 * SECOND) != self._three:
            self._three = at // (3 * SECOND)
            self._send_all("!markPrice@arr", [each.mark_price(at, funding) for each in self._feeds.values()])
        if at // (5 * SECOND) != self._five:
            self._five = at // (5 * SECOND)
            for each in self._feeds.values():
                touch = each.touch(at)
                if touch is not None and self._listeners.wants("!bookTicker"):
                    self._listeners.send("!bookTicker", touch)

    def _send_all(self, stream: str, events: list[streams.MarketEvent | None]) -> None:
        known = [each for each in events if each is not None]
        if known and self._listeners.wants(stream):
            self._listeners.send(stream, known)


def touch_of(pit: Pit, now: int) -> Quote | None:
    """Return the touch of a pit; None: a side is empty."""
    bid, ask = pit.matching.best(Side.BUY), pit.matching.best(Side.SELL)
    if bid is None or ask is None:
        return None
    shown = pit.matching.displayed
    at = Nanos(now * 1_000_000)
    return Quote(at, pit.instrument.symbol, bid, shown(Side.BUY, bid), ask, shown(Side.SELL, ask), at)


def book_ticker(quote: Quote, pit: Pit, now: int) -> streams.BookTicker:
    """Return the touch as its stream shows it."""
    rules = pit.instrument
    return streams.BookTicker(
        u=pit.publisher.update_id,
        E=now,
        T=now,
        s=rules.symbol,
        b=price_text(quote.bid, rules),
        B=quantity_text(quote.bid_size, rules),
        a=price_text(quote.ask, rules),
        A=quantity_text(quote.ask_size, rules),
        ps=rules.symbol,
    )


def agg_trade(group: Group, rules: Instrument, now: int) -> streams.AggTrade:
    """Return a group of trades as its stream shows it."""
    row = agg_row(group, rules)
    return streams.AggTrade(
        E=now, s=rules.symbol, a=row.a, p=row.p, q=row.q, nq=row.nq, f=row.f, l=row.l, T=row.T, m=row.m
    )


def kline(candle: Candle, interval: str, rules: Instrument, now: int) -> streams.Kline:
    """Return a candle as its stream shows it."""
    end = candle.start + INTERVALS[interval]
    told = streams.Candle(
        t=candle.start,
        T=end - 1,
        s=rules.symbol,
        i=interval,
        f=candle.first,
        L=candle.last,
        o=price_text(candle.open, rules),
        c=price_text(candle.close, rules),
        h=price_text(candle.high, rules),
        l=price_text(candle.low, rules),
        v=quantity_text(candle.volume, rules),
        n=candle.trades,
        x=now >= end,
        q=short(candle.quote),
        V=quantity_text(candle.taker_base, rules),
        Q=short(candle.taker_quote),
    )
    return streams.Kline(E=now, s=rules.symbol, k=told)


def average(day: Candle) -> Decimal:
    """Return the average price weighted by volume."""
    return day.quote / day.volume if day.volume else day.close


def _levels(sizes: dict[Decimal, Decimal], rules: Instrument) -> list[tuple[str, str]]:
    return [(price_text(price, rules), quantity_text(size, rules)) for price, size in sizes.items()]


def _level(level: Level, rules: Instrument) -> tuple[str, str]:
    return price_text(level.price, rules), quantity_text(level.size, rules)
