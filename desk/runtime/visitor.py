"""A screen's end of the doorway: the same two methods as the handle of a desk in this process."""

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from desk.model.command import Command
from desk.model.error import BadInput
from desk.model.units import Symbol
from desk.model.view import DeskView
from desk.runtime.frames import LENGTH, VIEW_MAX, Glance, Hello, frame, length_of, read_view

FIRST_VIEW_S: Final = 5.0


class Visitor:
    """Reads the views of another process's desk on a thread of its own."""

    def __init__(self, path: Path, *, controls: bool) -> None:
        self._path = path
        self._controls = controls
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._arrived = threading.Event()
        self._view: DeskView | None = None
        self._reader = threading.Thread(target=self._read_views, name="visitor", daemon=True)

    def __enter__(self) -> Self:
        """Connect and wait for the first view; raise BadInput where no desk answers."""
        try:
            self._socket.connect(str(self._path))
            self._socket.sendall(frame(Hello(self._controls)))
        except OSError as error:
            self._socket.close()
            reason = (error.strerror or str(error)).lower()
            raise BadInput(f"{self._path}: expected a running desk, found: {reason}") from error
        self._reader.start()
        if not self._arrived.wait(FIRST_VIEW_S) or self._view is None:
            self._socket.close()
            raise BadInput(f"{self._path}: expected a view within {FIRST_VIEW_S:.0f} s, found none")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; the desk goes on."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def latest(self) -> DeskView:
        """Return the newest view that has arrived. When the desk is gone it stands still, and its `seq` with it."""
        assert self._view is not None, "not connected"
        return self._view

    def submit(self, command: Command) -> None:
        """Hand a command to the desk."""
        self._send(frame(command))

    def consider(self, command: Command | None) -> None:
        """Ask nothing: what a command would lead to is told to the desk's own screen alone."""

    def look_at(self, symbol: Symbol) -> None:
        """Say what this screen looks at; a screen that only watches may say so too."""
        self._send(frame(Glance(symbol)))

    def _send(self, message: bytes) -> None:
        """Send; a desk that is gone hears nothing, and the screen shows its silence."""
        try:
            self._socket.sendall(message)
        except OSError:
            return

    def _read_views(self) -> None:
        try:
            with self._socket.makefile("rb") as stream:
                while len(header := stream.read(LENGTH.size)) == LENGTH.size:
                    body = stream.read(length_of(header, VIEW_MAX))
                    self._view = read_view(body)
                    self._arrived.set()
        except (OSError, BadInput):
            pass
        finally:
            self._arrived.set()
