"""What the keys of the blotter do to the row under its cursor."""

from desk.model.card import Card
from desk.model.command import CancelOrder, Command, Flatten, StopAlgo
from desk.model.following import LineRow, StreamRow
from desk.model.units import HOUSE, UNALLOCATED, AlgoId
from desk.model.view import AlgoRow, DeskView, FillRow, LayerRow, OrderRow
from desk.ui.complaint import Misread
from desk.ui.grammar import live_algos
from desk.ui.panels.blotter_rows import HeldPosition, Shown


def command_to_end(selected: Shown | None) -> Command:
    """Return what ends a row: cancel the order, stop the run, flatten the position; Misread where nothing is left."""
    match selected:
        case HeldPosition(sub=sub, row=row) if sub not in {None, UNALLOCATED, HOUSE} and row.quantity:
            return Flatten(sub=sub, symbol=row.symbol)
        case OrderRow(status=status) if not status.is_terminal:
            return CancelOrder(selected.id)
        case AlgoRow(ended=None):
            return StopAlgo(selected.id)
        case LayerRow(run=run):
            return StopAlgo(run)
        case _:
            raise Misread("row", "an open order, a live run or a sub-account's position", _name(selected))


def run_of(selected: Shown | None, view: DeskView) -> AlgoId:
    """Return the live run of a row, or the only live run there is; Misread where it is not clear which."""
    live = [row.id for row in live_algos(view)]
    chosen = selected.id if isinstance(selected, AlgoRow) else None
    if isinstance(selected, LayerRow):
        chosen = selected.run
    if isinstance(selected, OrderRow):
        chosen = selected.algo
    if chosen in live:
        return chosen
    if chosen is None and len(live) == 1:
        return live[0]
    raise Misread("run", "the row of a live run", _name(selected))


def _name(selected: Shown | None) -> str:
    match selected:
        case None:
            return "none"
        case HeldPosition(name=name, row=row):
            return f"the position of {name} in {row.symbol}"
        case OrderRow(status=status):
            return f"order {selected.id}, {status}"
        case AlgoRow(state=state):
            return f"{selected.id}, {state}"
        case FillRow(trade=trade):
            return f"fill {trade}"
        case LayerRow(run=run, index=index):
            return f"layer {index + 1} of {run}"
        case Card(algo=algo):
            return f"the card of {algo}, which is over"
        case StreamRow(symbol=name) | LineRow(name=name):
            return f"the stream {name}"
