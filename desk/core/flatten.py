"""Flatten: close a sub-account's position once its orders are settled, with a market order that cannot overshoot."""

from typing import Final

from desk.core.acting import Acts
from desk.core.risk import gate
from desk.core.risk.gate import Claim
from desk.model.effect import Severity
from desk.model.intent import Place
from desk.model.order import OrderKind, OrderType, Side
from desk.model.units import SubId, Symbol

TRIES_MAX: Final = 3
"""Closing orders per position: a book too thin to take it all is a person's decision."""


def begin(acts: Acts, sub: SubId | None, symbol: Symbol | None) -> None:
    """Start closing the positions of the given sub-account and symbol, of all where not given."""
    for account in acts.state.subs():
        if sub not in (None, account.id):
            continue
        for held, position in account.positions.items():
            if position.quantity and symbol in (None, held):
                acts.state.flattens[account.id, held] = 0
                go_on(acts, account.id, held)


def go_on(acts: Acts, sub: SubId, symbol: Symbol) -> None:
    """Take the next step of a flatten under way: wait for open orders, close what is left, or be done."""
    state = acts.state
    tries = state.flattens.get((sub, symbol))
    if tries is None or any(not order.is_settled for order in state.orders_on(sub, symbol)):
        return
    held = state.accounts[sub].quantity(symbol)
    if not held:
        del state.flattens[sub, symbol]
        acts.alert(Severity.INFO, f"flatten {symbol}: sub-account {sub} is flat")
        return
    side = Side.SELL if held > 0 else Side.BUY
    price = gate.worst_price(side, state, symbol)
    if tries >= TRIES_MAX or price is None:
        del state.flattens[sub, symbol]
        found = "no touch" if price is None else f"{held} left after {tries} orders"
        acts.alert(Severity.ERROR, f"flatten {symbol}: sub-account {sub}: expected flat, found {found}")
        return
    state.flattens[sub, symbol] = tries + 1
    quantity = min(abs(held), state.instruments[symbol].market_quantity_max)
    wish = Place(side=side, quantity=quantity, price=price, type=OrderType.MARKET, reduce_only=True)
    refusal = acts.place(wish, Claim(sub=sub, symbol=symbol, kind=OrderKind.FLATTEN))
    if refusal is not None:
        del state.flattens[sub, symbol]
        acts.alert(Severity.ERROR, f"flatten: {refusal.reason}")
