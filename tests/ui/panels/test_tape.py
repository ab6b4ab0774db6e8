import pytest

from desk.ui.panels.tape import TapePanel, TapeSection
from tests.kit.views import instrument, market
from tests.ui.stage import Stage


def section():
    return TapeSection(instrument=instrument(), tape=market().tape)


def test_tape(snap_compare):
    assert snap_compare(Stage(TapePanel(id="tape"), section()), terminal_size=(35, 9))


async def test_the_newest_trade_is_on_top_with_the_side_that_took():
    app = Stage(TapePanel(), section())
    async with app.run_test(size=(35, 6)) as pilot:
        await pilot.pause()

        assert [line.split() for line in app.panel.text()] == [
            ["price", "size", "time"],
            ["^", "61,843.2", "0.120", "00:00:00"],
            ["^", "61,843.2", "0.004", "23:59:59"],
            ["v", "61,843.1", "0.750", "23:59:59"],
        ]


@pytest.mark.parametrize("size", [(10, 4), (3, 3)])
async def test_it_survives_a_tiny_terminal(size):
    app = Stage(TapePanel(), section())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        assert app.panel.rows == size[1] - 2
