"""The ticket: a form for an order or a chase, checked while it is written."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from desk.model.command import Command
from desk.model.order import Side
from desk.ui.complaint import Complaint
from desk.ui.foretelling import foretell, is_refusal
from desk.ui.format import sanitise
from desk.ui.forms import CHASE_FORM, ORDER_FORM, Field, Form, filled_in
from desk.ui.panels.field import Choice
from desk.ui.presets import Presets
from desk.ui.preview import describe, sub_name
from desk.ui.program_forms import PROGRAM_FORMS
from desk.ui.resolve import Context
from desk.ui.theme import STYLES, Ink


class _Fields(VerticalScroll, inherit_bindings=False):
    """The rows of a form; they scroll with the field that is written in, and the arrows stay the form's."""


class FormPanel(Vertical):
    """The fields of one form and, under them, what would be sent or what is wrong."""

    def __init__(self, form: Form, context: Callable[[], Context]) -> None:
        super().__init__(classes="form")
        self.form = form
        self._look = context

    def compose(self) -> ComposeResult:
        """Lay out a row for each field."""
        with _Fields(classes="fields", can_focus=False):
            for field in self.form.fields:
                with Horizontal(classes="field"):
                    yield Static(field.name, classes="field-name", markup=False)
                    yield _widget_of(field)
            with Horizontal(classes="field"):
                yield Static("preset", classes="field-name", markup=False)
                yield Input(placeholder="a name: ^S saves, ^O next, ^X drops", id=_PRESET, compact=True)
        yield Static(classes="form-preview", markup=False)
        self.border_subtitle = Content("Enter sends · Esc closes · ↑↓ field · ←→ word")

    @property
    def values(self) -> dict[str, str]:
        """What stands in each field."""
        return {field.name: self._widget(field).value for field in self.form.fields}

    def fill(self, values: Mapping[str, str]) -> None:
        """Write into every field and put the cursor into the quantity."""
        for field in self.form.fields:
            self._widget(field).value = values[field.name]
        quantity = self.query_one(f"#{_id('quantity')}", Input)
        quantity.focus()
        quantity.select_all()

    @property
    def preset(self) -> Input:
        """The field of the preset's name."""
        return self.query_one(f"#{_PRESET}", Input)

    def say(self, text: str) -> None:
        """Say under the fields what has been done; the next change says again what would be sent."""
        self.query_one(".form-preview", Static).update(Text(sanitise(text), STYLES[Ink.OK]))

    def read(self) -> Command | Complaint:
        """Return the command that is written, or what is wrong."""
        return self.form.read(self.values, self._look())

    def check(self) -> None:
        """Say under the fields what would be sent, or what is wrong, and mark where."""
        context, result = self._look(), self.read()
        wrong = result.which if isinstance(result, Complaint) else ""
        for field in self.form.fields:
            widget = self._widget(field)
            widget.set_class(field.name == wrong, "-wrong")
        whose = sanitise(f"{context.symbol} · {sub_name(context.sub, context.view)}")
        self.border_title = Content(f"{self.form.title} · {whose}")
        preview = self.query_one(".form-preview", Static)
        if isinstance(result, Complaint):
            preview.update(Text(sanitise(f"✗ {result.brief}"), STYLES[Ink.WARN]))
        else:
            ink = Ink.WARN if is_refusal(result, context.view) else Ink.OK
            text = f"→ {describe(result, context.view)}{foretell(result, context.view)}"
            preview.update(Text(sanitise(text, 600), STYLES[ink]))

    def _widget(self, field: Field) -> Input | Choice:
        if field.choices:
            return self.query_one(f"#{_id(field.name)}", Choice)
        return self.query_one(f"#{_id(field.name)}", Input)


_PRESET: Final = "field-preset"
_FORMS: Final = (ORDER_FORM, CHASE_FORM, *PROGRAM_FORMS)


class Ticket(Vertical):
    """Holds the forms and shows one, or none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("enter", "send", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("ctrl+s", "keep", show=False, priority=True),
        Binding("ctrl+o", "take", show=False, priority=True),
        Binding("ctrl+x", "drop", show=False, priority=True),
    ]

    class Wanted(Message):
        """A command was written and Enter pressed."""

        def __init__(self, command: Command) -> None:
            super().__init__()
            self.command = command

    class Closed(Message):
        """The form went away."""

    def __init__(self, context: Callable[[], Context], presets: Presets, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look = context
        self._presets = presets
        self._forms = {form.title: FormPanel(form, context) for form in _FORMS}
        self._open: FormPanel | None = None

    @property
    def is_open(self) -> bool:
        """Whether a form is shown."""
        return self._open is not None

    def compose(self) -> ComposeResult:
        """Lay out the forms, hidden."""
        for form in self._forms.values():
            form.display = False
            yield form

    def open(self, title: str, side: Side, quantity: Decimal, price: Decimal | None) -> None:
        """Show the form called `title` with what is at hand filled in."""
        for name, panel in self._forms.items():
            panel.display = name == title
        self._open = self._forms[title]
        self.add_class("-open")
        form, symbol = self._open.form, self._look().symbol
        self._open.preset.value = ""
        self._open.fill(self._presets.start(form, symbol, filled_in(form, side, quantity, price)))
        self._open.check()

    def check(self) -> None:
        """Check what is written against the desk as it is now."""
        if self._open is not None:
            self._open.check()

    def draft(self) -> Command | None:
        """Return the command that is written; None: none that is whole."""
        result = self._open.read() if self._open is not None else None
        return None if isinstance(result, Complaint) else result

    def action_close(self) -> None:
        """Put the form away."""
        self._open = None
        self.remove_class("-open")
        for panel in self._forms.values():
            panel.display = False
        self.post_message(self.Closed())

    def action_send(self) -> None:
        """Ask for the command that is written; one with a fault in it stays."""
        result = self._open.read() if self._open is not None else None
        if result is None or isinstance(result, Complaint):
            self.check()
            return
        assert self._open is not None  # it has been read
        self._presets.sent(self._open.form, self._look().symbol, self._open.values)
        self.action_close()
        self.post_message(self.Wanted(result))

    def action_keep(self) -> None:
        """Keep what is written as a preset of the name that is written."""
        if self._open is not None:
            name = self._open.preset.value
            wrong = self._presets.keep(self._open.form, name, self._open.values)
            self._open.say(wrong or f"kept as `{name.strip()}`")

    def action_take(self) -> None:
        """Fill in the next preset of this form."""
        if self._open is None:
            return
        names = self._presets.names(self._open.form)
        if not names:
            self._open.say("no preset of this form yet: write a name and press ^S")
            return
        now = self._open.preset.value
        name = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self._open.fill(self._presets.take(self._open.form, name, self._open.values))
        self._open.preset.value = name

    def action_drop(self) -> None:
        """Forget the preset of the name that is written."""
        if self._open is not None and self._presets.drop(self._open.form, self._open.preset.value):
            self._open.say(f"`{self._open.preset.value}` is forgotten")
            self._open.preset.value = ""

    @on(Input.Changed)
    @on(Choice.Changed)
    def _check_again(self, event: Message) -> None:
        event.stop()
        self.check()

    @on(Input.Submitted)
    def _send(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_send()


def _id(name: str) -> str:
    return "field-" + name.replace(" ", "-")


def _widget_of(field: Field) -> Input | Choice:
    if field.choices:
        return Choice(field.choices, field.start, id=_id(field.name))
    return Input(field.start, placeholder=field.hint, id=_id(field.name), compact=True)
