"""The histories behind the charts: one sample a second."""

from collections import deque
from decimal import Decimal
from typing import Final

from desk.core.market import SAMPLES_MAX
from desk.core.risk import standings
from desk.core.state import DeskState
from desk.model.units import ZERO
from desk.model.view import Sample

RATIO_MAX: Final = Decimal(200)
"""What a chart shows for a ratio above, or for one without equity; in percent."""
_RATIO_STEP: Final = Decimal("0.01")


def sample(state: DeskState) -> None:
    """Append the mid of every market, and the equity and the margin ratio of every sub-account."""
    for market in state.markets.values():
        if market.quote is not None:
            market.prices.append(Sample(state.now, market.quote.mid))
    marks = state.marks()
    for account in state.subs():
        open_value = (each.unrealised(marks[symbol]) for symbol, each in account.positions.items() if symbol in marks)
        history = state.equities.setdefault(account.id, deque(maxlen=SAMPLES_MAX))
        history.append(Sample(state.now, account.wallet + sum(open_value, ZERO)))
        ratio = min(standings.of_sub(state, account.id).ratio * 100, RATIO_MAX)
        ratios = state.ratios.setdefault(account.id, deque(maxlen=SAMPLES_MAX))
        ratios.append(Sample(state.now, ratio.quantize(_RATIO_STEP)))
