"""What the answer to a request that changes something proves: done, refused, or not known and never to be sent again.

The doubt is one-sided on purpose. A refusal taken for unknown costs a query; the opposite may cost a second order. So
only an answer that is known to be a refusal is one, and everything else is resolved by asking.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from desk.model.units import MILLISECOND, Nanos


class Outcome(StrEnum):
    """What an answer proves about the request."""

    ACK = "ack"
    NOT_SENT = "not sent"
    """Not a byte has left: the same intent may be sent with a new time stamp."""
    UNKNOWN = "unknown"
    """It may have been carried out: ask, never send again."""
    REFUSED = "refused"
    """Not carried out, and it will not be."""
    EXISTS = "exists"
    """An open order has this id already: it is ours, ask for it."""
    GONE = "gone"
    """Nothing to cancel: how the order ended is told by a query and its trades."""
    ABSENT_NOW = "absent now"
    """Not there at this moment, which proves nothing before the horizon."""
    THROTTLED = "throttled"
    """Refused for asking too often."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came back from a request, if anything did."""

    bytes_written: int
    """How much of the request had left when it ended."""
    status: int | None = None
    """HTTP status; None: the connection ended without an answer."""
    body: bytes = b""


class Verdict(Struct, frozen=True):
    """The class of an answer, and what the venue said."""

    outcome: Outcome
    code: int = 0
    """The venue's own; zero where it gave none."""
    reason: str = ""
    is_transient: bool = False
    """The same wish may succeed later."""
    until: Nanos | None = None
    """When a ban ends, by the venue's clock; None: not told."""


UNKNOWN_CODES: Final = frozenset(
    {
        -1000,  # "an unknown error occurred": where, it does not say
        -1006,  # unexpected answer inside the venue, execution status unknown
        -1007,  # time-out inside the venue, send status unknown
        -2012,  # some of a batch of cancels failed
        -4083,  # some of a batch of orders failed
    }
)
THROTTLED_CODES: Final = frozenset({-1003, -1015})
TRANSIENT_CODES: Final = frozenset(
    {
        -1001,  # the venue could not process it
        -1008,  # overloaded
        -1016,  # shutting down
        -1021,  # outside the receive window at the gateway
        -4117,  # the stop order is being triggered
        -5028,  # outside the receive window at the matching engine
        -5043,  # an earlier amendment is still pending
    }
)
SPECIAL_CODES: Final = {
    -2011: Outcome.GONE,
    -2013: Outcome.ABSENT_NOW,
    -4116: Outcome.EXISTS,
}
DEFAULT_OUTCOME: Final = Outcome.REFUSED
"""Of a code that is in no set above: the venue names codes for what it has checked and turned down."""

_REFUSING_TEXTS: Final = ("service unavailable", "internal error; unable to process")
_BAN: Final = re.compile(r"banned until (\d{13})\b")
_FORBIDDEN: Final = 403
_TOO_LONG: Final = 408
_TOO_MANY: Final = frozenset({418, 429})
_UNAVAILABLE: Final = 503


class _Said(Struct):
    code: int = 0
    msg: str = ""


def classify(answer: Answer) -> Verdict:
    """Return what `answer` proves about the request."""
    status = answer.status
    if status is None:
        if answer.bytes_written:
            return Verdict(Outcome.UNKNOWN, reason="no answer")
        return Verdict(Outcome.NOT_SENT, reason="no connection", is_transient=True)
    said = _read(answer.body)
    if said is not None and said.code < 0:
        return _by_code(said, status)
    if 200 <= status < 300 and said is not None:
        return Verdict(Outcome.ACK)
    return _by_status(status, said.msg if said is not None else answer.body.decode(errors="replace"))


def outcome_of(code: int) -> Outcome:
    """Return the class of a venue's code."""
    if code in UNKNOWN_CODES:
        return Outcome.UNKNOWN
    if code in THROTTLED_CODES:
        return Outcome.THROTTLED
    return SPECIAL_CODES.get(code, DEFAULT_OUTCOME)


def _by_code(said: _Said, status: int) -> Verdict:
    outcome = outcome_of(said.code)
    is_transient = said.code in TRANSIENT_CODES or outcome is Outcome.THROTTLED
    if status == _TOO_LONG or (status >= 500 and outcome is Outcome.REFUSED and not is_transient):
        outcome = Outcome.UNKNOWN  # a server in trouble proves nothing by a code of its own
    return Verdict(outcome, said.code, said.msg, is_transient, _banned_until(said.msg))


def _by_status(status: int, text: str) -> Verdict:
    reason = f"{status} {text}".strip()
    if status in _TOO_MANY:
        return Verdict(Outcome.THROTTLED, reason=reason, is_transient=True, until=_banned_until(text))
    if status == _FORBIDDEN or (status == _UNAVAILABLE and text.lower().startswith(_REFUSING_TEXTS)):
        return Verdict(Outcome.REFUSED, reason=reason, is_transient=True)
    return Verdict(Outcome.UNKNOWN, reason=reason)


def _banned_until(text: str) -> Nanos | None:
    found = _BAN.search(text)
    return Nanos(int(found[1]) * MILLISECOND) if found else None


def _read(body: bytes) -> _Said | None:
    try:
        # Not strict: the service for conditional orders says "200" where the others say 200.
        return msgspec.json.decode(body, type=_Said, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
