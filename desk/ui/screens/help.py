"""The help: every key and every verb, made from the tables that the desk itself obeys."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.model.limits import BOUNDS, CHOICES, NAMES
from desk.ui.arming import KeyMode
from desk.ui.keymap import Group, help_rows
from desk.ui.theme import STYLES, Ink
from desk.ui.words import VERBS, Verb

_MODES = {
    KeyMode.SAFE: "nothing that opens risk is sent",
    KeyMode.CONFIRM: "an order key asks first; a written order goes when it is entered",
    KeyMode.ARMED: "order keys act at once; lowered by itself on stale prices, a lost link or a lost focus",
}


class HelpScreen(ModalScreen[None]):
    """Everything, or one verb when `topic` names it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1,question_mark,enter", "dismiss", "close")]

    def __init__(self, topic: str = "") -> None:
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        """Lay out the text; it scrolls."""
        with Vertical(id="help") as frame:
            frame.border_title = Content(f"help · {self._topic}" if self._topic else "help")
            frame.border_subtitle = Content("↑ ↓ PgUp PgDn scroll · Esc closes")
            with VerticalScroll(id="help-text"):
                yield Static(help_text(self._topic), markup=False)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one("#help-text").focus()


def help_text(topic: str) -> Text:
    """Return the help on one verb, or on everything."""
    text = Text()
    if topic:
        _write_verb(text, VERBS[topic])
        if topic == "limit":
            for name in NAMES:
                bound = str(BOUNDS[name]) if name in BOUNDS else ", ".join(CHOICES[name])
                text.append(f"      {name:<20}", STYLES[Ink.BRIGHT]).append(f"{bound}\n", STYLES[Ink.DIM])
        return text
    for group in Group:
        _write_heading(text, group.value)
        for keys, what in help_rows(group):
            text.append(f"  {keys:<18}", STYLES[Ink.BRIGHT]).append(f"{what}\n")
    _write_heading(text, "key modes")
    for mode, what in _MODES.items():
        text.append(f"  {mode:<18}", STYLES[Ink.BRIGHT]).append(f"{what}\n")
    _write_heading(text, "command line: verbs")
    for verb in VERBS.values():
        _write_verb(text, verb)
    return text


def _write_heading(text: Text, heading: str) -> None:
    text.append("\n" if text else "").append(f"{heading}\n", STYLES[Ink.MARK])


def _write_verb(text: Text, verb: Verb) -> None:
    text.append(f"  {verb.usage}\n", STYLES[Ink.BRIGHT])
    text.append(f"      {verb.summary}; e.g. ", STYLES[Ink.DIM]).append(f"{verb.example}\n", STYLES[Ink.TEXT])
