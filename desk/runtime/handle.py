"""The only ways from the screen into the engine's thread."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from desk.model.command import Command
from desk.model.units import Symbol
from desk.model.view import DeskView
from desk.runtime.pump import Pump


class DeskHandle:
    """What the screen holds: read the newest view, hand over a command, or ask what one would lead to. All return at once."""

    def __init__(self, pump: Pump, loop: asyncio.AbstractEventLoop) -> None:
        self._pump = pump
        self._loop = loop

    def latest(self) -> DeskView:
        """Return the newest view; one attribute read."""
        return self._pump.view

    def submit(self, command: Command) -> None:
        """Hand a command to the engine's thread."""
        self._call(lambda: self._pump.command(command))

    def consider(self, command: Command | None) -> None:
        """Ask what a command that is being written would lead to; the answer is in a view that follows."""
        self._call(lambda: self._pump.consider(command))

    def look_at(self, symbol: Symbol) -> None:
        """Say what a screen looks at."""
        self._call(lambda: self._pump.look_at(symbol))

    def stop(self) -> None:
        """Ask the engine to finish."""
        self._call(self._pump.stop)

    def _call(self, act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop may close at any moment, and then nobody is left to hear
            self._loop.call_soon_threadsafe(act)
