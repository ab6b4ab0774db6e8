"""The order lifecycle as a table, and the one function that moves an order through it."""

from decimal import Decimal
from typing import Final, assert_never

from msgspec import Struct

from desk.model.error import InvariantBroken
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReport,
    OutcomeUnknown,
)
from desk.model.order import OrderSpec, OrderStatus
from desk.model.units import ZERO, Nanos

SUBMITTED: Final = OrderStatus.SUBMITTED
WORKING: Final = OrderStatus.WORKING
UNKNOWN: Final = OrderStatus.UNKNOWN
FILLED: Final = OrderStatus.FILLED
CANCELLED: Final = OrderStatus.CANCELLED
EXPIRED: Final = OrderStatus.EXPIRED
REJECTED: Final = OrderStatus.REJECTED

TRANSITIONS: Final[dict[tuple[OrderStatus, type[OrderReport]], OrderStatus]] = {
    (SUBMITTED, OrderAccepted): WORKING,
    (SUBMITTED, OrderRejected): REJECTED,
    (SUBMITTED, OrderFilled): WORKING,  # (race) the fill overtook the acknowledgement
    (SUBMITTED, OrderCancelled): CANCELLED,  # (race) the cancel overtook the acknowledgement
    (SUBMITTED, OrderExpired): EXPIRED,
    (SUBMITTED, OrderAmended): WORKING,  # (race) the amendment overtook the acknowledgement
    (SUBMITTED, AmendRejected): SUBMITTED,
    (SUBMITTED, CancelRejected): SUBMITTED,  # the venue had not seen it yet
    (SUBMITTED, OutcomeUnknown): UNKNOWN,
    (UNKNOWN, OrderAccepted): WORKING,
    (UNKNOWN, OrderRejected): REJECTED,
    (UNKNOWN, OrderFilled): WORKING,
    (UNKNOWN, OrderCancelled): CANCELLED,
    (UNKNOWN, OrderExpired): EXPIRED,
    (UNKNOWN, OrderAmended): WORKING,
    (UNKNOWN, AmendRejected): UNKNOWN,
    (UNKNOWN, CancelRejected): UNKNOWN,  # "no such order" proves nothing before the horizon
    (UNKNOWN, OutcomeUnknown): UNKNOWN,
    (WORKING, OrderAccepted): WORKING,  # late or repeated acknowledgement
    (WORKING, OrderFilled): WORKING,
    (WORKING, OrderCancelled): CANCELLED,
    (WORKING, OrderExpired): EXPIRED,
    (WORKING, OrderAmended): WORKING,
    (WORKING, AmendRejected): WORKING,
    (WORKING, CancelRejected): WORKING,  # its end is on the way
    (WORKING, OutcomeUnknown): UNKNOWN,
    (FILLED, OrderAccepted): FILLED,  # (race) all fills overtook the acknowledgement
    (FILLED, OrderFilled): FILLED,  # only as a repeat: more than its quantity is impossible
    (FILLED, OrderAmended): FILLED,
    (FILLED, AmendRejected): FILLED,
    (FILLED, CancelRejected): FILLED,
    (FILLED, OutcomeUnknown): FILLED,
    (CANCELLED, OrderAccepted): CANCELLED,
    (CANCELLED, OrderFilled): CANCELLED,  # (race) the fill happened first and still counts
    (CANCELLED, OrderCancelled): CANCELLED,
    (CANCELLED, AmendRejected): CANCELLED,
    (CANCELLED, CancelRejected): CANCELLED,
    (CANCELLED, OutcomeUnknown): CANCELLED,
    (EXPIRED, OrderAccepted): EXPIRED,
    (EXPIRED, OrderFilled): EXPIRED,  # (race) as above
    (EXPIRED, OrderExpired): EXPIRED,
    (EXPIRED, AmendRejected): EXPIRED,
    (EXPIRED, CancelRejected): EXPIRED,
    (EXPIRED, OutcomeUnknown): EXPIRED,
    (REJECTED, OrderRejected): REJECTED,
    (REJECTED, AmendRejected): REJECTED,
    (REJECTED, CancelRejected): REJECTED,
    (REJECTED, OutcomeUnknown): REJECTED,
}


class Order(Struct, kw_only=True):
    """An order of ours and all we have heard of it."""

    spec: OrderSpec
    status: OrderStatus = SUBMITTED
    price: Decimal
    quantity: Decimal
    """Total, as last acknowledged."""
    filled: Decimal = ZERO
    """By trades we have booked."""
    filled_at_venue: Decimal = ZERO
    """The venue's cumulative figure; above `filled` while a trade is still on its way to us."""
    filled_as_maker: Decimal = ZERO
    value: Decimal = ZERO
    """Σ price * quantity of the booked trades."""
    fee: Decimal = ZERO
    """Σ of the booked trades' fees, in quote currency."""
    requests: int = 1
    """Requests sent for it: itself, its amendments and its cancels."""
    asked: Nanos = Nanos(0)
    """When the latest request about it left, by our clock."""
    sent: Nanos = Nanos(0)
    """When the latest request left that can make it be there or be another: itself or an amendment, not a cancel."""
    cancels_refused: int = 0
    """How often the venue has found nothing to cancel."""
    pending: str = ""
    """The request on its way: `cancel`, `amend` or none."""
    quantity_asked: Decimal = ZERO
    """Total asked for by an amendment that is not answered yet, zero for none."""
    price_asked: Decimal = ZERO
    """Price asked for by that amendment, zero for none."""
    heard: Nanos = Nanos(0)
    """Venue time of the latest proof that it is there, zero before the first: an older truth says nothing of it."""
    absent: Nanos = Nanos(0)
    """Venue time of the first truth that had to know it and did not, zero for none since it was last heard of."""
    answered: Nanos = Nanos(0)
    """Venue time of the latest answer to an amendment or a cancel: an older one, or the same again, answers nothing."""
    is_cancel_wanted: bool = False
    """A cancel that found no order yet is sent again as soon as the order rests."""
    venue_order: int = 0
    reason: str = ""
    ahead: Decimal | None = None
    """Size estimated to stand before us at our price."""
    created: Nanos
    updated: Nanos

    @property
    def leaves(self) -> Decimal:
        """Quantity that may still trade."""
        return ZERO if self.status.is_terminal else self.quantity - self.filled

    @property
    def quantity_max(self) -> Decimal:
        """Total it may come to: an amendment on its way may have been taken before we hear of it."""
        return max(self.quantity, self.quantity_asked)

    @property
    def unbooked(self) -> Decimal:
        """Quantity the venue has filled and whose trades are still on their way to us."""
        return max(ZERO, self.filled_at_venue - self.filled)

    @property
    def outstanding(self) -> Decimal:
        """Quantity by which the order may still change the position."""
        return self.unbooked if self.status.is_terminal else self.quantity_max - self.filled

    @property
    def is_open(self) -> bool:
        """Tell whether the venue may still trade it."""
        return not self.status.is_terminal

    @property
    def is_in_flight(self) -> bool:
        """Tell whether something about it is sent and not yet answered."""
        return self.status in (SUBMITTED, UNKNOWN) or bool(self.pending)

    @property
    def is_settled(self) -> bool:
        """Tell whether it is over and every trade of it is booked."""
        return self.status.is_terminal and not self.unbooked

    @property
    def average_price(self) -> Decimal | None:
        """Average price of its trades, or None while there are none."""
        return self.value / self.filled if self.value else None


def submit(spec: OrderSpec, now: Nanos) -> Order:
    """Return the order as it stands when its intent is recorded."""
    return Order(spec=spec, price=spec.price, quantity=spec.quantity, asked=now, sent=now, created=now, updated=now)


def apply(order: Order, report: OrderReport) -> bool:
    """Move `order` by one row of the table; False where the table has no such row and nothing was changed.

    A fill that was booked before must be filtered by its trade id first: here every fill counts, and more than the
    order's quantity is a broken invariant, found before anything is written.
    """
    status = TRANSITIONS.get((order.status, type(report)))
    if status is None:
        return False
    if isinstance(report, OrderFilled) and order.filled + report.quantity > order.quantity_max:
        raise InvariantBroken(
            f"{order.spec.id}: filled {order.filled + report.quantity} of {order.quantity_max} {order.spec.symbol}"
            f" (trade {report.trade})"
        )
    order.updated = report.ts
    if isinstance(report, OrderAccepted | OrderAmended | OrderFilled):
        order.heard = max(order.heard, report.venue_ts)
        if order.heard > order.absent:
            order.absent = Nanos(0)
    order.status = status
    _note(order, report)
    if order.filled >= order.quantity_max and status in (WORKING, SUBMITTED, UNKNOWN):
        order.status = FILLED
    if order.status.is_terminal:
        order.pending, order.quantity_asked, order.price_asked, order.ahead = "", ZERO, ZERO, None
    return True


def _note(order: Order, report: OrderReport) -> None:
    match report:
        case OrderAccepted():
            _on_accepted(order, report)
        case OrderFilled():
            _on_filled(order, report)
        case OrderCancelled() | OrderExpired():
            _on_ended(order, report)
        case OrderAmended():
            _on_amended(order, report)
        case OrderRejected() | AmendRejected() | CancelRejected():
            _on_refused(order, report)
        case OutcomeUnknown():
            order.reason = report.reason
        case _:
            assert_never(report)


def _on_accepted(order: Order, report: OrderAccepted) -> None:
    order.venue_order = report.venue_order
    order.filled_at_venue = max(order.filled_at_venue, report.filled)


def _on_filled(order: Order, report: OrderFilled) -> None:
    order.filled += report.quantity
    order.value += report.price * report.quantity
    order.fee += report.fee
    if report.maker:
        order.filled_as_maker += report.quantity
    order.filled_at_venue = max(order.filled_at_venue, report.filled)


def _on_ended(order: Order, report: OrderCancelled | OrderExpired) -> None:
    order.filled_at_venue = max(order.filled_at_venue, report.filled)
    order.reason = report.reason if isinstance(report, OrderExpired) else "cancelled"


def _on_amended(order: Order, report: OrderAmended) -> None:
    order.filled_at_venue = max(order.filled_at_venue, report.filled)
    if report.venue_ts <= order.answered:
        return
    order.answered = report.venue_ts
    order.price, order.quantity = report.price, report.quantity
    order.pending, order.quantity_asked, order.price_asked, order.reason = "", ZERO, ZERO, ""


def _on_refused(order: Order, report: OrderRejected | AmendRejected | CancelRejected) -> None:
    if not isinstance(report, OrderRejected):
        if report.venue_ts <= order.answered:
            return
        order.answered = report.venue_ts
    order.pending = ""
    if isinstance(report, AmendRejected):
        order.quantity_asked = order.price_asked = ZERO
    elif isinstance(report, CancelRejected):
        order.cancels_refused += 1
    if order.status.is_terminal and order.status is not REJECTED:
        return  # a refused change of an order that has ended says nothing about how it ended
    order.reason = f"{report.code} {report.reason}" if report.code else report.reason
