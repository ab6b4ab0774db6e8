"""Finding one's way in a view."""

from tests.kit.views import desk_view


def test_a_section_is_found_by_its_name():
    view = desk_view()

    assert view.instrument("ETHUSDT").symbol == "ETHUSDT"
    assert view.market("ETHUSDT").symbol == "ETHUSDT"
    assert view.sub("2").id == "2"


def test_a_name_the_desk_does_not_know_finds_nothing():
    view = desk_view()

    assert (view.instrument("XRPUSDT"), view.market("XRPUSDT"), view.sub("9")) == (None, None, None)
