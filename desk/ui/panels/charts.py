"""Line charts of a series of samples."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from msgspec import Struct

from desk.model.units import SECOND
from desk.model.view import Sample
from desk.ui import format
from desk.ui.cellgrid import Line, Run
from desk.ui.panels.base import Panel
from desk.ui.theme import Ink

_WIDTH_MIN: Final = 24
_HEIGHT_MIN: Final = 5
_BRAILLE: Final = range(0x2800, 0x2900)


class ChartSection(Struct, frozen=True, kw_only=True):
    """What a chart shows; it is drawn at most once a second, whatever it is shown."""

    title: str
    """E.g. `BTCUSDT mid` or `equity alpha`."""
    decimals: int
    samples: tuple[Sample, ...]
    """Oldest first."""
    level: Decimal | None = None
    """A price to draw a line at, e.g. the position's entry; None for no line."""


class ChartPanel(Panel[ChartSection]):
    """One series against time. Drawing takes tens of milliseconds, so a frame never waits for it twice a second."""

    TITLE = "chart"

    def show(self, section: ChartSection) -> None:
        """Draw a series; a newer one of the same title is drawn when a second of it is new."""
        before = self._section
        if before is not None and before.title == section.title and self.is_fitting and _is_too_soon(before, section):
            return
        if before is None or before.title != section.title:
            self.entitle(format.sanitise(section.title, 40))
        super().show(section)

    def draw(self, section: ChartSection, width: int, height: int) -> Sequence[Line]:
        """Return the picture as lines."""
        if len(section.samples) < 2:
            return [[Run(" waiting for samples", Ink.FAINT)]]
        if width < _WIDTH_MIN or height < _HEIGHT_MIN:
            return [[Run(f" {format.number(section.samples[-1].value, section.decimals)}", Ink.BRIGHT)]]
        return [_inked(line) for line in plot(section, width, height)]


def resample(samples: Sequence[Sample], count_max: int) -> Sequence[Sample]:
    """Return at most `count_max` samples, evenly taken, the first and the last among them."""
    count = len(samples)
    if count <= count_max:
        return samples
    return [samples[index * (count - 1) // (count_max - 1)] for index in range(count_max)]


def plot(section: ChartSection, width: int, height: int) -> list[str]:
    """Return the chart as text."""
    import plotext
    from rich.text import Text

    samples = resample(section.samples, 2 * width)
    times = [(sample.ts - samples[0].ts) / SECOND for sample in samples]
    values = [float(sample.value) for sample in samples]
    low, high = _bounds(section)
    # plotext draws on one figure of its module: what the last chart left there must go first.
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(width, height)
    plotext.theme("clear")
    plotext.plot(times, values, marker="braille")
    if section.level is not None and low <= section.level <= high:
        plotext.hline(float(section.level))
    ticks = [low + (high - low) * step / 3 for step in range(4)]
    plotext.ylim(float(low), float(high))
    plotext.yticks([float(tick) for tick in ticks], [format.number(tick, section.decimals) for tick in ticks])
    ends = (samples[0], samples[len(samples) // 2], samples[-1])
    plotext.xticks([(each.ts - samples[0].ts) / SECOND for each in ends], [format.clock(each.ts) for each in ends])
    picture = plotext.build()
    plotext.clear_figure()
    return Text.from_ansi(picture).plain.splitlines()


def _bounds(section: ChartSection) -> "tuple[Decimal, Decimal]":
    low = min(sample.value for sample in section.samples)
    high = max(sample.value for sample in section.samples)
    if low != high:
        return low, high
    # A flat line needs some height to stand in.
    step = Decimal(1).scaleb(-section.decimals)
    return low - step, high + step


def _inked(line: str) -> Line:
    return [Run("".join(glyphs), ink) for ink, glyphs in groupby(line, key=_ink)]


def _ink(glyph: str) -> Ink:
    if ord(glyph) in _BRAILLE:
        return Ink.BID
    return Ink.FAINT if ord(glyph) in range(0x2500, 0x2580) else Ink.DIM


def _is_too_soon(before: ChartSection, section: ChartSection) -> bool:
    if not before.samples or not section.samples or before.level != section.level:
        return False
    return 0 <= section.samples[-1].ts - before.samples[-1].ts < SECOND
