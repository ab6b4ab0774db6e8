"""Where our resting orders stand in the queue: an estimate, from what the venue shows of its book.

Pessimistic: we join behind everything displayed; trades at our price eat from the front; a level that shrinks without
a trade is assumed to have lost size in proportion before and behind us.
"""

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

from desk.core.book import Book
from desk.core.market import Market
from desk.core.orders import Order
from desk.model.event import OrderAccepted, OrderAmended, OrderReport
from desk.model.market import BookDelta, Level, TradePrint
from desk.model.order import OrderStatus, Side
from desk.model.units import MONEY_STEP, ZERO, Symbol


def joined(order: Order, book: Book) -> Decimal | None:
    """Return the size ahead of an order that has just come to rest; None while the book is not proven.

    A book as recent as the news of the order shows it already: what is displayed is then less by our own.
    """
    if not book.synced:
        return None
    shown = book.size(order.spec.side, order.price)
    return max(ZERO, shown - order.leaves) if book.as_of >= order.heard else shown


def place(order: Order, report: OrderReport, market: Market | None) -> None:
    """Give an order its place when it has come to rest, or to another price; None: where is not known."""
    if isinstance(report, OrderAccepted | OrderAmended) and order.status is OrderStatus.WORKING:
        order.ahead = joined(order, market.book) if market is not None else None


def on_trade(orders: Iterable[Order], trade: TradePrint) -> None:
    """Take a trade at our price off the front of the queue."""
    side = trade.aggressor.opposite
    for order in orders:
        if order.ahead and order.spec.side is side and order.price == trade.price:
            order.ahead = max(ZERO, order.ahead - trade.quantity)


def on_delta(orders: Iterable[Order], delta: BookDelta, book: Book) -> None:
    """Shrink the queue with its level; `book` is as it was before the delta.

    The displayed size includes our own, so what is ahead can never exceed it less our open quantity.
    """
    for order in orders:
        if order.ahead is None or order.status is not OrderStatus.WORKING:
            continue
        new = _size_in(delta.bids if order.spec.side is Side.BUY else delta.asks, order.price)
        if new is None:
            continue
        old = book.size(order.spec.side, order.price)
        if ZERO < new < old:
            order.ahead = (order.ahead * new / old).quantize(MONEY_STEP, ROUND_CEILING)
        order.ahead = max(ZERO, min(order.ahead, new - order.leaves))


def resting(orders: Iterable[Order], symbol: Symbol) -> list[Order]:
    """Return the orders of `symbol` that have a place in the queue."""
    return [order for order in orders if order.spec.symbol == symbol and order.ahead is not None]


def _size_in(levels: Iterable[Level], price: Decimal) -> Decimal | None:
    return next((level.size for level in levels if level.price == price), None)
