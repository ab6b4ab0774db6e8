"""What a market source tells the exchange, and what the exchange asks of a source."""

from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from desk.model.market import Level
from desk.model.order import Side
from desk.model.units import Nanos, Symbol


class LevelChanges(Struct, frozen=True):
    """Absolute sizes of some levels; zero removes."""

    symbol: Symbol
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class FullLevels(Struct, frozen=True):
    """The whole book: what is not named is not there."""

    symbol: Symbol
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    is_whole: bool = True
    """False: the source knows no more than this, and nobody is shown it as a depth answer."""


class Touch(Struct, frozen=True):
    """The best levels: nothing better exists. A side is None when it is as last stated."""

    symbol: Symbol
    bid: Level | None
    ask: Level | None


class Print(Struct, frozen=True, gc=False):
    """A trade of the market's own crowd."""

    symbol: Symbol
    price: Decimal
    quantity: Decimal
    aggressor: Side
    trade: int = 0
    """Its id, where a member was in it; the crowd's own trades are numbered when they come to the book."""


class Mark(Struct, frozen=True, gc=False):
    """The mark price as the source states it; `funding_rate` is a fraction per interval."""

    symbol: Symbol
    price: Decimal
    index: Decimal
    funding_rate: Decimal


class Notice(Struct, frozen=True, gc=False):
    """One sentence about the source that a trader should read."""

    reason: str


class Ended(Struct, frozen=True, gc=False):
    """The source has nothing more to tell."""

    reason: str


MarketRecord = LevelChanges | FullLevels | Touch | Print | Mark | Notice | Ended


class MarketSource(Protocol):
    """Where the crowd's orders come from."""

    @property
    def name(self) -> str:
        """What the link calls itself: `practice exchange`, `recording x.gz`."""

    @property
    def delay(self) -> Nanos:
        """Time from the exchange to the desk for market data."""

    def next_at(self) -> Nanos | None:
        """Return when the next records are due; None: never again."""

    def take(self) -> list[MarketRecord]:
        """Return the records due at `next_at()`, and move on."""

    def save(self, now: Nanos) -> bytes:
        """Return what is needed to go on later as at `now`; empty for a source that starts over."""

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Go on from `memo` as if no time had passed; the first records are a whole book."""
