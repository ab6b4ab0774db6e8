"""The data directory: private to its owner, held by one desk at a time."""

import fcntl
import os
from pathlib import Path
from typing import Self

from desk.model.error import BadInput


def make_private(directory: Path) -> None:
    """Create `directory` for its owner alone; raise BadInput where that cannot be done."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{directory}: data directory: expected one that can be created, found: {_reason(error)}"
        ) from error


def open_private(path: Path) -> int:
    """Return a descriptor of `path` for reading and writing, created for its owner alone; raise BadInput if refused."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadInput(f"{path}: expected a file that can be written, found: {_reason(error)}") from error


class DirectoryHeld(BadInput):
    """Another desk has the data directory; it may be watched through its doorway."""


class DirectoryLock:
    """The right to a data directory; the kernel takes it back when the process dies, however it dies."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the directory and leave our process id in it; raise BadInput naming the desk that has it."""
        make_private(self._directory)
        path = self._directory / "desk.lock"
        descriptor = open_private(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise DirectoryHeld(
                f"{path}: another desk (process {holder}) holds this data directory: quit it, or give this one another"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the directory back. The file stays: removing it would let two desks hold two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.release()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
