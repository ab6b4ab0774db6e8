"""What a fault makes of a request."""

import pytest

from desk.server.api import Request
from desk.server.faults import Fault, FaultKind
from desk.server.storm import is_exempt, lands, refusal_of, waits
from tests.server.counter import HOST, NOW_MS, Counter


@pytest.mark.parametrize(
    ("fault", "landed", "told"),
    [
        (Fault(kind=FaultKind.REPLY_LOST), True, None),
        (Fault(kind=FaultKind.REQUEST_LOST), False, None),
        (Fault(kind=FaultKind.UNKNOWN_503), True, (503, -1000)),
        (Fault(kind=FaultKind.UNKNOWN_503, lands=False), False, (503, -1000)),
        (Fault(kind=FaultKind.UNAVAILABLE_503), False, (503, -1001)),
        (Fault(kind=FaultKind.BUSY), False, (503, -1008)),
        (Fault(kind=FaultKind.TIMEOUT), True, (408, -1007)),
        (Fault(kind=FaultKind.BAD_GATEWAY, lands=False), False, None),
        (Fault(kind=FaultKind.HIDDEN), False, (400, -2013)),
    ],
)
def test_it_is_carried_out_or_not_and_told_or_not(fault, landed, told):
    refusal = refusal_of(fault)

    assert lands(fault) is landed
    assert (refusal and (refusal.status, refusal.code)) == told
    assert not waits(fault)


def test_slowness_only_waits():
    assert all(waits(Fault(kind=each)) for each in (FaultKind.SLOW, FaultKind.SLOW_REPLY))


@pytest.mark.parametrize(
    ("method", "path", "query", "exempt"),
    [
        ("POST", "/fapi/v1/order", b"", False),
        ("POST", "/fapi/v1/order", b"reduceOnly=true&", True),
        ("DELETE", "/fapi/v1/order", b"", True),
    ],
)
def test_when_the_venue_is_busy_what_reduces_and_cancels_pass(method, path, query, exempt):
    counter = Counter()
    query += f"timestamp={NOW_MS}".encode()
    admitted = counter.api.admit(
        Request(method, path, query + b"&signature=" + counter.sign(query), b"", "alice", HOST), counter.now
    )

    assert is_exempt(Fault(kind=FaultKind.BUSY), admitted) is exempt
    assert not is_exempt(Fault(kind=FaultKind.TIMEOUT), admitted)
