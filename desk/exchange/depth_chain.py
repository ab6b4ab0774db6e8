"""One symbol's recorded depth, put in order: snapshot and deltas by their ids, and the touch where it is newer."""

from collections import deque
from typing import Final

from desk.exchange.market import FullLevels, LevelChanges, MarketRecord, Notice, Touch
from desk.exchange.wire import BookTicker, DepthSnapshot, DepthUpdate
from desk.model.market import Level
from desk.model.units import Symbol

_BUFFERED_MAX: Final = 10_000


class DepthChain:
    """Follows the venue's rule for a local book: only a delta that continues the last one is applied.

    The ticker is faster than the depth and shares its ids: a delta older than the ticker may not undo it.
    """

    def __init__(self, symbol: Symbol) -> None:
        self._symbol = symbol
        self._last_id: int | None = None
        self._is_anchored = False
        self._waiting: deque[DepthUpdate] = deque(maxlen=_BUFFERED_MAX)
        self._ticker: BookTicker | None = None
        self._bid: Level | None = None
        self._ask: Level | None = None

    @property
    def is_synced(self) -> bool:
        """Tell whether the depth is proven; where it is not, only the touch is known."""
        return self._last_id is not None

    def on_snapshot(self, depth: DepthSnapshot) -> list[MarketRecord]:
        """Start over from a whole book, then catch up with what has been waiting for it."""
        if self._last_id is not None and depth.last_update_id <= self._last_id:
            return []
        self._last_id, self._is_anchored = depth.last_update_id, False
        bids, asks = self._without_stale(depth.last_update_id, depth.bids, depth.asks)
        if self._ticker is not None:
            bids, asks = (self._ticker_bid(self._ticker), *bids), (self._ticker_ask(self._ticker), *asks)
        records: list[MarketRecord] = [FullLevels(self._symbol, bids, asks)]
        waiting = list(self._waiting)
        self._waiting.clear()
        for update in waiting:
            records += self.on_delta(update)
        return records

    def on_delta(self, update: DepthUpdate) -> list[MarketRecord]:
        """Apply changes that continue the chain; keep them for the next snapshot where there is none yet."""
        if self._last_id is None:
            self._waiting.append(update)
            return []
        if not self._is_anchored and update.last_id < self._last_id:
            return []
        if not self._continues(update, self._last_id):
            return self._lose(update, self._last_id)
        self._last_id, self._is_anchored = update.last_id, True
        bids, asks = self._without_stale(update.last_id, update.bids, update.asks)
        if self._ticker is None:
            self._forget_touch(bids, asks)
        return [LevelChanges(self._symbol, bids, asks)] if bids or asks else []

    def on_ticker(self, ticker: BookTicker) -> list[MarketRecord]:
        """Take the touch, unless the depth or an earlier ticker knows better; say only what has changed."""
        known = self._last_id if self._ticker is None else self._ticker.update_id
        if known is not None and ticker.update_id <= known:
            return []
        self._ticker = ticker
        bid, ask = self._ticker_bid(ticker), self._ticker_ask(ticker)
        has_bid_changed, has_ask_changed = bid != self._bid, ask != self._ask
        if not has_bid_changed and not has_ask_changed:
            return []
        self._bid, self._ask = bid, ask
        if not self.is_synced:
            return [FullLevels(self._symbol, (bid,), (ask,), is_whole=False)]
        return [Touch(self._symbol, bid if has_bid_changed else None, ask if has_ask_changed else None)]

    def _continues(self, update: DepthUpdate, last_id: int) -> bool:
        if update.previous_id == last_id:
            return True
        return not self._is_anchored and update.first_id <= last_id <= update.last_id

    def _lose(self, update: DepthUpdate, last_id: int) -> list[MarketRecord]:
        self._last_id = None
        self._waiting.append(update)
        bids = () if self._bid is None else (self._bid,)
        asks = () if self._ask is None else (self._ask,)
        reason = (
            f"{self._symbol}: gap in the recorded depth: expected previous id {last_id}, found {update.previous_id}; "
            "only the touch is known until the next depth answer"
        )
        return [Notice(reason), FullLevels(self._symbol, bids, asks, is_whole=False)]

    def _without_stale(
        self, update_id: int, bids: tuple[Level, ...], asks: tuple[Level, ...]
    ) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        ticker = self._ticker
        if ticker is None:
            return bids, asks
        if ticker.update_id <= update_id:
            self._ticker = None
            return bids, asks
        return (
            tuple([level for level in bids if level.price < ticker.bid]),
            tuple([level for level in asks if level.price > ticker.ask]),
        )

    def _forget_touch(self, bids: tuple[Level, ...], asks: tuple[Level, ...]) -> None:
        # The next ticker must be told again where the depth has spoken at the touch or beyond it since.
        if self._bid is not None and any(level.price >= self._bid.price for level in bids):
            self._bid = None
        if self._ask is not None and any(level.price <= self._ask.price for level in asks):
            self._ask = None

    def _ticker_bid(self, ticker: BookTicker) -> Level:
        return Level(ticker.bid, ticker.bid_size)

    def _ticker_ask(self, ticker: BookTicker) -> Level:
        return Level(ticker.ask, ticker.ask_size)
