"""The latest trades of the market."""

from collections.abc import Sequence

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.market import TradePrint
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel


class TapeSection(Struct, frozen=True, kw_only=True):
    """What the tape shows."""

    instrument: Instrument
    tape: tuple[TradePrint, ...]
    """Newest first."""


class TapePanel(Panel[TapeSection]):
    """Trades, newest on top."""

    TITLE = "tape"

    def draw(self, section: TapeSection, width: int, height: int) -> Sequence[Line]:
        """Return one line for each trade."""
        return ()
