"""The engine on a thread of its own, with its own loop: a slow screen or a stuck terminal costs the screen only."""

import threading
from collections.abc import Awaitable, Callable
from typing import Final

import uvloop

from desk.runtime.handle import DeskHandle

JOIN_S: Final = 10.0
"""How long a quitting desk may take to make its last checkpoint durable."""

Serve = Callable[[Callable[[DeskHandle], None]], Awaitable[None]]
"""Runs the desk until stopped; calls its argument once, when the handle can be used."""


class EngineThread:
    """Starts the desk on its thread and waits for its end; what goes wrong at the start is raised to the starter."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._settled = threading.Event()
        self._handle: DeskHandle | None = None
        self._failure: BaseException | None = None

    def start(self) -> DeskHandle:
        """Return the handle as soon as the desk can be spoken to."""
        self._thread.start()
        self._settled.wait()
        if self._handle is None:
            assert self._failure is not None
            raise self._failure
        return self._handle

    def stop(self) -> None:
        """Finish the desk; raise what ended it, if it did not end well."""
        if self._handle is not None:
            self._handle.stop()
        self._thread.join(JOIN_S)
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            uvloop.run(self._main())
        except BaseException as failure:  # noqa: BLE001  # handed over to the thread that waits for it
            self._failure = failure
        finally:
            self._settled.set()

    async def _main(self) -> None:
        await self._serve(self._hand_over)

    def _hand_over(self, handle: DeskHandle) -> None:
        self._handle = handle
        self._settled.set()
