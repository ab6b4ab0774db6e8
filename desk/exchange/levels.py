"""One side of one symbol's market depth: sizes by price, the best price at hand."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal

from desk.model.order import Side
from desk.model.units import ZERO


class Prices:
    """Distinct prices of one side in order: best, better than, and best first."""

    def __init__(self, side: Side) -> None:
        self._is_bid = side is Side.BUY
        self._ascending: list[Decimal] = []

    @property
    def best(self) -> Decimal | None:
        """The highest bid or lowest ask; None: the side is empty."""
        if not self._ascending:
            return None
        return self._ascending[-1 if self._is_bid else 0]

    def add(self, price: Decimal) -> None:
        """Add a price that is not there yet."""
        insort(self._ascending, price)

    def remove(self, price: Decimal) -> None:
        """Remove a price that is there."""
        del self._ascending[bisect_left(self._ascending, price)]

    def clear(self) -> None:
        """Forget every price."""
        self._ascending.clear()

    def better_than(self, price: Decimal) -> list[Decimal]:
        """Return the prices strictly better than `price`."""
        at = bisect_left(self._ascending, price)
        if not self._is_bid:
            return self._ascending[:at]
        if at < len(self._ascending) and self._ascending[at] == price:
            at += 1
        return self._ascending[at:]

    def best_first(self) -> Iterator[Decimal]:
        """Walk from the best price outwards."""
        return reversed(self._ascending) if self._is_bid else iter(self._ascending)


class Levels:
    """The crowd's size at every price of one side."""

    def __init__(self, side: Side) -> None:
        self._sizes: dict[Decimal, Decimal] = {}
        self._prices = Prices(side)

    @property
    def best(self) -> Decimal | None:
        """The touch; None: the side is empty."""
        return self._prices.best

    def size(self, price: Decimal) -> Decimal:
        """Return the size at `price`, zero where there is none."""
        return self._sizes.get(price, ZERO)

    def set(self, price: Decimal, size: Decimal) -> Decimal:
        """Set the size at `price`, zero removes; return what was there."""
        old = self._sizes.get(price)
        if size:
            self._sizes[price] = size
            if old is None:
                self._prices.add(price)
        elif old is not None:
            del self._sizes[price]
            self._prices.remove(price)
        return ZERO if old is None else old

    def better_than(self, price: Decimal) -> list[Decimal]:
        """Return the prices strictly better than `price`."""
        best = self._prices.best
        return [] if best is None or best == price else self._prices.better_than(price)

    def best_first(self) -> Iterator[Decimal]:
        """Walk the prices from the touch outwards."""
        return self._prices.best_first()
