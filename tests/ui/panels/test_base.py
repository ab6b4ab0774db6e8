from desk.ui.cellgrid import Run
from desk.ui.panels.base import Panel
from tests.ui.stage import Stage


class Echo(Panel):
    """Shows its section, and keeps how often it drew."""

    TITLE = "echo [red]"

    def __init__(self):
        super().__init__()
        self.drawn = 0

    def draw(self, section, width, height):
        self.drawn += 1
        return [[Run(word)] for word in section.split()]


async def test_an_equal_section_is_not_drawn_again():
    app = Stage(Echo(), "one two")
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        drawn = app.panel.drawn

        app.panel.show("one two")

        assert app.panel.drawn == drawn
        assert app.panel.text() == ["one", "two", "", ""]


async def test_fewer_lines_leave_nothing_of_the_old_ones():
    app = Stage(Echo(), "one two three")
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()

        app.panel.show("four")

        assert app.panel.text() == ["four", "", "", ""]


async def test_a_panel_that_was_shown_before_it_had_a_size_draws_when_it_gets_one():
    panel = Echo()
    panel.show("early")
    app = Stage(panel, "early")
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()

        assert panel.text()[0] == "early"


async def test_another_size_draws_what_is_shown():
    app = Stage(Echo(), "one two three four five")
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()

        await pilot.resize_terminal(30, 8)
        await pilot.pause()

        assert app.panel.text() == ["one", "two", "three", "four", "five", ""]


async def test_a_border_that_goes_gives_its_cells_to_the_panel():
    app = Stage(Echo(), "one")
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()

        app.panel.styles.border = ("none", "black")
        await pilot.pause()
        app.panel.show("one")

        assert (app.panel.columns, app.panel.rows) == (20, 6)


async def test_a_title_is_plain_text():
    app = Stage(Echo(), "one")
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()

        assert app.panel._border_title.plain == "echo [red]"
