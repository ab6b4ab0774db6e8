"""The trading of one symbol: its rules, its book, its mark, and what it shows."""

from collections.abc import Iterator
from decimal import Decimal

from desk.exchange.market import FullLevels, LevelChanges, Mark, Print, Touch
from desk.exchange.matching import Clerk, Matching
from desk.exchange.publishing import Publisher
from desk.exchange.resting import LiveOrder
from desk.model.instrument import Instrument
from desk.model.market import MarkSource
from desk.model.order import Side
from desk.model.units import ZERO, Nanos


class Pit:
    """One symbol. `mark` is None until there is a price to margin with."""

    def __init__(self, instrument: Instrument, clerk: Clerk, update_id: int = 0, last_trade: int = 0) -> None:
        self.instrument = instrument
        self.matching = Matching(instrument, clerk, last_trade)
        self.publisher = Publisher(instrument.symbol, self.matching, update_id)
        self.mark: Mark | None = None
        self.heard_at = self.marked_at = Nanos(0)
        """When its source has last said anything, and when it was last marked."""
        self.last: Decimal | None = None
        """The price of the last trade."""
        self.is_whole = False
        """The book may be answered: it is all there is, not just what a broken source still knows."""
        self._is_marked_by_source = False

    def apply(self, record: LevelChanges | FullLevels | Touch | Print | Mark) -> None:
        """Let the crowd act."""
        match record:
            case LevelChanges():
                self.matching.on_levels(record)
            case Touch():
                self.matching.on_touch(record)
            case Print():
                self.last = record.price
                self.matching.on_print(record)
            case FullLevels():
                if self.is_whole and not record.is_whole:
                    self.publisher.break_chain()
                self.is_whole = record.is_whole
                self.matching.on_full(record)
            case Mark():
                self.mark, self._is_marked_by_source = record, True

    @property
    def mark_source(self) -> MarkSource:
        """What its mark is."""
        return MarkSource.VENUE if self._is_marked_by_source else MarkSource.MID

    def mark_to_mid(self) -> bool:
        """Mark to the middle of the touch; not where the source states a mark or there is no touch."""
        bid, ask = self.matching.best(Side.BUY), self.matching.best(Side.SELL)
        if self._is_marked_by_source or bid is None or ask is None:
            return False
        mid = (bid + ask) / 2
        self.mark = Mark(self.instrument.symbol, mid, mid, ZERO)
        return True

    def drain_taken(self) -> list[Print]:
        """Return the trades that members have made as takers since the last call: the tape shows them too."""
        taken, self.matching.taken = self.matching.taken, []
        if taken:
            self.last = taken[-1].price
        return taken

    def resting(self) -> Iterator[LiveOrder]:
        """Walk the members' resting orders, oldest first at each price."""
        for side in Side:
            yield from self.matching.resting(side)
