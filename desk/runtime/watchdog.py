"""A thread that watches the engine's loop: one that stands still cannot say so itself."""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from desk.model.units import MILLISECOND, SECOND

LATE_NS: Final = 500 * MILLISECOND
"""A beat missing for so long is worth the stacks of all threads in the log ..."""
STACKS_EVERY_NS: Final = 60 * SECOND
"""... at most this often."""
STALL_NS: Final = 2 * SECOND
"""After so long the prices in the loop's hands are old: the engine is told as soon as it can hear."""
_LOOK_S: Final = 0.1
_LOG: Final = logging.getLogger("desk.watchdog")


class Watchdog:
    """Compares the time of the loop's last beat (None: not yet) with now; calls `stalled` once for each stall."""

    def __init__(self, beaten: Callable[[], int | None], stalled: Callable[[], object]) -> None:
        self._beaten = beaten
        self._stalled = stalled
        self._is_late = self._is_told = False
        self._stacks_ns: int | None = None
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()

    def look(self, now_ns: int) -> None:
        """Judge the beat once."""
        beaten = self._beaten()
        late = 0 if beaten is None else now_ns - beaten
        if late <= LATE_NS:
            self._is_late = self._is_told = False
            return
        if not self._is_late:
            self._is_late = True
            _LOG.warning("the engine's loop has not turned for %d ms", late // MILLISECOND)
            self._log_stacks(now_ns)
        if late > STALL_NS and not self._is_told:
            self._is_told = True
            self._stalled()

    def _log_stacks(self, now_ns: int) -> None:
        if self._stacks_ns is not None and now_ns - self._stacks_ns < STACKS_EVERY_NS:
            return
        self._stacks_ns = now_ns
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            stack = "".join(traceback.format_stack(frame))
            _LOG.info("thread %s:\n%s", names.get(ident, ident), stack)

    def _watch(self) -> None:
        while not self._left.wait(_LOOK_S):
            self.look(time.monotonic_ns())
