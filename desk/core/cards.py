"""The execution card of a run that is over: written at its end, and once more when its last mark-out is known."""

from decimal import Decimal
from typing import Final

from desk.core.acting import Acts
from desk.core.algos.base import Algo
from desk.core.orders import Order
from desk.core.state import DeskState, sight
from desk.model.card import Card
from desk.model.effect import CardWritten, Severity
from desk.model.market import Quote
from desk.model.order import Side
from desk.model.units import BPS, ZERO, Nanos, Symbol
from desk.model.view import FillRow

CARDS_MAX: Final = 300


def note_fill(state: DeskState, fill: FillRow) -> None:
    """Take note of a trade of a run, to look at the price after it."""
    if fill.algo is not None:
        state.markouts.note(fill.algo, fill, state.now)


def look(state: DeskState) -> None:
    """Take the mark-outs that are due."""
    if state.now >= state.markouts.due:
        state.markouts.look(state.now, _mids(state))


def watch(acts: Acts) -> None:
    """Write the cards of the runs that have ended, and again those whose mark-outs have come in."""
    state = acts.state
    look(state)
    for run in state.runs.values():
        if not run.is_done or run.quantity is None or run.symbol not in state.markets:
            continue
        known = state.cards.get(run.id)
        if known is None and all(each.is_settled for each in state.orders_of(run.id).values()):
            card = _write(acts, run)
            acts.alert(Severity.INFO, f"{run.id}: {tell(card)}")
        elif known is not None and known.filled and None in known.markouts and not state.markouts.is_waiting(run.id):
            if state.markouts.of(run.id) != known.markouts:
                _write(acts, run)
            state.markouts.forget(run.id)


def remember(state: DeskState, written: CardWritten) -> None:
    """Keep a card; the oldest beyond CARDS_MAX is dropped."""
    state.cards[written.card.algo] = written.card
    if len(state.cards) > CARDS_MAX:
        del state.cards[next(iter(state.cards))]


def tell(card: Card) -> str:
    """Say in one line how it went."""
    if card.average_price is None:
        return "nothing was filled"
    return (
        f"{card.average_price:.8g} on average, {card.slippage_bps:+.1f} bps from the mid it found,"
        f" {card.maker_share * 100:.0f} % as maker; it cost {card.cost:+.2f} with fees,"
        f" crossing at once {card.cost_if_crossed:+.2f}"
    )


def _write(acts: Acts, run: Algo) -> Card:
    state = acts.state
    written = CardWritten(state.now, _card(state, run))
    remember(state, written)
    acts.out.append(written)
    return written.card


def _card(state: DeskState, run: Algo) -> Card:
    orders = list(state.orders_of(run.id).values())
    row = run.view(sight(state, run))
    filled, value = _sum(orders, "filled"), _sum(orders, "value")
    fee = _sum(orders, "fee")
    arrival = run.arrival
    lost = row.side.sign * (value - filled * arrival.mid)
    taken = _taken(arrival, row.side)
    taker_fee = state.instruments[run.symbol].taker_fee
    return Card(
        algo=run.id,
        kind=run.kind,
        sub=run.sub,
        symbol=run.symbol,
        side=row.side,
        quantity=row.quantity,
        filled=filled,
        average_price=value / filled if filled else None,
        arrival_mid=arrival.mid,
        slippage_bps=lost / (filled * arrival.mid) / BPS if filled else ZERO,
        maker_share=_sum(orders, "filled_as_maker") / filled if filled else ZERO,
        fee=fee,
        cost=lost + fee,
        cost_if_crossed=filled * (arrival.spread / 2 + taken * taker_fee),
        markouts=state.markouts.of(run.id),
        operations=row.operations,
        rejects=row.rejects,
        started=row.started,
        ended=row.ended if row.ended is not None else Nanos(state.now),
        reason=row.note,
    )


def _taken(arrival: Quote, side: Side) -> Decimal:
    return arrival.ask if side is Side.BUY else arrival.bid


def _sum(orders: list[Order], name: str) -> Decimal:
    return sum((getattr(each, name) for each in orders), ZERO)


def _mids(state: DeskState) -> dict[Symbol, Decimal]:
    return {symbol: each.quote.mid for symbol, each in state.markets.items() if each.quote is not None}
