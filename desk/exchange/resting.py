"""The members' orders in the exchange's book, each with its place in the queue."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from desk.exchange.levels import Prices
from desk.model.instrument import Instrument
from desk.model.order import OrderSpec, Side
from desk.model.units import ZERO, Nanos


class SelfTrade(StrEnum):
    """What happens where an order meets one of its own account; the order that comes says so."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"


class LiveOrder(Struct):
    """An order the exchange has taken on; price and quantity as last amended."""

    spec: OrderSpec
    venue_order: int
    price: Decimal
    quantity: Decimal
    filled: Decimal = ZERO
    ahead: Decimal = ZERO
    """The crowd's size in front of it at its price; the members' earlier orders come on top."""
    amends: int = 0
    account: int = 0
    """Whose it is: the member's number on the floor."""
    self_trade: SelfTrade = SelfTrade.EXPIRE_MAKER
    good_till: Nanos | None = None
    """When it expires; None: it does not."""

    @property
    def leaves(self) -> Decimal:
        """Quantity still open."""
        return self.quantity - self.filled

    def as_spec(self) -> OrderSpec:
        """Return the order as it stands after its amendments."""
        return replace(self.spec, price=self.price, quantity=self.quantity)


class Queues:
    """The members' orders of one side, by price, then by time."""

    def __init__(self, side: Side, instrument: Instrument) -> None:
        self._instrument = instrument
        self._prices = Prices(side)
        self._queues: dict[Decimal, list[LiveOrder]] = {}
        self._printed: dict[Decimal, Decimal] = {}

    @property
    def best(self) -> Decimal | None:
        """The members' best price of this side; None: nothing rests."""
        return self._prices.best

    def __iter__(self) -> Iterator[LiveOrder]:
        """Walk every order, best price first, then oldest first."""
        return (order for price in self._prices.best_first() for order in self._queues[price])

    def at(self, price: Decimal) -> list[LiveOrder]:
        """Return the orders at `price`, oldest first."""
        return self._queues.get(price, [])

    def leaves(self, price: Decimal) -> Decimal:
        """Return the members' open quantity at `price`."""
        queue = self._queues.get(price)
        return sum((order.leaves for order in queue), ZERO) if queue else ZERO

    def add(self, order: LiveOrder) -> None:
        """Put an order at the back of its price."""
        queue = self._queues.get(order.price)
        if queue is None:
            self._prices.add(order.price)
            self._queues[order.price] = [order]
        else:
            queue.append(order)

    def remove(self, order: LiveOrder) -> None:
        """Take an order out, wherever it stands."""
        queue = self._queues[order.price]
        queue[:] = [each for each in queue if each is not order]
        if not queue:
            del self._queues[order.price]
            self._prices.remove(order.price)
            self._printed.pop(order.price, None)

    def note_print(self, price: Decimal, quantity: Decimal) -> None:
        """Remember a trade where a member rests: the next shrinking of that level is explained by it."""
        if price in self._queues:
            self._printed[price] = self._printed.get(price, ZERO) + quantity

    def level_changed(self, price: Decimal, old: Decimal, new: Decimal) -> None:
        """Move up after the crowd's size at `price` changed: what no trade explains was cancelled, front and back alike."""
        queue = self._queues.get(price)
        if queue is None:
            return
        expected = max(ZERO, old - self._printed.pop(price, ZERO))
        for order in queue:
            if new < expected:
                order.ahead = self._instrument.round_up_to_lot(order.ahead * new / expected)
            order.ahead = min(order.ahead, new)

    def advance(self, price: Decimal, quantity: Decimal) -> None:
        """Move up after `quantity` of the crowd in front has traded."""
        for order in self.at(price):
            order.ahead = max(ZERO, order.ahead - quantity)
