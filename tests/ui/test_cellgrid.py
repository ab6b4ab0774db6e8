import pytest
from textual.geometry import Region

from desk.ui.cellgrid import CellGrid, Run, one_cell_glyphs, stretches
from desk.ui.theme import Ink
from tests.ui.stage import Bare


class Watched(CellGrid):
    """A grid that keeps what it asked to be repainted."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def refresh(self, *regions, **options):
        self.asked.append(regions)
        return super().refresh(*regions, **options)


@pytest.fixture
async def grid():
    app = Bare(Watched())
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        app.widget.asked.clear()
        yield app.widget


async def test_only_the_cells_that_changed_are_repainted(grid):
    grid.put(1, 2, "61843.1")
    grid.flush()
    grid.asked.clear()

    grid.put(1, 2, "61843.2")
    grid.flush()

    assert grid.asked == [(Region(8, 1, 1, 1),)]


async def test_equal_content_asks_for_nothing(grid):
    grid.put_line(0, [Run("abc", Ink.BID)])
    grid.flush()
    grid.asked.clear()

    grid.put_line(0, (Run("a", Ink.BID), Run("bc", Ink.BID)))
    grid.flush()

    assert grid.asked == []


async def test_another_ink_is_a_change(grid):
    grid.put(0, 0, "abc", Ink.BID)
    grid.flush()
    grid.asked.clear()

    grid.put(0, 0, "abc", Ink.ASK)
    grid.flush()

    assert grid.asked == [(Region(0, 0, 3, 1),)]


async def test_one_flush_asks_once_for_all_rows(grid):
    grid.put(0, 0, "a")
    grid.put(3, 19, "b")

    grid.flush()

    assert grid.asked == [(Region(0, 0, 1, 1), Region(19, 3, 1, 1))]


async def test_a_shorter_line_blanks_the_rest(grid):
    grid.put_line(2, [Run("long line")])

    grid.put_line(2, [Run("short")])

    assert grid.text()[2] == "short"


async def test_a_cell_put_over_a_line_does_not_stop_the_line_from_coming_back(grid):
    line = [Run("abc")]
    grid.put_line(0, line)
    grid.put(0, 1, "X")

    grid.put_line(0, line)

    assert grid.text()[0] == "abc"


async def test_what_falls_outside_is_cut_off(grid):
    grid.put(0, 18, "abcdef")
    grid.put(9, 0, "nowhere")
    grid.put_line(-1, [Run("nowhere")])

    assert grid.text() == ["                  ab", "", "", ""]


async def test_a_wide_glyph_cannot_push_its_neighbours(grid):
    grid.put_line(0, [Run("a漢b\x1bc")])

    strip = grid.render_line(0)
    assert strip.text.startswith("a?b?c")
    assert strip.cell_length == 20


async def test_a_row_that_did_not_change_keeps_its_strip(grid):
    grid.put(0, 0, "a")
    strip = grid.render_line(0)

    grid.put(1, 0, "b")

    assert grid.render_line(0) is strip


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (10, 4)])
async def test_a_grid_survives_any_size(size):
    app = Bare(CellGrid(classes="panel"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        app.widget.put_line(0, [Run("too long for this")])
        app.widget.flush()
        await pilot.resize_terminal(40, 10)
        await pilot.pause()

        assert (app.widget.columns, app.widget.rows) == (38, 8)


def test_columns_that_lie_close_together_are_sent_as_one():
    assert list(stretches({5, 1, 2, 20})) == [(1, 5), (20, 1)]


def test_blocks_and_braille_are_one_cell():
    assert one_cell_glyphs("█⣿│≈Σ✓") == "█⣿│≈Σ✓"
