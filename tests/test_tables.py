"""The simulator's tables, smallest."""

import argparse

import pytest

from desk.tables import show

NONE = {"crashes": 0, "contests": 0, "scalpers": 0, "seed": 1, "market": None}


@pytest.mark.parametrize(
    ("asked", "heading", "rows"),
    [({"contests": 1}, "way ", 3), ({"crashes": 1}, "crash ", 15)],
)
def test_a_table_has_a_heading_and_a_row_for_each_way(capsys, asked, heading, rows):
    show(argparse.Namespace(**{**NONE, **asked}))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(heading)
    assert len(lines) == rows + 1
