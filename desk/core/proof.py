"""The proof that our books are whole: Σ sub-accounts + UNALLOCATED = venue, in quantity and in equity."""

from collections.abc import Iterator
from decimal import Decimal

from desk.core.state import DeskState
from desk.model.units import HOUSE, UNALLOCATED, ZERO, Symbol
from desk.model.view import ProofRow, ProofState, ProofView


def prove(state: DeskState) -> ProofView:
    """Compare Σ of our accounts with the venue's latest statement.

    A statement older than our latest trade proves nothing yet, nor does equity without the mark of an open position: the
    state is CHECKING until they arrive.
    """
    rows = tuple(_row(state, symbol) for symbol in state.instruments)
    marks = state.marks()
    ours, venue = _equity_ours(state, marks), _equity_venue(state, marks)
    quantity = all(row.subs + row.unallocated == row.venue for row in rows)
    equity = abs(ours - venue) <= state.rounding
    is_priced = all(symbol in marks for symbol in _held(state))
    return ProofView(
        state=_state(state, holds=quantity and (equity or not is_priced), is_priced=is_priced),
        quantity=quantity,
        equity=equity,
        rows=rows,
        equity_ours=ours,
        equity_venue=venue,
    )


def _state(state: DeskState, *, holds: bool, is_priced: bool) -> ProofState:
    if state.account.wallet is None or state.account.as_of < state.account.fill_as_of:
        return ProofState.CHECKING
    if not holds:
        return ProofState.BROKEN
    return ProofState.PROVEN if is_priced else ProofState.CHECKING


def _held(state: DeskState) -> Iterator[Symbol]:
    """Yield the symbols that any account holds, ours or the venue's."""
    for account in state.accounts.values():
        yield from (symbol for symbol, position in account.positions.items() if position.quantity)
    yield from state.account.positions


def _row(state: DeskState, symbol: Symbol) -> ProofRow:
    return ProofRow(
        symbol=symbol,
        subs=sum((account.quantity(symbol) for account in state.subs()), ZERO),
        unallocated=state.accounts[UNALLOCATED].quantity(symbol) + state.accounts[HOUSE].quantity(symbol),
        venue=state.account.quantity(symbol),
        since=state.breaks.get(symbol),
        is_halted=symbol in state.halts,
    )


def _equity_ours(state: DeskState, marks: dict[Symbol, Decimal]) -> Decimal:
    equity = ZERO
    for account in state.accounts.values():
        equity += account.wallet
        for symbol, position in account.positions.items():
            equity += position.unrealised(marks[symbol]) if symbol in marks else ZERO
    return equity


def _equity_venue(state: DeskState, marks: dict[Symbol, Decimal]) -> Decimal:
    equity = state.account.wallet if state.account.wallet is not None else ZERO
    for symbol, position in state.account.positions.items():
        equity += position.quantity * marks[symbol] - position.entry_value if symbol in marks else ZERO
    return equity
