"""The last look at a request before it leaves."""

import pytest
from msgspec.structs import replace

from desk.core.departure import LATE, held_back
from desk.model.effect import RequestTruth, SendAmend, SendCancel, SendOrder
from desk.model.event import AmendRejected, OrderRejected
from tests.kit import builders
from tests.kit.builders import BTC, D, at

SPEC = builders.spec("PMS0001_MAN001000000_00001")
OPENING = SendOrder(at(0), SPEC)
CLOSING = SendOrder(at(0), replace(SPEC, closing=True))
AMEND = SendAmend(at(0), SPEC.id, BTC, D(100), D(1))
CANCEL = SendCancel(at(0), SPEC.id, BTC)


@pytest.mark.parametrize("effect", [OPENING, CLOSING, AMEND, CANCEL, RequestTruth(at(0))])
def test_what_is_durable_and_fresh_may_leave(effect):
    assert held_back(effect, at(0) + LATE, "") is None


def test_an_order_decided_too_long_ago_stays_and_the_engine_hears_why():
    assert held_back(OPENING, at(501), "") == OrderRejected(
        at(501), SPEC.id, 0, "not sent: decided 501 ms ago", at(501)
    )


def test_an_amendment_decided_too_long_ago_stays_too():
    assert held_back(AMEND, at(900), "") == AmendRejected(at(900), SPEC.id, 0, "not sent: decided 900 ms ago", at(900))


def test_what_the_journal_could_not_keep_stays():
    assert held_back(OPENING, at(1), "disk full").reason == "not sent: disk full"
    assert held_back(AMEND, at(1), "disk full").reason == "not sent: disk full"


@pytest.mark.parametrize("effect", [CLOSING, CANCEL])
def test_the_way_out_is_never_barred(effect):
    assert held_back(effect, at(60_000), "disk full") is None
