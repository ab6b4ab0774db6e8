"""What the exchange shows of one symbol: depth with a provable chain of ids, the touch, trades and the mark."""

from decimal import Decimal

from desk.exchange.market import Mark, Print
from desk.exchange.matching import Matching
from desk.model.event import MarketEvent
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, MarkSource, Quote, TradePrint
from desk.model.order import Side
from desk.model.units import ZERO, Nanos, Symbol


class Publisher:
    """Turns one symbol's changes into market events; `ts` is when they reach the desk, `now` when they happened."""

    def __init__(self, symbol: Symbol, matching: Matching, update_id: int) -> None:
        self._symbol = symbol
        self._matching = matching
        self._last_id = update_id
        self._published_id = update_id
        self._shown: tuple[Decimal, ...] | None = None
        """The touch as it was last published; None: there was none."""

    @property
    def update_id(self) -> int:
        """The id of the book as it is now."""
        return self._last_id

    def changes(self, now: Nanos, ts: Nanos) -> list[MarketEvent]:
        """Return what has changed since the last call: a delta, and a quote where the touch moved."""
        bids, asks = self._matching.drain_changes(Side.BUY), self._matching.drain_changes(Side.SELL)
        if not bids and not asks:
            return []
        first, previous = self._published_id + 1, self._published_id
        self._last_id += 1
        self._published_id = self._last_id
        events: list[MarketEvent] = [BookDelta(ts, self._symbol, first, self._last_id, previous, bids, asks, now)]
        quote = self.touch(now, ts)
        shown = (quote.bid, quote.bid_size, quote.ask, quote.ask_size) if quote is not None else None
        if quote is not None and shown != self._shown:
            events.append(quote)
        self._shown = shown
        return events

    def break_chain(self) -> None:
        """Let the next delta miss its predecessor: whoever keeps a book of it must ask for the depth again."""
        self._last_id += 1
        self._published_id = self._last_id

    def depth(self, now: Nanos, ts: Nanos) -> BookSnapshot:
        """Return the whole book.

        It takes an id of its own, so that the next delta's range always encloses it, as the venue's ranges do.
        """
        self._last_id += 1
        bids, asks = self._matching.levels(Side.BUY), self._matching.levels(Side.SELL)
        return BookSnapshot(ts, self._symbol, self._last_id, bids, asks, now)

    def trade(self, trade: Print, now: Nanos, ts: Nanos) -> TradePrint:
        """Return a trade as the tape shows it."""
        return TradePrint(ts, self._symbol, trade.price, trade.quantity, trade.aggressor, now)

    def mark(self, mark: Mark, source: MarkSource, next_funding: Nanos, now: Nanos, ts: Nanos) -> MarkPrice:
        """Return the mark price."""
        return MarkPrice(ts, self._symbol, mark.price, mark.index, mark.funding_rate, next_funding, source, now)

    def touch(self, now: Nanos, ts: Nanos) -> Quote | None:
        """Return the touch as it is; None where a side is empty."""
        bid, ask = self._matching.best(Side.BUY), self._matching.best(Side.SELL)
        bid_size = ZERO if bid is None else self._matching.displayed(Side.BUY, bid)
        ask_size = ZERO if ask is None else self._matching.displayed(Side.SELL, ask)
        if bid is None or ask is None:
            return None
        return Quote(ts, self._symbol, bid, bid_size, ask, ask_size, now)
