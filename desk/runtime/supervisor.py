"""Feeds that run beside the engine: one that fails never takes its siblings with it."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

from desk.model.units import SECOND

BACKOFF_S: Final = 0.5
BACKOFF_MAX_S: Final = 30.0
BUDGET: Final = 5
"""Restarts a feed may need ..."""
BUDGET_NS: Final = 60 * SECOND
"""... within this time, before it is given up and the desk is told."""
_LOG: Final = logging.getLogger("desk.supervisor")

Feed = Callable[[], Awaitable[None]]
Told = Callable[[str, str], None]
"""Called with the feed's name and a sentence."""


class Supervisor:
    """Restarts each feed on its own, with backoff and a budget.

    This is the one place that catches everything: whatever a feed raises ends in a log entry and a restart, or, when the
    budget is spent, in `give_up`. `chance` de-phases feeds that failed for one cause.
    """

    def __init__(self, *, chance: Random, give_up: Told) -> None:
        self._chance = chance
        self._give_up = give_up
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Supervisor":
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *raised: object) -> None:
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(None, None, None)

    def run(self, name: str, feed: Feed, resync: Callable[[], None]) -> None:
        """Keep `feed` running until the supervisor ends; `resync` is called before each restart.

        What a feed missed while it was down must be asked for again: that is why there is no way to leave `resync` out.
        """
        self._tasks.append(self._group.create_task(self._keep(name, feed, resync), name=name))

    async def _keep(self, name: str, feed: Feed, resync: Callable[[], None]) -> None:
        failures: deque[int] = deque(maxlen=BUDGET)
        delay = BACKOFF_S
        while True:
            try:
                await feed()
            except Exception as error:  # noqa: BLE001  # the one guard of the house: see the class
                _LOG.exception("%s failed", name)
                reason = f"{name} failed: {type(error).__name__}: {error}"
            else:
                return
            now = time.monotonic_ns()
            failures.append(now)
            if len(failures) == BUDGET and now - failures[0] < BUDGET_NS:
                self._give_up(name, f"{reason}; given up after {BUDGET} failures")
                return
            await asyncio.sleep(delay * (1 + self._chance.random() / 2))
            delay = min(delay * 2, BACKOFF_MAX_S)
            resync()
