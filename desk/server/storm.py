"""What a fault makes of the request it strikes; the same over HTTP and over the WebSocket API."""

from desk.server.api import Admitted
from desk.server.faults import REPLIES, Fault, FaultKind
from desk.server.refusal import NO_SUCH_ORDER, Refusal


def waits(fault: Fault) -> bool:
    """Tell whether it only makes a request or its answer late."""
    return fault.kind in (FaultKind.SLOW, FaultKind.SLOW_REPLY)


def lands(fault: Fault) -> bool:
    """Tell whether the request is carried out all the same."""
    if fault.kind is FaultKind.REPLY_LOST:
        return True
    may = (FaultKind.UNKNOWN_503, FaultKind.TIMEOUT, FaultKind.BAD_GATEWAY)
    return fault.kind in may and fault.lands


def refusal_of(fault: Fault) -> Refusal | None:
    """Return what the client is told; None: the connection breaks, or a page comes that is no answer."""
    if fault.kind is FaultKind.HIDDEN:
        return Refusal(*NO_SUCH_ORDER)
    return REPLIES.get(fault.kind)


def is_exempt(fault: Fault, admitted: Admitted) -> bool:
    """Tell whether a request passes all the same: what only reduces, and cancels, are let through when the venue is busy."""
    if fault.kind is not FaultKind.BUSY:
        return False
    return admitted.route.method != "POST" or admitted.call.params.maybe("reduceOnly").lower() == "true"
