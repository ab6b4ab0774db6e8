"""Breaks: our books and the venue's do not add up, and it is not just news on its way.

A mismatch counts when two statements at least two seconds apart show it while nothing of ours is in flight in that
symbol. The symbol is then quarantined: positions can only be reduced, until two statements agree again. The venue is
asked for its trades meanwhile; when three rounds of that have explained nothing, the symbol is halted: only cancels
pass, and the venue's net can be flattened. Nothing is ever traded or booked to make the numbers fit; that is a person's
decision.
"""

from collections.abc import Iterator
from typing import Final

from desk.core.state import DeskState
from desk.model.effect import Agreement, BreakNoted
from desk.model.units import SECOND, Nanos, Symbol

APART: Final = Nanos(2 * SECOND)
"""Statements closer than this are one look, not two."""
ROUND_PAUSE: Final = Nanos(5 * SECOND)
"""Pause between two questions for the trades that may explain a break."""
ROUNDS_MAX: Final = 3


def look(state: DeskState) -> tuple[BreakNoted, ...]:
    """Compare our quantities with the venue's latest statement; note and return what several looks have shown."""
    if not _can_judge(state):
        return ()
    noted = tuple(_judge(state))
    for each in noted:
        note(state, each)
    return noted


def note(state: DeskState, noted: BreakNoted) -> None:
    """Remember what became of a symbol."""
    symbol = noted.symbol
    state.rounds.pop(symbol, None)
    match noted.agreement:
        case Agreement.BROKEN:
            state.breaks[symbol] = noted.ts
            state.rounds[symbol] = (0, state.account.as_of)
        case Agreement.HALTED:
            state.halts[symbol] = noted.ts
        case Agreement.HEALED:
            state.breaks.pop(symbol, None)
            state.halts.pop(symbol, None)


def is_asking(state: DeskState) -> bool:
    """Tell whether the venue's trades may still explain a break."""
    return any(symbol not in state.halts for symbol in state.breaks)


def describe(state: DeskState, symbol: Symbol) -> str:
    """Say what does not add up."""
    ours, venue = state.net(symbol), state.account.quantity(symbol)
    return f"{symbol}: our accounts hold {ours}, the venue {venue}"


def tell(state: DeskState, noted: BreakNoted) -> str:
    """Say what became of a symbol, and what a person can do."""
    text = describe(state, noted.symbol)
    match noted.agreement:
        case Agreement.BROKEN:
            return f"{text}; quarantined: it can only be reduced until they agree"
        case Agreement.HALTED:
            return (
                f"{text}; halted: no trade explains it. `requery`, `adjust unallocated {noted.symbol} ...`,"
                f" or `flatten venue {noted.symbol}`"
            )
        case Agreement.HEALED:
            return f"{noted.symbol}: our accounts and the venue agree again"


def _judge(state: DeskState) -> Iterator[BreakNoted]:
    as_of = state.account.as_of
    for symbol in state.instruments:
        if any(order.is_in_flight or order.unbooked for order in state.open_orders(symbol=symbol)):
            state.looks.pop(symbol, None)
            continue
        agrees = state.net(symbol) == state.account.quantity(symbol)
        if agrees == (symbol not in state.breaks):
            state.looks.pop(symbol, None)  # as it was: nothing to be confirmed
            if not agrees and _is_last_round(state, symbol):
                yield BreakNoted(state.now, symbol, Agreement.HALTED)
        elif as_of - state.looks.setdefault(symbol, as_of) >= APART:
            del state.looks[symbol]
            yield BreakNoted(state.now, symbol, Agreement.HEALED if agrees else Agreement.BROKEN)


def _is_last_round(state: DeskState, symbol: Symbol) -> bool:
    """Count a round that has explained nothing; tell whether it was one too many."""
    if symbol in state.halts:
        return False
    count, since = state.rounds.get(symbol, (0, state.account.as_of))
    if state.account.as_of - since >= ROUND_PAUSE:
        count, since = count + 1, state.account.as_of
    state.rounds[symbol] = (count, since)
    return count >= ROUNDS_MAX


def _can_judge(state: DeskState) -> bool:
    """An empty answer while we hold something is a missing answer; one older than our last trade is an old one."""
    if state.account.wallet is None or state.account.as_of < state.account.fill_as_of:
        return False
    return bool(state.account.positions) or not any(state.net(symbol) for symbol in state.instruments)
