"""How the engine's loop is doing: lateness of a regular beat, time of a journal commit, events seen."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from desk.model.following import LineRow
from desk.model.view import Health

_BEAT_S: Final = 0.05
_KEPT: Final = 200
"""Beats kept: ten seconds."""


class Gauges:
    """Collects the measurements; `read` turns them into what the screen shows."""

    def __init__(self) -> None:
        self.events = 0
        self.beaten_ns: int | None = None
        """When the loop last woke up for a beat; None: not yet."""
        self.commits: deque[int] = deque(maxlen=_KEPT)
        self._lags: deque[int] = deque(maxlen=_KEPT)

    async def beat(self) -> None:
        """Measure, for ever, how late a regular wake-up of this loop comes."""
        while True:
            due = time.monotonic_ns() + int(_BEAT_S * 1e9)
            await asyncio.sleep(_BEAT_S)
            self.beaten_ns = time.monotonic_ns()
            self._lags.append(max(0, self.beaten_ns - due))

    def read(self, *, inbox: int, conflated: int, lines: tuple[LineRow, ...] = ()) -> Health:
        """Return the figures of the last seconds."""
        return Health(
            loop_lag_p50=_percentile(self._lags, 50),
            loop_lag_p99=_percentile(self._lags, 99),
            inbox=inbox,
            events=self.events,
            conflated=conflated,
            lines=lines,
            journal_p50=_percentile(self.commits, 50),
            journal_p99=_percentile(self.commits, 99),
        )


def _percentile(values: Sequence[int] | deque[int], percent: int) -> int:
    if not values:
        return 0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
