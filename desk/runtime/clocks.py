"""Time at the edge: the wall's, at any speed, or a virtual one that leaps to the next thing due."""

import asyncio
import time
from typing import Final

from desk.model.units import SECOND, Nanos

_BREATH_NS: Final = 5_000_000
"""A virtual clock lets the rest of the loop run at least this often."""


class WallClock:
    """The time of day, or a recording's time moving on at `speed` from `start`."""

    def __init__(self, *, start: Nanos | None = None, speed: int = 1) -> None:
        self._start = time.time_ns() if start is None else start
        self._speed = speed
        self._origin = time.monotonic_ns()

    def now(self) -> Nanos:
        """Return the time; it never goes back, whatever happens to the machine's clock."""
        return Nanos(self._start + (time.monotonic_ns() - self._origin) * self._speed)

    async def wait(self, woken: asyncio.Event, until: Nanos | None) -> None:
        """Sleep until woken or `until`."""
        timer = None
        if until is not None:
            delay = (until - self.now()) / SECOND / self._speed
            if delay <= 0:
                return
            timer = asyncio.get_running_loop().call_later(delay, woken.set)
        try:
            await woken.wait()
        finally:
            if timer is not None:
                timer.cancel()
        woken.clear()


class VirtualClock:
    """Time that passes only when nothing is left to do."""

    def __init__(self, start: Nanos) -> None:
        self._now = start
        self._breathed = time.monotonic_ns()

    def now(self) -> Nanos:
        """Return the time of the latest leap."""
        return self._now

    async def wait(self, woken: asyncio.Event, until: Nanos | None) -> None:
        """Leap to `until`; with nothing in sight, sleep until woken."""
        if until is None:
            await woken.wait()
        else:
            self._now = max(self._now, until)
            if time.monotonic_ns() - self._breathed > _BREATH_NS:
                await asyncio.sleep(0)
                self._breathed = time.monotonic_ns()
        woken.clear()
