"""What the screen reads: one frozen picture of the desk, published whole.

Everything is plain data and compares by value: a panel that is shown an equal section draws nothing. Prices and amounts
are exact; only `ui.format` turns them into text. An age is `DeskView.now` minus a `ts` found here.
"""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from desk.model.card import Card
from desk.model.command import ChaseSpec, Command
from desk.model.effect import Booking, Severity
from desk.model.event import LinkState
from desk.model.following import LineRow, StreamRow
from desk.model.instrument import Instrument
from desk.model.limits import Limits, Meter
from desk.model.market import Level, MarkPrice, Quote, TradePrint
from desk.model.order import OrderKind, OrderStatus, OrderType, Side, TimeInForce
from desk.model.program import Program
from desk.model.tier import AdlTier
from desk.model.units import AlgoId, ClientOrderId, Nanos, SubId, Symbol


class DeskMode(StrEnum):
    """What the desk permits itself."""

    STARTING = "starting"
    """Books not yet synced, marks not yet known: no order leaves."""
    RUNNING = "running"
    DEGRADED = "degraded"
    """A feed is down or stale: nothing new; cancels and closes pass."""
    REDUCE_ONLY = "reduce-only"
    """A person restricted us: closes and cancels pass."""
    STOPPING = "stopping"
    """It is being left: nothing new; it ends when its orders have."""
    HALTED = "halted"
    """Our books broke: cancels only, until a person resumes."""
    FENCED = "fenced"
    """A newer desk acts on the account: nothing leaves, not even a cancel."""
    KILLED = "killed"
    """A person killed us: cancels only, over restarts, until revived by a typed phrase."""


class ProofState(StrEnum):
    """Whether our books add up to the venue's."""

    PROVEN = "proven"
    CHECKING = "checking"
    """A fill is newer than the venue's last statement."""
    BROKEN = "broken"


class Sample(Struct, frozen=True, gc=False, array_like=True):
    """One point of a chart."""

    ts: Nanos
    value: Decimal


class MarketView(Struct, frozen=True, kw_only=True):
    """One instrument's market. None: nothing of that kind has arrived yet."""

    symbol: Symbol
    book_synced: bool
    bids: tuple[Level, ...]
    """From the best down; own orders included, as the venue shows them."""
    asks: tuple[Level, ...]
    """From the best up."""
    quote: Quote | None
    mark: MarkPrice | None
    last: TradePrint | None
    tape: tuple[TradePrint, ...]
    """The latest trades, newest first."""
    prices: tuple[Sample, ...]
    """The mid, sampled once a second, oldest first."""


class PositionRow(Struct, frozen=True, kw_only=True):
    """A position, signed. `liquidation_price` None: no price of this symbol alone liquidates the account."""

    symbol: Symbol
    quantity: Decimal
    entry_price: Decimal
    mark: Decimal | None
    notional: Decimal
    unrealised_pnl: Decimal
    realised_pnl: Decimal
    """Since the sub-account was opened, fees not included."""
    maintenance_margin: Decimal
    liquidation_price: Decimal | None


class AdlLevel(Struct, frozen=True, kw_only=True):
    """Where one tier begins if the price of `symbol` moves alone, and what would be closed there."""

    symbol: Symbol
    tier: AdlTier
    price: Decimal
    closes: tuple[tuple[Symbol, Decimal], ...]
    """Signed: a negative quantity is sold."""


class AccountView(Struct, frozen=True, kw_only=True):
    """One account, a sub-account or the venue's: money in quote currency.

    `margin_ratio` is maintenance margin over equity; 1 is liquidation, Infinity means equity is gone. None: no mark yet.
    """

    id: SubId
    name: str
    wallet: Decimal
    equity: Decimal
    unrealised_pnl: Decimal
    realised_pnl: Decimal
    fees: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    free_margin: Decimal
    margin_ratio: Decimal | None
    adl_tier: AdlTier
    positions: tuple[PositionRow, ...]
    """Symbols with a position or a realised result."""
    equities: tuple[Sample, ...] = ()
    """Equity sampled once a second, oldest first."""
    ratios: tuple[Sample, ...] = ()
    """The margin ratio in percent, likewise; 200 stands for everything above."""
    shock: Decimal | None = None
    """The smallest common move of all marks that liquidates the account, as a signed fraction; None: none does."""
    levels: tuple[AdlLevel, ...] = ()
    """Where our own deleverage would act."""
    note: str = ""
    """What is being done about its tier, or why nothing is."""
    locked: str = ""
    """Why it may only reduce; empty when it is not locked."""


class OrderRow(Struct, frozen=True, kw_only=True):
    """One order. `queue_ahead` None: not resting, or not known; it is an estimate."""

    id: ClientOrderId
    sub: SubId
    symbol: Symbol
    side: Side
    type: OrderType
    tif: TimeInForce
    kind: OrderKind
    price: Decimal
    quantity: Decimal
    filled: Decimal
    average_price: Decimal | None
    """None: nothing filled."""
    status: OrderStatus
    reduce_only: bool
    algo: AlgoId | None
    pending: str
    """What is on its way: `cancel`, `amend`, or nothing."""
    reason: str
    """Why it ended, or why its last change was refused."""
    queue_ahead: Decimal | None
    created: Nanos
    updated: Nanos


class AlgoState(StrEnum):
    """What a run is doing, in the words its row shows."""

    IDLE = "idle"
    PLACING = "placing"
    WORKING = "working"
    AMENDING = "amending"
    CANCELLING = "cancelling"
    CROSSING = "crossing"
    PARKED = "parked"
    DONE = "done"


class LayerRow(Struct, frozen=True, kw_only=True):
    """One layer of a scalper."""

    run: AlgoId
    sub: SubId
    symbol: Symbol
    side: Side
    """Of its entries."""
    index: int
    price: Decimal | None
    """Where its entry rests; None: none does."""
    size: Decimal
    """Of its entry at rest."""
    held: Decimal
    entry: Decimal | None
    """Average price of what it holds; None: nothing."""
    exit_price: Decimal | None
    bps: Decimal
    """How far what it holds is above water."""
    level: int
    """How often its pause has been doubled, plus one; 0 for no pause."""
    next: str
    """What it waits for, or does."""


class AlgoRow(Struct, frozen=True, kw_only=True):
    """One run of an algo and why it does what it does."""

    id: AlgoId
    kind: OrderKind
    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    filled: Decimal
    average_price: Decimal | None
    order_price: Decimal | None
    """Where its live order rests; None: no live order."""
    state: AlgoState
    note: str
    """One line: why it moved, or what it waits for."""
    arrival_mid: Decimal | None
    operations: int
    """Requests sent: places, amends, cancels."""
    rejects: int
    maker_quantity: Decimal
    started: Nanos
    ended: Nanos | None
    layers: tuple[LayerRow, ...] = ()
    spec: ChaseSpec | Program | None = None
    """Its parameters; None in a picture that has none."""
    stop_price: Decimal | None = None
    """Where it gets out of what it guards; None: it guards nothing."""


class FillRow(Struct, frozen=True, kw_only=True):
    """One booked trade, or one side of a booking that stands for none."""

    trade: int
    """The venue's number; of another booking ours."""
    sub: SubId
    symbol: Symbol
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    realised_pnl: Decimal
    maker: bool
    order: ClientOrderId
    algo: AlgoId | None
    ts: Nanos
    booking: Booking = Booking.TRADE
    reason: str = ""
    """Why a person booked it."""
    price_expected: Decimal | None = None
    """The average price that was shown before the trade was told; None: nothing was."""
    fee_expected: Decimal | None = None
    """The fee that was expected for this quantity."""


class ProofRow(Struct, frozen=True, kw_only=True):
    """One symbol's line of the proof: `subs` + `unallocated` = `venue`."""

    symbol: Symbol
    subs: Decimal
    unallocated: Decimal
    venue: Decimal
    since: Nanos | None = None
    """Since when the symbol has been quarantined; None: it is not."""
    is_halted: bool = False


class ProofView(Struct, frozen=True, kw_only=True):
    """Σ sub-accounts + UNALLOCATED = venue, in quantity per symbol and in equity."""

    state: ProofState
    quantity: bool
    equity: bool
    rows: tuple[ProofRow, ...]
    equity_ours: Decimal
    equity_venue: Decimal


class AlertRow(Struct, frozen=True, gc=False):
    """One sentence for the trader; `seq` grows by one, so a reader knows what it has not shown yet."""

    seq: int
    ts: Nanos
    severity: Severity
    text: str


class Health(Struct, frozen=True, kw_only=True):
    """How the engine's thread is doing; spans in nanoseconds, measured over the last seconds."""

    loop_lag_p50: int = 0
    loop_lag_p99: int = 0
    inbox: int = 0
    events: int = 0
    """Events stepped since the start."""
    conflated: int = 0
    """Market events replaced by a newer one before they were read."""
    journal_p50: int = 0
    """Time of a journal commit."""
    journal_p99: int = 0
    lines: tuple[LineRow, ...] = ()
    """The connections to a venue outside; none to one inside this process."""


class RehearsedOrder(Struct, frozen=True):
    """An order that a run would send."""

    side: Side
    price: Decimal
    quantity: Decimal


class Consequence(Struct, frozen=True, kw_only=True):
    """What a command would lead to with all of it filled; money in quote currency."""

    command: Command
    ratio_before: Decimal
    ratio_after: Decimal
    venue_ratio_after: Decimal
    liquidation_price: Decimal | None
    """Of the sub-account, in the command's symbol; None: no price of it alone liquidates."""
    venue_liquidation_price: Decimal | None
    fee_maker: Decimal
    fee_taker: Decimal
    margin_worst: Decimal
    """Initial margin with everything working filled as well, ..."""
    equity: Decimal
    """... which this has to cover."""
    orders_used: int
    """Orders that count in the venue's shortest span now, ..."""
    orders_max: int
    """... and how many of new risk may."""
    orders: tuple[RehearsedOrder, ...] = ()
    """What a run would send, or lay out over its time; none for a single order."""
    check: str
    """The check of the gate that would say no; empty where none would."""
    refusal: str


class DeskView(Struct, frozen=True, kw_only=True):
    """The whole desk at `now`."""

    now: Nanos
    seq: int
    """Grows with every publication; a screen that sees it stand still knows the engine is silent."""
    ready: bool
    """Books synced and marks known."""
    venue: str
    """What stands in the status line: `PAPER`, ..."""
    epoch: int
    mode: DeskMode
    mode_reason: str
    mode_since: Nanos
    mode_lift: str = ""
    """What ends the mode: what will happen by itself, or what a person can do."""
    link: LinkState
    link_reason: str
    limits: Limits
    instruments: tuple[Instrument, ...]
    markets: tuple[MarketView, ...]
    subs: tuple[AccountView, ...]
    account: AccountView
    """The venue's own account, by its own statement."""
    account_ts: Nanos
    orders: tuple[OrderRow, ...]
    """Open orders, then the latest ended ones, newest first."""
    algos: tuple[AlgoRow, ...]
    cards: tuple[Card, ...] = ()
    """How the runs that are over have done, the newest first."""
    fills: tuple[FillRow, ...]
    """The latest fills, newest first."""
    proof: ProofView
    alerts: tuple[AlertRow, ...]
    """The latest alerts, oldest first."""
    health: Health = Health()
    meters: tuple[Meter, ...] = ()
    streams: tuple[StreamRow, ...] = ()
    """What is followed, and why."""
    consequence: Consequence | None = None
    """Of the command that is being written."""
    refusals: tuple[tuple[str, int], ...] = ()
    """How often each check of the gate has said no, since the start."""

    def instrument(self, symbol: Symbol) -> Instrument | None:
        """Return the instrument, or None for a symbol the desk does not trade."""
        return next((each for each in self.instruments if each.symbol == symbol), None)

    def market(self, symbol: Symbol) -> MarketView | None:
        """Return the market of `symbol`, or None for a symbol the desk does not trade."""
        return next((each for each in self.markets if each.symbol == symbol), None)

    def sub(self, sub: SubId) -> AccountView | None:
        """Return the sub-account, or None for one that does not exist."""
        return next((each for each in self.subs if each.id == sub), None)
