"""What stands in each column of the blotter's tables."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.card import Card
from desk.model.effect import Booking
from desk.model.following import LineRow, StreamRow
from desk.model.instrument import Instrument
from desk.model.order import OrderStatus, OrderType, Side
from desk.model.units import Nanos, SubId
from desk.model.view import AlgoRow, AlgoState, FillRow, LayerRow, OrderRow, PositionRow
from desk.ui import format
from desk.ui.panels import stream_rows
from desk.ui.panels.table import Cell, Column
from desk.ui.theme import Ink


class HeldPosition(Struct, frozen=True):
    """A row of the positions table; `sub` None: it is the venue's own row, and nobody's to flatten."""

    sub: SubId | None
    name: str
    row: PositionRow


Traded = HeldPosition | OrderRow | AlgoRow | FillRow | LayerRow | Card
"""A row about one instrument."""
Shown = Traded | StreamRow | LineRow

COLUMNS: Final[Mapping[str, Sequence[Column]]] = {
    "positions": (
        Column("account", 11, is_numeric=False),
        Column("symbol", 9, is_numeric=False),
        Column("position", 10),
        Column("entry", 10),
        Column("mark", 10, rank=3),
        Column("unrealised", 11),
        Column("realised", 11, rank=2),
        Column("liq", 10, rank=1),
        Column("notional", 13, rank=4),
    ),
    "orders": (
        Column("age", 4, rank=4),
        Column("account", 8, is_numeric=False),
        Column("symbol", 9, is_numeric=False, rank=2),
        Column("side", 4, is_numeric=False),
        Column("price", 10),
        Column("qty", 8),
        Column("filled", 8, rank=2),
        Column("status", 10, is_numeric=False),
        Column("queue", 7, rank=1),
        Column("avg", 10, rank=6),
        Column("how", 12, is_numeric=False, rank=5),
        Column("owner", 9, is_numeric=False, rank=4),
        Column("id", 26, is_numeric=False, rank=7),
        Column("reason", 0, is_numeric=False, rank=3),
    ),
    "algos": (
        Column("run", 10, is_numeric=False),
        Column("account", 8, is_numeric=False, rank=1),
        Column("symbol", 9, is_numeric=False, rank=3),
        Column("side", 4, is_numeric=False),
        Column("qty", 8, rank=1),
        Column("filled", 8),
        Column("avg", 10, rank=2),
        Column("at", 10, rank=2),
        Column("arrival", 11, rank=4),
        Column("state", 10, is_numeric=False),
        Column("ops", 4, rank=4),
        Column("rej", 3, rank=5),
        Column("age", 4, rank=3),
        Column("note", 0, is_numeric=False, rank=1),
    ),
    "fills": (
        Column("time", 8, is_numeric=False),
        Column("account", 8, is_numeric=False),
        Column("symbol", 9, is_numeric=False, rank=1),
        Column("side", 4, is_numeric=False),
        Column("qty", 8),
        Column("price", 10),
        Column("fee", 9, rank=2),
        Column("realised", 10, rank=2),
        Column("", 5, is_numeric=False, rank=3),
        Column("trade", 10, rank=4),
        Column("owner", 0, is_numeric=False, rank=3),
    ),
    "layers": (
        Column("run", 10, is_numeric=False),
        Column("account", 8, is_numeric=False, rank=3),
        Column("symbol", 9, is_numeric=False, rank=4),
        Column("side", 4, is_numeric=False),
        Column("#", 2),
        Column("price", 10),
        Column("qty", 8),
        Column("held", 8),
        Column("entry", 10, rank=1),
        Column("exit", 10, rank=1),
        Column("bps", 6, rank=2),
        Column("pause", 5, rank=3),
        Column("next", 0, is_numeric=False),
    ),
    "cards": (
        Column("run", 10, is_numeric=False),
        Column("account", 8, is_numeric=False, rank=2),
        Column("symbol", 9, is_numeric=False, rank=3),
        Column("side", 4, is_numeric=False),
        Column("filled", 8),
        Column("of", 8, rank=4),
        Column("avg", 11),
        Column("slip bps", 8),
        Column("maker", 5, rank=1),
        Column("cost", 8),
        Column("crossed", 8, rank=1),
        Column("+1s", 5, rank=4),
        Column("+5s", 5, rank=4),
        Column("+30s", 5, rank=2),
        Column("ops", 4, rank=5),
        Column("rej", 3, rank=6),
        Column("took", 5, rank=4),
        Column("ended", 0, is_numeric=False, rank=2),
    ),
    "streams": stream_rows.COLUMNS,
}
"""By tab, in the order in which `cells` fills them."""

_STATUS_INKS: Final = {
    OrderStatus.WORKING: Ink.OK,
    OrderStatus.SUBMITTED: Ink.WARN,
    OrderStatus.UNKNOWN: Ink.CAUTION,
    OrderStatus.REJECTED: Ink.DANGER,
    OrderStatus.FILLED: Ink.TEXT,
}
_STATE_INKS: Final = {AlgoState.PARKED: Ink.WARN, AlgoState.DONE: Ink.DIM, AlgoState.CROSSING: Ink.WARN}


def cells(row: Traded, names: Mapping[SubId, str], instrument: Instrument, now: Nanos) -> Sequence[Cell]:
    """Return the cells of one row; `names` are those of the sub-accounts."""
    if isinstance(row, HeldPosition):
        return _position(row, instrument)
    name = Cell(format.sanitise(names.get(row.sub, row.sub), 24))
    if isinstance(row, OrderRow):
        return _order(row, name, instrument, now)
    if isinstance(row, LayerRow):
        return _layer(row, name, instrument)
    if isinstance(row, Card):
        return _card(row, name, instrument)
    return _algo(row, name, instrument, now) if isinstance(row, AlgoRow) else _fill(row, name, instrument)


def _position(held: HeldPosition, instrument: Instrument) -> Sequence[Cell]:
    row = held.row
    return (
        Cell(format.sanitise(held.name, 24), Ink.TEXT if held.sub is not None else Ink.DIM),
        Cell(row.symbol),
        Cell(
            format.quantity(row.quantity, instrument, signed=True),
            side_ink(row.quantity > 0) if row.quantity else Ink.DIM,
        ),
        Cell(format.price(row.entry_price, instrument) if row.quantity else "-"),
        Cell(format.price(row.mark, instrument), Ink.MARK),
        Cell(format.money(row.unrealised_pnl, signed=True), gain_ink(row.unrealised_pnl > 0, row.unrealised_pnl < 0)),
        Cell(format.money(row.realised_pnl, signed=True), gain_ink(row.realised_pnl > 0, row.realised_pnl < 0)),
        Cell(format.price(row.liquidation_price, instrument), Ink.WARN if row.liquidation_price else Ink.DIM),
        Cell(format.money(row.notional), Ink.DIM),
    )


def _order(row: OrderRow, name: Cell, instrument: Instrument, now: Nanos) -> Sequence[Cell]:
    is_over = row.status.is_terminal
    ink = Ink.DIM if is_over else Ink.TEXT
    status = f"{row.status}+{row.pending}" if row.pending and not is_over else str(row.status)
    return (
        Cell(format.age(now - row.created), Ink.DIM),
        Cell(name.text, ink),
        Cell(row.symbol, ink),
        Cell(row.side.upper(), Ink.DIM if is_over else side_ink(row.side is Side.BUY)),
        Cell(format.price(row.price, instrument), ink),
        Cell(format.quantity(row.quantity, instrument), ink),
        Cell(format.quantity(row.filled, instrument), ink if row.filled else Ink.FAINT),
        Cell(_brief(status), _STATUS_INKS.get(row.status, Ink.DIM)),
        Cell(f"≈{format.compact(row.queue_ahead)}" if row.queue_ahead is not None else "-", Ink.DIM),
        Cell(format.price(row.average_price, instrument), ink),
        Cell(_how(row), Ink.DIM),
        Cell(row.algo or "hand", Ink.DIM),
        Cell(row.id, Ink.DIM),
        Cell(format.sanitise(row.reason), Ink.WARN),
    )


def _brief(status: str) -> str:
    return {"working+cancel": "cancelling", "working+amend": "amending"}.get(status, status)


def _how(row: OrderRow) -> str:
    return f"{'mkt' if row.type is OrderType.MARKET else 'lim'} {row.tif}{' red' if row.reduce_only else ''}"


def _algo(row: AlgoRow, name: Cell, instrument: Instrument, now: Nanos) -> Sequence[Cell]:
    is_over = row.ended is not None
    ink = Ink.DIM if is_over else Ink.TEXT
    span = (row.ended if row.ended is not None else now) - row.started
    arrival = format.number(row.arrival_mid, instrument.price_decimals + 1)
    return (
        Cell(row.id, Ink.DIM if is_over else Ink.BRIGHT),
        Cell(name.text, ink),
        Cell(row.symbol, ink),
        Cell(row.side.upper(), Ink.DIM if is_over else side_ink(row.side is Side.BUY)),
        Cell(format.quantity(row.quantity, instrument), ink),
        Cell(format.quantity(row.filled, instrument), ink),
        Cell(format.price(row.average_price, instrument), ink),
        Cell(format.price(row.order_price, instrument), ink),
        Cell(arrival, Ink.DIM),
        Cell(row.state, _STATE_INKS.get(row.state, Ink.OK)),
        Cell(str(row.operations), Ink.DIM),
        Cell(str(row.rejects), Ink.WARN if row.rejects else Ink.DIM),
        Cell(format.age(span), Ink.DIM),
        Cell(format.sanitise(row.note), ink),
    )


def _layer(row: LayerRow, name: Cell, instrument: Instrument) -> Sequence[Cell]:
    pause = f"x{1 << (row.level - 1)}" if row.level else "-"
    return (
        Cell(row.run, Ink.BRIGHT),
        name,
        Cell(row.symbol),
        Cell(row.side.upper(), side_ink(row.side is Side.BUY)),
        Cell(str(row.index + 1)),
        Cell(format.price(row.price, instrument)),
        Cell(format.quantity(row.size, instrument) if row.size else "-"),
        Cell(format.quantity(row.held, instrument) if row.held else "-", Ink.OWN if row.held else Ink.FAINT),
        Cell(format.price(row.entry, instrument)),
        Cell(format.price(row.exit_price, instrument)),
        Cell(f"{row.bps:+.1f}" if row.held else "-", gain_ink(row.bps > 0, row.bps < 0)),
        Cell(pause, Ink.WARN if row.level > 1 else Ink.DIM),
        Cell(format.sanitise(row.next), Ink.DIM),
    )


def _card(card: Card, name: Cell, instrument: Instrument) -> Sequence[Cell]:
    slip, cost = card.slippage_bps, card.cost
    return (
        Cell(card.algo, Ink.BRIGHT),
        name,
        Cell(card.symbol),
        Cell(card.side.upper(), side_ink(card.side is Side.BUY)),
        Cell(format.quantity(card.filled, instrument)),
        Cell(format.quantity(card.quantity, instrument), Ink.DIM),
        Cell(format.number(card.average_price, instrument.price_decimals + 1)),
        Cell(f"{slip:+.1f}" if card.filled else "-", gain_ink(slip < 0, slip > 0)),
        Cell(f"{card.maker_share * 100:.0f} %" if card.filled else "-"),
        Cell(format.money(cost, signed=True), gain_ink(cost < 0, cost > card.cost_if_crossed)),
        Cell(format.money(card.cost_if_crossed, signed=True), Ink.DIM),
        *(_markout(each) for each in card.markouts),
        Cell(str(card.operations), Ink.DIM),
        Cell(str(card.rejects), Ink.WARN if card.rejects else Ink.DIM),
        Cell(format.age(card.ended - card.started), Ink.DIM),
        Cell(format.sanitise(card.reason)),
    )


def _markout(bps: Decimal | None) -> Cell:
    """The price after the trades: it went our way, or it went on through us."""
    return Cell("-", Ink.FAINT) if bps is None else Cell(f"{bps:+.1f}", gain_ink(bps > 0, bps < 0))


def _fill(row: FillRow, name: Cell, instrument: Instrument) -> Sequence[Cell]:
    if row.booking is Booking.EXPECTED:
        return _expected(row, name, instrument)
    return (
        Cell(format.clock(row.ts), Ink.DIM),
        name,
        Cell(row.symbol),
        Cell(row.side.upper(), side_ink(row.side is Side.BUY)),
        Cell(format.quantity(row.quantity, instrument)),
        Cell(format.price(row.price, instrument)),
        Cell(format.number(row.fee, 4), Ink.DIM),
        Cell(format.money(row.realised_pnl, signed=True), gain_ink(row.realised_pnl > 0, row.realised_pnl < 0)),
        _origin(row),
        Cell(str(row.trade), Ink.DIM),
        Cell(_by(row, instrument), Ink.DIM),
    )


def _expected(row: FillRow, name: Cell, instrument: Instrument) -> Sequence[Cell]:
    """A fill that nobody has told us yet: every figure of it is marked."""
    return (
        Cell(format.clock(row.ts), Ink.FAINT),
        Cell(name.text, Ink.FAINT),
        Cell(row.symbol, Ink.FAINT),
        Cell(row.side.upper(), Ink.FAINT),
        Cell(f"~{format.quantity(row.quantity, instrument)}", Ink.FAINT),
        Cell(f"~{format.price(row.price, instrument)}", Ink.FAINT),
        Cell(f"~{format.number(row.fee, 4)}", Ink.FAINT),
        Cell("-", Ink.FAINT),
        Cell(row.booking.value, Ink.CAUTION),
        Cell("-", Ink.FAINT),
        Cell(format.sanitise(row.reason), Ink.FAINT),
    )


def _by(row: FillRow, instrument: Instrument) -> str:
    """Who asked for a fill, and by how much it was not as expected: in ticks of the price, and in fee."""
    who = format.sanitise(row.reason) or row.algo or "hand"
    if row.price_expected is None or row.fee_expected is None:
        return who
    ticks = (row.price - row.price_expected) / instrument.tick_size
    return f"{who}, {ticks:+.1f}t from ~, fee {row.fee - row.fee_expected:+.4f}"


def _origin(row: FillRow) -> Cell:
    """What stands behind a line: a trade as maker or taker, or a booking of our own."""
    if row.booking is not Booking.TRADE:
        return Cell(row.booking.value, Ink.WARN)
    return Cell("maker" if row.maker else "taker", Ink.DIM)


def side_ink(is_buy: bool) -> Ink:
    """Return the ink of a side."""
    return Ink.BID if is_buy else Ink.ASK


def gain_ink(is_gain: bool, is_loss: bool) -> Ink:
    """Return the ink of a result; nothing gained and nothing lost is dim."""
    return Ink.OK if is_gain else Ink.DANGER if is_loss else Ink.DIM
