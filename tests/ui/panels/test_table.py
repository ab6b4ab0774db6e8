import pytest

from desk.ui.panels.table import Cell, Column, Table
from desk.ui.theme import Ink

COLUMNS = (
    Column("name", 5, is_numeric=False),
    Column("size", 7, rank=1),
    Column("fee", 6, rank=2),
    Column("note", 0, is_numeric=False, rank=3),
)
CELLS = [Cell("alpha"), Cell("0.050", Ink.BID), Cell("1.25"), Cell("because of that")]


def text(line):
    return "".join(run.text for run in line)


def test_numbers_stand_at_the_right_and_words_at_the_left():
    table = Table(COLUMNS, 60)

    assert text(table.heading()).rstrip() == "  name     size    fee  note"
    assert text(table.row(CELLS)).rstrip() == "  alpha   0.050   1.25  because of that"


@pytest.mark.parametrize(
    ("width", "heads"), [(52, "name size fee note"), (51, "name size fee"), (20, "name size"), (9, "name")]
)
def test_the_least_important_columns_make_room_first(width, heads):
    table = Table(COLUMNS, width)

    assert text(table.heading()).split() == heads.split()


def test_a_width_for_nothing_shows_nothing():
    assert text(Table(COLUMNS, 3).row(CELLS)) == ""


def test_a_row_is_as_wide_as_the_table():
    for width in range(7, 90):
        assert len(text(Table(COLUMNS, width).row(CELLS, ground=Ink.CURSOR))) == width


def test_a_ground_paints_all_of_the_row():
    row = Table(COLUMNS, 60).row(CELLS, ground=Ink.CURSOR)

    assert {run.ink for run in row} == {Ink.CURSOR}


def test_without_a_ground_each_cell_has_its_ink():
    row = Table(COLUMNS, 60).row(CELLS)

    assert [run.ink for run in row if "0.050" in run.text] == [Ink.BID]
