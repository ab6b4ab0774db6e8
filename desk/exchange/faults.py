"""The venue's front door on a bad day: requests that came too late, and answers that were never earned."""

from typing import Final

from desk.exchange.validation import Refused
from desk.model.effect import Batch, DropGuard, SendAmend, SendCancel, SendGuard, SendOrder
from desk.model.event import AmendRejected, CancelRejected, GuardReported, OrderRejected, OutcomeUnknown
from desk.model.guard import GuardState
from desk.model.units import SECOND, ClientOrderId, Nanos

Request = SendOrder | SendCancel | SendAmend | SendGuard | DropGuard

RECV_WINDOW: Final = Nanos(5 * SECOND)
"""A request older than this is refused; that is what makes an absence provable."""

OUTSIDE_WINDOW: Final = Refused(-1021, "Timestamp for this request is outside of the recvWindow.")
BUSY: Final = (
    Refused(-1008, "Server is currently overloaded with other requests. Please try again in a few minutes."),
    Refused(-1001, "Internal error; unable to process your request. Please try again."),
    Refused(0, "Service Unavailable."),
)
NOT_TOLD: Final = "Unknown error, please check your request or try again later."
TIMED_OUT: Final = "no answer in time"


def order_of(request: Request) -> ClientOrderId:
    """Return the order a request is about."""
    return request.spec.id if isinstance(request, SendOrder | SendGuard) else request.order


def is_late(request: Request | Batch, now: Nanos) -> bool:
    """Tell whether a request's own time stamp lies outside the receive window."""
    return now - request.ts > RECV_WINDOW


def refuse(
    request: Request, refused: Refused, now: Nanos
) -> OrderRejected | CancelRejected | AmendRejected | GuardReported:
    """Return the venue's definite no to a request of any kind."""
    match request:
        case SendOrder():
            return OrderRejected(now, request.spec.id, refused.code, refused.reason, now)
        case SendCancel():
            return CancelRejected(now, request.order, refused.code, refused.reason, now)
        case SendAmend():
            return AmendRejected(now, request.order, refused.code, refused.reason, now)
        case SendGuard():
            return GuardReported(now, request.spec.id, GuardState.ENDED, refused.reason, now)
        case DropGuard():
            return GuardReported(now, request.order, GuardState.UNKNOWN, refused.reason, now)


def unknown(request: Request, reason: str, now: Nanos) -> OutcomeUnknown | GuardReported:
    """Return what a client makes of an answer that is no answer."""
    if isinstance(request, SendGuard | DropGuard):
        return GuardReported(now, order_of(request), GuardState.UNKNOWN, reason, now)
    return OutcomeUnknown(now, order_of(request), reason)
