"""What is followed of the market, in the blotter's table: a row a symbol, then a row a connection."""

from collections.abc import Sequence
from typing import Final

from desk.model.following import LineRow, StreamRow
from desk.model.price import Via
from desk.model.units import SECOND, Nanos
from desk.ui import format
from desk.ui.panels.table import Cell, Column
from desk.ui.theme import Ink

COLUMNS: Final = (
    Column("stream", 16, is_numeric=False),
    Column("touch", 11),
    Column("mark", 11),
    Column("depth", 7),
    Column("trades", 6),
    Column("why", 0, is_numeric=False),
)
_MARK_LATE: Final = 2 * SECOND
"""The venue states a mark every second."""


def stream_cells(row: StreamRow | LineRow, now: Nanos) -> Sequence[Cell]:
    """Return the cells of one row: how long each stream has been silent, and why it is followed."""
    return _line(row, now) if isinstance(row, LineRow) else _stream(row, now)


def _stream(row: StreamRow, now: Nanos) -> Sequence[Cell]:
    is_late = row.mark_ts is None or now - row.mark_ts > _MARK_LATE
    off = Cell("off", Ink.FAINT)
    return (
        Cell(format.sanitise(row.symbol, 16), Ink.BRIGHT if row.is_followed else Ink.TEXT),
        _price(row.touch_ts, row.touch_via, now, is_late=False),
        _price(row.mark_ts, row.mark_via, now, is_late=is_late),
        _depth(row, now) if row.is_followed else off,
        _age(row.trade_ts, now) if row.is_followed else off,
        _why(row, now),
    )


def _price(ts: Nanos | None, via: Via, now: Nanos, *, is_late: bool) -> Cell:
    """A price that no stream has told names the way it came."""
    age = _age(ts, now).text
    if ts is None or via is Via.STREAM:
        return Cell(age, Ink.WARN if is_late else Ink.FAINT if ts is None else Ink.TEXT)
    return Cell(f"{age} {via}", Ink.WARN)


def _depth(row: StreamRow, now: Nanos) -> Cell:
    return _age(row.depth_ts, now) if row.is_synced else Cell("syncing", Ink.WARN)


def _age(ts: Nanos | None, now: Nanos) -> Cell:
    return Cell("-", Ink.FAINT) if ts is None else Cell(format.age(now - ts))


def _why(row: StreamRow, now: Nanos) -> Cell:
    text = ", ".join(row.reasons)
    if row.release_at is None:
        return Cell(text, Ink.TEXT if row.is_followed else Ink.DIM)
    return Cell(f"{text}; depth and trades for {format.age(row.release_at - now)} more", Ink.DIM)


def _line(row: LineRow, now: Nanos) -> Sequence[Cell]:
    nothing = Cell("", Ink.FAINT)
    said = [f"{row.streams} stream{'' if row.streams == 1 else 's'}", f"connection {row.connections}"]
    if row.resubscribed:
        said.append(f"{row.resubscribed} asked for again")
    if row.mangled:
        said.append(f"{row.mangled} unreadable")
    state = ("up" if row.is_up else "down") + (f" {format.age(now - row.since)}" if row.since else "")
    ink = Ink.WARN if row.resubscribed or row.mangled or not row.is_up else Ink.DIM
    return (
        Cell(format.sanitise(row.name, 16), Ink.DIM),
        nothing,
        nothing,
        Cell(state, Ink.OK if row.is_up else Ink.ALARM),
        nothing,
        Cell(", ".join(said), ink),
    )
