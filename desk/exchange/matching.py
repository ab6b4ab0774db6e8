"""Price-time priority for one symbol: the members' orders against each other and the crowd's depth and trades."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from desk.exchange.levels import Levels
from desk.exchange.market import FullLevels, LevelChanges, Print, Touch
from desk.exchange.resting import LiveOrder, Queues, SelfTrade
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

    def position(self, order: LiveOrder) -> Decimal:
        """Return the net position of the order's account in its symbol."""

    def traded(self, order: LiveOrder, price: Decimal, quantity: Decimal, trade: int, *, maker: bool) -> Decimal:
        """Book a trade, `order.filled` already includes it; return the new net position of the order's account."""

    def ended(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        """The order is gone."""


class Matching:
    """One symbol's book: the crowd's levels, and the members' orders in their queues."""

    def __init__(self, instrument: Instrument, clerk: Clerk, last_trade: int = 0) -> None:
        self.last_trade = last_trade
        """The id of the last trade, the crowd's own included."""
        self._clerk = clerk
        self.taken: list[Print] = []
        """Trades that members have made as takers and that are not on the tape yet."""
        self._bids = _Half(Side.BUY, instrument)
        self._asks = _Half(Side.SELL, instrument)

    # What can be seen.

    def best(self, side: Side) -> Decimal | None:
        """Return the displayed touch, the members' orders included; None: the side is empty."""
        half = self._half(side)
        return _better(side, half.crowd.best, half.own.best)

    def displayed(self, side: Side, price: Decimal) -> Decimal:
        """Return the displayed size at `price`, the members' orders included."""
        half = self._half(side)
        return half.crowd.size(price) + half.own.leaves(price)

    def levels(self, side: Side) -> tuple[Level, ...]:
        """Return the displayed depth, best first."""
        half = self._half(side)
        prices = {price: None for price in half.crowd.best_first()}
        prices.update((order.price, None) for order in half.own)
        ordered = sorted(prices, reverse=side is Side.BUY)
        return tuple(Level(price, self.displayed(side, price)) for price in ordered)

    def drain_changes(self, side: Side) -> tuple[Level, ...]:
        """Return the levels whose display changed since the last call."""
        half = self._half(side)
        if not half.changed:
            return ()
        shown = half.crowd.size if half.own.best is None else partial(self.displayed, side)
        levels = tuple([Level(price, shown(price)) for price in half.changed])
        half.changed.clear()
        return levels

    def resting(self, side: Side) -> Iterable[LiveOrder]:
        """Return the members' orders of one side, best price first, then oldest first."""
        return self._half(side).own

    def allows(self, order: LiveOrder, price: Decimal) -> bool:
        """Tell whether an order may come to `price`: post-only may not take, and fill-or-kill must find everything."""
        side, tif = order.spec.side, order.spec.tif
        if tif is TimeInForce.GTX:
            return not _crosses(side, price, self.best(side.opposite))
        return tif is not TimeInForce.FOK or self._can_fill(order, price)

    # What the members ask for.

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

    def cancel(self, order: LiveOrder, *, reason: str = "") -> None:
        """Take a resting order out: at our request, or of the exchange's own accord, which has a reason."""
        self._end(order, Ending.EXPIRED if reason else Ending.CANCELLED, reason)

    def reinstate(self, order: LiveOrder) -> None:
        """Put back an order of an earlier session, at the place in the queue it had."""
        half = self._half(order.spec.side)
        half.own.add(order)
        half.changed[order.price] = None

    def cross(self, order: LiveOrder, price: Decimal, quantity: Decimal, *, opens: bool) -> None:
        """Book a trade that the exchange makes outside the book; `opens` it, or it is the other side of the last one."""
        self._clerk.accepted(order)
        self._fill(order, price, quantity, maker=False, trade=0 if opens else self.last_trade)

    # What the crowd does.

    def on_levels(self, changes: LevelChanges) -> None:
        """Apply the crowd's new sizes; where its touch reaches a member's price, the member is filled at that price."""
        for level in changes.bids:
            self._bids.set(level.price, level.size)
        for level in changes.asks:
            self._asks.set(level.price, level.size)
        self._fill_reached()

    def on_full(self, full: FullLevels) -> None:
        """Replace the crowd's depth."""
        for half, levels in ((self._bids, full.bids), (self._asks, full.asks)):
            named = {level.price for level in levels}
            for price in list(half.crowd.best_first()):
                if price not in named:
                    half.set(price, ZERO)
            for level in levels:
                if half.crowd.size(level.price) != level.size:
                    half.set(level.price, level.size)
        self._fill_reached()

    def on_touch(self, touch: Touch) -> None:
        """Apply the crowd's best levels: what the book has beyond them is gone."""
        for half, facing, level in ((self._bids, self._asks, touch.bid), (self._asks, self._bids, touch.ask)):
            if level is None:
                continue
            for price in half.crowd.better_than(level.price):
                half.set(price, ZERO)
            half.set(level.price, level.size)
            # A touch that has moved into the other side proves that side stale there, even if its own news comes later.
            while _crosses(half.side, level.price, facing.crowd.best):
                facing.drop_best()
        self._fill_reached()

    def on_print(self, trade: Print) -> None:
        """Let a trade of the crowd reach the members: through a price fills it, at a price eats its queue first."""
        side = trade.aggressor.opposite
        self.last_trade += 1
        own = self._half(side).own
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

    def _can_fill(self, order: LiveOrder, price: Decimal) -> bool:
        """Tell whether the crowd and the other members offer an order's quantity at `price` or better."""
        side, wanted = order.spec.side, order.leaves
        half = self._half(side.opposite)
        for maker in half.own:
            if maker.account != order.account and _crosses(side, price, maker.price):
                wanted -= maker.leaves
        for level in half.crowd.best_first():
            if wanted <= ZERO or not _crosses(side, price, level):
                break
            wanted -= half.crowd.size(level)
        return wanted <= ZERO

    def _half(self, side: Side) -> "_Half":
        return self._bids if side is Side.BUY else self._asks

    def _fill_reached(self) -> None:
        for half, facing in ((self._bids, self._asks), (self._asks, self._bids)):
            while (best := half.own.best) is not None and _crosses(half.side, best, facing.crowd.best):
                order = half.own.at(best)[0]
                self._fill(order, best, order.leaves, maker=True)

    def _match(self, order: LiveOrder) -> None:
        ended = self._take(order)
        if ended or not order.leaves:
            if ended:
                self._clerk.ended(order, Ending.EXPIRED, ended)
            return
        if order.spec.type is OrderType.MARKET or order.spec.tif in _IMMEDIATE:
            self._clerk.ended(order, Ending.EXPIRED, IOC_REMAINDER)
            return
        half = self._half(order.spec.side)
        order.ahead = half.crowd.size(order.price)
        half.own.add(order)
        half.changed[order.price] = None

    def _take(self, taker: LiveOrder) -> str:
        """Trade what crosses; return why the order goes no further, empty where it may rest."""
        side = taker.spec.side
        while taker.leaves:
            price = self.best(side.opposite)
            if price is None or not _crosses(side, taker.price, price):
                return ""
            ended = self._take_level(taker, price)
            if ended:
                return ended
        return ""

    def _take_level(self, taker: LiveOrder, price: Decimal) -> str:
        # The members' orders are reached in their turn, each behind the part of the crowd that came before it.
        half = self._half(taker.spec.side.opposite)
        while queue := half.own.at(price):
            maker = queue[0]
            ended = self._take_crowd(taker, price, maker.ahead)
            if ended or not taker.leaves:
                return ended
            if maker.account == taker.account and taker.self_trade is not SelfTrade.NONE:
                if taker.self_trade is not SelfTrade.EXPIRE_TAKER:
                    self._end(maker, Ending.EXPIRED, SELF_TRADE)
                if taker.self_trade is not SelfTrade.EXPIRE_MAKER:
                    return SELF_TRADE
                continue
            quantity = self._takes(taker, maker.leaves)
            if not quantity:
                return NO_POSITION
            self._fill(maker, price, quantity, maker=True)
            self._fill(taker, price, quantity, maker=False, trade=self.last_trade)
            if not taker.leaves:
                return ""
        return self._take_crowd(taker, price, half.crowd.size(price))

    def _take_crowd(self, taker: LiveOrder, price: Decimal, offered: Decimal) -> str:
        if not offered:
            return ""
        quantity = self._takes(taker, offered)
        if not quantity:
            return NO_POSITION
        half = self._half(taker.spec.side.opposite)
        half.crowd.set(price, half.crowd.size(price) - quantity)
        half.own.advance(price, quantity)
        half.changed[price] = None
        self._fill(taker, price, quantity, maker=False)
        return ""

    def _takes(self, taker: LiveOrder, offered: Decimal) -> Decimal:
        """Return how much a taker takes: one that only reduces never goes through zero."""
        wanted = min(taker.leaves, offered)
        if not taker.spec.reduce_only:
            return wanted
        return min(wanted, max(ZERO, -self._clerk.position(taker) * taker.spec.side.sign))

    def _fill(self, order: LiveOrder, price: Decimal, quantity: Decimal, *, maker: bool, trade: int = 0) -> None:
        """Book one side of a trade; `trade` is given where the other side is a member's and has been booked."""
        order.filled += quantity
        if maker:
            half = self._half(order.spec.side)
            half.changed[order.price] = None
            if not order.leaves:
                half.own.remove(order)
        if not trade:
            self.last_trade = trade = self.last_trade + 1
        if not maker:
            self.taken.append(Print(order.spec.symbol, price, quantity, order.spec.side, trade))
        position = self._clerk.traded(order, price, quantity, trade, maker=maker)
        self._trim_reduce_only(order.account, position)

    def _trim_reduce_only(self, account: int, position: Decimal) -> None:
        # Oldest first: an order keeps its right to close for as long as something is left for it to close.
        for half in (self._bids, self._asks):
            closable = max(ZERO, -position * half.side.sign)
            reducing = [order for order in half.own if order.spec.reduce_only and order.account == account]
            for order in sorted(reducing, key=lambda each: each.venue_order):
                if order.leaves > closable:
                    self._end(order, Ending.EXPIRED, NO_POSITION)
                else:
                    closable -= order.leaves

    def _end(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        self._pull(order)
        self._clerk.ended(order, ending, reason)

    def _pull(self, order: LiveOrder) -> None:
        half = self._half(order.spec.side)
        half.own.remove(order)
        half.changed[order.price] = None


class _Half:
    """One side of the book: the crowd's levels, the members' queues, and the prices whose display has changed."""

    def __init__(self, side: Side, instrument: Instrument) -> None:
        self.side = side
        self.crowd = Levels(side)
        self.own = Queues(side, instrument)
        self.changed: dict[Decimal, None] = {}

    def set(self, price: Decimal, size: Decimal) -> None:
        """Take the crowd's new size at a price; the members' orders there move up where it has shrunk."""
        old = self.crowd.set(price, size)
        if self.own.best is not None:
            self.own.level_changed(price, old, size)
        self.changed[price] = None

    def drop_best(self) -> None:
        """Forget the crowd's best level."""
        best = self.crowd.best
        if best is not None:
            self.set(best, ZERO)


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
