"""What the engine must hear of requests that did not leave, or whose answer nobody can read."""

from desk.model.effect import Batch, DropGuard, SendAmend, SendCancel, SendGuard, SendOrder, VenueRequest
from desk.model.event import AmendRejected, Event, GuardReported, OrderRejected, OutcomeUnknown
from desk.model.guard import GuardState
from desk.model.units import Nanos


def is_way_out(request: VenueRequest) -> bool:
    """Tell whether a request only takes something back: such go whatever the venue has said."""
    first = request.requests[0] if isinstance(request, Batch) else request
    return isinstance(first, SendCancel | DropGuard)


def not_sent(request: VenueRequest, ts: Nanos, reason: str) -> list[Event]:
    """Return what the engine must hear of a request that does not leave."""
    match request:
        case Batch(requests=requests):
            return [event for each in requests for event in not_sent(each, ts, reason)]
        case SendOrder(spec=spec):
            return [OrderRejected(ts, spec.id, 0, reason, ts)]
        case SendAmend():
            return [AmendRejected(ts, request.order, 0, reason, ts)]
        case SendGuard(spec=spec):
            return [GuardReported(ts, spec.id, GuardState.ENDED, reason, ts)]
        case _:
            return []


def unanswered(request: VenueRequest, ts: Nanos, reason: str) -> list[Event]:
    """Return what the engine must hear of a request that ended without an answer we can read."""
    match request:
        case Batch(requests=requests):
            return [event for each in requests for event in unanswered(each, ts, reason)]
        case SendAmend():
            return [AmendRejected(ts, request.order, 0, reason, ts)]
        case SendOrder(spec=spec):
            return [OutcomeUnknown(request.ts, spec.id, reason)]
        case SendCancel():
            return [OutcomeUnknown(request.ts, request.order, reason)]
        case SendGuard() | DropGuard():
            order = request.spec.id if isinstance(request, SendGuard) else request.order
            return [GuardReported(ts, order, GuardState.UNKNOWN, reason, ts)]
        case _:
            return []
