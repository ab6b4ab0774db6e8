"""What we know of one instrument's market."""

from collections import deque
from decimal import Decimal
from typing import Final

from desk.core.adl.tiers import Volatility
from desk.core.book import Book
from desk.model.instrument import Instrument
from desk.model.market import MarkPrice, Quote, TradePrint
from desk.model.order import Side
from desk.model.units import SECOND, Nanos
from desk.model.view import Sample

SAMPLES_MAX: Final = 900
TAPE_MAX: Final = 60
SYNC_WITHIN: Final = Nanos(5 * SECOND)
"""So long a book that is newly followed may take: until then nobody has lost anything."""


class Market:
    """What we know of one instrument's market."""

    __slots__ = (
        "book",
        "depth_ts",
        "followed_since",
        "instrument",
        "last",
        "mark",
        "mark_streamed",
        "prices",
        "quote",
        "tape",
        "volatility",
        "was_synced",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.book = Book()
        self.followed_since: Nanos | None = None
        """None: its depth and trades are not followed."""
        self.was_synced = False
        """Its book has been proven since it is followed."""
        self.depth_ts: Nanos | None = None
        """When the depth has last spoken."""
        self.quote: Quote | None = None
        self.mark: MarkPrice | None = None
        self.mark_streamed: Nanos | None = None
        """When the stream has last told a mark: whatever else tells one, a dead stream is dead."""
        self.last: TradePrint | None = None
        self.tape: deque[TradePrint] = deque(maxlen=TAPE_MAX)
        self.prices: deque[Sample] = deque(maxlen=SAMPLES_MAX)
        self.volatility = Volatility()

    @property
    def is_known(self) -> bool:
        """Tell whether it can be traded on: touch and mark known, and the book proven where it is followed."""
        return (self.book.synced or not self.is_followed) and self.quote is not None and self.mark is not None

    @property
    def is_followed(self) -> bool:
        """Tell whether depth and trades are followed."""
        return self.followed_since is not None

    def is_book_missing(self, now: Nanos) -> bool:
        """Tell whether a book that is followed is not proven, though it should be by now."""
        if self.followed_since is None or self.book.synced:
            return False
        return self.was_synced or now - self.followed_since > SYNC_WITHIN

    def let_go(self) -> None:
        """Forget what is told no more: it would only grow old."""
        self.followed_since = self.depth_ts = self.last = None
        self.was_synced = False
        self.book.drop()
        self.tape.clear()

    def touch(self, side: Side) -> Decimal | None:
        """Return the best price of `side`, or None before the first quote."""
        if self.quote is None:
            return None
        return self.quote.bid if side is Side.BUY else self.quote.ask
