"""Refusals carry code, text and status."""

from desk.exchange.validation import UNKNOWN_CANCEL
from desk.server.refusal import illegal, missing, no_such_path, of, too_much


def test_each_says_what_and_which():
    assert (missing("price").code, missing("price").text) == (
        -1102,
        "Mandatory parameter 'price' was not sent, was empty/null, or malformed.",
    )
    assert "'price'" in illegal("price", "x").text
    assert (no_such_path("GET", "/x").status, too_much(-1015, "x").status) == (404, 429)
    assert (of(UNKNOWN_CANCEL).code, of(UNKNOWN_CANCEL).status) == (-2011, 400)
