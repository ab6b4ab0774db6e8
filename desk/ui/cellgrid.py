"""A widget of character cells that repaints only the cells that changed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from desk.ui.theme import STYLES, Ink

_GAP_MAX = 3
"""Cells between two changed stretches that cost less to send again than a cursor movement."""


class Run(NamedTuple):
    """Text in one ink."""

    text: str
    ink: Ink = Ink.TEXT


Line = Sequence[Run]
"""One row, from the left edge; what it does not reach is blank."""


class CellGrid(Widget):
    """Cells of one glyph and one ink each.

    `put` compares and marks, `flush` asks for one repaint of everything marked. A glyph that is not one cell wide is
    shown as `?`: a wrong width would push the neighbour's cells aside.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs: list[list[str]] = []
        self._inks: list[list[Ink]] = []
        self._lines: list[Line | None] = []
        self._strips: list[Strip | None] = []
        self._dirty: dict[int, set[int]] = {}
        self._looks: dict[Ink, Style] = {}

    @property
    def columns(self) -> int:
        """Cells in a row."""
        return len(self._glyphs[0]) if self._glyphs else 0

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return len(self._glyphs)

    def put(self, row: int, col: int, text: str, ink: Ink = Ink.TEXT) -> None:
        """Write text from a cell on; what falls outside is cut off."""
        if not 0 <= row < self.rows or not 0 <= col < self.columns:
            return
        self._lines[row] = None
        self._write(row, col, one_cell_glyphs(text[: self.columns - col]), ink)

    def put_line(self, row: int, line: Line) -> None:
        """Write a whole row, blank to its end."""
        if not 0 <= row < self.rows or self._lines[row] == line:
            return
        self._lines[row] = line
        col = 0
        for text, ink in line:
            shown = one_cell_glyphs(text[: self.columns - col])
            self._write(row, col, shown, ink)
            col += len(shown)
        self._write(row, col, " " * (self.columns - col), Ink.TEXT)

    def flush(self) -> None:
        """Ask for one repaint of all that changed since the last flush."""
        regions = [Region(x, row, width, 1) for row, cols in self._dirty.items() for x, width in stretches(cols)]
        self._dirty.clear()
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """Return one row for the compositor."""
        if not 0 <= y < self.rows:
            return Strip.blank(self.columns)
        strip = self._strips[y]
        if strip is None:
            if not self._looks:
                ground = self.rich_style
                self._looks = {ink: ground + style for ink, style in STYLES.items()}
            segments = [Segment(text, self._looks[ink]) for text, ink in _runs(self._glyphs[y], self._inks[y])]
            strip = self._strips[y] = Strip(segments, self.columns)
        return strip

    def redraw(self) -> None:
        """Write every row again; a grid that knows its content overrides this, and is asked after a resize."""

    def text(self) -> list[str]:
        """Return the rows as text, without trailing blanks."""
        return ["".join(glyphs).rstrip() for glyphs in self._glyphs]

    @property
    def is_fitting(self) -> bool:
        """Tell whether the grid has the size of its widget; a border that comes or goes sends no resize."""
        return self.content_size == (self.columns, self.rows)

    def on_resize(self, _event: events.Resize) -> None:
        """Start over with the new size."""
        self.fit()

    def notify_style_update(self) -> None:
        """Resolve the inks again on the ground that the style sheets give now."""
        super().notify_style_update()
        self._looks = {}
        self._strips = [None] * self.rows

    def fit(self) -> None:
        """Take the widget's size and write every row again."""
        width, height = self.content_size
        self._glyphs = [[" "] * width for _ in range(height)]
        self._inks = [[Ink.TEXT] * width for _ in range(height)]
        self._lines = [None] * height
        self._strips = [None] * height
        self._dirty.clear()
        if width and height:
            self.redraw()
            self._dirty.clear()
        self.refresh()

    def _write(self, row: int, col: int, glyphs: str, ink: Ink) -> None:
        end = col + len(glyphs)
        old_glyphs, old_inks = self._glyphs[row], self._inks[row]
        new_glyphs, new_inks = list(glyphs), [ink] * len(glyphs)
        if old_glyphs[col:end] == new_glyphs and old_inks[col:end] == new_inks:
            return
        changed = {x for x in range(col, end) if old_glyphs[x] != new_glyphs[x - col] or old_inks[x] is not ink}
        self._dirty.setdefault(row, set()).update(changed)
        old_glyphs[col:end] = new_glyphs
        old_inks[col:end] = new_inks
        self._strips[row] = None


def one_cell_glyphs(text: str) -> str:
    """Return text in which every character fills exactly one cell; what would not is shown as `?`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(glyph if glyph.isprintable() and cell_len(glyph) == 1 else "?" for glyph in text)


def stretches(cols: Iterable[int]) -> Iterator["tuple[int, int]"]:
    """Yield (start, width) of the columns, joining those that lie close together."""
    ordered = sorted(cols)
    start = last = ordered[0]
    for col in ordered[1:]:
        if col - last > _GAP_MAX + 1:
            yield start, last + 1 - start
            start = col
        last = col
    yield start, last + 1 - start


def _runs(glyphs: list[str], inks: list[Ink]) -> Iterator[Run]:
    start = 0
    for x in range(1, len(glyphs) + 1):
        if x == len(glyphs) or inks[x] is not inks[start]:
            yield Run("".join(glyphs[start:x]), inks[start])
            start = x
