"""Every mutable thing of the core, in one tree."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as slot
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from desk.core.adl.board import Board
from desk.core.algos.base import Algo, Followed, GuardSeen, Sight
from desk.core.demand import Demand
from desk.core.ledger import Account
from desk.core.limiter import Limiter
from desk.core.market import Market
from desk.core.markouts import Markouts
from desk.core.orders import Order
from desk.model.card import Card
from desk.model.effect import Crossed, Deleveraged
from desk.model.event import LinkState, VenuePosition
from desk.model.guard import GuardSpec, GuardState
from desk.model.instrument import Instrument
from desk.model.limits import AdlMode, Limits
from desk.model.order import OrderSpec
from desk.model.price import PriceKind
from desk.model.tier import AdlTier
from desk.model.units import HOUSE, SECOND, UNALLOCATED, ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import AlertRow, DeskMode, FillRow, Sample

FILLS_MAX: Final = 500
ALERTS_MAX: Final = 200
DELEVERAGED_MAX: Final = 100
ENDED_MAX: Final = 300
"""Ended orders and runs kept for the screen."""
_NEVER: Final = Nanos(0)
_DELAY: Final = Nanos(SECOND)
"""What is supposed of the first fill."""
TRADES_MAX: Final = 20_000
"""Trade ids remembered to recognise a repeat; the journal remembers all of them."""


class Estimate(Struct, frozen=True):
    """What was expected of an order: quantity, average price and fee, in the quote asset, at the taker's rate."""

    spec: OrderSpec
    quantity: Decimal
    price: Decimal
    fee: Decimal
    ts: Nanos


class Episode(Struct, kw_only=True):
    """A sub-account being brought out of danger; its tier only grows until it is over."""

    sub: SubId
    tier: AdlTier
    began: Nanos
    is_acting: bool = True
    """Not yet at its target."""
    calm_since: Nanos | None = None
    held: str = ""
    """Why nothing is done; empty while something is."""
    steps: list[Nanos] = field(default_factory=list)
    """When the latest orders left."""
    clearing: dict[Symbol, Nanos] = field(default_factory=dict)
    """Since when the orders in the way are being cancelled."""
    ratios: dict[Symbol, Decimal] = field(default_factory=dict)
    """The margin ratio at which the order under way was decided."""


class Guard(Struct, kw_only=True):
    """A stop that the venue holds, or is asked to."""

    spec: GuardSpec
    state: GuardState = GuardState.SENT
    asked: Nanos
    """When the latest request about it left."""
    sent: Nanos
    heard: Nanos = Nanos(0)
    """Venue time of the latest proof that it is there."""
    absent: Nanos = Nanos(0)
    """Venue time of the first truth that had to know it and did not."""
    leaving_since: Nanos = Nanos(0)
    """Since when it is to be let go of; 0: it is not."""
    is_pending: bool = False
    """A request about it is on its way."""

    @property
    def is_leaving(self) -> bool:
        """Tell whether it is to be let go of."""
        return bool(self.leaving_since)


class VenueMirror:
    """The venue's own statement of the account, and how recent it is."""

    __slots__ = ("as_of", "fill_as_of", "positions", "ts", "wallet")

    def __init__(self) -> None:
        self.wallet: Decimal | None = None
        """None: the venue has not spoken yet."""
        self.positions: dict[Symbol, VenuePosition] = {}
        self.as_of = Nanos(0)
        """Venue time of the statement."""
        self.ts = Nanos(0)
        self.fill_as_of = Nanos(0)
        """Venue time of our latest booked trade: a statement older than this proves nothing."""

    def quantity(self, symbol: Symbol) -> Decimal:
        """Return the venue's net quantity in `symbol`."""
        found = self.positions.get(symbol)
        return found.quantity if found is not None else ZERO


def _house_accounts() -> dict[SubId, Account]:
    return {
        UNALLOCATED: Account(id=UNALLOCATED, name="unallocated"),
        HOUSE: Account(id=HOUSE, name="house"),
    }


@dataclass(slots=True)
class DeskState:
    """The whole desk. Only the engine and the rooms it calls change it."""

    limits: Limits
    now: Nanos = _NEVER
    epoch: int = 0
    venue: str = ""
    began: Nanos = _NEVER
    """When the first sub-account was opened: what the venue's account did before is no business of these books."""
    rounding: Decimal = ZERO
    """By how much the venue's equity may differ from ours."""
    mode: DeskMode = DeskMode.STARTING
    mode_reason: str = "waiting for the first market data"
    mode_since: Nanos = _NEVER
    latches: dict[DeskMode, str] = slot(default_factory=dict)
    """Modes a person has latched, KILLED or REDUCE_ONLY, each with its reason; they outlive a restart."""
    link: LinkState = LinkState.CONNECTING
    link_reason: str = ""
    link_since: Nanos = _NEVER
    truth_known: bool = False
    truth_asked: bool = False
    """A query for the venue's truth is on its way."""
    truth_asked_at: Nanos = _NEVER
    prices_unanswered: dict[PriceKind, tuple[Nanos, int]] = slot(default_factory=dict)
    """When prices were last asked for, and how often in vain."""
    doubts: int = 0
    """Questions asked about requests without an answer since the latest of them went missing."""
    breaks: dict[Symbol, Nanos] = slot(default_factory=dict)
    """Symbols whose quantity does not add up to the venue's, with since when: they are quarantined."""
    halts: dict[Symbol, Nanos] = slot(default_factory=dict)
    """Quarantined symbols that the venue's trades do not explain, with since when: nothing but cancels passes."""
    rounds: dict[Symbol, tuple[int, Nanos]] = slot(default_factory=dict)
    """How often the trades have not explained a break, and the venue time of the latest such answer."""
    looks: dict[Symbol, Nanos] = slot(default_factory=dict)
    """Venue time of the first statement that showed a change not yet confirmed by a second."""
    clean_from: Nanos = _NEVER
    """Until then the desk recovers from having stood still."""
    leaving: str = ""
    """Why the desk is being left; empty while it is not. A restart has forgotten it: that is what lifts it."""
    leave_by: Nanos = _NEVER
    """When it ends although something is still open."""
    starts: tuple[Nanos, ...] = ()
    """The starts since the last clean end, those of the last ten minutes."""
    fence: str = ""
    """Why this desk may send nothing at all: a newer one acts on the account; empty when none does."""
    fault: str = ""
    """What is wrong with the machine under us, e.g. the journal; empty when nothing is."""
    limiter: Limiter = slot(default_factory=Limiter)
    instruments: dict[Symbol, Instrument] = slot(default_factory=dict)
    markets: dict[Symbol, Market] = slot(default_factory=dict)
    demand: Demand = slot(default_factory=Demand)
    """Whose depth and trades are wanted, and why."""
    looked_at: dict[Symbol, Nanos] = slot(default_factory=dict)
    """What screens look at, and when they last said so."""
    accounts: dict[SubId, Account] = slot(default_factory=_house_accounts)
    account: VenueMirror = slot(default_factory=VenueMirror)
    orders: dict[ClientOrderId, Order] = slot(default_factory=dict)
    open: dict[ClientOrderId, Order] = slot(default_factory=dict)
    """The orders that may still trade."""
    unbooked: dict[ClientOrderId, Order] = slot(default_factory=dict)
    """Those that are over, and whose trades have not all been told."""
    guards: dict[ClientOrderId, Guard] = slot(default_factory=dict)
    """The stops that the venue holds for us, or may."""
    run_orders: dict[AlgoId, dict[ClientOrderId, Order]] = slot(default_factory=dict)
    flattens: dict[tuple[SubId, Symbol], int] = slot(default_factory=dict)
    """Positions being closed, with the closing orders already tried."""
    runs: dict[AlgoId, Algo] = slot(default_factory=dict)
    returning: tuple[AlgoId, ...] = ()
    """Runs that a restart has brought back and that have not yet been dealt with by their policy."""
    cards: dict[AlgoId, Card] = slot(default_factory=dict)
    """How the runs that are over have done, the oldest first."""
    markouts: Markouts = slot(default_factory=Markouts)
    fills: deque[FillRow] = slot(default_factory=lambda: deque(maxlen=FILLS_MAX))
    estimates: dict[ClientOrderId, Estimate] = slot(default_factory=dict)
    """What orders under way will probably have done: a picture, in no account."""
    estimated: dict[ClientOrderId, Estimate] = slot(default_factory=dict)
    """The latest of them, also those whose trades are booked."""
    trades: dict[tuple[Symbol, int], None] = slot(default_factory=dict)
    trades_below: dict[Symbol, int] = slot(default_factory=dict)
    """The highest trade id already forgotten: the venue counts upwards, so no new trade is at or below it."""
    funded: dict[Symbol, Nanos] = slot(default_factory=dict)
    """Venue time of the latest funding booked: a payment that is not newer has been booked before."""
    adjustments: dict[int, Crossed] = slot(default_factory=dict)
    """Estimated bookings by number that have not been taken back."""
    board: Board = slot(default_factory=Board)
    """Which tier each sub-account is in, and which prices concern whom."""
    held_by_side: dict[tuple[Symbol, bool], Decimal] = slot(default_factory=dict)
    """The quantity all our accounts hold, by symbol and direction, as of the latest trade."""
    stirred: dict[SubId, None] = slot(default_factory=dict)
    """Accounts whose cash or positions have changed since they were last judged."""
    traded: dict[Symbol, None] = slot(default_factory=dict)
    """Symbols in which a position has changed since then."""
    nears: dict[Symbol, Decimal] = slot(default_factory=dict)
    """The fraction of price within which a liquidation price is near."""
    fill_delay: Nanos = _DELAY
    """Time from a decision to its fill, of the latest orders that took."""
    rules_at: Nanos = _NEVER
    """When the venue last told its rules."""
    unruly: dict[Symbol, str] = slot(default_factory=dict)
    """Symbols whose rules cannot be right, each with why: nothing new is risked there."""
    edits: dict[str, tuple[str, str]] = slot(default_factory=dict)
    """Limits moved by hand: to what, and what the settings said then."""
    sends: dict[AlgoId, deque[Nanos]] = slot(default_factory=dict)
    """When the latest orders and amendments of each run left."""
    refusals: Counter[str] = slot(default_factory=Counter)
    """How often each check of the gate has said no, since the start."""
    day: int = 0
    """Days since the epoch of the latest baselines."""
    baselines: dict[SubId, Decimal] = slot(default_factory=dict)
    """Equity from which the day's loss is counted."""
    peaks: dict[SubId, Decimal] = slot(default_factory=dict)
    """The highest equity since the baseline was set."""
    locks: dict[SubId, str] = slot(default_factory=dict)
    """Sub-accounts that have lost too much, each with why; they outlive a restart."""
    countdowns: dict[Symbol, Nanos] = slot(default_factory=dict)
    """When the venue's countdown was last asked for, where it runs."""
    episodes: dict[SubId, Episode] = slot(default_factory=dict)
    """Sub-accounts that are being deleveraged."""
    doubted: dict[SubId, str] = slot(default_factory=dict)
    """Sub-accounts whose tier rests on what one source alone states, each with what that is."""
    deleveraged: deque[Deleveraged] = slot(default_factory=lambda: deque(maxlen=DELEVERAGED_MAX))
    """What that has done, the newest first."""
    alerts: deque[AlertRow] = slot(default_factory=lambda: deque(maxlen=ALERTS_MAX))
    equities: dict[SubId, deque[Sample]] = slot(default_factory=dict)
    ratios: dict[SubId, deque[Sample]] = slot(default_factory=dict)
    """Margin ratios in percent."""
    order_seq: int = 0
    run_seq: int = 0
    posting_seq: int = 0
    """The number of the latest booking that is no trade of the venue."""
    alert_seq: int = 0

    def stir(self, sub: SubId, symbol: Symbol | None = None) -> None:
        """Take note that an account has to be judged anew; with a symbol in which it has traded, its neighbours too."""
        self.stirred[sub] = None
        if symbol is not None:
            self.traded[symbol] = None

    @property
    def nears_judged(self) -> dict[Symbol, Decimal] | None:
        """Return what makes a liquidation price near; None where the ratio alone decides."""
        return None if self.limits.adl is AdlMode.CLASSIC else self.nears

    def subs(self) -> Iterator[Account]:
        """Yield the sub-accounts, in the order they were opened."""
        return (account for account in self.accounts.values() if account.id not in (UNALLOCATED, HOUSE))

    def open_orders(self, sub: SubId | None = None, symbol: Symbol | None = None) -> Iterator[Order]:
        """Yield the orders that may still trade; of one sub-account and symbol where given."""
        for order in self.open.values():
            if sub in (None, order.spec.sub) and symbol in (None, order.spec.symbol):
                yield order

    def orders_on(self, sub: SubId, symbol: Symbol) -> Iterator[Order]:
        """Yield the orders of one sub-account in one symbol, ended ones too: their trades may still be on the way."""
        return (each for each in self.orders.values() if each.spec.sub == sub and each.spec.symbol == symbol)

    def orders_of(self, algo: AlgoId) -> dict[ClientOrderId, Order]:
        """Return the orders of one run."""
        return self.run_orders.get(algo, {})

    def keep(self, order: Order) -> None:
        """File an order where its state says it belongs."""
        self.orders[order.spec.id] = order
        if order.is_open:
            self.open[order.spec.id] = order
        else:
            self.open.pop(order.spec.id, None)
        if order.status.is_terminal and order.unbooked:
            self.unbooked[order.spec.id] = order
        else:
            self.unbooked.pop(order.spec.id, None)
        if order.spec.algo is None:
            return
        counted = self.run_orders.setdefault(order.spec.algo, {})
        if not order.is_settled or order.spec.id in counted:  # a run may have counted it, and forgotten it
            counted[order.spec.id] = order

    def guard_of(self, algo: AlgoId) -> Guard | None:
        """Return the stop that the venue holds for a run, or may; None: none."""
        return next((each for each in self.guards.values() if each.spec.algo == algo), None)

    def runs_on(self, symbol: Symbol) -> Iterator[Algo]:
        """Yield the unfinished runs of `symbol`, in the order they were started."""
        return (run for run in self.runs.values() if run.symbol == symbol and not run.is_done)

    def has_booked(self, symbol: Symbol, trade: int) -> bool:
        """Tell whether a trade is in the books: remembered, or so old that it is remembered no more."""
        return (symbol, trade) in self.trades or trade <= self.trades_below.get(symbol, 0)

    def marks(self) -> dict[Symbol, Decimal]:
        """Return the known mark prices."""
        return {symbol: market.mark.price for symbol, market in self.markets.items() if market.mark is not None}

    def mark_age(self, symbol: Symbol) -> Nanos | None:
        """Return how old the mark of `symbol` is, or None where there is none."""
        mark = self.markets[symbol].mark
        return Nanos(self.now - mark.ts) if mark is not None else None

    def net(self, symbol: Symbol) -> Decimal:
        """Return Σ of all our accounts in `symbol`: what the venue must hold."""
        return sum((account.quantity(symbol) for account in self.accounts.values()), ZERO)

    def sides(self) -> dict[tuple[Symbol, bool], Decimal]:
        """Return the quantity all our accounts hold, by symbol and direction (True is long)."""
        held: dict[tuple[Symbol, bool], Decimal] = {}
        for account in self.accounts.values():
            for symbol, position in account.positions.items():
                if position.quantity:
                    key = (symbol, position.quantity > 0)
                    held[key] = held.get(key, ZERO) + abs(position.quantity)
        return held


def sight(state: DeskState, run: Algo) -> Sight:
    """Return what a run may look at now."""
    market = state.markets[run.symbol]
    return Sight(
        now=state.now,
        instrument=market.instrument,
        quote=market.quote,
        book=market.book,
        orders=state.orders_of(run.id),
        mark=market.mark.price if market.mark is not None else None,
        position=state.accounts[run.sub].quantity(run.symbol) if run.sub in state.accounts else ZERO,
        guard=_guard_seen(state.guard_of(run.id)),
        followed=_followed(state, run.follows) if run.follows is not None else None,
    )


def _guard_seen(guard: Guard | None) -> GuardSeen | None:
    return (
        None if guard is None else GuardSeen(guard.spec.quantity, guard.spec.trigger, guard.state, guard.leaving_since)
    )


def _followed(state: DeskState, algo: AlgoId) -> Followed:
    run = state.runs.get(algo)
    return Followed(state.orders_of(algo), is_over=run is None or run.is_done)
