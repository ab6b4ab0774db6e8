"""Line charts of a series of samples."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from desk.model.view import Sample
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel


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
    """One series against time."""

    TITLE = "chart"

    def draw(self, section: ChartSection, width: int, height: int) -> Sequence[Line]:
        """Return the picture as lines."""
        return ()
