"""The way out, the frames, and the desk that does not trust itself."""

import pytest
from msgspec.structs import replace

from desk.model.command import (
    CancelAll,
    Flatten,
)
from desk.model.event import LinkState
from desk.model.view import DeskMode
from desk.ui.arming import KeyMode
from desk.ui.screens.dialogs import Confirm
from tests.kit.views import ALPHA, BTC, alert, before, desk_view, market
from tests.ui.seat import FakeDesk, HandClock, played, press, said, seat


@pytest.mark.parametrize(
    "where",
    [[], ["colon", "type buy 1"], ["o"], ["o", "tab"], ["h"], ["f1"], ["b"], ["q"]],
    ids=["desk", "command line", "form input", "form choice", "chase form", "help", "question", "leaving"],
)
async def test_cancel_all_works_from_everywhere(where):
    assert await played([*where, "f8"], mode=KeyMode.SAFE) == [CancelAll(sub=ALPHA)]


@pytest.mark.parametrize("where", [[], ["colon", "type buy 1"], ["o"], ["f1"], ["b"]])
async def test_flatten_works_from_everywhere_and_asks_unless_armed(where):
    assert await played([*where, "f9", "enter"]) == [Flatten(sub=ALPHA, symbol=BTC)]


async def test_an_armed_flatten_acts_at_once():
    assert await played(["f9"], mode=KeyMode.ARMED) == [Flatten(sub=ALPHA, symbol=BTC)]


async def test_flattening_everything_names_every_sub_account():
    assert await played(["f10", "y"]) == [Flatten()]


async def test_the_way_out_forgets_what_was_waiting():
    # A wait of a millisecond would long be over.
    commands = await played(["colon", "type wait 1h; buy 0.01 market", "enter", "f8"])

    assert commands == [CancelAll(sub=ALPHA)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"mode": DeskMode.DEGRADED, "mode_reason": "quotes are old"},
            "disarmed: the desk is degraded: quotes are old",
        ),
        ({"link": LinkState.DOWN}, "disarmed: the link is down"),
        (
            {"markets": (market(quote=replace(market().quote, ts=before(9_000))),)},
            "disarmed: the BTCUSDT quote is 9.0 s old",
        ),
    ],
)
async def test_an_armed_desk_disarms_when_it_cannot_be_trusted(changes, why):
    desk = FakeDesk()
    app = seat(desk, mode=KeyMode.ARMED)
    async with app.run_test(size=(120, 34)) as pilot:
        desk.view = desk_view(seq=2, **changes)
        # The key comes before any frame has seen it.
        await press(pilot, ["b"])

        assert said(app) == why
        assert isinstance(app.screen, Confirm)
    assert desk.commands == []


async def test_an_engine_that_stands_still_disarms_the_keys():
    app = seat(FakeDesk(), mode=KeyMode.ARMED, clock=HandClock(step_ms=1_100))
    async with app.run_test(size=(120, 34)):
        app.show_frame()
        app.show_frame()

        assert "the engine has been silent" in said(app)


async def test_losing_the_terminals_focus_disarms_the_keys():
    app = seat(FakeDesk(), mode=KeyMode.ARMED)
    async with app.run_test(size=(120, 34)) as pilot:
        app.app_focus = False
        app.on_app_blur()
        await pilot.pause()

        assert said(app) == "disarmed: the terminal lost the focus"


async def test_a_new_warning_is_raised_once():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        app.show_frame()
        desk.view = desk_view(
            seq=2, alerts=(alert(), alert(2), replace(alert(3), severity="error", text="[red]boo[/]"))
        )
        app.show_frame()
        app.show_frame()
        await pilot.pause()

        assert [note.message for note in app._notifications] == ["[red]boo[/]"]


async def test_venue_strings_are_shown_as_they_are():
    wicked = replace(desk_view().orders[0], reason="[red]no[/red]\x1b[2J")
    desk = FakeDesk(desk_view(mode_reason="[b]x[/b]", orders=(wicked,), alerts=(alert(9, text="[on red]hey"),)))
    app = seat(desk)
    async with app.run_test(size=(200, 50)):
        app.show_frame()

        assert any("[on red]hey" in row for row in app.trade.query_one("#alerts").text())


async def test_a_screen_that_breaks_keeps_its_error_for_the_last_guard_and_prints_no_locals():
    app = seat(FakeDesk())

    def break_down():
        raise LookupError("no such panel")

    with pytest.raises(LookupError):
        async with app.run_test() as pilot:
            app.call_later(break_down)
            await pilot.pause()

    assert str(app.failure) == "no such panel"
    assert app._exit_renderables == []


async def test_a_screen_leaves_when_the_desk_behind_it_has_ended():
    app = seat(FakeDesk())
    async with app.run_test():
        app.is_over = lambda: True

        app.show_frame()

    assert not app.is_running
    assert app._exit
