"""The next source for a price that the streams owe us: asked in good time, before it is too old for what it is for.

A quiet market and a dead stream look alike; the answer tells them apart. A price keeps its way and both its times, and
one that the venue made before the one we have is not taken, whichever way it came.
"""

from collections.abc import Iterator
from typing import Final

from desk.core.acting import Acts
from desk.core.limiter import prices_weight
from desk.core.state import DeskState
from desk.model.effect import RequestPrices
from desk.model.event import LinkState
from desk.model.following import Reason
from desk.model.market import MarkPrice, Quote
from desk.model.price import OLDEST, PriceKind, Purpose, Via
from desk.model.units import SECOND, Nanos, Symbol

LONGEST_PAUSE: Final = Nanos(16 * SECOND)
"""Between two questions that nobody answers."""
_HELD: Final = frozenset({Reason.POSITION, Reason.ORDER, Reason.ALGO})


def look(acts: Acts) -> None:
    """Once a second: ask for the prices that are owed."""
    for kind in PriceKind:
        _ask(acts, kind)


def is_news(state: DeskState, held: Quote | MarkPrice | None, told: Quote | MarkPrice) -> bool:
    """Tell whether a price replaces the one we hold; an answer, whatever it says, ends the waiting for it."""
    if told.via is not Via.STREAM:
        state.prices_unanswered.pop(PriceKind.TOUCH if isinstance(told, Quote) else PriceKind.MARK, None)
    elif held is None or held.via is Via.STREAM:
        return True  # a stream tells in its order
    return held is None or told.venue_ts >= held.venue_ts


def purpose_of(state: DeskState, symbol: Symbol, kind: PriceKind) -> Purpose:
    """Return the strictest of what a price is for now."""
    reasons = state.demand.reasons(symbol)
    if kind is PriceKind.TOUCH and Reason.ALGO in reasons:
        return Purpose.CHASE
    return Purpose.MARGIN if reasons & _HELD else Purpose.DISPLAY


def _ask(acts: Acts, kind: PriceKind) -> None:
    state = acts.state
    owed = dict(_owed(state, kind)) if state.link in (LinkState.UP, LinkState.DOWN) else {}
    if not owed:
        state.prices_unanswered.pop(kind, None)
        return
    asked, tries = state.prices_unanswered.get(kind, (Nanos(0), 0))
    pause = max(min(LONGEST_PAUSE, Nanos(SECOND << max(0, tries - 1))), state.limiter.pause(state.now))
    weight = prices_weight(kind, len(owed))
    if (tries and state.now - asked < pause) or not state.limiter.may_ask(weight, state.now):
        return
    state.limiter.note_weight(weight, state.now)
    state.prices_unanswered[kind] = (state.now, tries + 1)
    purpose = min(owed.values(), key=OLDEST.__getitem__)
    acts.out.append(RequestPrices(state.now, kind, purpose, tuple(owed)))


def _owed(state: DeskState, kind: PriceKind) -> Iterator[tuple[Symbol, Purpose]]:
    """Yield the symbols whose price will soon be too old, with what it is for; it has two thirds of its time."""
    for symbol, market in state.markets.items():
        price = market.quote if kind is PriceKind.TOUCH else market.mark
        purpose = purpose_of(state, symbol, kind)
        if price is None or state.now - price.ts >= OLDEST[purpose] * 2 // 3:
            yield symbol, purpose
