"""Tables of cells: columns of fixed width, of which the least important make room first."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from desk.ui.cellgrid import Line, Run
from desk.ui.format import fit_left, fit_right
from desk.ui.theme import Ink

_STRETCH_MIN: Final = 28


class Column(NamedTuple):
    """One column. Numbers stand at the right; a width of 0 takes what is left (last column only)."""

    head: str
    width: int
    is_numeric: bool = True
    rank: int = 0
    """Columns of the highest rank are left out first."""


class Cell(NamedTuple):
    """What stands in one column."""

    text: str
    ink: Ink = Ink.TEXT


class Table:
    """A choice of columns that fit a width."""

    def __init__(self, columns: Sequence[Column], width: int) -> None:
        self._width = width
        kept = sorted(range(len(columns)), key=lambda index: (columns[index].rank, index))
        while kept and _total(columns, kept) > width:
            kept.pop()
        self._kept = sorted(kept)
        self._columns = columns

    def heading(self) -> Line:
        """Return the line of column heads."""
        return self.row([Cell(column.head, Ink.HEAD) for column in self._columns])

    def row(self, cells: Sequence[Cell], *, ground: Ink | None = None) -> Line:
        """Return one line; `ground` paints all of it in one ink, as under a cursor."""
        runs: list[Run] = []
        room = self._width
        for index in self._kept:
            column = self._columns[index]
            gap = _gap(column)
            width = column.width or max(0, room - gap)
            fit = fit_right if column.is_numeric else fit_left
            runs += (Run(" " * gap, ground or Ink.TEXT), Run(fit(cells[index].text, width), ground or cells[index].ink))
            room -= width + gap
        return [*runs, Run(" " * max(0, room), ground)] if ground else runs


def _total(columns: Sequence[Column], kept: Sequence[int]) -> int:
    return sum((columns[index].width or _STRETCH_MIN) + _gap(columns[index]) for index in kept)


def _gap(column: Column) -> int:
    # Words after a number need more air than a number after anything.
    return 1 if column.is_numeric else 2
