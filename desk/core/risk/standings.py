"""How our accounts and the venue's stand at the present marks."""

from typing import Final

from desk.core import margin
from desk.core.ledger import Account, Position
from desk.core.margin import Standing
from desk.core.state import DeskState
from desk.model.units import ZERO, SubId

VENUE: Final = SubId("VENUE")
"""The venue's own account, by its own statement."""


def of_sub(state: DeskState, sub: SubId) -> Standing:
    """Return how a sub-account stands, with its share of what its neighbours cost."""
    return margin.standing(
        state.accounts[sub], state.instruments, state.marks(), state.held_by_side, state.limits.leverage
    )


def of_venue(state: DeskState) -> Standing:
    """Return how the venue's account stands."""
    return margin.standing(mirror(state), state.instruments, state.marks(), {}, state.limits.leverage)


def mirror(state: DeskState) -> Account:
    """Return the venue's account as one of ours; symbols that are not traded here are left out."""
    wallet = state.account.wallet if state.account.wallet is not None else ZERO
    account = Account(id=VENUE, name="venue", wallet=wallet)
    for symbol, each in state.account.positions.items():
        if symbol in state.instruments:
            account.positions[symbol] = Position(quantity=each.quantity, cost=each.entry_value)
    return account


def is_priced(state: DeskState, account: Account) -> bool:
    """Tell whether every position has a mark."""
    return all(
        symbol in state.markets and state.markets[symbol].mark is not None
        for symbol, position in account.positions.items()
        if position.quantity and symbol in state.instruments
    )
