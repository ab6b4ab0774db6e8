"""Our books against the venue's truth: what it knows and we do not, as events to be booked like any other.

Used after a start, after a lost link and where an outcome is unknown. Trades come first, then the ends of orders, so an
order is never closed over a trade that is still missing. A request that this process has sent keeps its own answer; one
of a dead process is answered here. Nothing is invented: a position that does not add up is left to the proof.
"""

from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from desk.core import ids
from desk.core.orders import Order
from desk.core.state import DeskState
from desk.model.event import (
    AccountReported,
    AmendRejected,
    CancelRejected,
    FundingPaid,
    OpenOrder,
    OrderAccepted,
    OrderAmended,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReport,
    VenueTruth,
)
from desk.model.order import OrderStatus
from desk.model.units import SECOND, ZERO, ClientOrderId, Nanos

NEVER_ARRIVED: Final = "it never reached the venue"
ENDED_UNHEARD: Final = "ended at the venue, and its end was not told"
HORIZON: Final = Nanos(8 * SECOND)
"""The venue refuses a request older than its window of 5 s; with 3 s for the clocks, one that is not there by then never
will be."""
ABSENCES_APART: Final = Nanos(2 * SECOND)
"""One answer without an order may be old or cut short; a second one, this much later, is not the same mistake."""


class Findings(Struct, frozen=True):
    """Corrective reports in the order they must be booked, the venue's statement, and orders that are not ours."""

    reports: tuple[OrderReport, ...]
    payments: tuple[FundingPaid, ...]
    """Funding that we have not booked."""
    statement: AccountReported
    adopted: tuple[OpenOrder, ...]
    """Orders of ours by their id that no record of ours knows: sent by a process whose journal had failed."""
    foreign: tuple[ClientOrderId, ...]
    absent: tuple[ClientOrderId, ...] = ()
    """Orders missing for the first time when they should be there: to be noted, not ended."""


def compare(state: DeskState, truth: VenueTruth) -> Findings:
    """Return what has to be booked so that our orders say what the venue's do."""
    open_there = {each.spec.id: each for each in truth.orders}
    absent: list[ClientOrderId] = []
    reports: list[OrderReport] = list(_missing_trades(state, truth))
    booked = _filled_after(state, reports)
    for order in state.open.values():
        if order.heard >= truth.ts:
            continue  # the order is younger than the answer, or has moved since; at the same instant none can tell
        found = open_there.get(order.spec.id)
        if found is not None:
            reports += _still_open(state, order, found, truth)
        elif _is_first_absence(state, order, booked[order.spec.id], truth):
            absent.append(order.spec.id)
        else:
            reports += _gone(state, order, booked[order.spec.id], truth)
    unknown = [each for each in truth.orders if each.spec.id not in state.orders]
    return Findings(
        reports=tuple(reports),
        payments=tuple(each for each in truth.payments if each.venue_ts > state.funded.get(each.symbol, 0)),
        statement=AccountReported(truth.ts, truth.wallet, truth.positions, truth.ts),
        adopted=tuple(_without(each, reports) for each in unknown if ids.parse(each.spec.id) is not None),
        foreign=tuple(each.spec.id for each in unknown if ids.parse(each.spec.id) is None),
        absent=tuple(absent),
    )


def _without(found: OpenOrder, reports: list[OrderReport]) -> OpenOrder:
    """Return an order as it stood before the trades that are about to be booked for it."""
    coming = (each.quantity for each in reports if isinstance(each, OrderFilled) and each.order == found.spec.id)
    return replace(found, filled=found.filled - sum(coming, ZERO))


def _still_open(state: DeskState, order: Order, found: OpenOrder, truth: VenueTruth) -> list[OrderReport]:
    spec, ts = order.spec, truth.ts
    is_known = order.status is OrderStatus.WORKING and not order.pending and not order.absent
    is_known = is_known and order.filled_at_venue == found.filled
    reports: list[OrderReport] = [] if is_known else [OrderAccepted(ts, spec.id, found.venue_order, found.filled, ts)]
    if (found.spec.price, found.spec.quantity) != (order.price, order.quantity):
        reports.append(OrderAmended(ts, spec.id, found.spec.price, found.spec.quantity, found.filled, ts))
    elif order.pending == "amend":
        if not _can_still_arrive(state, order, truth):
            reports.append(AmendRejected(ts, spec.id, 0, NEVER_ARRIVED, ts))
        elif order.status is OrderStatus.UNKNOWN:
            return []
    elif order.pending and not (_is_answered_elsewhere(state, order) and truth.ts < order.asked + HORIZON):
        # Unlike the others a cancel may be sent twice, so its loss need not be proven.
        reports.append(CancelRejected(ts, spec.id, 0, NEVER_ARRIVED, ts))
    return reports


def _gone(state: DeskState, order: Order, filled: Decimal, truth: VenueTruth) -> list[OrderReport]:
    if filled >= order.quantity_max:
        return []
    was_there = bool(order.heard or filled)
    if not was_there and _can_still_arrive(state, order, truth):
        return []
    if not truth.is_final and truth.ts < order.absent + ABSENCES_APART:
        return []
    if was_there:
        return [OrderExpired(truth.ts, order.spec.id, filled, ENDED_UNHEARD, truth.ts)]
    return [OrderRejected(truth.ts, order.spec.id, 0, NEVER_ARRIVED, truth.ts)]


def _is_first_absence(state: DeskState, order: Order, filled: Decimal, truth: VenueTruth) -> bool:
    if order.absent or truth.is_final or filled >= order.quantity_max:
        return False
    return bool(order.heard or filled) or not _can_still_arrive(state, order, truth)


def _can_still_arrive(state: DeskState, order: Order, truth: VenueTruth) -> bool:
    """Tell whether the request in flight, or its answer, may yet come: absent now is not absent for ever."""
    if truth.ts >= order.sent + HORIZON:
        return False
    return not truth.is_final or _is_answered_elsewhere(state, order)


def _is_answered_elsewhere(state: DeskState, order: Order) -> bool:
    """Tell whether what is in flight was sent by this process and not given up: its own answer is on the way."""
    parts = ids.parse(order.spec.id)
    return order.status is not OrderStatus.UNKNOWN and parts is not None and parts.epoch == state.epoch


def _missing_trades(state: DeskState, truth: VenueTruth) -> list[OrderFilled]:
    missing = []
    running = {order_id: order.filled for order_id, order in state.orders.items()}
    for trade in truth.trades:
        if state.has_booked(trade.symbol, trade.trade) or (trade.order not in running and trade.side is None):
            continue
        running[trade.order] = running.get(trade.order, ZERO) + trade.quantity
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
                trade.side,
            )
        )
    return missing


def _filled_after(state: DeskState, reports: list[OrderReport]) -> dict[ClientOrderId, Decimal]:
    filled = {order.spec.id: order.filled for order in state.open.values()}
    for report in reports:
        if isinstance(report, OrderFilled):
            filled[report.order] = report.filled
    return filled
