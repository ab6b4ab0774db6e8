"""How far an account can come: everything of one side that works, or may yet, is filled."""

from decimal import Decimal
from itertools import chain

from msgspec import Struct

from desk.core.state import DeskState
from desk.model.order import Side
from desk.model.units import ZERO, SubId, Symbol


class Added(Struct, frozen=True):
    """An order that is to come on top."""

    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal


def equity(state: DeskState, sub: SubId) -> Decimal:
    """Return cash plus open profit of an account at the known marks."""
    account, marks = state.accounts[sub], state.marks()
    open_profit = (each.unrealised(marks[symbol]) for symbol, each in account.positions.items() if symbol in marks)
    return account.wallet + sum(open_profit, ZERO)


def closing_outstanding(state: DeskState, sub: SubId, symbol: Symbol, side: Side) -> Decimal:
    """Return by how much orders that only close may still trade on one side."""
    closing = (each for each in state.orders_on(sub, symbol) if each.spec.closing and each.spec.side is side)
    return sum((each.outstanding for each in closing), ZERO)


def reach(state: DeskState, sub: SubId, added: Added | None = None) -> dict[Symbol, Decimal]:
    """Return the largest position an account can come to in each symbol, in base currency without a sign.

    Orders that only close make nothing larger by themselves, but what opens on the same side reaches further behind them:
    short 2, one order closing 2 and one buying 3 may come to 3, not to 1.
    """
    opening: dict[tuple[Symbol, Side], Decimal] = {}
    closing: dict[tuple[Symbol, Side], Decimal] = {}
    for order in chain(state.open.values(), state.unbooked.values()):
        if order.spec.sub == sub:
            _count(closing if order.spec.closing else opening, order.spec.symbol, order.spec.side, order.outstanding)
    if added is not None:
        _count(opening, added.symbol, added.side, added.quantity)
    far: dict[Symbol, Decimal] = {}
    for symbol in state.markets:
        held = state.accounts[sub].quantity(symbol)
        far[symbol] = abs(held)
        for side in Side:
            more = opening.get((symbol, side), ZERO)
            closed = min(closing.get((symbol, side), ZERO), max(ZERO, -held * side.sign))
            if more:
                far[symbol] = max(far[symbol], held * side.sign + closed + more)
    return far


def notional(state: DeskState, sub: SubId, added: Added | None = None) -> Decimal:
    """Return the notional an account can come to, all symbols together, in quote currency."""
    marks = state.marks()
    return sum((size * marks[symbol] for symbol, size in reach(state, sub, added).items() if symbol in marks), ZERO)


def margin_problem(state: DeskState, added: Added, covered_by: Decimal) -> str:
    """Return why an account may not take on `added` with that equity; empty when it may.

    Initial margin of the worst case must be covered, or at least not grow.
    """
    leverage = state.limits.leverage
    after = notional(state, added.sub, added) / leverage
    if after > notional(state, added.sub) / leverage and after > covered_by:
        return (
            f"margin at {leverage}x: expected at most {covered_by:.2f} of equity,"
            f" found {after:.2f} with everything working filled"
        )
    return ""


def position_problem(state: DeskState, added: Added) -> str:
    """Return why a position may not come to be that large; empty when it may."""
    mark, limit = state.marks()[added.symbol], state.limits.position_value_max
    after = reach(state, added.sub, added)[added.symbol] * mark
    if after > limit and after > reach(state, added.sub)[added.symbol] * mark:
        return f"position: expected at most {limit:f}, found {after:.2f} with everything working filled"
    return ""


def exposure_problem(state: DeskState, added: Added) -> str:
    """Return why all sub-accounts together may not take on that much; empty when they may."""
    limit = state.limits.exposure_max
    others = sum((notional(state, each.id) for each in state.subs() if each.id != added.sub), ZERO)
    after = others + notional(state, added.sub, added)
    if after > limit and after > others + notional(state, added.sub):
        return f"exposure of all sub-accounts: expected at most {limit:f}, found {after:.2f} with everything filled"
    return ""


def _count(sums: dict[tuple[Symbol, Side], Decimal], symbol: Symbol, side: Side, quantity: Decimal) -> None:
    sums[symbol, side] = sums.get((symbol, side), ZERO) + quantity
