"""The question, and its answers."""

import pytest

from desk.ui.screens.dialogs import Confirm
from tests.ui.seat import FakeDesk, HandClock, played, press, seat


@pytest.mark.parametrize("no", ["escape", "n"])
async def test_no_sends_nothing(no):
    assert await played(["b", no, "enter"]) == []


async def test_holding_the_flatten_key_asks_once():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["f9", "f9", "f9"])

        assert sum(isinstance(screen, Confirm) for screen in app.screen_stack) == 1


async def test_a_yes_that_was_typed_ahead_of_its_question_is_not_an_answer():
    assert await played(["f9", "enter"], clock=HandClock(step_ms=1)) == []


async def test_leaving_is_asked_about_and_says_what_stays_behind():
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["ctrl+q"])

        lines = [str(line.render()) for line in app.screen.query(".dialog-line")]
        assert lines == [
            "left at PAPER, not cancelled: 5 orders",
            "positions: long 0.25 BTCUSDT of alpha, short 0.1 BTCUSDT of bravo",
            "runs, parked at the next start: chase-3",
        ]
        await press(pilot, ["enter"])
    assert app._exit
