"""The help."""

from desk.ui.screens.help import HelpScreen
from tests.ui.seat import FakeDesk, press, seat


async def test_help_on_a_verb_is_asked_for_on_the_line():
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["colon", "type help chase", "enter"])

        assert isinstance(app.screen, HelpScreen)
