"""The frame every panel is drawn in."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual.content import Content

from desk.ui.cellgrid import CellGrid, Line

Section = TypeVar("Section")


class Panel(CellGrid, Generic[Section]):
    """A grid that is shown sections of the view and draws them as lines."""

    TITLE = ""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.add_class("panel")
        self._section: Section | None = None
        self.entitle(self.TITLE)

    def show(self, section: Section) -> None:
        """Draw a section; one that equals what is shown costs nothing."""
        if section == self._section and self.is_fitting:
            return
        self._section = section
        if self.is_fitting:
            self.redraw()
        else:
            self.fit()

    def redraw(self) -> None:
        """Draw what was shown last, in the size the panel has now."""
        if self._section is None or not self.rows or not self.columns:
            return
        lines = self.draw(self._section, self.columns, self.rows)
        for row in range(self.rows):
            self.put_line(row, lines[row] if row < len(lines) else ())
        self.flush()

    def draw(self, section: Section, width: int, height: int) -> Sequence[Line]:
        """Return the lines of a section; lines beyond `height` are not shown."""
        raise NotImplementedError

    def entitle(self, title: str) -> None:
        """Write the title into the border, as plain text whatever it contains."""
        self.border_title = Content(title) if title else None
