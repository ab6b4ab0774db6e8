"""The house as text and as syntax trees, read once."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DESK = ROOT / "desk"


@cache
def modules():
    """Return every module of the desk: its path from `desk/` on, e.g. `core/book.py`, and its tree."""
    return {
        path.relative_to(DESK).as_posix(): ast.parse(path.read_text(), str(path)) for path in sorted(DESK.rglob("*.py"))
    }


def modules_in(*rooms):
    """Return the modules of some rooms: `core`, or one file of it."""
    return {path: tree for path, tree in modules().items() if path.startswith(tuple(rooms))}


@cache
def texts():
    """Return every text file that belongs to the house, by its path from the root."""
    places = [*ROOT.glob("*.*"), *(ROOT / ".ci").glob("*")]
    places += [path for room in ("desk", "styles", "tests") for path in (ROOT / room).rglob("*")]
    return {path.relative_to(ROOT).as_posix(): text for path in sorted(places) if (text := _text(path)) is not None}


def _text(path):
    # The report of failed goldens is written beside the files of the house; it is not one of them.
    if not path.is_file() or "__pycache__" in path.parts or path.name == "snapshot_report.html":
        return None
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return None
