"""The question before something is done that costs money."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.format import sanitise
from desk.ui.session import ClockMs
from desk.ui.theme import STYLES, Ink

DEAF_MS: Final = 250
"""A yes that comes sooner was meant for what was on the screen before."""


class Confirm(ModalScreen[bool]):
    """Shows exactly what would be done; only Enter or y does it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "yes", "yes"),
        Binding("escape,n", "no", "no"),
    ]

    def __init__(self, title: str, lines: Sequence[str], clock_ms: ClockMs) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._clock_ms = clock_ms
        self._asked_ms = clock_ms()

    def compose(self) -> ComposeResult:
        """Lay out what would be done and the two answers."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            with VerticalScroll(id="dialog-text", can_focus=False):
                for line in self._lines:
                    yield Static(sanitise(line, 400), classes="dialog-line", markup=False)
            yield Static(_answers(), id="dialog-answers", markup=False)

    def asks(self, title: str, lines: Sequence[str]) -> bool:
        """Tell whether this is that question: it is not asked twice over."""
        return self._title == title and list(self._lines) == list(lines)

    def action_yes(self) -> None:
        """Do it."""
        if self._clock_ms() - self._asked_ms >= DEAF_MS:
            self.dismiss(True)

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss(False)


def _answers() -> Text:
    return Text.assemble(
        ("Enter", STYLES[Ink.BRIGHT]), (" or ", STYLES[Ink.DIM]), ("y", STYLES[Ink.BRIGHT]), (" do it    ", STYLES[Ink.DIM]),
        ("Esc", STYLES[Ink.BRIGHT]), (" or ", STYLES[Ink.DIM]), ("n", STYLES[Ink.BRIGHT]), (" leave it", STYLES[Ink.DIM]),
    )  # fmt: skip
