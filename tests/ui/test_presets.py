"""What the forms remember: distances and amounts, never yesterday's prices."""

import pytest

from desk.ui.forms import CHASE_FORM, ORDER_FORM
from desk.ui.presets import NAME_LENGTH_MAX, NAMES_MAX, Presets
from tests.kit.views import BTC, ETH


class Shelf:
    """Keeps a document in memory."""

    def __init__(self, document=b""):
        self.document = document

    def load(self):
        return self.document

    def save(self, document):
        self.document = document


def blank(form, **changes):
    return {field.name: field.start for field in form.fields} | changes


WRITTEN = blank(
    CHASE_FORM, side="sell", quantity="500", unit="quote", cap="20bps", ttl="30s", tp="40bps", sl="61500", peg="mid"
)


def test_a_form_begins_as_it_was_last_sent_in_that_symbol():
    presets = Presets()
    presets.sent(CHASE_FORM, BTC, WRITTEN)

    begun = presets.start(CHASE_FORM, BTC, blank(CHASE_FORM, quantity="0.01"))
    assert (begun["quantity"], begun["unit"], begun["cap"], begun["ttl"]) == ("500", "quote", "20bps", "30s")
    assert begun["tp"] == "40bps"
    assert presets.start(CHASE_FORM, ETH, blank(CHASE_FORM))["quantity"] == ""


def test_prices_and_sides_are_not_remembered():
    presets = Presets()
    presets.sent(CHASE_FORM, BTC, WRITTEN)
    presets.sent(ORDER_FORM, BTC, blank(ORDER_FORM, side="sell", price="61800", quantity="1", **{"reduce-only": "yes"}))

    assert presets.start(CHASE_FORM, BTC, blank(CHASE_FORM))["sl"] == ""
    begun = presets.start(ORDER_FORM, BTC, blank(ORDER_FORM, price="61900", side="buy"))
    assert (begun["price"], begun["side"], begun["reduce-only"], begun["quantity"]) == ("61900", "buy", "no", "1")


def test_presets_are_kept_by_name_over_a_restart():
    shelf = Shelf()
    assert Presets(shelf).keep(CHASE_FORM, " calm ", WRITTEN) == ""

    again = Presets(shelf)
    assert again.names(CHASE_FORM) == ("calm",)
    assert again.names(ORDER_FORM) == ()
    taken = again.take(CHASE_FORM, "calm", blank(CHASE_FORM))
    assert (taken["side"], taken["peg"], taken["quantity"]) == ("sell", "mid", "500")
    assert again.drop(CHASE_FORM, "calm")
    assert not again.drop(CHASE_FORM, "calm")
    assert Presets(shelf).names(CHASE_FORM) == ()


@pytest.mark.parametrize("name", ["", "  ", "x" * (NAME_LENGTH_MAX + 1)])
def test_a_preset_has_a_name(name):
    assert Presets().keep(CHASE_FORM, name, WRITTEN).startswith("preset: expected a name of 1 to 24 letters")


def test_presets_are_bounded():
    presets = Presets()
    for number in range(NAMES_MAX):
        assert presets.keep(CHASE_FORM, f"p{number}", WRITTEN) == ""

    assert presets.keep(CHASE_FORM, "one more", WRITTEN) == "preset: expected at most 50 of a form, found 50"
    assert presets.keep(CHASE_FORM, "p0", WRITTEN) == ""


@pytest.mark.parametrize("document", [b"{", b"[1]", b'{"last": 3}', b"\xff"])
def test_a_document_that_is_none_of_ours_is_as_none(document):
    assert Presets(Shelf(document)).names(CHASE_FORM) == ()


def test_a_word_that_a_field_does_not_take_any_more_is_left_out():
    shelf = Shelf(b'{"named": {"chase": {"old": {"peg": "moon", "ttl": "9s", "gone": "1"}}}}')

    taken = Presets(shelf).take(CHASE_FORM, "old", blank(CHASE_FORM))
    assert (taken["peg"], taken["ttl"]) == ("join", "9s")
    assert "gone" not in taken
