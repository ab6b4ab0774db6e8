"""Positions, orders, algos, fills, layers and execution cards in one table with tabs."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from desk.model.card import Card
from desk.model.following import LineRow, StreamRow
from desk.model.instrument import Instrument
from desk.model.units import Nanos, SubId, Symbol
from desk.model.view import AccountView, AlgoRow, FillRow, LayerRow, OrderRow, PositionRow
from desk.ui.cellgrid import Line, Run
from desk.ui.panels.base import Panel
from desk.ui.panels.blotter_rows import COLUMNS, HeldPosition, Shown, cells
from desk.ui.panels.stream_rows import stream_cells
from desk.ui.panels.table import Cell, Table
from desk.ui.theme import Ink

_HEAD_ROWS: Final = 2


class Tab(StrEnum):
    """Which table of the blotter is shown."""

    POSITIONS = "positions"
    ORDERS = "orders"
    ALGOS = "algos"
    FILLS = "fills"
    LAYERS = "layers"
    CARDS = "cards"
    STREAMS = "streams"


_UNCOUNTED: Final = frozenset({Tab.FILLS, Tab.CARDS, Tab.STREAMS})
"""Tables of what is over or always there: how many there are says nothing."""


class BlotterSection(Struct, frozen=True, kw_only=True):
    """What the blotter shows."""

    now: Nanos
    instruments: tuple[Instrument, ...]
    subs: tuple[AccountView, ...]
    account: AccountView
    orders: tuple[OrderRow, ...]
    algos: tuple[AlgoRow, ...]
    fills: tuple[FillRow, ...]
    cards: tuple[Card, ...] = ()
    streams: tuple[StreamRow, ...] = ()
    lines: tuple[LineRow, ...] = ()


class BlotterPanel(Panel[BlotterSection]):
    """One table at a time. The cursor stays with its row when rows come and go above it."""

    TITLE = "blotter"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tab = Tab.ORDERS
        self._cursor: dict[Tab, int] = dict.fromkeys(Tab, 0)
        self._key: dict[Tab, str] = {}

    def redraw(self) -> None:
        """Draw the table with the cursor on the row it was on, wherever that is now."""
        self._settle()
        super().redraw()

    def select(self, tab: Tab) -> None:
        """Show another table."""
        self.tab = tab
        self.redraw()

    def move_cursor(self, rows: int) -> None:
        """Move the row cursor down, or up by a negative number."""
        self._cursor[self.tab] += rows
        self._key.pop(self.tab, None)
        self.redraw()

    def selected(self) -> Shown | None:
        """Return the row under the cursor; None: the table is empty."""
        rows = rows_of(self._section, self.tab) if self._section else ()
        return rows[min(self._cursor[self.tab], len(rows) - 1)] if rows else None

    def draw(self, section: BlotterSection, width: int, height: int) -> Sequence[Line]:
        """Return the tabs, the headings and the rows around the cursor."""
        return blotter_lines(section, self.tab, self._cursor[self.tab], width, height)

    def _settle(self) -> None:
        keys = [_key(row) for row in rows_of(self._section, self.tab)] if self._section else []
        if not keys:
            return
        key = self._key.get(self.tab)
        cursor = keys.index(key) if key in keys else min(max(self._cursor[self.tab], 0), len(keys) - 1)
        self._cursor[self.tab], self._key[self.tab] = cursor, keys[cursor]


def rows_of(section: BlotterSection, tab: Tab) -> Sequence[Shown]:
    """Return the rows of a table."""
    if tab is Tab.ORDERS:
        return section.orders
    if tab is Tab.ALGOS:
        return section.algos
    if tab is Tab.FILLS:
        return section.fills
    if tab is Tab.CARDS:
        return section.cards
    if tab is Tab.STREAMS:
        return (*section.streams, *section.lines)
    if tab is Tab.LAYERS:
        return [layer for row in section.algos for layer in row.layers]
    held = [HeldPosition(sub.id, sub.name, row) for sub in section.subs for row in _held(sub)]
    return [*held, *(HeldPosition(None, "venue", row) for row in _held(section.account))]


def blotter_lines(section: BlotterSection, tab: Tab, cursor: int, width: int, height: int) -> list[Line]:
    """Return the blotter as lines."""
    rows = rows_of(section, tab)
    table = Table(COLUMNS[tab], width)
    names = {sub.id: sub.name for sub in section.subs}
    instruments = {each.symbol: each for each in section.instruments}
    room = max(0, height - _HEAD_ROWS)
    first = max(0, cursor - room + 1)
    lines: list[Line] = [_tabs(section, tab), table.heading()]
    for index, row in enumerate(rows[first : first + room], start=first):
        row_cells = _cells(row, names, instruments, section.now)
        if row_cells is not None:
            lines.append(table.row(row_cells, ground=Ink.CURSOR if index == cursor else None))
    if not rows:
        lines.append([Run(f" no {tab}", Ink.FAINT)])
    return lines


def _cells(
    row: Shown, names: Mapping[SubId, str], instruments: Mapping[Symbol, Instrument], now: Nanos
) -> Sequence[Cell] | None:
    """Return what stands in a row; None: it is of an instrument that is no longer known."""
    if isinstance(row, StreamRow | LineRow):
        return stream_cells(row, now)
    instrument = instruments.get(row.row.symbol if isinstance(row, HeldPosition) else row.symbol)
    return cells(row, names, instrument, now) if instrument is not None else None


def _tabs(section: BlotterSection, tab: Tab) -> Line:
    runs: list[Run] = []
    for each in Tab:
        live = sum(_is_live(row) for row in rows_of(section, each))
        count = f" {live}" if each not in _UNCOUNTED else ""
        runs += (Run(f" {each}{count} ", Ink.TAB_ON if each is tab else Ink.TAB), Run(" "))
    return runs


def _is_live(row: Shown) -> bool:
    if isinstance(row, OrderRow):
        return not row.status.is_terminal
    if isinstance(row, AlgoRow):
        return row.ended is None
    return not isinstance(row, HeldPosition) or row.sub is not None


def _held(account: AccountView) -> list[PositionRow]:
    return [row for row in account.positions if row.quantity or row.realised_pnl]


def _key(row: Shown) -> str:
    if isinstance(row, HeldPosition):
        return f"{row.sub} {row.row.symbol}"
    if isinstance(row, Card):
        return row.algo
    if isinstance(row, StreamRow):
        return row.symbol
    if isinstance(row, LineRow):
        return row.name
    if isinstance(row, LayerRow):
        return f"{row.run} {row.side} {row.index}"
    return f"{row.symbol} {row.booking} {row.trade} {row.sub}" if isinstance(row, FillRow) else row.id
