"""Where every colour of the desk comes from, and where the style sheets are."""

from enum import StrEnum
from pathlib import Path
from typing import Final

from rich.style import Style
from textual.theme import Theme

PALETTE: Final = {
    "ground": "#0d1117",
    "raised": "#151b23",
    "line": "#2a323d",
    "text": "#c6cfd9",
    "bright": "#f0f4f8",
    "dim": "#7a8694",
    "faint": "#4a5460",
    "bid": "#56b4e9",
    "bid-bar": "#12324a",
    "bid-touch": "#1a4a6e",
    "ask": "#f08a4b",
    "ask-bar": "#42260f",
    "ask-touch": "#633612",
    "own": "#ffe08a",
    "mark": "#c9a0ff",
    "ok": "#4fc3a1",
    "warn": "#f2c14e",
    "danger": "#ff5d5d",
    "danger-ground": "#5a1220",
    "warn-ground": "#4d3a0c",
    "ok-ground": "#123b32",
    "cursor": "#2d3b55",
}
"""The blue and the orange of the two sides stay apart for every kind of colour blindness; a sign or a glyph says it again."""


class Ink(StrEnum):
    """What a stretch of cells means; `STYLES` says how that looks."""

    TEXT = "text"
    BRIGHT = "bright"
    DIM = "dim"
    FAINT = "faint"
    HEAD = "head"
    """Column headings."""
    BID = "bid"
    BID_BAR = "bid-bar"
    BID_TOUCH = "bid-touch"
    ASK = "ask"
    ASK_BAR = "ask-bar"
    ASK_TOUCH = "ask-touch"
    OWN = "own"
    OTHER = "other"
    """Orders of another sub-account."""
    MARK = "mark"
    OK = "ok"
    WARN = "warn"
    DANGER = "danger"
    ALARM = "alarm"
    """What must be seen from across the room."""
    CAUTION = "caution"
    CALM = "calm"
    CURSOR = "cursor"
    STALE = "stale"
    TAB = "tab"
    TAB_ON = "tab-on"


def _ink(colour: str, ground: str | None = None, *, bold: bool = False) -> Style:
    return Style(color=PALETTE[colour], bgcolor=PALETTE[ground] if ground else None, bold=bold or None)


STYLES: Final[dict[Ink, Style]] = {
    Ink.TEXT: _ink("text"),
    Ink.BRIGHT: _ink("bright", bold=True),
    Ink.DIM: _ink("dim"),
    Ink.FAINT: _ink("faint"),
    Ink.HEAD: _ink("dim"),
    Ink.BID: _ink("bid"),
    Ink.BID_BAR: _ink("bid", "bid-bar"),
    Ink.BID_TOUCH: _ink("bright", "bid-touch", bold=True),
    Ink.ASK: _ink("ask"),
    Ink.ASK_BAR: _ink("ask", "ask-bar"),
    Ink.ASK_TOUCH: _ink("bright", "ask-touch", bold=True),
    Ink.OWN: _ink("own", bold=True),
    Ink.OTHER: _ink("dim"),
    Ink.MARK: _ink("mark"),
    Ink.OK: _ink("ok"),
    Ink.WARN: _ink("warn"),
    Ink.DANGER: _ink("danger", bold=True),
    Ink.ALARM: _ink("bright", "danger-ground", bold=True),
    Ink.CAUTION: _ink("warn", "warn-ground", bold=True),
    Ink.CALM: _ink("ok", "ok-ground", bold=True),
    Ink.CURSOR: _ink("bright", "cursor", bold=True),
    Ink.STALE: _ink("faint"),
    Ink.TAB: _ink("dim"),
    Ink.TAB_ON: _ink("bright", "cursor", bold=True),
}

DESK_THEME: Final = Theme(
    name="desk",
    primary=PALETTE["bid"],
    secondary=PALETTE["mark"],
    accent=PALETTE["own"],
    foreground=PALETTE["text"],
    background=PALETTE["ground"],
    surface=PALETTE["ground"],
    panel=PALETTE["raised"],
    success=PALETTE["ok"],
    warning=PALETTE["warn"],
    error=PALETTE["danger"],
    dark=True,
    variables={f"desk-{name}": colour for name, colour in PALETTE.items()},
)
"""Style sheets speak of these colours as `$desk-line`, `$desk-bid` and so on."""


def styles_dir() -> Path:
    """Return the folder of the style sheets: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "styles"
    return beside if (beside / "base.tcss").is_file() else package / "styles"


def stylesheets() -> list[str | Path]:
    """Return every style sheet, in the order in which later rules win; for `CSS_PATH`."""
    folder = styles_dir()
    first = folder / "base.tcss"
    return [first, *sorted(path for path in folder.glob("*.tcss") if path != first)]


WIDTH_CLASSES: Final = [(0, "-narrow"), (110, "-normal"), (160, "-wide")]
"""For `HORIZONTAL_BREAKPOINTS`: the class a screen has from a width on."""
HEIGHT_CLASSES: Final = [(0, "-low"), (30, "-tall")]
"""For `VERTICAL_BREAKPOINTS`."""
