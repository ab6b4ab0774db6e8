"""Which alerts are worth a toast: each once, warnings and errors only, and never a flood."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from desk.model.effect import Severity
from desk.model.view import AlertRow


class Alarms:
    """Picks new alerts to raise; what is over the rate is counted, never silently dropped."""

    WINDOW_MS: Final = 5_000
    RAISED_MAX: Final = 4

    def __init__(self) -> None:
        self._seq: int | None = None
        self._raised_ms: deque[int] = deque(maxlen=self.RAISED_MAX)
        self.unraised = 0
        """Warnings and errors that were only shown in the alert line."""

    def take(self, alerts: Sequence[AlertRow], now_ms: int) -> list[AlertRow]:
        """Return the alerts to raise now; those that were there before the screen was are history."""
        seen = self._seq
        self._seq = max((row.seq for row in alerts), default=seen or 0)
        if seen is None:
            return []
        loud = [row for row in alerts if row.seq > seen and row.severity is not Severity.INFO]
        raised = [row for row in loud if self._has_room(now_ms)]
        self.unraised += len(loud) - len(raised)
        return raised

    def _has_room(self, now_ms: int) -> bool:
        if len(self._raised_ms) == self.RAISED_MAX and now_ms - self._raised_ms[0] < self.WINDOW_MS:
            return False
        self._raised_ms.append(now_ms)
        return True
