"""Flatten: close a position once its orders are settled, with a market order that cannot overshoot.

The position is a sub-account's in our books, or, for UNALLOCATED, the venue's net by its own statement: that is what is
left to do where the books do not add up.
"""

from decimal import Decimal
from typing import Final

from desk.core import bookkeeping
from desk.core.acting import Acts
from desk.core.orders import Order
from desk.core.risk import gate
from desk.core.risk.gate import Claim
from desk.core.state import DeskState
from desk.model.effect import Severity
from desk.model.intent import Place
from desk.model.order import OrderKind, OrderSpec, OrderType, Side
from desk.model.units import UNALLOCATED, ZERO, SubId, Symbol

TRIES_MAX: Final = 3
"""Closing orders per position: a book too thin to take it all is a person's decision."""


def begin(acts: Acts, sub: SubId | None, symbol: Symbol | None) -> None:
    """Start closing the positions of the given sub-account and symbol, of all where not given."""
    for account in acts.state.subs():
        if sub not in (None, account.id):
            continue
        for held, position in account.positions.items():
            if position.quantity and symbol in (None, held):
                _start(acts, account.id, held)


def begin_venue(acts: Acts, symbol: Symbol) -> None:
    """Start closing the venue's net position; the trades belong to UNALLOCATED."""
    _start(acts, UNALLOCATED, symbol)


def on_report(acts: Acts, spec: OrderSpec) -> None:
    """Go on with what an order has held up."""
    go_on(acts, spec.sub, spec.symbol)
    if spec.sub != UNALLOCATED:
        go_on(acts, UNALLOCATED, spec.symbol)


def on_statement(acts: Acts) -> None:
    """Go on with what has waited for the venue's statement."""
    for sub, symbol in list(acts.state.flattens):
        if sub == UNALLOCATED:
            go_on(acts, sub, symbol)


def go_on(acts: Acts, sub: SubId, symbol: Symbol) -> None:
    """Take the next step of a flatten under way: wait for open orders, close what is left, or be done."""
    state = acts.state
    tries = state.flattens.get((sub, symbol))
    if tries is None or not _is_settled(state, sub, symbol):
        return
    held, who = _held(state, sub, symbol), "the venue" if sub == UNALLOCATED else f"sub-account {sub}"
    if not held:
        del state.flattens[sub, symbol]
        acts.alert(Severity.INFO, f"flatten {symbol}: {who} is flat")
        return
    side = Side.SELL if held > 0 else Side.BUY
    price = gate.worst_price(side, state, symbol)
    if tries >= TRIES_MAX or price is None:
        del state.flattens[sub, symbol]
        found = "no touch" if price is None else f"{held} left after {tries} orders"
        acts.alert(Severity.ERROR, f"flatten {symbol}: {who}: expected flat, found {found}")
        return
    state.flattens[sub, symbol] = tries + 1
    quantity = min(abs(held), state.instruments[symbol].market_quantity_max)
    wish = Place(side=side, quantity=quantity, price=price, type=OrderType.MARKET, reduce_only=True)
    refusal = acts.place(wish, Claim(sub=sub, symbol=symbol, kind=OrderKind.FLATTEN))
    if refusal is not None:
        del state.flattens[sub, symbol]
        acts.alert(Severity.ERROR, f"flatten: {refusal.reason}")


def trim_closing(acts: Acts, order: Order) -> None:
    """Cancel closing orders that a fill of `order` has made larger than the position, the newest first."""
    state, sub, symbol = acts.state, order.spec.sub, order.spec.symbol
    if not bookkeeping.is_sub(state, sub):
        return
    held = state.accounts[sub].quantity(symbol)
    closing = [each for each in state.open_orders(sub, symbol) if each.spec.closing]
    for side_sign in (1, -1):
        room = max(held * -side_sign, ZERO)
        for each in closing:
            if each.spec.side.sign != side_sign:
                continue
            room -= each.leaves
            if room < 0:
                acts.cancel(each)


def _start(acts: Acts, sub: SubId, symbol: Symbol) -> None:
    acts.state.flattens[sub, symbol] = 0
    go_on(acts, sub, symbol)


def _held(state: DeskState, sub: SubId, symbol: Symbol) -> Decimal:
    return state.account.quantity(symbol) if sub == UNALLOCATED else state.accounts[sub].quantity(symbol)


def _is_settled(state: DeskState, sub: SubId, symbol: Symbol) -> bool:
    if sub != UNALLOCATED:
        is_guarded = any((each.spec.sub, each.spec.symbol) == (sub, symbol) for each in state.guards.values())
        return not is_guarded and all(order.is_settled for order in state.orders_on(sub, symbol))
    if state.account.as_of < state.account.fill_as_of:
        return False  # the statement is older than our last trade
    return all(order.is_settled for order in state.orders.values() if order.spec.symbol == symbol)
