"""The venue's messages as what its crowd does: depth by its chain, trades once, marks."""

from collections.abc import Iterable
from typing import Final

from desk.exchange.depth_chain import DepthChain
from desk.exchange.market import Mark, MarketRecord, Notice, Print
from desk.exchange.wire import AggTrade, BookTicker, DepthSnapshot, DepthUpdate, MarkUpdate, Message, Trade
from desk.model.order import Side
from desk.model.units import Symbol

_MARKET: Final = "MARKET"


class Translator:
    """Follows some symbols; `name` is what its notices call the source."""

    def __init__(self, name: str, symbols: Iterable[Symbol]) -> None:
        self._name = name
        self._chains = {symbol: DepthChain(symbol) for symbol in symbols}
        self._with_trades: dict[Symbol, None] = {}

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols it follows."""
        return tuple(self._chains)

    @property
    def is_whole(self) -> bool:
        """Tell whether the depth of all of them is proven."""
        return all(each.is_synced for each in self._chains.values())

    def translate(self, message: Message | DepthSnapshot) -> list[MarketRecord]:
        """Return what a message tells."""
        if isinstance(message, DepthSnapshot):
            return self._on_snapshot(message)
        depth = self._chains.get(message.symbol)
        if depth is None:
            return []
        match message:
            case BookTicker():
                return depth.on_ticker(message)
            case DepthUpdate():
                return depth.on_delta(message)
            case MarkUpdate():
                return [Mark(message.symbol, message.price, message.index, message.funding_rate)]
            case Trade() | AggTrade():
                return self._on_trade(message)

    def _on_trade(self, trade: Trade | AggTrade) -> list[MarketRecord]:
        if isinstance(trade, Trade):
            self._with_trades[trade.symbol] = None
            if trade.kind != _MARKET:
                return []
        elif trade.symbol in self._with_trades:
            return []  # The same fills, told a second time.
        aggressor = Side.SELL if trade.is_buyer_maker else Side.BUY
        return [Print(trade.symbol, trade.price, trade.quantity, aggressor)]

    def _on_snapshot(self, depth: DepthSnapshot) -> list[MarketRecord]:
        # The answer names no symbol: it is of the only one, or of the only one that waits for it.
        chains = list(self._chains.values())
        candidates = chains if len(chains) == 1 else [each for each in chains if not each.is_synced]
        if len(candidates) == 1:
            return candidates[0].on_snapshot(depth)
        return [Notice(f"{self._name}: a depth answer could be of {len(candidates)} symbols and is not used")]
