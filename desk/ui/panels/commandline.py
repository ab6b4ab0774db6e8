"""The command line: typed words with their echo, or the keys at hand while nothing is typed."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from desk.ui.complaint import Complaint
from desk.ui.completion import complete
from desk.ui.dealing import Tone
from desk.ui.foretelling import foretell, is_refusal
from desk.ui.format import sanitise
from desk.ui.grammar import parse_line
from desk.ui.keymap import hints
from desk.ui.preview import describe_step
from desk.ui.resolve import Context
from desk.ui.theme import STYLES, Ink

_INKS = {Tone.DONE: Ink.OK, Tone.NOTE: Ink.TEXT, Tone.REFUSED: Ink.DANGER}


class LineInput(Input):
    """The input of the command line; Tab and the arrows are its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
        Binding("escape", "close", show=False),
    ]
    HISTORY_MAX: ClassVar[int] = 200

    class Closed(Message):
        """Nothing is typed any more."""

    def __init__(self, context: Callable[[], Context], *, id: str) -> None:
        super().__init__(
            id=id,
            compact=True,
            suggester=_FirstCompletion(context),
            placeholder="buy 0.01 market · help",
            select_on_focus=False,  # a line that opens with text is written on
        )
        self._look = context
        self._history: list[str] = []
        self._recalled = 0
        self._offers: tuple[str, ...] = ()
        self._offer = 0

    def remember(self, line: str) -> None:
        """Keep a line for the arrows."""
        if line and (not self._history or self._history[-1] != line):
            self._history = [*self._history[1 - self.HISTORY_MAX :], line]
        self._recalled = len(self._history)

    def action_complete(self, step: int) -> None:
        """Take the next way to complete the word."""
        if self.value not in self._offers:
            self._offers = complete(self.value, self._look())
            self._offer = -1 if step > 0 else 0
        if self._offers:
            self._offer = (self._offer + step) % len(self._offers)
            self._write(self._offers[self._offer])

    def action_recall(self, step: int) -> None:
        """Take an older line, or a newer one; beyond the newest there is an empty one."""
        self._recalled = min(max(0, self._recalled + step), len(self._history))
        self._write(self._history[self._recalled] if self._recalled < len(self._history) else "")

    def action_close(self) -> None:
        """Stop typing."""
        self._recalled = len(self._history)
        self.post_message(self.Closed())

    def _write(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(line)


class CommandLine(Vertical):
    """Two rows: what was said last or would be done, and under it the line or the keys."""

    class Entered(Message):
        """A line was finished."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Closed(Message):
        """A line was given up."""

    def __init__(self, context: Callable[[], Context], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look = context
        self._said = ("", Tone.NOTE)

    @property
    def is_open(self) -> bool:
        """Whether a line is being typed."""
        return self.has_class("-open")

    def compose(self) -> ComposeResult:
        """Lay out both rows."""
        yield Static(id="feedback", markup=False)
        yield Static(_hint_line(), id="hints", markup=False)
        yield LineInput(self._look, id="line")

    def say(self, text: str, tone: Tone) -> None:
        """Show a sentence until the next one."""
        self._said = (sanitise(text), tone)
        if not self.is_open:
            self._show_said()

    def open(self, text: str = "") -> None:
        """Begin to type, behind `text`."""
        self.add_class("-open")
        self._line.value = text
        self._line.cursor_position = len(text)
        self._line.focus()
        self.echo()

    def close(self) -> None:
        """Show the keys again."""
        self.remove_class("-open")
        self._show_said()

    def echo(self) -> None:
        """Say what the line would do, on the desk as it is now."""
        if not self.is_open:
            return
        context = self._look()
        if not self._line.value.strip():
            self._show("Tab completes · ↑ recalls · ; chains · Esc closes", Ink.DIM)
            return
        parsed = parse_line(self._line.value, context)
        if isinstance(parsed, Complaint):
            self._show(f"✗ {parsed.brief}", Ink.WARN)
        else:
            text = "; ".join(
                f"{describe_step(step, context.view)}{foretell(step, context.view)}" for step in parsed.steps
            )
            is_refused = any(is_refusal(step, context.view) for step in parsed.steps)
            self._show(f"→ {text}", Ink.WARN if is_refused else Ink.OK)

    def draft(self) -> object:
        """Return the last step of what is being typed; None: nothing that is whole."""
        if not self.is_open or not self._line.value.strip():
            return None
        parsed = parse_line(self._line.value, self._look())
        return parsed.steps[-1] if not isinstance(parsed, Complaint) and parsed.steps else None

    @property
    def _line(self) -> LineInput:
        return self.query_one("#line", LineInput)

    @on(Input.Changed)
    def _echo_change(self, event: Input.Changed) -> None:
        event.stop()
        self.echo()

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.value.strip()
        if isinstance(parse_line(line, self._look()), Complaint):
            self.echo()
            return
        self._line.remember(line)
        self.close()
        self.post_message(self.Entered(line))

    @on(LineInput.Closed)
    def _close(self, event: LineInput.Closed) -> None:
        event.stop()
        self.close()
        self.post_message(self.Closed())

    def _show_said(self) -> None:
        text, tone = self._said
        self._show(text, _INKS[tone])

    def _show(self, text: str, ink: Ink) -> None:
        self.query_one("#feedback", Static).update(
            Text(sanitise(text, 400), STYLES[ink], no_wrap=True, overflow="ellipsis")
        )


class _FirstCompletion(Suggester):
    """Offers the likeliest completion behind the cursor."""

    def __init__(self, context: Callable[[], Context]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._look = context

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first completion; None: there is none."""
        offers = complete(value, self._look()) if value else ()
        return offers[0] if offers else None


def _hint_line() -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for key, text in hints():
        line.append(key, STYLES[Ink.BRIGHT]).append(f" {text}  ", STYLES[Ink.DIM])
    return line
