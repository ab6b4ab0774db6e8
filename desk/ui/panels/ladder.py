"""The price panel: the book by price, with our own orders beside it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.units import Nanos
from desk.model.view import MarketView, OrderRow, PositionRow
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel

if TYPE_CHECKING:
    from desk.ui.arming import KeyMode


class LadderSection(Struct, frozen=True, kw_only=True):
    """What the ladder shows of one market and one sub-account."""

    instrument: Instrument
    market: MarketView
    orders: tuple[OrderRow, ...]
    """Open orders of the current sub-account in this market."""
    other_orders: tuple[OrderRow, ...] = ()
    """Open orders of the other sub-accounts in this market: shown dim."""
    position: PositionRow | None = None
    now: Nanos
    mode: "KeyMode"
    size: Decimal
    """The size preset, in base currency."""
    sub_name: str


class CursorRow(NamedTuple):
    """The prices of the row under the cursor: from `low` to `high`, and the one an order is placed at."""

    low: Decimal
    high: Decimal
    price: Decimal


class LadderPanel(Panel[LadderSection]):
    """Price rows, the highest on top."""

    TITLE = "ladder"

    def move_cursor(self, rows: int) -> None:
        """Move the cursor up, or down by a negative number of rows."""

    def centre(self) -> None:
        """Bring the touch to the middle, and the cursor to our best bid."""

    def group(self, step: int) -> None:
        """Take a coarser (+1) or finer (-1) price grouping."""

    def cursor_price(self) -> CursorRow | None:
        """Return the row under the cursor; None: the cursor is not on the screen."""
        return None

    def draw(self, section: LadderSection, width: int, height: int) -> Sequence[Line]:
        """Return the header and the price rows."""
        return ()
