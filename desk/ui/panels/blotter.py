"""Positions, orders, algos and fills in one table with four tabs."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.units import Nanos, SubId
from desk.model.view import AccountView, AlgoRow, FillRow, OrderRow, PositionRow
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel


class Tab(StrEnum):
    """Which table of the blotter is shown."""

    POSITIONS = "positions"
    ORDERS = "orders"
    ALGOS = "algos"
    FILLS = "fills"


class BlotterSection(Struct, frozen=True, kw_only=True):
    """What the blotter shows."""

    now: Nanos
    instruments: tuple[Instrument, ...]
    subs: tuple[AccountView, ...]
    account: AccountView
    orders: tuple[OrderRow, ...]
    algos: tuple[AlgoRow, ...]
    fills: tuple[FillRow, ...]


class HeldPosition(Struct, frozen=True):
    """A row of the positions tab; `sub` None: it is the venue's own row, and nobody's to flatten."""

    sub: SubId | None
    name: str
    row: PositionRow


Selected = HeldPosition | OrderRow | AlgoRow | FillRow


class BlotterPanel(Panel[BlotterSection]):
    """One table at a time, with a row cursor."""

    TITLE = "blotter"
    tab: Tab = Tab.ORDERS

    def select(self, tab: Tab) -> None:
        """Show another table."""
        self.tab = tab

    def move_cursor(self, rows: int) -> None:
        """Move the row cursor down, or up by a negative number."""

    def selected(self) -> Selected | None:
        """Return the row under the cursor; None: the table is empty."""
        return None

    def draw(self, section: BlotterSection, width: int, height: int) -> Sequence[Line]:
        """Return the tabs, the headings and the rows around the cursor."""
        return ()
