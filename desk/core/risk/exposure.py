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
    working = _working(state, sub, added)
    return {
        symbol: max(_farthest(held, opening), _farthest(settled, opening))
        for symbol, (held, settled, opening) in working.items()
    }


def grows(state: DeskState, added: Added) -> bool:
    """Tell whether an order may make its position larger, as it stands or once the orders that close it are through.

    Short 2 and one order closing 2, to buy 1 is no cover: what it meets may be gone.
    """
    held, settled, before = _working(state, added.sub, None)[added.symbol]
    _, _, after = _working(state, added.sub, added)[added.symbol]
    return any(_farthest(position, after) > _farthest(position, before) for position in (held, settled))


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
    if after > covered_by and grows(state, added):
        return (
            f"margin at {leverage}x: expected at most {covered_by:.2f} of equity,"
            f" found {after:.2f} with everything working filled"
        )
    return ""


def position_problem(state: DeskState, added: Added) -> str:
    """Return why a position may not come to be that large; empty when it may."""
    mark, limit = state.marks()[added.symbol], state.limits.position_value_max
    after = reach(state, added.sub, added)[added.symbol] * mark
    if after > limit and grows(state, added):
        return f"position: expected at most {limit:f}, found {after:.2f} with everything working filled"
    return ""


def exposure_problem(state: DeskState, added: Added) -> str:
    """Return why all sub-accounts together may not take on that much; empty when they may."""
    limit = state.limits.exposure_max
    others = sum((notional(state, each.id) for each in state.subs() if each.id != added.sub), ZERO)
    after = others + notional(state, added.sub, added)
    if after > limit and grows(state, added):
        return f"exposure of all sub-accounts: expected at most {limit:f}, found {after:.2f} with everything filled"
    return ""


def _working(
    state: DeskState, sub: SubId, added: Added | None
) -> dict[Symbol, tuple[Decimal, Decimal, dict[Side, Decimal]]]:
    """Return for each symbol what is held, what is left once all that closes is filled, and what may open on each side."""
    opening: dict[tuple[Symbol, Side], Decimal] = {}
    closing: dict[tuple[Symbol, Side], Decimal] = {}
    for order in chain(state.open.values(), state.unbooked.values()):
        if order.spec.sub == sub:
            _count(closing if order.spec.closing else opening, order.spec.symbol, order.spec.side, order.outstanding)
    if added is not None:
        _count(opening, added.symbol, added.side, added.quantity)
    found = {}
    for symbol in state.markets:
        held = state.accounts[sub].quantity(symbol)
        closes = Side.SELL if held > ZERO else Side.BUY
        settled = held + closes.sign * min(abs(held), closing.get((symbol, closes), ZERO))
        found[symbol] = held, settled, {side: opening.get((symbol, side), ZERO) for side in Side}
    return found


def _farthest(held: Decimal, opening: dict[Side, Decimal]) -> Decimal:
    return max(abs(held + opening[Side.BUY]), abs(held - opening[Side.SELL]), abs(held))


def _count(sums: dict[tuple[Symbol, Side], Decimal], symbol: Symbol, side: Side, quantity: Decimal) -> None:
    sums[symbol, side] = sums.get((symbol, side), ZERO) + quantity
