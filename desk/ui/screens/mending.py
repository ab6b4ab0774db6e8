"""What a person can do about a symbol whose books do not add up: four ways, a key each."""

from enum import StrEnum
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.model.view import DeskView, ProofRow
from desk.ui import format
from desk.ui.theme import STYLES, Ink


class Remedy(StrEnum):
    """One way to deal with a break."""

    REQUERY = "requery"
    ADJUST = "adjust"
    ALLOCATE = "allocate"
    FLATTEN_VENUE = "flatten-venue"


_KEYS: Final = {
    Remedy.REQUERY: ("q", "ask the venue for the whole account again"),
    Remedy.ADJUST: ("a", "book an estimated close, with a reason; marked EST until it is taken back"),
    Remedy.ALLOCATE: ("g", "give what UNALLOCATED holds to a sub-account"),
    Remedy.FLATTEN_VENUE: ("v", "cancel everything in it and close what the venue holds"),
}


class Mending(ModalScreen[Remedy]):
    """Shows the break and its remedies; nothing is sent from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"take({remedy.value!r})", text) for remedy, (key, text) in _KEYS.items()),
        Binding("escape,n", "leave", "leave it"),
    ]

    def __init__(self, row: ProofRow) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        """Lay out the sum that does not hold and the keys."""
        row = self._row
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(f"{row.symbol} does not add up")
            yield Static(_sum(row), classes="dialog-line", markup=False)
            for key, text in _KEYS.values():
                yield Static(Text.assemble((f" {key} ", STYLES[Ink.BRIGHT]), (text, STYLES[Ink.TEXT])), markup=False)
            yield Static(
                Text.assemble(("Esc", STYLES[Ink.BRIGHT]), (" or ", STYLES[Ink.DIM]), ("n", STYLES[Ink.BRIGHT]), (" leave it", STYLES[Ink.DIM])),
                id="dialog-answers",
                markup=False,
            )  # fmt: skip

    def action_take(self, remedy: str) -> None:
        """Choose a remedy; what follows is asked about like everything else."""
        self.dismiss(Remedy(remedy))

    def action_leave(self) -> None:
        """Leave it."""
        self.dismiss(None)


def quarantined(view: DeskView, first: str) -> ProofRow | None:
    """Return the row of a symbol in quarantine, the chosen one if it is; None: there is none."""
    rows = [row for row in view.proof.rows if row.since is not None]
    return next((row for row in rows if row.symbol == first), rows[0] if rows else None)


def draft(remedy: Remedy, row: ProofRow, view: DeskView) -> str:
    """Return the beginning of the line a person completes for a remedy that needs words."""
    if remedy is Remedy.ALLOCATE:
        return f"allocate {abs(row.unallocated):f} {row.symbol} to "
    missing = row.venue - row.subs - row.unallocated
    mark = next((each.mark for each in view.markets if each.symbol == row.symbol), None)
    price = f" @{mark.price:f}" if mark is not None else " @"
    return f"adjust unallocated {row.symbol} {missing:+f}{price} because "


def _sum(row: ProofRow) -> str:
    kind = "halted" if row.is_halted else "quarantined"
    since = f", {kind} since {format.clock(row.since)}" if row.since is not None else ""
    return f"sub-accounts {row.subs:f} + UNALLOCATED {row.unallocated:f}, the venue holds {row.venue:f}{since}"
