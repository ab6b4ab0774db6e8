"""Whose depth and trades are followed: of what is held, worked, in trouble or looked at; the rest has touch and mark alone."""

from collections.abc import Iterable, Iterator
from typing import Final

from desk.core import asking
from desk.core.acting import Acts
from desk.core.state import DeskState
from desk.model.effect import Follow
from desk.model.following import Reason, StreamRow
from desk.model.price import Via
from desk.model.units import SECOND, Nanos, Symbol

LOOK_HELD: Final = Nanos(20 * SECOND)
"""A screen says every few seconds what it looks at; one that is gone says nothing, and soon no longer counts."""


def begin(acts: Acts) -> None:
    """After a start nothing is followed yet: say at once what has to be."""
    acts.state.demand.clear()
    _follow(acts, is_new=True)


def look(acts: Acts) -> None:
    """Follow what there is a reason for by now, and let go of what has had none for a while."""
    _follow(acts, is_new=False)


def look_at(acts: Acts, symbol: Symbol) -> None:
    """Take note that a screen looks at `symbol`; one that we do not trade is nobody's business."""
    state = acts.state
    if symbol in state.markets:
        state.looked_at[symbol] = state.now
        look(acts)


def rows(state: DeskState) -> Iterator[StreamRow]:
    """Yield what is followed of each symbol, and why."""
    for symbol, market in state.markets.items():
        reasons = state.demand.reasons(symbol)
        yield StreamRow(
            symbol=symbol,
            reasons=(*(each for each in Reason if each in reasons), Reason.WATCHLIST),
            release_at=state.demand.release_at(symbol),
            is_followed=market.is_followed,
            is_synced=market.book.synced,
            touch_ts=market.quote.ts if market.quote is not None else None,
            touch_via=market.quote.via if market.quote is not None else Via.STREAM,
            mark_ts=market.mark.ts if market.mark is not None else None,
            mark_via=market.mark.via if market.mark is not None else Via.STREAM,
            depth_ts=market.depth_ts,
            trade_ts=market.last.ts if market.last is not None else None,
        )


def _follow(acts: Acts, *, is_new: bool) -> None:
    state = acts.state
    for reason, symbols in _reasons(state):
        state.demand.set(reason, (each for each in symbols if each in state.markets), state.now)
    wanted = state.demand.followed(state.now)
    changed = [symbol for symbol, market in state.markets.items() if market.is_followed is not (symbol in wanted)]
    if changed or is_new:
        acts.out.append(Follow(state.now, tuple(wanted)))
    for symbol in changed:
        market = state.markets[symbol]
        if symbol in wanted:
            market.followed_since = state.now
            asking.ask_depth(acts, symbol)
        else:
            market.let_go()


def _reasons(state: DeskState) -> Iterable[tuple[Reason, Iterable[Symbol]]]:
    looks = {symbol: ts for symbol, ts in state.looked_at.items() if state.now - ts < LOOK_HELD}
    state.looked_at = looks
    return (
        (Reason.POSITION, _held(state)),
        (Reason.ORDER, (order.spec.symbol for order in state.open.values())),
        (Reason.ALGO, (run.symbol for run in state.runs.values() if not run.is_done)),
        (Reason.ALERT, (*state.breaks, *state.unruly)),
        (Reason.FOCUS, looks),
    )


def _held(state: DeskState) -> Iterator[Symbol]:
    for account in state.accounts.values():
        yield from (symbol for symbol, position in account.positions.items() if position.quantity)
    yield from (symbol for symbol, position in state.account.positions.items() if position.quantity)
