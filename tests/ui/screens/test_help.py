"""The help."""

from desk.ui.keymap import Group
from desk.ui.screens.help import HelpScreen, help_text
from desk.ui.words import VERBS
from tests.ui.seat import FakeDesk, press, seat


def test_the_help_has_every_verb_and_every_group_of_keys():
    text = help_text("").plain

    assert all(verb.usage in text and verb.example in text for verb in VERBS.values())
    assert all(group.value in text for group in Group)


def test_the_help_on_a_verb_is_about_that_verb_alone():
    text = help_text("amend").plain

    assert VERBS["amend"].usage in text
    assert VERBS["chase"].usage not in text


async def test_help_on_a_verb_is_asked_for_on_the_line():
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["colon", "type help chase", "enter"])

        assert isinstance(app.screen, HelpScreen)


async def test_the_help_scrolls_and_closes_by_keys():
    app = seat(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, ["question_mark", "pagedown"])
        assert app.screen.query_one("#help-text").scroll_target_y > 0

        await press(pilot, ["escape"])
        assert app.screen is app.trade
