"""What the price did after our trades: the mid some seconds later against the price that was paid."""

from collections import deque
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.card import HORIZONS
from desk.model.units import BPS, SECOND, ZERO, AlgoId, Nanos, Symbol
from desk.model.view import FillRow

NEVER: Final = Nanos(2**63 - 1)
WAITING_MAX: Final = 5_000
"""Trades looked at later; of more than that the oldest are left out."""


class Waiting(Struct, frozen=True):
    """A trade whose mark-out is due."""

    due: Nanos
    algo: AlgoId
    fill: FillRow


class Markouts:
    """The mark-outs of the runs' trades, by quantity; nothing of it outlives the process."""

    def __init__(self) -> None:
        self.due = NEVER
        """When the next one is due: the one comparison a quote costs."""
        self._waiting: tuple[deque[Waiting], ...] = tuple(deque(maxlen=WAITING_MAX) for _ in HORIZONS)
        self._sums: dict[AlgoId, list[tuple[Decimal, Decimal]]] = {}

    def note(self, algo: AlgoId, fill: FillRow, now: Nanos) -> None:
        """Take note of a trade of a run."""
        for horizon, waiting in zip(HORIZONS, self._waiting, strict=True):
            waiting.append(Waiting(Nanos(now + horizon * SECOND), algo, fill))
        self._look_out()

    def look(self, now: Nanos, mids: dict[Symbol, Decimal]) -> None:
        """Take the mid for every trade whose time has come."""
        for index, waiting in enumerate(self._waiting):
            while waiting and waiting[0].due <= now:
                self._add(index, waiting.popleft(), mids)
        self._look_out()

    def of(self, algo: AlgoId) -> tuple[Decimal | None, ...]:
        """Return the mean mark-out of a run at each horizon, in bps; None where there is none."""
        sums = self._sums.get(algo)
        if sums is None:
            return (None,) * len(HORIZONS)
        return tuple(total / weight if weight else None for total, weight in sums)

    def is_waiting(self, algo: AlgoId) -> bool:
        """Tell whether a trade of the run has a mark-out to come."""
        return any(each.algo == algo for each in self._waiting[-1])

    def forget(self, algo: AlgoId) -> None:
        """Drop what is known of a run."""
        self._sums.pop(algo, None)

    def _add(self, index: int, trade: Waiting, mids: dict[Symbol, Decimal]) -> None:
        fill = trade.fill
        mid = mids.get(fill.symbol)
        if mid is None:
            return
        sums = self._sums.setdefault(trade.algo, [(ZERO, ZERO) for _ in HORIZONS])
        total, weight = sums[index]
        better = fill.side.sign * (mid - fill.price) / fill.price / BPS
        sums[index] = (total + better * fill.quantity, weight + fill.quantity)

    def _look_out(self) -> None:
        self.due = min((each[0].due for each in self._waiting if each), default=NEVER)
