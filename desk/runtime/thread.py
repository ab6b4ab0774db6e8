"""The engine on a thread of its own, with its own loop: a slow screen or a stuck terminal costs the screen only."""

import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import uvloop

from desk.model.error import DeskError
from desk.runtime.handle import DeskHandle

JOIN_S: Final = 10.0
"""How long a quitting desk may take to make its last checkpoint durable."""

Serve = Callable[[Callable[[DeskHandle], None]], Awaitable[None]]
"""Runs the desk until stopped; calls its argument once, when the handle can be used."""


class EngineThread:
    """Starts the desk on its thread and waits for its end; what goes wrong there is raised to whoever waits."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")
        self._settled = threading.Event()
        self._handle: DeskHandle | None = None
        self._ended: Future[None] | None = None

    def start(self) -> None:
        """Begin; the caller may load the screen meanwhile."""
        self._ended = self._pool.submit(lambda: uvloop.run(self._main()))
        self._ended.add_done_callback(lambda _: self._settled.set())

    def handle(self) -> DeskHandle:
        """Return the handle as soon as the desk can be spoken to; raise what kept it from starting."""
        assert self._ended is not None, "not started"
        self._settled.wait()
        if self._handle is None:
            self._ended.result()
            raise DeskError("engine: expected it to start, found it ended before its first turn")
        return self._handle

    @property
    def is_over(self) -> bool:
        """Tell whether the engine has ended, asked or not."""
        return self._ended is not None and self._ended.done()

    def stop(self) -> None:
        """Finish the desk; raise what ended it, if it did not end well."""
        self._settled.wait()
        if self._handle is None or self._ended is None:
            return
        self._handle.stop()
        try:
            self._ended.result(JOIN_S)
        except TimeoutError as late:
            raise DeskError(f"engine: expected it to finish within {JOIN_S:.0f} s, found it still at work") from late

    async def _main(self) -> None:
        await self._serve(self._hand_over)

    def _hand_over(self, handle: DeskHandle) -> None:
        self._handle = handle
        self._settled.set()
