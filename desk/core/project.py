"""State to view: the picture the screen reads, built afresh and compared there by equality."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from desk.core import deleverage, estimate, following, ids, margin, modes
from desk.core.adl.levels import levels
from desk.core.ledger import Account
from desk.core.margin import Standing
from desk.core.market import Market
from desk.core.orders import Order
from desk.core.proof import prove
from desk.core.risk import standings
from desk.core.risk.foresight import foresee
from desk.core.state import DeskState, sight
from desk.model.command import Command
from desk.model.effect import Booking
from desk.model.order import Side
from desk.model.tier import AdlTier
from desk.model.units import SECOND, UNALLOCATED, ZERO, SubId, Symbol
from desk.model.view import (
    AccountView,
    AdlLevel,
    AlgoRow,
    DeskView,
    FillRow,
    Health,
    MarketView,
    OrderRow,
    PositionRow,
)

DEPTH: Final = 250
"""Levels a side that the ladder can group."""
ENDED_SHOWN: Final = 100
FILLS_SHOWN: Final = 100


class Outlook(Struct, frozen=True):
    """What would have to happen to an account."""

    shock: Decimal | None = None
    levels: tuple[AdlLevel, ...] = ()


class Projector:
    """Builds views; keeps the last picture of each market, as the depth is the only costly part."""

    def __init__(self) -> None:
        self._seq = 0
        self._markets: dict[Symbol, tuple[tuple[object, ...], MarketView]] = {}
        self.draft: Command | None = None
        """The command that is being written, if any."""
        self._outlooks: dict[SubId, tuple[tuple[object, ...], Outlook]] = {}

    def project(self, state: DeskState, health: Health) -> DeskView:
        """Return the whole desk as it stands."""
        self._seq += 1
        marks = state.marks()
        sides = state.sides()
        return DeskView(
            now=state.now,
            seq=self._seq,
            ready=all(market.is_known for market in state.markets.values()) and state.truth_known,
            venue=state.venue,
            epoch=state.epoch,
            mode=state.mode,
            mode_reason=state.mode_reason,
            mode_since=state.mode_since,
            mode_lift=modes.lifted_by(state),
            link=state.link,
            link_reason=state.link_reason,
            limits=state.limits,
            instruments=tuple(state.instruments.values()),
            markets=tuple(self._market(market) for market in state.markets.values()),
            subs=tuple(self._account(state, each, marks, sides) for each in _shown(state)),
            account=self._account(state, standings.mirror(state), marks, {}),
            account_ts=state.account.ts,
            orders=tuple(_orders(state)),
            algos=_algos(state),
            cards=tuple(reversed(state.cards.values())),
            fills=(*_expected(state), *(_told(state, fill) for fill in islice(state.fills, FILLS_SHOWN))),
            proof=prove(state),
            alerts=tuple(state.alerts),
            health=health,
            meters=state.limiter.meters(state.now),
            streams=tuple(following.rows(state)),
            consequence=foresee(state, self.draft) if self.draft is not None else None,
            refusals=tuple(state.refusals.items()),
        )

    def _account(
        self,
        state: DeskState,
        account: Account,
        marks: dict[Symbol, Decimal],
        sides: dict[tuple[Symbol, bool], Decimal],
    ) -> AccountView:
        found = margin.standing(account, state.instruments, marks, sides, state.limits.leverage)
        is_priced = _is_priced(account, marks)
        outlook = self._outlook(state, account, found) if is_priced else Outlook()
        episode = state.episodes.get(account.id)
        return AccountView(
            id=account.id,
            name=account.name,
            wallet=account.wallet,
            equity=found.equity,
            unrealised_pnl=found.unrealised,
            realised_pnl=account.realised,
            fees=account.fees,
            initial_margin=found.initial,
            maintenance_margin=found.maintenance,
            free_margin=found.free,
            margin_ratio=found.ratio if is_priced else None,
            adl_tier=_tier(state, account) if is_priced else AdlTier.NONE,
            positions=tuple(_positions(account, found, marks)),
            equities=tuple(state.equities.get(account.id, ())),
            ratios=tuple(state.ratios.get(account.id, ())),
            shock=outlook.shock,
            levels=outlook.levels,
            locked=state.locks.get(account.id, ""),
            note=deleverage.describe(episode) if episode is not None else "",
        )

    def _outlook(self, state: DeskState, account: Account, found: Standing) -> Outlook:
        """Return what is looked for with some effort: once a second, and when the account has traded."""
        key = (state.now // SECOND, account.wallet, tuple(each.quantity for each in found.holdings), state.limits)
        kept = self._outlooks.get(account.id)
        if kept is not None and kept[0] == key:
            return kept[1]
        is_ours = account.id in state.board.tiers
        outlook = Outlook(
            margin.uniform_shock(found),
            tuple(levels(found, state.instruments, state.nears, state.limits)) if is_ours else (),
        )
        self._outlooks[account.id] = (key, outlook)
        return outlook

    def _market(self, market: Market) -> MarketView:
        last_sample = market.prices[-1] if market.prices else None
        key = (market.book.version, market.book.synced, market.quote, market.mark, market.last, last_sample)
        symbol = market.instrument.symbol
        kept = self._markets.get(symbol)
        if kept is not None and kept[0] == key:
            return kept[1]
        view = MarketView(
            symbol=symbol,
            book_synced=market.book.synced,
            bids=market.book.top(Side.BUY, DEPTH),
            asks=market.book.top(Side.SELL, DEPTH),
            quote=market.quote,
            mark=market.mark,
            last=market.last,
            tape=tuple(market.tape),
            prices=tuple(market.prices),
        )
        self._markets[symbol] = (key, view)
        return view


def _shown(state: DeskState) -> Iterable[Account]:
    """The sub-accounts, and UNALLOCATED once it holds anything."""
    yield from state.subs()
    unallocated = state.accounts[UNALLOCATED]
    if unallocated.wallet or unallocated.positions:
        yield unallocated


def _tier(state: DeskState, account: Account) -> AdlTier:
    """The tier being acted on, or else the one reached; of the venue's account none: what it does is not ours."""
    episode = state.episodes.get(account.id)
    return episode.tier if episode is not None else state.board.tiers.get(account.id, AdlTier.NONE)


def _is_priced(account: Account, marks: dict[Symbol, Decimal]) -> bool:
    return all(symbol in marks for symbol, position in account.positions.items() if position.quantity)


def _positions(account: Account, standing: margin.Standing, marks: dict[Symbol, Decimal]) -> Iterable[PositionRow]:
    holdings = {each.symbol: each for each in standing.holdings}
    for symbol, position in account.positions.items():
        holding = holdings.get(symbol)
        if holding is None and not position.realised:
            continue
        yield PositionRow(
            symbol=symbol,
            quantity=position.quantity,
            entry_price=position.entry_price,
            mark=marks.get(symbol),
            notional=holding.notional if holding is not None else ZERO,
            unrealised_pnl=holding.unrealised if holding is not None else ZERO,
            realised_pnl=position.realised,
            maintenance_margin=holding.maintenance if holding is not None else ZERO,
            liquidation_price=margin.price_at_ratio(standing, symbol) if holding is not None else None,
        )


def _orders(state: DeskState) -> Iterable[OrderRow]:
    yield from (_order(order) for order in reversed(state.open.values()))
    ended = [order for order in state.orders.values() if not order.is_open]
    yield from (_order(order) for order in reversed(ended[-ENDED_SHOWN:]))


def _order(order: Order) -> OrderRow:
    spec = order.spec
    return OrderRow(
        id=spec.id,
        sub=spec.sub,
        symbol=spec.symbol,
        side=spec.side,
        type=spec.type,
        tif=spec.tif,
        kind=spec.kind,
        price=order.price,
        quantity=order.quantity,
        filled=order.filled,
        average_price=order.average_price,
        status=order.status,
        reduce_only=spec.closing,
        algo=spec.algo,
        pending=order.pending,
        reason=order.reason,
        queue_ahead=order.ahead,
        created=order.created,
        updated=order.updated,
    )


def _algos(state: DeskState) -> tuple[AlgoRow, ...]:
    # Between a restart and its first event there are runs, but no markets yet.
    rows = [run.view(sight(state, run)) for run in state.runs.values() if run.symbol in state.markets]
    return tuple(reversed(rows))


def _expected(state: DeskState) -> Iterator[FillRow]:
    """Yield what orders under way will probably have done, the newest first: in no account, and marked."""
    for each in reversed(state.estimates.values()):
        parts = ids.parse(each.spec.id)
        yield FillRow(
            trade=parts.seq if parts is not None else 0,
            sub=each.spec.sub,
            symbol=each.spec.symbol,
            side=each.spec.side,
            quantity=each.quantity,
            price=each.price,
            fee=each.fee,
            realised_pnl=ZERO,
            maker=False,
            order=each.spec.id,
            algo=each.spec.algo,
            ts=each.ts,
            booking=Booking.EXPECTED,
            reason="expected, not booked",
        )


def _told(state: DeskState, fill: FillRow) -> FillRow:
    """Return a fill with what had been expected of it."""
    found = estimate.of(state, fill.order)
    if found is None or fill.booking is not Booking.TRADE:
        return fill
    return replace(fill, price_expected=found.price, fee_expected=found.fee * fill.quantity / found.quantity)
