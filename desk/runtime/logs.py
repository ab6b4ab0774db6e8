"""Where the desk's log goes: a rotating file, and warnings to standard error when there is no screen to spoil."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from desk.model.error import BadInput

BYTES_MAX: Final = 10_000_000
KEPT: Final = 4
GUARD: Final = "desk.guard"
"""The logger of the last guard."""


@contextmanager
def logged(path: Path | None, *, is_headless: bool) -> Iterator[None]:
    """Log to the file (None: to none) while the block runs; raise BadInput if it cannot be written."""
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if path is not None:
        handlers.append(_to_file(path))
    if is_headless:
        handlers.append(_to_stderr())
    root = logging.getLogger("desk")
    root.setLevel(logging.INFO)
    root.propagate = False
    logging.raiseExceptions = False  # a full disk would print a traceback over the screen at every entry
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _to_file(path: Path) -> logging.Handler:
    try:
        handler = RotatingFileHandler(path, maxBytes=BYTES_MAX, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: expected a file that can be written, found: {error.strerror}") from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler


def _to_stderr() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Sentence())
    handler.addFilter(lambda record: record.name != GUARD)  # the command line says that sentence itself
    return handler


class _Sentence(logging.Formatter):
    """Writes what happened and no traceback, which is for the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"desk: {plain(record.getMessage())}"


def plain(text: str) -> str:
    """Return text of one line that a terminal only shows: what would steer it stands as `?`."""
    return "".join(glyph if glyph.isprintable() else "?" for glyph in text)
