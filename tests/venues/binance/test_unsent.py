"""What the engine hears of requests that did not leave, or whose answer nobody can read."""

import pytest

from desk.model.effect import Batch, DropGuard, RequestTruth, SendAmend, SendCancel, SendGuard, SendOrder
from desk.model.event import AmendRejected, GuardReported, OrderRejected, OutcomeUnknown
from desk.model.guard import GuardState
from desk.venues.binance.unsent import is_way_out, not_sent, unanswered
from tests.exchange.test_stops import stop
from tests.kit.builders import BTC, D, at, spec

PLACE, CANCEL = SendOrder(at(1), spec()), SendCancel(at(1), spec().id, BTC)
AMEND = SendAmend(at(1), spec().id, BTC, D(101), D(3))
HOLD, LET_GO = SendGuard(at(1), stop()), DropGuard(at(1), stop().id, BTC)


@pytest.mark.parametrize(
    ("request_", "is_out"),
    [(PLACE, False), (AMEND, False), (HOLD, False), (CANCEL, True), (LET_GO, True), (Batch(at(1), (CANCEL,)), True)],
)
def test_only_what_takes_back_goes_whatever_the_venue_has_said(request_, is_out):
    assert is_way_out(request_) is is_out


def test_what_did_not_leave_is_refused_and_what_cannot_be_read_is_unknown():
    requests = Batch(at(1), (PLACE, AMEND, HOLD, CANCEL, LET_GO))

    refused, doubted = not_sent(requests, at(2), "throttled"), unanswered(requests, at(2), "garbage")

    assert [type(each) for each in refused] == [OrderRejected, AmendRejected, GuardReported]
    assert refused[2].state is GuardState.ENDED
    assert [type(each) for each in doubted] == [
        OutcomeUnknown,
        AmendRejected,
        GuardReported,
        OutcomeUnknown,
        GuardReported,
    ]
    assert doubted[2].state is doubted[4].state is GuardState.UNKNOWN


def test_a_question_is_asked_again_and_needs_no_answer_of_its_own():
    assert not_sent(RequestTruth(at(1)), at(2), "x") == unanswered(RequestTruth(at(1)), at(2), "x") == []
