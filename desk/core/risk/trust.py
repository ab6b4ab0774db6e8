"""May a sum be acted on: no order of our own accord rests on a price or a balance that one source alone states."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from desk.core.market import Market
from desk.core.proof import prove
from desk.core.state import DeskState
from desk.model.units import ZERO, Symbol, millis
from desk.model.view import ProofState

PRICE_APART: Final = Decimal("0.05")
"""Mark and touch further apart than this are not the same market."""
EQUITY_APART: Final = Decimal("0.01")
"""Our equity and the venue's may differ by so much of the larger, by prices they round and moments they miss."""


def doubt(state: DeskState, symbols: Iterable[Symbol]) -> str:
    """Return why an account that holds `symbols` must not be acted on now: who says what; empty when it may."""
    for symbol in symbols:
        problem = state.unruly.get(symbol, "") or _doubt_price(state, symbol) or _doubt_quantity(state, symbol)
        if problem:
            return problem
    return _doubt_equity(state)


def doubt_of_mark(state: DeskState, symbols: Iterable[Symbol]) -> str:
    """Return why the marks of these symbols may not price new risk: which says something the touch does not."""
    for symbol in symbols:
        market = state.markets.get(symbol)
        if market is not None and market.mark is not None and market.quote is not None:
            problem = _apart(market)
            if problem:
                return f"{symbol}: {problem}"
    return ""


def _apart(market: Market) -> str:
    mark, quote = market.mark, market.quote
    if mark is None or quote is None or quote.mid <= ZERO or abs(mark.price / quote.mid - 1) <= PRICE_APART:
        return ""
    return f"the mark says {mark.price:f}, the touch {quote.bid:f}/{quote.ask:f}"


def _doubt_price(state: DeskState, symbol: Symbol) -> str:
    market = state.markets.get(symbol)
    if market is None or market.mark is None or market.quote is None:
        return f"{symbol}: no mark or no touch"
    age, limit = state.now - market.mark.ts, state.limits.mark_age_ms_max
    if age > millis(limit):
        return f"{symbol}: mark: expected at most {limit} ms old, found {age // 1_000_000} ms"
    mid = market.quote.mid
    if not market.book.synced or mid <= ZERO:
        return f"{symbol}: its book is not proven"
    problem = _apart(market)
    return f"{symbol}: {problem}" if problem else ""


def _doubt_quantity(state: DeskState, symbol: Symbol) -> str:
    """A statement that is older than our latest trade, or while an order is under way, says nothing."""
    ours, venue = state.net(symbol), state.account.quantity(symbol)
    is_told = state.account.as_of >= state.account.fill_as_of and not any(
        order.is_in_flight or order.unbooked for order in state.open_orders(symbol=symbol)
    )
    if symbol in state.breaks or (is_told and ours != venue):
        return f"{symbol}: our accounts hold {ours}, the venue says {venue}"
    return ""


def _doubt_equity(state: DeskState) -> str:
    proof = prove(state)
    if proof.state is not ProofState.BROKEN:
        return ""
    ours, venue = proof.equity_ours, proof.equity_venue
    if abs(ours - venue) <= EQUITY_APART * max(abs(ours), abs(venue)):
        return ""
    return f"equity: ours is {ours:.2f}, the venue's {venue:.2f}"
