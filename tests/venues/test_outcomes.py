"""An answer proves what it proves: a lost one nothing, a refusal only where the venue is known to mean it."""

import json
from pathlib import Path

import pytest

from desk.model.units import Nanos
from desk.venues.outcomes import Answer, Outcome, classify, outcome_of

CODES = Path(__file__).parents[3] / "shared" / "data" / "wire" / "error_codes.json"


def answered(status, code=None, text=""):
    body = text.encode() if code is None else json.dumps({"code": code, "msg": text}).encode()
    return classify(Answer(bytes_written=300, status=status, body=body))


def test_an_order_that_is_sent_back_whole_is_acknowledged():
    body = b'{"orderId": 283194212, "status": "NEW", "clientOrderId": "x"}'

    assert classify(Answer(bytes_written=300, status=200, body=body)).outcome is Outcome.ACK


def test_a_request_that_never_left_may_be_sent_again():
    verdict = classify(Answer(bytes_written=0))

    assert (verdict.outcome, verdict.is_transient) == (Outcome.NOT_SENT, True)


def test_one_byte_that_has_left_is_enough_to_know_nothing():
    assert classify(Answer(bytes_written=1)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("body", ["", "<html>", '{"orderId": 28319', "[]", '{"code": "what"}'])
def test_a_success_that_cannot_be_read_is_unknown(body):
    assert answered(200, text=body).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "code", "text", "outcome"),
    [
        (408, None, "", Outcome.UNKNOWN),
        (408, -1121, "Invalid symbol.", Outcome.UNKNOWN),
        (500, None, "", Outcome.UNKNOWN),
        (500, -2019, "Margin is insufficient.", Outcome.UNKNOWN),
        (502, None, "<html>Bad Gateway</html>", Outcome.UNKNOWN),
        (504, None, "", Outcome.UNKNOWN),
        (503, None, "Unknown error, please check your request or try again later.", Outcome.UNKNOWN),
        (503, None, "something nobody has seen", Outcome.UNKNOWN),
        (503, None, "Service Unavailable.", Outcome.REFUSED),
        (503, None, "Internal error; unable to process your request. Please try again.", Outcome.REFUSED),
        (503, -1001, "Internal error; unable to process your request.", Outcome.REFUSED),
        (503, -1008, "Server is currently overloaded", Outcome.REFUSED),
        (400, -1006, "", Outcome.UNKNOWN),
        (400, -1007, "", Outcome.UNKNOWN),
        (400, -1021, "", Outcome.REFUSED),
        (400, -5028, "", Outcome.REFUSED),
        (400, -4014, "", Outcome.REFUSED),
        (400, None, "", Outcome.UNKNOWN),
        (302, None, "", Outcome.UNKNOWN),
        (403, None, "<html>", Outcome.REFUSED),
        (429, None, "", Outcome.THROTTLED),
        (418, None, "", Outcome.THROTTLED),
        (400, -1015, "Too many new orders.", Outcome.THROTTLED),
        (400, -4116, "", Outcome.EXISTS),
        (400, -2011, "", Outcome.GONE),
        (400, -2013, "", Outcome.ABSENT_NOW),
    ],
)
def test_every_signal_has_its_class(status, code, text, outcome):
    assert answered(status, code, text).outcome is outcome


def test_a_success_with_a_code_of_a_failure_is_read_by_its_code():
    assert answered(200, -2011, "Unknown order sent.").outcome is Outcome.GONE


@pytest.mark.parametrize(("code", "transient"), [(-1008, True), (-1001, True), (-1003, True), (-2019, False)])
def test_only_a_refusal_of_the_moment_is_transient(code, transient):
    assert answered(400, code).is_transient is transient


def test_the_end_of_a_ban_is_read_from_the_sentence():
    text = "Way too many requests; IP(1.2.3.4) banned until 1764028805123. Please use the websocket."

    verdict = answered(418, -1003, text)

    assert verdict.until == Nanos(1_764_028_805_123_000_000)
    assert (verdict.code, verdict.reason) == (-1003, text)


def test_a_throttling_that_tells_no_end_has_none():
    assert answered(429, -1003, "Too many requests").until is None


def test_every_code_the_venue_documents_has_its_class():
    if not CODES.exists():
        pytest.skip("the venue's list of codes is not here")
    codes = {entry["code"] for entry in json.loads(CODES.read_text())}
    unlike = {code: outcome_of(code) for code in codes if outcome_of(code) is not Outcome.REFUSED}

    assert len(codes) == 200
    assert unlike == {
        -1000: Outcome.UNKNOWN,
        -1003: Outcome.THROTTLED,
        -1006: Outcome.UNKNOWN,
        -1007: Outcome.UNKNOWN,
        -1015: Outcome.THROTTLED,
        -2011: Outcome.GONE,
        -2012: Outcome.UNKNOWN,
        -2013: Outcome.ABSENT_NOW,
        -4083: Outcome.UNKNOWN,
        -4116: Outcome.EXISTS,
    }
