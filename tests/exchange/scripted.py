"""A crowd that does what the test says, and a session with it on an exchange without latency."""

from decimal import Decimal

from desk.exchange.exchange import Exchange
from desk.exchange.latency import NO_LATENCY
from desk.exchange.market import FullLevels, LevelChanges, Mark, Print, Touch
from desk.exchange.rules import practice_instruments
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.event import AccountReported
from desk.model.market import BookDelta, BookSnapshot, Level, MarkPrice, Quote, TradePrint
from desk.model.order import OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, Nanos, SubId, Symbol

BTC = Symbol("BTCUSDT")
START = Nanos(1_790_000_000_000_000_000)
BUY, SELL = Side.BUY, Side.SELL
GTC, IOC, FOK, GTX = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTX
_MARKET_DATA = (BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint)


class ScriptedMarket:
    name = "scripted"
    delay = Nanos(0)

    def __init__(self):
        self.due = []

    def next_at(self):
        return self.due[0][0] if self.due else None

    def take(self):
        return self.due.pop(0)[1]

    def save(self, now):
        return b""

    def restore(self, memo, now):
        pass


def levels(text):
    """Read `100.0x2 99.9x1` as levels."""
    return tuple(Level(*(Decimal(part) for part in each.split("x"))) for each in text.split())


def book(bids, asks, *, is_whole=True):
    return FullLevels(BTC, levels(bids), levels(asks), is_whole)


def change(bids="", asks=""):
    return LevelChanges(BTC, levels(bids), levels(asks))


def touch(bid=None, ask=None):
    return Touch(BTC, levels(bid)[0] if bid else None, levels(ask)[0] if ask else None)


def trade(price, quantity, aggressor):
    return Print(BTC, Decimal(price), Decimal(quantity), aggressor)


def mark(price, rate="0.0001"):
    return Mark(BTC, Decimal(price), Decimal(price), Decimal(rate))


class Session:
    """One desk on one exchange: every call lets a millisecond pass, and returns what the desk was told privately."""

    def __init__(
        self, bids="60000.0x2 59999.9x3", asks="60000.1x1 60000.2x4", wallet="1000000", leverage=20, marked="60000"
    ):
        self.market = ScriptedMarket()
        self.now = START
        self.exchange = Exchange(
            instruments=practice_instruments(),
            market=self.market,
            start=START,
            seed=1,
            latency=NO_LATENCY,
            wallet=Decimal(wallet),
            leverage=leverage,
        )
        self.heard = []
        self.crowd(book(bids, asks), *([mark(marked)] if marked else []))

    def crowd(self, *records):
        self.now = Nanos(self.now + MILLISECOND)
        self.market.due.append((self.now, list(records)))
        return self._advance()

    def place(self, name, side, quantity, price, tif=GTC, type=OrderType.LIMIT, reduce_only=False, symbol=BTC):
        spec = OrderSpec(
            id=name,
            sub=SubId("1"),
            symbol=symbol,
            side=side,
            type=type,
            tif=tif,
            quantity=Decimal(quantity),
            price=Decimal(price),
            reduce_only=reduce_only,
        )
        return self._request(SendOrder(self.now, spec))

    def cancel(self, name):
        return self._request(SendCancel(self.now, name, BTC))

    def amend(self, name, price, quantity):
        return self._request(SendAmend(self.now, name, BTC, Decimal(price), Decimal(quantity)))

    def pass_time(self, span):
        self.now = Nanos(self.now + span)
        return self._advance()

    @property
    def truth(self):
        return self.exchange.truth(self.now)

    @property
    def position(self):
        return sum((each.quantity for each in self.truth.positions if each.symbol == BTC), Decimal(0))

    def _request(self, effect):
        self.now = Nanos(self.now + MILLISECOND)
        self.exchange.execute(effect, self.now)
        return self._advance()

    def _advance(self):
        self.heard = self.exchange.advance(self.now)
        return [each for each in self.heard if not isinstance(each, _MARKET_DATA)]


def told(events):
    """Shorten reports to words: `accepted a`, `filled a 1@60000.1 maker`, `rejected a -2022`."""
    return [_tell(each) for each in events if not isinstance(each, AccountReported)]


def _tell(event):
    kind = type(event).__name__.removeprefix("Order").lower()
    name = getattr(event, "order", "")
    if kind == "filled":
        return f"filled {name} {event.quantity}@{event.price} {'maker' if event.maker else 'taker'}"
    if hasattr(event, "code"):
        return f"{kind} {name} {event.code}"
    if kind == "amended":
        return f"amended {name} {event.quantity}@{event.price}"
    return f"{kind} {name} {getattr(event, 'reason', '')}".strip()
