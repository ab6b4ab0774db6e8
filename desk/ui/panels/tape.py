"""The latest trades of the market."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.market import TradePrint
from desk.model.order import Side
from desk.ui import format
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel
from desk.ui.panels.table import Cell, Column, Table
from desk.ui.theme import Ink

_COLUMNS: Final = (
    Column("", 1),
    Column("price", 10),
    Column("size", 8),
    Column("time", 8, is_numeric=False, rank=1),
)


class TapeSection(Struct, frozen=True, kw_only=True):
    """What the tape shows."""

    instrument: Instrument
    tape: tuple[TradePrint, ...]
    """Newest first."""


class TapePanel(Panel[TapeSection]):
    """Trades, newest on top; `^` was a buyer's, `v` a seller's initiative."""

    TITLE = "tape"

    def draw(self, section: TapeSection, width: int, height: int) -> Sequence[Line]:
        """Return one line for each trade."""
        table = Table(_COLUMNS, width)
        shown = section.tape[: max(0, height - 1)]
        return [table.heading(), *(table.row(_cells(trade, section.instrument)) for trade in shown)]


def _cells(trade: TradePrint, instrument: Instrument) -> Sequence[Cell]:
    glyph, ink = ("^", Ink.BID) if trade.aggressor is Side.BUY else ("v", Ink.ASK)
    return (
        Cell(glyph, ink),
        Cell(format.price(trade.price, instrument), ink),
        Cell(format.quantity(trade.quantity, instrument)),
        Cell(format.clock(trade.venue_ts), Ink.DIM),
    )
