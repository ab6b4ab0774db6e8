"""The account's own stream as events: what happened to our orders, and what the venue says of the account.

Source: the venue's "User Data Streams". Trades are told by ORDER_TRADE_UPDATE alone; ACCOUNT_UPDATE tells only what has
changed, so the whole statement is kept here, begun from a question over HTTP.
"""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct, field

from desk.model.event import (
    AccountReported,
    FundingPaid,
    GuardReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderReport,
    VenuePosition,
)
from desk.model.guard import GuardState
from desk.model.market import MarkPrice
from desk.model.order import Side
from desk.model.units import MILLISECOND, ZERO, ClientOrderId, Nanos, Symbol
from desk.venues.binance.codec import Mangled, check_passable
from desk.venues.binance.offset import told_at

EXPIRY_REASONS: Final = {
    "1": "self-trade prevention",
    "2": "ioc remainder",
    "3": "ioc remainder, by self-trade prevention",
    "4": "reduce-only: it would have opened a position, or a closing order came first",
    "5": "the account was liquidated",
    "6": "its condition was not met",
    "7": "the symbol was delisted",
    "8": "its stop was triggered",
    "9": "market order remainder",
}
"""The venue's `er`."""


ALGO_STATES: Final = {
    "NEW": GuardState.HELD,
    "TRIGGERING": GuardState.TRIGGERED,
    "TRIGGERED": GuardState.TRIGGERED,
    "CANCELED": GuardState.ENDED,
    "EXPIRED": GuardState.ENDED,
    "REJECTED": GuardState.ENDED,
}
"""FINISHED says only that the order is over that it has become."""


class _Order(Struct):
    symbol: str = field(name="s")
    id: str = field(name="c")
    side: str = field(name="S")
    quantity: Decimal = field(name="q")
    price: Decimal = field(name="p")
    execution: str = field(name="x")
    status: str = field(name="X")
    venue_order: int = field(name="i")
    filled: Decimal = field(name="z")
    at: int = field(name="T")
    last_quantity: Decimal = field(name="l", default=ZERO)
    last_price: Decimal = field(name="L", default=ZERO)
    fee: Decimal = field(name="n", default=ZERO)
    fee_asset: str | None = field(name="N", default=None)
    trade: int = field(name="t", default=0)
    is_maker: bool = field(name="m", default=False)
    expiry: str = field(name="er", default="0")


class _OrderUpdate(Struct, tag="ORDER_TRADE_UPDATE", tag_field="e"):
    order: _Order = field(name="o")


class _Balance(Struct):
    asset: str = field(name="a")
    wallet: Decimal = field(name="wb")
    change: Decimal = field(name="bc", default=ZERO)


class _Position(Struct):
    symbol: str = field(name="s")
    quantity: Decimal = field(name="pa")
    entry: Decimal = field(name="ep")
    side: str = field(name="ps", default="BOTH")


class _Account(Struct):
    reason: str = field(name="m")
    balances: tuple[_Balance, ...] = field(name="B", default=())
    positions: tuple[_Position, ...] = field(name="P", default=())
    symbol: str = field(name="S", default="")


class _AccountUpdate(Struct, tag="ACCOUNT_UPDATE", tag_field="e"):
    account: _Account = field(name="a")
    at: int = field(name="T")


class _Lite(Struct, tag="TRADE_LITE", tag_field="e"):
    symbol: str = field(name="s")
    id: str = field(name="c")
    side: str = field(name="S")
    last_price: Decimal = field(name="L")
    last_quantity: Decimal = field(name="l")
    trade: int = field(name="t")
    at: int = field(name="T")


class _Algo(Struct):
    id: str = field(name="caid")
    status: str = field(name="X")
    reason: str = field(name="rm", default="")


class _AlgoUpdate(Struct, tag="ALGO_UPDATE", tag_field="e"):
    order: _Algo = field(name="o")
    at: int = field(name="T")


class _Expired(Struct, tag="listenKeyExpired", tag_field="e"):
    pass


class _MarginCall(Struct, tag="MARGIN_CALL", tag_field="e"):
    pass


class _Config(Struct):
    symbol: str = field(name="s", default="")
    leverage: int = field(name="l", default=0)


class _ConfigUpdate(Struct, tag="ACCOUNT_CONFIG_UPDATE", tag_field="e"):
    config: _Config | None = field(name="ac", default=None)


_Frame = _OrderUpdate | _AccountUpdate | _AlgoUpdate | _Lite | _Expired | _MarginCall | _ConfigUpdate
_DECODER: Final = msgspec.json.Decoder(_Frame)
_KNOWN: Final = frozenset(
    {
        "ORDER_TRADE_UPDATE",
        "ACCOUNT_UPDATE",
        "TRADE_LITE",
        "ALGO_UPDATE",
        "listenKeyExpired",
        "MARGIN_CALL",
        "ACCOUNT_CONFIG_UPDATE",
    }
)


class KeyExpired(Struct, frozen=True):
    """The stream's key has run out: the connection stays open, and silent."""


class Hint(Struct, frozen=True):
    """A fill told early and without its fee: the trade itself follows."""

    order: ClientOrderId
    symbol: Symbol
    trade: int
    price: Decimal
    quantity: Decimal
    venue_ts: Nanos


class CashCame(Struct, frozen=True):
    """Cash came to the venue's account or left it, by no trade and no funding of ours; signed."""

    reason: str
    amount: Decimal
    venue_ts: Nanos


class Notice(Struct, frozen=True):
    """Something a person should know, and the venue's truth should be asked for."""

    text: str


UserEvent = OrderReport | GuardReported | AccountReported | FundingPaid | KeyExpired | Hint | CashCame | Notice


class Statement:
    """The venue's account as last told: the wallet of one asset and the net position of each symbol."""

    def __init__(self, asset: str) -> None:
        self._asset = asset
        self._wallet: Decimal | None = None
        self._positions: dict[Symbol, VenuePosition] = {}
        self._at = Nanos(0)
        self._marks: dict[Symbol, MarkPrice] = {}

    @property
    def wallet(self) -> Decimal | None:
        """The wallet as last told; None before anything was."""
        return self._wallet

    def on_mark(self, mark: MarkPrice) -> None:
        """Remember the mark and rate that the next funding of a symbol is paid at."""
        self._marks[mark.symbol] = mark

    def begin(self, wallet: Decimal, positions: tuple[VenuePosition, ...], at: Nanos) -> None:
        """Start over from the venue's answer to a question asked not before `at`; an older one is passed over."""
        if at >= self._at or self._wallet is None:
            self._wallet, self._at = wallet, at
            self._positions = {each.symbol: each for each in positions if each.quantity}

    def read(self, frame: bytes, ts: Nanos) -> list[UserEvent]:
        """Return what a frame of the stream tells that arrived at `ts`; raise Mangled for one that tells nothing right."""
        try:
            message = _DECODER.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            check_passable(frame, error, _KNOWN)
            return []
        match message:
            case _OrderUpdate(order=order):
                return _on_order(order, ts, self._asset)
            case _AlgoUpdate(order=algo):
                return _on_algo(algo, message.at, ts)
            case _AccountUpdate():
                return self._on_account(message, ts)
            case _Lite():
                return [
                    Hint(
                        ClientOrderId(message.id),
                        Symbol(message.symbol),
                        message.trade,
                        message.last_price,
                        message.last_quantity,
                        told_at(message.at, ts),
                    )
                ]
            case _Expired():
                return [KeyExpired()]
            case _:
                return [_notice(message)]

    def _on_account(self, message: _AccountUpdate, ts: Nanos) -> list[UserEvent]:
        at = Nanos(message.at * MILLISECOND)
        account = message.account
        told: list[UserEvent] = []
        for each in account.positions:
            if each.side != "BOTH":
                raise Mangled(f"position of {each.symbol}: expected one-way mode, found side {each.side}")
            told_position = _position(each)
            if told_position.quantity:
                self._positions[told_position.symbol] = told_position
            else:
                self._positions.pop(told_position.symbol, None)
        for balance in account.balances:
            if balance.asset != self._asset:
                told.append(Notice(f"the venue's balance of {balance.asset} has changed: it is not in our books"))
                continue
            self._wallet = _finite(balance.wallet, "wallet")
            if account.reason != "ORDER" and balance.change:
                told.append(self._cash(account, _finite(balance.change, "balance change"), ts, at))
        stated = told_at(message.at, ts)
        self._at = max(self._at, stated)
        if self._wallet is not None:
            told.append(AccountReported(ts, self._wallet, tuple(self._positions.values()), stated))
        return told

    def _cash(self, account: _Account, change: Decimal, ts: Nanos, at: Nanos) -> UserEvent:
        if account.reason != "FUNDING_FEE":
            return CashCame(account.reason.lower().replace("_", " "), change, at)
        symbol = Symbol(account.symbol)
        mark = self._marks.get(symbol)
        if not symbol or mark is None:
            # Booked to nobody by a guess: the venue's list of payments has the symbol.
            return Notice(f"funding of {change} {self._asset} without its symbol or mark")
        return FundingPaid(ts, symbol, change, mark.funding_rate, mark.price, at)


def _notice(message: _MarginCall | _ConfigUpdate) -> Notice:
    match message:
        case _MarginCall():
            return Notice("the venue calls for margin: positions may be liquidated")
        case _ConfigUpdate(config=_Config(symbol=symbol, leverage=leverage)) if symbol:
            return Notice(f"the leverage of {symbol} at the venue is {leverage} now")
        case _:
            return Notice("the venue's margin mode has been changed")


def _on_algo(algo: _Algo, at: int, ts: Nanos) -> list[UserEvent]:
    """What becomes of a conditional order; what the order does that it has become is told by its own updates."""
    state = ALGO_STATES.get(algo.status)
    if state is None:
        return []
    return [GuardReported(ts, ClientOrderId(algo.id), state, algo.reason or algo.status.lower(), told_at(at, ts))]


def _on_order(order: _Order, ts: Nanos, asset: str) -> list[UserEvent]:
    id_, at, filled = ClientOrderId(order.id), told_at(order.at, ts), _finite(order.filled, "filled quantity")
    match order.execution:
        case "NEW":
            return [OrderAccepted(ts, id_, order.venue_order, filled, at)]
        case "TRADE" | "CALCULATED" if order.last_quantity:
            return _on_trade(order, ts, asset)
        case "CANCELED":
            return [OrderCancelled(ts, id_, filled, at)]
        case "EXPIRED":
            by_venue = "self-trade prevention" if order.status == "EXPIRED_IN_MATCH" else f"reason {order.expiry}"
            return [OrderExpired(ts, id_, filled, EXPIRY_REASONS.get(order.expiry, by_venue), at)]
        case "AMENDMENT":
            return [OrderAmended(ts, id_, order.price, order.quantity, filled, at)]
        case "CALCULATED":
            return []
        case _:
            return [Notice(f"order {order.id}: the venue tells `{order.execution}`, which we do not know")]


def _on_trade(order: _Order, ts: Nanos, asset: str) -> list[UserEvent]:
    price = _finite(order.last_price, "price")
    fee = order.fee if order.fee_asset in (None, asset) else ZERO
    fill = OrderFilled(
        ts,
        ClientOrderId(order.id),
        Symbol(order.symbol),
        order.trade,
        price,
        _finite(order.last_quantity, "quantity"),
        _finite(fee, "fee"),
        order.is_maker,
        order.filled,
        told_at(order.at, ts),
        Side(order.side.lower()),
    )
    if order.fee_asset in (None, asset):
        return [fill]
    return [fill, Notice(f"a fee of {order.fee} {order.fee_asset}: expected {asset}; switch the discount off")]


def _position(each: _Position) -> VenuePosition:
    quantity, entry = _finite(each.quantity, "position"), _finite(each.entry, "entry price")
    return VenuePosition(Symbol(each.symbol), quantity, entry, quantity * entry)


def _finite(number: Decimal, what: str) -> Decimal:
    if not number.is_finite():
        raise Mangled(f"{what}: expected a number, found {number}")
    return number
