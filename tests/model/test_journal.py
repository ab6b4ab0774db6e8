"""What is journalled, and what is not."""

from decimal import Decimal

from desk.model.command import CancelAll
from desk.model.effect import Alert, RequestTruth, SendCancel, Severity
from desk.model.event import LinkChanged, LinkState, OrderCancelled, Submitted
from desk.model.journal import is_journalled, record
from desk.model.market import Quote


def test_what_a_person_asked_what_we_sent_and_what_the_venue_answered_is_journalled():
    asked = Submitted(1, CancelAll())
    told = SendCancel(1, "A1", "BTCUSDT")
    answered = OrderCancelled(2, "A1", Decimal(0), 2)

    assert all(is_journalled(each) for each in (asked, told, answered))


def test_the_present_is_not_journalled():
    quote = Quote(1, "BTCUSDT", Decimal(1), Decimal(1), Decimal(2), Decimal(1), 1)
    link = LinkChanged(1, LinkState.UP, "")
    alert = Alert(1, Severity.INFO, "hello")

    assert not any(is_journalled(each) for each in (quote, link, alert))


def test_a_question_is_for_it_counts_against_the_venues_limits():
    assert is_journalled(RequestTruth(1))


def test_a_record_takes_time_and_kind_from_its_body():
    line = record(9, SendCancel(5, "A1", "BTCUSDT"))

    assert (line.seq, line.ts, line.kind) == (9, 5, "SendCancel")
