"""Our books against the venue's truth: what it knows and we do not, as events to be booked like any other.

Used when nothing is in flight: after a start or a lost link. Trades come first, then the ends of orders, so an order is
never closed over a trade that is still missing. Nothing is invented: a position that does not add up is left to the
proof.
"""

from decimal import Decimal

from msgspec import Struct

from desk.core.state import DeskState
from desk.model.event import (
    AccountReported,
    OrderAccepted,
    OrderAmended,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReport,
    VenueTruth,
)
from desk.model.order import OrderStatus
from desk.model.units import ZERO, ClientOrderId


class Findings(Struct, frozen=True):
    """Corrective reports in the order they must be booked, the venue's statement, and orders that are not ours."""

    reports: tuple[OrderReport, ...]
    statement: AccountReported
    foreign: tuple[ClientOrderId, ...]


def compare(state: DeskState, truth: VenueTruth) -> Findings:
    """Return what has to be booked so that our orders say what the venue's do."""
    open_there = {each.spec.id: each for each in truth.orders}
    reports: list[OrderReport] = list(_missing_trades(state, truth))
    booked = _filled_after(state, reports)
    for order in state.open.values():
        found = open_there.get(order.spec.id)
        filled = booked.get(order.spec.id, order.filled)
        if found is not None:
            reports.append(OrderAccepted(truth.ts, order.spec.id, found.venue_order, found.filled, truth.ts))
            if (found.spec.price, found.spec.quantity) != (order.price, order.quantity):
                reports.append(
                    OrderAmended(truth.ts, order.spec.id, found.spec.price, found.spec.quantity, found.filled, truth.ts)
                )
        elif filled >= order.quantity:
            continue
        elif order.status is OrderStatus.SUBMITTED and filled == ZERO:
            reports.append(OrderRejected(truth.ts, order.spec.id, 0, "it never reached the venue", truth.ts))
        else:
            reports.append(OrderExpired(truth.ts, order.spec.id, filled, "gone while the desk was away", truth.ts))
    return Findings(
        reports=tuple(reports),
        statement=AccountReported(truth.ts, truth.wallet, truth.positions, truth.ts),
        foreign=tuple(order_id for order_id in open_there if order_id not in state.orders),
    )


def _missing_trades(state: DeskState, truth: VenueTruth) -> list[OrderFilled]:
    missing = []
    running = {order_id: order.filled for order_id, order in state.orders.items()}
    for trade in truth.trades:
        if (trade.symbol, trade.trade) in state.trades or trade.order not in running:
            continue
        running[trade.order] += trade.quantity
        missing.append(
            OrderFilled(
                truth.ts,
                trade.order,
                trade.symbol,
                trade.trade,
                trade.price,
                trade.quantity,
                trade.fee,
                trade.maker,
                running[trade.order],
                trade.venue_ts,
            )
        )
    return missing


def _filled_after(state: DeskState, reports: list[OrderReport]) -> dict[ClientOrderId, Decimal]:
    filled = {order.spec.id: order.filled for order in state.open.values()}
    for report in reports:
        if isinstance(report, OrderFilled):
            filled[report.order] = report.filled
    return filled
