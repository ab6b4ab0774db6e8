"""The order in which prices are looked for when the streams owe them: a cache that desks share, then the venue itself."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from desk.model.effect import RequestPrices
from desk.model.error import VenueError
from desk.model.market import MarkPrice, Quote
from desk.model.price import OLDEST, PriceKind, Via
from desk.model.units import Nanos, Symbol

_LOG: Final = logging.getLogger("desk.prices")


class PriceSource(Protocol):
    """Somewhere that knows prices. Each comes with its way, and with when it reached whoever heard it first."""

    @property
    def via(self) -> Via:
        """Return which way this is."""

    def prices(self, kind: PriceKind, symbols: Sequence[Symbol]) -> Awaitable[Sequence[Quote | MarkPrice]]:
        """Return those it knows; raises VenueError where it cannot be asked."""


class Cascade:
    """Asks one source after the other, and the next only for what is still owed."""

    def __init__(self, sources: Sequence[PriceSource], now: Callable[[], Nanos]) -> None:
        self._sources = sources
        self._now = now

    async def ask(self, request: RequestPrices) -> list[Quote | MarkPrice]:
        """Return the prices that are young enough for what they are for; of the others nothing."""
        owed, found = dict.fromkeys(request.symbols), list[Quote | MarkPrice]()
        for source in self._sources:
            if not owed:
                break
            try:
                told = await source.prices(request.kind, tuple(owed))
            except VenueError as error:
                _LOG.warning("prices by %s: %s", source.via, error)
                continue
            for price in told:
                if price.symbol in owed and self._now() - price.ts <= OLDEST[request.purpose]:
                    del owed[price.symbol]
                    found.append(price)
        return found
