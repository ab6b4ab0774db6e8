"""Three repairs of Textual 8.2.8 that a screen full of numbers needs; any other version is left alone.

`tests/ui/test_shims.py` compares the repaired functions' source with what these repairs were written for, and replays
partial updates into a terminal emulator.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import textual
from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate
from textual.screen import Screen, ScreenResultType
from textual.strip import Strip

VERSION: Final = "8.2.8"
_BACKLOG_MAX: Final = 2
"""Frames that may wait for the terminal before the next one is put off."""

_divide_of_textual = Strip.divide


def install() -> bool:
    """Repair Textual in place; return False when this is not the version the repairs were written for."""
    if textual.__version__ != VERSION:
        return False
    Strip.divide = _divide_without_cycle  # type: ignore[method-assign]  # a repair replaces a method
    ChopsUpdate.render_segments = _render_cropped  # type: ignore[method-assign]  # a repair replaces a method
    return True


class BackpressureScreen(Screen[ScreenResultType]):
    """A screen that waits while the terminal is behind: a stuck link would otherwise block the event loop.

    The timer that called keeps running, and what is dirty meanwhile becomes one repaint.
    """

    def _on_timer_update(self) -> None:
        # Only the drivers of a real terminal have a writer thread.
        writer = getattr(self.app._driver, "_writer_thread", None)
        if writer is not None and writer._queue.qsize() > _BACKLOG_MAX:
            return
        super()._on_timer_update()


def _divide_without_cycle(self: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    # Textual caches [self] in self when a cut spans the whole strip: garbage that only the cycle collector can free.
    within = [cut for cut in cuts if cut <= self.cell_length]
    return [self] if within == [self.cell_length] else _divide_of_textual(self, within)


def _render_cropped(self: ChopsUpdate, console: Console) -> str:
    # Textual sends a partly dirty widget from its left edge on; the dirty part alone is two to three times less.
    sequences: list[str] = []
    row_last = self.spans[-1][0]
    for row, left, right in self.spans:
        for end, (x, strip) in zip(self.chop_ends[row], self.chops[row].items(), strict=False):
            if strip is None or x > right or end <= left:
                continue
            start = max(x, left)
            stop = min(end, right)
            shown = strip if start == x and stop == end else strip.crop(start - x, stop - x)
            sequences += (Control.move_to(start, row).segment.text, shown.render(console))
        if row != row_last:
            sequences.append("\n")
    return "".join(sequences)
