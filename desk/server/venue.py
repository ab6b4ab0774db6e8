"""The venue behind the protocol: the floor with every client's account, the public record, and what is sent to whom."""

from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from msgspec.structs import replace

from desk.exchange import margin
from desk.exchange.conditional import WorkingPrice
from desk.exchange.floor import Floor
from desk.exchange.market import Ended, MarketSource, Notice, Print
from desk.exchange.pit import Pit
from desk.exchange.reporting import AUTOCLOSE
from desk.exchange.resting import LiveOrder
from desk.model.instrument import Instrument
from desk.model.market import BookDelta, Quote
from desk.model.order import OrderSpec
from desk.model.units import SECOND, ZERO, Nanos, Symbol
from desk.server import orders
from desk.server.algos import AlgoDesk
from desk.server.feed import Feed, Listeners, SymbolFeed
from desk.server.orderdesk import OrderDesk
from desk.server.orders import ServedOrder
from desk.server.seat import ADL_AUTOCLOSE, Seat
from desk.server.tape import Tape, Trade
from desk.server.text import millis, short
from desk.server.wire import events, streams
from desk.server.wire.market import FundingRow

FIRST_ORDER: Final = 8_389_765_739_000_000_000
"""Order ids are larger than a double can hold exactly: a client that reads them through one is found out."""
TRADING: Final = "TRADING"
CALL_AT: Final = Decimal("0.8")
"""The margin ratio at which a margin call is sent; the venue does not publish its own."""
CALL_EVERY: Final = Nanos(60 * SECOND)


class Hub(Listeners, Protocol):
    """Who is told what: market streams by name, user events by account."""

    def tell(self, account: str, event: events.UserEvent) -> None:
        """Tell an account's user streams."""


class Venue:
    """Everything the exchange knows. Time comes with every call."""

    def __init__(self, *, instruments: tuple[Instrument, ...], market: MarketSource, start: Nanos, hub: Hub) -> None:
        self.rules = {each.symbol: each for each in instruments}
        self.statuses: dict[Symbol, str] = dict.fromkeys(self.rules, TRADING)
        self.tapes = {symbol: Tape(each) for symbol, each in self.rules.items()}
        self.seats: dict[str, Seat] = {}
        self.started = start
        self._hub = hub
        self.floor = Floor(
            instruments=instruments,
            market=market,
            start=start,
            audience=self,
            orders_taken=FIRST_ORDER,
            make=self._make,
            is_insured=True,
        )
        feeds = {symbol: SymbolFeed(self.floor.pits[symbol], tape, hub) for symbol, tape in self.tapes.items()}
        self.feed = Feed(feeds, hub, self.floor.next_funding)
        self.orders = OrderDesk(self.floor, self.rules, self.statuses)
        self.algos = AlgoDesk(self.floor, self.orders, self.seats, hub.tell)
        self._called: dict[str, Nanos] = {}

    @property
    def now(self) -> Nanos:
        """The venue's present moment."""
        return self.floor.now

    def join(self, name: str, wallet: Decimal) -> Seat:
        """Open an account; one that is open already is returned as it is."""
        seat = self.seats.get(name)
        if seat is None:
            seat = self.seats[name] = Seat(name, wallet, self.rules, partial(self._tell, name))
            seat.number = self.floor.join(seat)
            seat.start(self.now)
        return seat

    def advance(self, now: Nanos) -> None:
        """Let everything due by `now` happen."""
        self.floor.advance(now)
        self.floor.begin(self.floor.now)
        self.feed.beat(now)

    def next_at(self) -> Nanos | None:
        """Return when something happens next."""
        return self.floor.next_at()

    def set_status(self, symbol: Symbol, status: str) -> None:
        """Change a symbol's status; everybody is told."""
        self.statuses[symbol] = status
        at = millis(self.now)
        event = streams.ContractInfo(
            E=at, s=symbol, ps=symbol, ct="PERPETUAL", dt=4_133_404_800_000, ot=1_569_398_400_000, cs=status
        )
        if self._hub.wants("!contractInfo"):
            self._hub.send("!contractInfo", event)

    def change_rules(self, rules: Instrument) -> None:
        """Change a symbol's filters; who has read them already finds out by a refusal."""
        self.rules[rules.symbol] = self.tapes[rules.symbol].rules = self.floor.pits[rules.symbol].instrument = rules

    def fund_now(self, symbol: Symbol, rate: Decimal) -> None:
        """Pay funding at once."""
        pit = self.floor.pits[symbol]
        if pit.mark is not None:
            self.floor.members.fund(symbol, pit.mark.price, rate)
            self._note_funding(pit, rate)

    def open_interest(self, symbol: Symbol) -> Decimal:
        """Return what the accounts hold long; the crowd's positions are not known."""
        return sum((max(ZERO, each.account.quantity(symbol)) for each in self.seats.values()), ZERO)

    # What happens on the floor (its Audience).

    def printed(self, pit: Pit, trade: Print) -> None:
        """The crowd has traded."""
        self._on_trade(pit, replace(trade, trade=pit.matching.last_trade + 1))

    def changed(self, pit: Pit) -> None:
        """The book, or the members' trades, may have changed."""
        for trade in pit.drain_taken():
            self._on_trade(pit, trade)
        feed = self.feed.of(pit.instrument.symbol)
        for event in pit.publisher.changes(self.now, self.now):
            if isinstance(event, BookDelta):
                feed.on_delta(event, self.now)
            elif isinstance(event, Quote):
                feed.on_quote(event, self.now)

    def marked(self, pit: Pit) -> None:
        """There is a new mark."""
        assert pit.mark is not None, "it has just been marked"
        self.tapes[pit.instrument.symbol].on_mark(pit.mark, millis(self.now))
        self.algos.on_price(pit.instrument.symbol, WorkingPrice.MARK, pit.mark.price)
        self._call_for_margin()

    def noticed(self, notice: Notice | Ended) -> None:
        """The market source has said something about itself."""

    def rules_due(self) -> None:
        """It is time to tell the rules again: here they are asked for."""

    def funded(self, pit: Pit) -> None:
        """Funding has been paid."""
        assert pit.mark is not None, "only a marked symbol is funded"
        self._note_funding(pit, pit.mark.funding_rate)

    def _on_trade(self, pit: Pit, trade: Print) -> None:
        symbol = pit.instrument.symbol
        told = Trade(trade.trade, trade.price, trade.quantity, trade.aggressor, millis(self.now))
        self.tapes[symbol].on_trade(told)
        self.feed.of(symbol).on_trade(told)
        self.algos.on_price(symbol, WorkingPrice.LAST, trade.price)

    def _note_funding(self, pit: Pit, rate: Decimal) -> None:
        assert pit.mark is not None, "only a marked symbol is funded"
        symbol = pit.instrument.symbol
        row = FundingRow(symbol, f"{rate:.8f}", millis(self.now), f"{pit.mark.price:.8f}")
        self.tapes[symbol].fundings.append(row)

    def _make(self, spec: OrderSpec, account: int, is_venues: bool) -> LiveOrder:
        kind = orders.LIQUIDATION if is_venues else orders.LIMIT
        return ServedOrder(spec, 0, spec.price, spec.quantity, account=account, kind=kind, origin=kind)

    def _tell(self, account: str, event: events.UserEvent) -> None:
        if isinstance(event, events.OrderTradeUpdate) and event.o.x == "TRADE":
            self.algos.expire_idle(self.seats[account])
        self._hub.tell(account, event)
        if isinstance(event, events.OrderTradeUpdate):
            self._on_order_event(account, event)

    def _on_order_event(self, account: str, event: events.OrderTradeUpdate) -> None:
        order = event.o
        if order.x == "CALCULATED" and order.c.startswith((AUTOCLOSE, ADL_AUTOCLOSE)):
            if order.c.startswith(AUTOCLOSE):
                self.feed.of(Symbol(order.s)).on_forced(_liquidation(order))
            return
        self.algos.on_order(account, order)

    def _call_for_margin(self) -> None:
        for name, seat in self.seats.items():
            if self.now - self._called.get(name, Nanos(-CALL_EVERY)) < CALL_EVERY:
                continue
            called = _called(self.floor.pits, seat)
            if called:
                self._called[name] = self.now
                wallet = short(seat.account.wallet)
                self._hub.tell(name, events.MarginCall(E=millis(self.now), p=called, cw=wallet))


def _liquidation(order: events.Order) -> streams.Liquidation:
    return streams.Liquidation(
        s=order.s,
        S=order.S,
        o="LIMIT",
        f="IOC",
        q=order.q,
        p=order.p,
        ap=order.ap,
        X=order.X,
        l=order.l,
        z=order.z,
        T=order.T,
    )


def _called(pits: dict[Symbol, Pit], seat: Seat) -> list[events.Called]:
    """Return the positions of an account that is near its liquidation, none where it is not."""
    held = margin.held(pits, seat)
    needed = sum((margin.maintenance(pits[each], seat) for each in held), ZERO)
    if not held or needed < CALL_AT * margin.equity(pits, seat):
        return []
    called = []
    for symbol in held:
        pit, quantity = pits[symbol], seat.account.quantity(symbol)
        assert pit.mark is not None, "only priced positions are held"
        called.append(
            events.Called(
                s=symbol,
                ps="LONG" if quantity > ZERO else "SHORT",
                pa=short(quantity),
                mt="CROSSED",
                iw="0",
                mp=short(pit.mark.price),
                up=short(quantity * (pit.mark.price - seat.entry(symbol))),
                mm=short(margin.maintenance(pit, seat)),
            )
        )
    return called
