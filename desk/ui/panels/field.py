"""A field of a form that takes one of a few words, by keys."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from desk.ui.theme import STYLES, Ink


class Choice(Widget, can_focus=True):
    """One of a few words: left and right walk through them, their first letter picks the next that begins with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
    ]

    class Changed(Message):
        """Another word was chosen."""

    def __init__(self, choices: tuple[str, ...], value: str, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="choice")
        self._choices = choices
        self._value = value

    @property
    def value(self) -> str:
        """The chosen word."""
        return self._value

    @value.setter
    def value(self, word: str) -> None:
        if word in self._choices and word != self._value:
            self._value = word
            self.refresh()
            self.post_message(self.Changed())

    def on_key(self, event: events.Key) -> None:
        """Pick by first letter."""
        if event.character is not None and event.character.isalnum():
            event.stop()
            self._pick(event.character.lower())

    def action_step(self, step: int) -> None:
        """Choose the word `step` places on."""
        self.value = self._choices[(self._choices.index(self._value) + step) % len(self._choices)]

    def render(self) -> Text:
        """Draw every word if there is room for them, else the chosen one between arrows."""
        chosen = STYLES[Ink.CURSOR if self.has_focus else Ink.BRIGHT]
        if sum(len(word) + 2 for word in self._choices) > self.size.width:
            return Text.assemble(("‹ ", STYLES[Ink.DIM]), (self._value, chosen), (" ›", STYLES[Ink.DIM]))
        words = [(f" {word} ", chosen if word == self._value else STYLES[Ink.DIM]) for word in self._choices]
        return Text.assemble(*words)

    def _pick(self, letter: str) -> None:
        here = self._choices.index(self._value)
        for word in (*self._choices[here + 1 :], *self._choices[: here + 1]):
            if word.startswith(letter):
                self.value = word
                return
