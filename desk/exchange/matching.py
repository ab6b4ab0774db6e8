"""Price-time priority for one symbol: our orders against the crowd's depth and trades."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from desk.exchange.levels import Levels
from desk.exchange.market import FullLevels, LevelChanges, Print, Touch
from desk.exchange.resting import LiveOrder, Queues
from desk.model.instrument import Instrument
from desk.model.market import Level
from desk.model.order import OrderType, Side, TimeInForce
from desk.model.units import ZERO

_IMMEDIATE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})

IOC_REMAINDER: Final = "ioc remainder"
SELF_TRADE: Final = "self-trade prevention"
NO_POSITION: Final = "reduce-only without position"


class Ending(StrEnum):
    """How an order left the book without being filled."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Clerk(Protocol):
    """Who books what the matching decides, in the order it is decided."""

    def accepted(self, order: LiveOrder) -> None:
        """The order has been taken on."""

    def amended(self, order: LiveOrder) -> None:
        """The order has a new price or quantity."""

    def traded(self, order: LiveOrder, price: Decimal, quantity: Decimal, *, maker: bool) -> Decimal:
        """Book a trade, `order.filled` already includes it; return the new net position."""

    def ended(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        """The order is gone."""


class Matching:
    """One symbol's book: the crowd's levels, and our orders in their queues."""

    def __init__(self, instrument: Instrument, clerk: Clerk) -> None:
        self._clerk = clerk
        self._crowd = {side: Levels(side) for side in Side}
        self._own = {side: Queues(side, instrument) for side in Side}
        self._changed: dict[Side, dict[Decimal, None]] = {side: {} for side in Side}

    # What can be seen.

    def best(self, side: Side) -> Decimal | None:
        """Return the displayed touch, our orders included; None: the side is empty."""
        return _better(side, self._crowd[side].best, self._own[side].best)

    def displayed(self, side: Side, price: Decimal) -> Decimal:
        """Return the displayed size at `price`, our orders included."""
        return self._crowd[side].size(price) + self._own[side].leaves(price)

    def levels(self, side: Side) -> tuple[Level, ...]:
        """Return the displayed depth, best first."""
        prices = {price: None for price in self._crowd[side].best_first()}
        prices.update((order.price, None) for order in self._own[side])
        ordered = sorted(prices, reverse=side is Side.BUY)
        return tuple(Level(price, self.displayed(side, price)) for price in ordered)

    def drain_changes(self, side: Side) -> tuple[Level, ...]:
        """Return the levels whose display changed since the last call."""
        changed = self._changed[side]
        if not changed:
            return ()
        shown = self._crowd[side].size if self._own[side].best is None else partial(self.displayed, side)
        levels = tuple([Level(price, shown(price)) for price in changed])
        changed.clear()
        return levels

    def resting(self, side: Side) -> Iterable[LiveOrder]:
        """Return our orders of one side, best price first, then oldest first."""
        return self._own[side]

    def would_take(self, side: Side, price: Decimal) -> bool:
        """Tell whether an order at `price` would trade at once."""
        return _crosses(side, price, self.best(side.opposite))

    def can_fill(self, side: Side, price: Decimal, quantity: Decimal) -> bool:
        """Tell whether the crowd offers `quantity` at `price` or better."""
        crowd = self._crowd[side.opposite]
        for level in crowd.best_first():
            if quantity <= ZERO or not _crosses(side, price, level):
                break
            quantity -= crowd.size(level)
        return quantity <= ZERO

    # What we ask for.

    def place(self, order: LiveOrder) -> None:
        """Take on an order that has passed every check: trade what crosses, rest or expire the remainder."""
        self._clerk.accepted(order)
        self._match(order)

    def amend(self, order: LiveOrder, price: Decimal, quantity: Decimal) -> None:
        """Change a resting order; it goes to the back of its queue, or trades if it now crosses."""
        self._pull(order)
        order.price, order.quantity = price, quantity
        order.amends += 1
        self._clerk.amended(order)
        self._match(order)

    def cancel(self, order: LiveOrder) -> None:
        """Take a resting order out at our request."""
        self._end(order, Ending.CANCELLED, "")

    def reinstate(self, order: LiveOrder) -> None:
        """Put back an order of an earlier session, at the place in the queue it had."""
        self._own[order.spec.side].add(order)
        self._changed[order.spec.side][order.price] = None

    # What the crowd does.

    def on_levels(self, changes: LevelChanges) -> None:
        """Apply the crowd's new sizes; where its touch reaches our price, we are filled at our price."""
        for level in changes.bids:
            self._set(Side.BUY, level.price, level.size)
        for level in changes.asks:
            self._set(Side.SELL, level.price, level.size)
        self._fill_reached()

    def on_full(self, full: FullLevels) -> None:
        """Replace the crowd's depth."""
        for side, levels in ((Side.BUY, full.bids), (Side.SELL, full.asks)):
            named = {level.price for level in levels}
            for price in list(self._crowd[side].best_first()):
                if price not in named:
                    self._set(side, price, ZERO)
            for level in levels:
                if self._crowd[side].size(level.price) != level.size:
                    self._set(side, level.price, level.size)
        self._fill_reached()

    def on_touch(self, touch: Touch) -> None:
        """Apply the crowd's best levels: what the book has beyond them is gone."""
        for side, level in ((Side.BUY, touch.bid), (Side.SELL, touch.ask)):
            if level is None:
                continue
            for price in self._crowd[side].better_than(level.price):
                self._set(side, price, ZERO)
            self._set(side, level.price, level.size)
            self._drop_crossed(side.opposite, level.price)
        self._fill_reached()

    def on_print(self, trade: Print) -> None:
        """Let a trade of the crowd reach us: through our price fills us, at our price eats the queue first."""
        side = trade.aggressor.opposite
        own = self._own[side]
        while own.best is not None and _is_better(side, own.best, trade.price):
            order = own.at(own.best)[0]
            self._fill(order, order.price, order.leaves, maker=True)
        own.note_print(trade.price, trade.quantity)
        remaining = trade.quantity
        while remaining and (queue := own.at(trade.price)):
            front = queue[0]
            eaten = min(remaining, front.ahead)
            own.advance(trade.price, eaten)
            remaining -= eaten
            filled = min(remaining, front.leaves)
            remaining -= filled
            if filled:
                self._fill(front, front.price, filled, maker=True)

    def _set(self, side: Side, price: Decimal, size: Decimal) -> None:
        old = self._crowd[side].set(price, size)
        self._own[side].level_changed(price, old, size)
        self._changed[side][price] = None

    def _drop_crossed(self, side: Side, price: Decimal) -> None:
        # A touch that has moved into the other side proves that side stale there, even if its own news comes later.
        crowd = self._crowd[side]
        while crowd.best is not None and _crosses(side, crowd.best, price):
            self._set(side, crowd.best, ZERO)

    def _fill_reached(self) -> None:
        for side in Side:
            own, touch = self._own[side], self._crowd[side.opposite].best
            while own.best is not None and _crosses(side, own.best, touch):
                order = own.at(own.best)[0]
                self._fill(order, order.price, order.leaves, maker=True)

    def _match(self, order: LiveOrder) -> None:
        self._take(order)
        if not order.leaves:
            return
        if order.spec.type is OrderType.MARKET or order.spec.tif in _IMMEDIATE:
            self._clerk.ended(order, Ending.EXPIRED, IOC_REMAINDER)
            return
        side = order.spec.side
        order.ahead = self._crowd[side].size(order.price)
        self._own[side].add(order)
        self._changed[side][order.price] = None

    def _take(self, taker: LiveOrder) -> None:
        side = taker.spec.side
        while taker.leaves:
            price = self.best(side.opposite)
            if price is None or not _crosses(side, taker.price, price):
                return
            quantity = self._take_level(taker, price)
            if quantity:
                self._fill(taker, price, quantity, maker=False)

    def _take_level(self, taker: LiveOrder, price: Decimal) -> Decimal:
        # Our own orders are reached in their turn: each that stands in the way is expired, and gives nothing.
        side = taker.spec.side.opposite
        crowd, wanted, taken = self._crowd[side], taker.leaves, ZERO
        for maker in list(self._own[side].at(price)):
            taken = min(wanted, max(taken, maker.ahead))
            if taken == wanted:
                break
            self._end(maker, Ending.EXPIRED, SELF_TRADE)
        else:
            taken = min(wanted, crowd.size(price))
        crowd.set(price, crowd.size(price) - taken)
        self._own[side].advance(price, taken)
        self._changed[side][price] = None
        return taken

    def _fill(self, order: LiveOrder, price: Decimal, quantity: Decimal, *, maker: bool) -> None:
        order.filled += quantity
        if maker:
            self._changed[order.spec.side][order.price] = None
            if not order.leaves:
                self._own[order.spec.side].remove(order)
        position = self._clerk.traded(order, price, quantity, maker=maker)
        self._trim_reduce_only(position)

    def _trim_reduce_only(self, position: Decimal) -> None:
        # Oldest first: an order keeps its right to close for as long as something is left for it to close.
        for side in Side:
            closable = max(ZERO, -position * side.sign)
            reducing = [order for order in self._own[side] if order.spec.reduce_only]
            for order in sorted(reducing, key=lambda each: each.venue_order):
                if order.leaves > closable:
                    self._end(order, Ending.EXPIRED, NO_POSITION)
                else:
                    closable -= order.leaves

    def _end(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        self._pull(order)
        self._clerk.ended(order, ending, reason)

    def _pull(self, order: LiveOrder) -> None:
        self._own[order.spec.side].remove(order)
        self._changed[order.spec.side][order.price] = None


def _is_better(side: Side, price: Decimal, than: Decimal) -> bool:
    return price > than if side is Side.BUY else price < than


def _crosses(side: Side, price: Decimal, opposite: Decimal | None) -> bool:
    if opposite is None:
        return False
    return price >= opposite if side is Side.BUY else price <= opposite


def _better(side: Side, one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other) if side is Side.BUY else min(one, other)
