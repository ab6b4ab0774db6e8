"""A small file of the trader's own, replaced whole: what the forms remember."""

import logging
import os
from pathlib import Path
from typing import Final

from desk.stores.lock import make_private

BYTES_MAX: Final = 1_000_000
_LOG: Final = logging.getLogger("desk.notes")


class NoteFile:
    """Keeps one document at `path`, for its owner's eyes; nothing that trades depends on it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> bytes:
        """Return what was kept; empty where there is nothing, or nothing that can be read."""
        try:
            with self._path.open("rb") as file:
                return file.read(BYTES_MAX)
        except FileNotFoundError:
            return b""
        except OSError as error:
            _LOG.warning("%s: expected a readable file, found: %s", self._path, error.strerror)
            return b""

    def save(self, document: bytes) -> None:
        """Replace what was kept, whole or not at all; a disk that refuses is told to the log."""
        aside = self._path.with_suffix(".new")
        try:
            make_private(self._path.parent)
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(document)
            aside.replace(self._path)
        except OSError as error:
            _LOG.warning("%s: expected a file that can be written, found: %s", self._path, error.strerror)
