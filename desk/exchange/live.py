"""The real market as it comes, for orders that are filled by the practice exchange."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from desk.exchange.market import MarketRecord
from desk.exchange.tape_file import Broken
from desk.exchange.translating import Translator
from desk.exchange.wire import decode_line
from desk.model.units import Nanos, Symbol

WAITING_MAX: Final = 100_000
"""Records that may wait; a desk that is so far behind loses the oldest, and the chain of its depth with them."""


class LiveMarket:
    """Takes lines as `desk record` writes them, each of a symbol, and gives them to the exchange in their order."""

    name = "live market"
    delay = Nanos(0)

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self.broken = 0
        """Lines that could not be read."""
        self._translators = {symbol: Translator(self.name, (symbol,)) for symbol in symbols}
        self._waiting: deque[tuple[Nanos, list[MarketRecord]]] = deque(maxlen=WAITING_MAX)
        self._at = Nanos(0)

    def hear(self, symbol: Symbol, line: bytes) -> bool:
        """Take a line; one that cannot be read is counted and passed over. Tell whether a whole depth is wanted."""
        try:
            received, message = decode_line(line.rstrip())
        except Broken:
            self.broken += 1
            return False
        if message is None:
            return False
        translator = self._translators[symbol]
        records = translator.translate(message)
        if records:
            self._at = max(self._at, received)
            self._waiting.append((self._at, records))
        return not translator.is_whole

    def next_at(self) -> Nanos | None:
        """Return when the next records came; None: none wait."""
        return self._waiting[0][0] if self._waiting else None

    def take(self) -> list[MarketRecord]:
        """Return the records due at `next_at()`, and move on."""
        return self._waiting.popleft()[1]

    def save(self, now: Nanos) -> bytes:
        """Return nothing: the market goes on without us."""
        return b""

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Do nothing: the market has gone on without us."""
