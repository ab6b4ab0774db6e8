"""Where prices and trades become judgements: who has to be looked at, and at what prices an account is near."""

from decimal import Decimal
from typing import Final

from desk.core import deleverage
from desk.core.acting import Acts
from desk.core.adl import tiers
from desk.core.margin import Standing
from desk.core.orders import Order
from desk.core.risk import standings, trust
from desk.core.state import DeskState
from desk.model.effect import Severity
from desk.model.limits import AdlMode
from desk.model.market import MarkPrice
from desk.model.order import OrderKind, TimeInForce
from desk.model.tier import AdlTier
from desk.model.units import HOUSE, UNALLOCATED, ZERO, Nanos, SubId, Symbol

DELAY_WEIGHT: Final = 8
"""One part in so many is the latest fill's, in the time it takes from a decision to a fill."""
_HOUSES: Final = (UNALLOCATED, HOUSE)


def is_price(price: Decimal) -> bool:
    """Tell whether a mark can be one at all."""
    return price.is_finite() and price > ZERO


def on_mark(acts: Acts, mark: MarkPrice) -> None:
    """Judge every account that a new mark concerns."""
    board = acts.state.board
    if not board.is_quiet(mark.symbol, mark.price):
        for sub in board.touched(mark.symbol, mark.price):
            look(acts, sub)


def refresh(acts: Acts) -> None:
    """Judge the accounts whose cash or positions have changed, and their neighbours in the same symbol."""
    state = acts.state
    if not state.stirred:
        return
    subs, symbols = dict.fromkeys(state.stirred), dict.fromkeys(state.traded)
    state.stirred.clear()
    state.traded.clear()
    if symbols:
        state.held_by_side = state.sides()
    for symbol in symbols:
        subs |= dict.fromkeys(state.board.holders(symbol))
    for sub in subs:
        look(acts, sub)


def sweep(acts: Acts) -> None:
    """Once a second: how far prices reach, and the accounts in danger, also where no price comes any more."""
    state = acts.state
    changed = [symbol for symbol in state.markets if _measure(state, symbol)]
    subs = dict.fromkeys((*state.board.hot(), *state.episodes))
    for symbol in changed:
        subs |= dict.fromkeys(state.board.holders(symbol))
    for sub in subs:
        look(acts, sub)


def look_at_all(acts: Acts) -> None:
    """Judge every sub-account: what they are judged by has changed."""
    acts.state.held_by_side = acts.state.sides()
    for account in list(acts.state.subs()):
        look(acts, account.id)


def look(acts: Acts, sub: SubId) -> None:
    """Judge one account at the present marks, and act."""
    state = acts.state
    if sub in _HOUSES or sub not in state.accounts:
        return
    found = standings.of_sub(state, sub)
    if not standings.is_priced(state, state.accounts[sub]):
        state.board.await_price(sub, found)
        return
    tier = tiers.tier_of(found, state.nears_judged)
    before = state.board.tiers.get(sub, AdlTier.NONE)
    state.board.settle(sub, found, tier, state.nears_judged)
    _warn(acts, sub, found, before, tier)
    deleverage.judge(acts, sub, found, tier)


def on_order(acts: Acts, order: Order) -> None:
    """An order may have ended: one that deleverages, or one that was in the way of that."""
    state, sub = acts.state, order.spec.sub
    if not order.is_settled:
        return
    if order.spec.tif is TimeInForce.IOC and order.filled:
        note_delay(state, Nanos(order.updated - order.created))
    if sub not in state.episodes:
        return
    refresh(acts)
    if order.spec.kind is OrderKind.DELEVERAGE:
        deleverage.on_settled(acts, order, standings.of_sub(state, sub))
    look(acts, sub)


def note_delay(state: DeskState, delay: Nanos) -> None:
    """Take note how long an order that takes has needed from its sending to its fill."""
    state.fill_delay = Nanos(state.fill_delay + (delay - state.fill_delay) // DELAY_WEIGHT)


def _measure(state: DeskState, symbol: Symbol) -> bool:
    """Sample a symbol's volatility; tell whether `near` is another for it now."""
    market = state.markets[symbol]
    if market.mark is None or trust.doubt_of_mark(state, (symbol,)):
        return False  # what the touch does not confirm says nothing of how far prices reach
    market.volatility.sample(market.mark.price)
    near = tiers.near(market.volatility.sigma, state.fill_delay)
    if near == state.nears.get(symbol):
        return False
    state.nears[symbol] = near
    return state.limits.adl is not AdlMode.CLASSIC


def _warn(acts: Acts, sub: SubId, found: Standing, before: AdlTier, tier: AdlTier) -> None:
    """Say when an account comes near, and, where nothing else does, when it is in a tier."""
    state = acts.state
    is_off = state.limits.adl is AdlMode.OFF
    if tier.rank <= before.rank or (tier is not AdlTier.WATCH and not is_off) or sub in state.episodes:
        return
    acts.alert(
        Severity.WARN if tier is AdlTier.WATCH else Severity.ERROR,
        f"sub-account {state.accounts[sub].name} is in {tier}: ratio {deleverage.percent(found.ratio)}"
        + (", deleverage is off" if is_off else ""),
    )
