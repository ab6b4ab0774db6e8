"""Every mutable thing of the core, in one tree."""

from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.core.algos.base import Algo, Sight
from desk.core.book import Book
from desk.core.ledger import Account
from desk.core.orders import Order
from desk.model.event import Limits, LinkState, VenuePosition
from desk.model.instrument import Instrument
from desk.model.market import MarkPrice, Quote, TradePrint
from desk.model.order import Side
from desk.model.units import HOUSE, UNALLOCATED, ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import AlertRow, DeskMode, FillRow, Sample

SAMPLES_MAX: Final = 900
TAPE_MAX: Final = 60
FILLS_MAX: Final = 500
ALERTS_MAX: Final = 200
ENDED_MAX: Final = 300
"""Ended orders and runs kept for the screen."""
TRADES_MAX: Final = 20_000
"""Trade ids remembered to recognise a repeat; the journal remembers all of them."""


class Market:
    """What we know of one instrument's market."""

    __slots__ = ("book", "instrument", "last", "mark", "prices", "quote", "tape")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.book = Book()
        self.quote: Quote | None = None
        self.mark: MarkPrice | None = None
        self.last: TradePrint | None = None
        self.tape: deque[TradePrint] = deque(maxlen=TAPE_MAX)
        self.prices: deque[Sample] = deque(maxlen=SAMPLES_MAX)

    @property
    def is_known(self) -> bool:
        """Tell whether it can be traded on: book proven, touch and mark known."""
        return self.book.synced and self.quote is not None and self.mark is not None

    def touch(self, side: Side) -> Decimal | None:
        """Return the best price of `side`, or None before the first quote."""
        if self.quote is None:
            return None
        return self.quote.bid if side is Side.BUY else self.quote.ask


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


class DeskState:
    """The whole desk. Only the engine and the rooms it calls change it."""

    def __init__(self, limits: Limits) -> None:
        self.now = Nanos(0)
        self.epoch = 0
        self.venue = ""
        self.limits = limits
        self.mode = DeskMode.STARTING
        self.mode_reason = "waiting for the first market data"
        self.mode_since = Nanos(0)
        self.link = LinkState.CONNECTING
        self.link_reason = ""
        self.link_since = Nanos(0)
        self.truth_known = False
        self.truth_asked = False
        """A query for the venue's truth is on its way."""
        self.truth_asked_at = Nanos(0)
        self.fault = ""
        """What is wrong with the machine under us, e.g. the journal; empty when nothing is."""
        self.instruments: dict[Symbol, Instrument] = {}
        self.markets: dict[Symbol, Market] = {}
        self.accounts: dict[SubId, Account] = {
            UNALLOCATED: Account(id=UNALLOCATED, name="unallocated"),
            HOUSE: Account(id=HOUSE, name="house"),
        }
        self.account = VenueMirror()
        self.orders: dict[ClientOrderId, Order] = {}
        self.open: dict[ClientOrderId, Order] = {}
        """The orders that may still trade."""
        self.run_orders: dict[AlgoId, dict[ClientOrderId, Order]] = {}
        self.flattens: dict[tuple[SubId, Symbol], int] = {}
        """Positions being closed, with the closing orders already tried."""
        self.runs: dict[AlgoId, Algo] = {}
        self.fills: deque[FillRow] = deque(maxlen=FILLS_MAX)
        self.trades: dict[tuple[Symbol, int], None] = {}
        self.funded: dict[Symbol, Nanos] = {}
        """Venue time of the latest funding booked: a payment that is not newer has been booked before."""
        self.alerts: deque[AlertRow] = deque(maxlen=ALERTS_MAX)
        self.equities: dict[SubId, deque[Sample]] = {}
        self.order_seq = 0
        self.run_seq = 0
        self.alert_seq = 0

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
        if order.spec.algo is not None:
            self.run_orders.setdefault(order.spec.algo, {})[order.spec.id] = order

    def runs_on(self, symbol: Symbol) -> Iterator[Algo]:
        """Yield the unfinished runs of `symbol`, in the order they were started."""
        return (run for run in self.runs.values() if run.symbol == symbol and not run.is_done)

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

    def sides(self, marks: dict[Symbol, Decimal]) -> dict[tuple[Symbol, bool], Decimal]:
        """Return the notional all sub-accounts hold, by symbol and direction (True is long)."""
        held: dict[tuple[Symbol, bool], Decimal] = {}
        for account in self.accounts.values():
            for symbol, position in account.positions.items():
                if position.quantity and symbol in marks:
                    key = (symbol, position.quantity > 0)
                    held[key] = held.get(key, ZERO) + abs(position.quantity) * marks[symbol]
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
    )
