"""The histories behind the charts: one sample a second."""

from collections import deque

from desk.core.state import SAMPLES_MAX, DeskState
from desk.model.units import ZERO
from desk.model.view import Sample


def sample(state: DeskState) -> None:
    """Append the mid of every market and the equity of every sub-account."""
    for market in state.markets.values():
        if market.quote is not None:
            market.prices.append(Sample(state.now, market.quote.mid))
    marks = state.marks()
    for account in state.subs():
        open_value = (each.unrealised(marks[symbol]) for symbol, each in account.positions.items() if symbol in marks)
        history = state.equities.setdefault(account.id, deque(maxlen=SAMPLES_MAX))
        history.append(Sample(state.now, account.wallet + sum(open_value, ZERO)))
