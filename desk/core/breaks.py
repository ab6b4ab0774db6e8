"""Breaks: our books and the venue's do not add up, and it is not just news on its way.

A mismatch counts when two statements at least two seconds apart show it while nothing of ours is in flight in that
symbol. The symbol is then quarantined: positions can only be reduced, until two statements agree again. Nothing is ever
traded or booked to make the numbers fit; that is a person's decision.
"""

from typing import Final

from msgspec import Struct

from desk.core.state import DeskState
from desk.model.units import SECOND, Nanos, Symbol

APART: Final = Nanos(2 * SECOND)
"""Statements closer than this are one look, not two."""


class Verdict(Struct, frozen=True):
    """What a statement changed: symbols that have broken, and symbols that have healed."""

    broken: tuple[Symbol, ...]
    healed: tuple[Symbol, ...]


def look(state: DeskState) -> Verdict:
    """Compare our quantities with the venue's latest statement, and note what two looks have shown."""
    if not _can_judge(state):
        return Verdict((), ())
    broken, healed = [], []
    for symbol in state.instruments:
        if any(order.is_in_flight or order.unbooked for order in state.open_orders(symbol=symbol)):
            state.looks.pop(symbol, None)
            continue
        agrees = state.net(symbol) == state.account.quantity(symbol)
        if agrees == (symbol not in state.breaks):
            state.looks.pop(symbol, None)  # as it was: nothing to be confirmed
        elif state.account.as_of - state.looks.setdefault(symbol, state.account.as_of) >= APART:
            del state.looks[symbol]
            if agrees:
                del state.breaks[symbol]
                healed.append(symbol)
            else:
                state.breaks[symbol] = state.now
                broken.append(symbol)
    return Verdict(tuple(broken), tuple(healed))


def describe(state: DeskState, symbol: Symbol) -> str:
    """Say what does not add up."""
    ours, venue = state.net(symbol), state.account.quantity(symbol)
    return f"{symbol}: our accounts hold {ours}, the venue {venue}"


def _can_judge(state: DeskState) -> bool:
    """An empty answer while we hold something is a missing answer; one older than our last trade is an old one."""
    if state.account.wallet is None or state.account.as_of < state.account.fill_as_of:
        return False
    return bool(state.account.positions) or not any(state.net(symbol) for symbol in state.instruments)
