"""The panels take turns."""

from desk.ui.screens.panes import GROUPS
from tests.kit.views import D, desk_view, market
from tests.ui.seat import FakeDesk, seat

LATER = desk_view(seq=2, markets=(market(bids=(), asks=()),))


async def test_every_panel_but_the_charts_is_shown_once_in_a_round_of_frames():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(200, 50)):
        shown = {}
        for panel in app.trade.query(".panel"):
            panel.show = lambda _section, name=panel.id: shown.__setitem__(name, shown.get(name, 0) + 1)
        desk.view = LATER
        for frame in range(1, 1 + GROUPS):
            app.trade.show(desk.view, app.trade._pulse, frame)

    assert shown == dict.fromkeys(("ladder", "status", "blotter", "tape", "accounts", "risk", "alerts"), 1)


async def test_the_screen_shows_the_view_and_not_a_copy_of_its_own():
    desk = FakeDesk()
    app = seat(desk, sizes={"BTC": (D("0.777"),)})
    async with app.run_test(size=(120, 34)):
        assert "0.777" in app.trade.query_one("#ladder").text()[0]
