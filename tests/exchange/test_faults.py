"""The venue's front door on a bad day."""

import pytest

from desk.exchange import faults
from desk.model.effect import SendAmend, SendCancel
from desk.model.event import AmendRejected, CancelRejected
from tests.kit.builders import BTC, D, at, spec


def cancel(millis=0):
    return SendCancel(at(millis), spec().id, BTC)


@pytest.mark.parametrize(("age_ms", "is_late"), [(0, False), (5_000, False), (5_001, True)])
def test_a_request_is_late_once_it_is_older_than_five_seconds(age_ms, is_late):
    request = cancel(1_000)

    late = faults.is_late(request, at(1_000 + age_ms))

    assert late is is_late


def test_a_refused_cancel_is_a_cancel_rejected_with_the_venues_code():
    answer = faults.refuse(cancel(), faults.OUTSIDE_WINDOW, at(7))

    assert isinstance(answer, CancelRejected)
    assert (answer.order, answer.code, answer.venue_ts) == (spec().id, -1021, at(7))


def test_a_refused_amendment_is_an_amend_rejected():
    amend = SendAmend(at(0), spec().id, BTC, D("100.1"), D("1"))

    answer = faults.refuse(amend, faults.BUSY[0], at(7))

    assert isinstance(answer, AmendRejected)
    assert answer.code == -1008


def test_an_answer_that_is_none_names_its_order():
    event = faults.unknown(cancel(), faults.NOT_TOLD, at(9))

    assert (event.order, event.reason) == (spec().id, faults.NOT_TOLD)
