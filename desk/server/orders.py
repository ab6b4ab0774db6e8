"""An order as the server keeps it, and every shape it is shown in."""

from decimal import Decimal
from typing import Final

from msgspec import UNSET

from desk.exchange.resting import LiveOrder
from desk.model.instrument import Instrument
from desk.model.order import Side, TimeInForce
from desk.model.units import ZERO
from desk.server.text import money, price_text, quantity_text, short
from desk.server.wire import events
from desk.server.wire.account import ForceOrder
from desk.server.wire.orders import Ack, OrderRow

MARKET: Final = "MARKET"
LIMIT: Final = "LIMIT"
LIQUIDATION: Final = "LIQUIDATION"

NEW: Final = "NEW"
PARTIALLY_FILLED: Final = "PARTIALLY_FILLED"
FILLED: Final = "FILLED"
CANCELED: Final = "CANCELED"
EXPIRED: Final = "EXPIRED"
EXPIRED_IN_MATCH: Final = "EXPIRED_IN_MATCH"


class ServedOrder(LiveOrder, kw_only=True):
    """A live order with what the protocol tells of it besides; times in milliseconds."""

    kind: str = LIMIT
    origin: str = LIMIT
    """The type it was asked for with: of a woken conditional order, that one's."""
    status: str = NEW
    placed: int = 0
    updated: int = 0
    quote: Decimal = ZERO
    """The sum of price times quantity of its trades."""
    price_match: str = "NONE"
    trigger: Decimal = ZERO
    closes_position: bool = False
    modify_id: int | None = None

    @property
    def average(self) -> Decimal:
        """The average price of its trades; zero where there are none."""
        return self.quote / self.filled if self.filled else ZERO

    @property
    def tif(self) -> str:
        """The time in force as shown: GTD is a GTC with a date, and a market order says GTC."""
        if self.good_till is not None:
            return "GTD"
        return "GTC" if self.kind == MARKET else self.spec.tif.value.upper()

    @property
    def till(self) -> int:
        """The good-till date; zero where there is none."""
        return 0 if self.good_till is None else self.good_till // 1_000_000

    def priced(self, rules: Instrument) -> str:
        """Return its price as shown; that of a market order is zero."""
        return "0" if self.kind == MARKET else price_text(self.price, rules)


def ack(order: ServedOrder, rules: Instrument, *, is_change: bool = False, status: str | None = None) -> Ack:
    """Return the acknowledgement; a change of an order shows its pair too."""
    return Ack(
        order_id=order.venue_order,
        symbol=order.spec.symbol,
        status=status or order.status,
        client_order_id=order.spec.id,
        price=order.priced(rules),
        orig_qty=quantity_text(order.quantity, rules),
        executed_qty=quantity_text(order.filled, rules),
        cum_qty=quantity_text(order.filled, rules),
        time_in_force=order.tif,
        type=order.kind,
        side=order.spec.side.value.upper(),
        update_time=order.updated,
        reduce_only=order.spec.reduce_only,
        close_position=order.closes_position,
        stop_price=short(order.trigger),
        orig_type=order.origin,
        price_match=order.price_match,
        self_trade_prevention_mode=order.self_trade.value,
        good_till_date=order.till,
        pair=order.spec.symbol if is_change else UNSET,
        modify_id=order.modify_id if is_change and order.modify_id is not None else UNSET,
    )


def row(order: ServedOrder, rules: Instrument, *, is_listed: bool = False) -> OrderRow:
    """Return the order as questions show it; the list of all orders shows pair and base too."""
    return OrderRow(
        order_id=order.venue_order,
        symbol=order.spec.symbol,
        status=order.status,
        client_order_id=order.spec.id,
        price=order.priced(rules),
        orig_qty=quantity_text(order.quantity, rules),
        executed_qty=quantity_text(order.filled, rules),
        time_in_force=order.tif,
        type=order.kind,
        side=order.spec.side.value.upper(),
        avg_price=f"{order.average:.5f}",
        cum_quote=short(order.quote),
        time=order.placed,
        update_time=order.updated,
        reduce_only=order.spec.reduce_only,
        close_position=order.closes_position,
        stop_price=short(order.trigger),
        orig_type=order.origin,
        price_match=order.price_match,
        self_trade_prevention_mode=order.self_trade.value,
        good_till_date=order.till,
        pair=order.spec.symbol if is_listed else UNSET,
        cum_base="0" if is_listed else UNSET,
    )


def force_row(order: ServedOrder, rules: Instrument) -> ForceOrder:
    """Return a closing by the venue as GET forceOrders shows it."""
    return ForceOrder(
        order_id=order.venue_order,
        symbol=order.spec.symbol,
        status=order.status,
        client_order_id=order.spec.id,
        price=order.priced(rules),
        avg_price=short(order.average),
        orig_qty=quantity_text(order.quantity, rules),
        executed_qty=quantity_text(order.filled, rules),
        cum_quote=short(order.quote),
        time_in_force=order.tif,
        type=LIMIT,
        reduce_only=False,
        close_position=False,
        side=order.spec.side.value.upper(),
        position_side="BOTH",
        stop_price="0",
        working_type="CONTRACT_PRICE",
        orig_type=LIMIT,
        time=order.placed,
        update_time=order.updated,
        pair=order.spec.symbol,
    )


def update(order: ServedOrder, happened: str, at: int, resting: tuple[Decimal, Decimal]) -> events.Order:
    """Return the order as the user stream tells of it; `resting` is what the account bids and asks in quote."""
    return events.Order(
        s=order.spec.symbol,
        c=order.spec.id,
        S=order.spec.side.value.upper(),
        o=order.kind,
        f=order.tif,
        q=short(order.quantity),
        p="0" if order.kind == MARKET else short(order.price),
        ap=short(order.average),
        sp=short(order.trigger),
        x=happened,
        X=order.status,
        i=order.venue_order,
        l="0",
        z=short(order.filled),
        L="0",
        T=at,
        t=0,
        b=short(resting[0]),
        a=short(resting[1]),
        m=False,
        R=order.spec.reduce_only,
        wt="CONTRACT_PRICE",
        ot=order.origin,
        ps="BOTH",
        cp=order.closes_position,
        rp="0",
        V=order.self_trade.value,
        pm=order.price_match,
        gtd=order.till,
        M=order.modify_id if happened == "AMENDMENT" and order.modify_id is not None else UNSET,
    )


def trade_update(told: events.Order, price: Decimal, quantity: Decimal, realised: Decimal, fee: Decimal) -> None:
    """Add what a trade tells besides."""
    told.L, told.l = short(price), short(quantity)
    told.rp, told.N, told.n = short(realised), "USDT", money(fee)


def is_immediate(order: ServedOrder) -> bool:
    """Tell whether an order never rests."""
    return order.kind == MARKET or order.spec.tif in (TimeInForce.IOC, TimeInForce.FOK)


def side_text(side: Side) -> str:
    """Return a side as the venue writes it."""
    return side.value.upper()
