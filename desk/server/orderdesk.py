"""Where orders are taken: what a client wishes becomes an order of the floor, or is refused in the venue's order of checks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.exchange.floor import Floor
from desk.exchange.pit import Pit
from desk.exchange.resting import SelfTrade
from desk.exchange.validation import WOULD_TAKE
from desk.model.instrument import Instrument
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import UNALLOCATED, ZERO, ClientOrderId, Nanos, Symbol
from desk.server import orders
from desk.server.orders import ServedOrder
from desk.server.refusal import UNKNOWN_ORDER, Refusal, of
from desk.server.seat import Seat

TAKE_BOUND: Final = Decimal("0.05")
"""How far from the mark a market order may go (`marketTakeBound`)."""
TRADING: Final = "TRADING"
_CLOSED: Final = frozenset({"SETTLING", "CLOSE", "DELIVERED", "PRE_SETTLE"})
_DEPTHS: Final = {"OPPONENT": 1, "OPPONENT_5": 5, "QUEUE": 1, "QUEUE_5": 5, "QUEUE_10": 10, "QUEUE_20": 20}


class Wish(Struct, kw_only=True):
    """An order as a client asks for it; a market order has no price."""

    symbol: Symbol
    side: Side
    kind: str
    quantity: Decimal
    price: Decimal = ZERO
    tif: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    client_id: str = ""
    self_trade: SelfTrade = SelfTrade.EXPIRE_MAKER
    price_match: str = "NONE"
    good_till: Nanos | None = None
    closes_position: bool = False
    trigger: Decimal = ZERO
    origin: str = ""


class OrderDesk:
    """Places, changes and cancels for every seat."""

    def __init__(self, floor: Floor, rules: Mapping[Symbol, Instrument], statuses: Mapping[Symbol, str]) -> None:
        self._floor = floor
        self._rules = rules
        self._statuses = statuses

    def place(self, seat: Seat, wish: Wish) -> ServedOrder:
        """Take an order on; raises Refusal for one that is not."""
        order = self._order(seat, wish)
        refused = self._floor.entry.place(order)
        if refused is not None:
            raise of(refused)
        self._floor.expire_at(order)
        self._floor.settle(self._floor.pits[wish.symbol])
        return order

    def check(self, seat: Seat, wish: Wish) -> ServedOrder:
        """Return the order as it would be taken on; nothing reaches the book. Raises Refusal where it would be."""
        order = self._order(seat, wish)
        refused = self._floor.entry.check(order)
        if refused is not None:
            raise of(refused)
        return order

    def cancel(self, seat: Seat, order: ServedOrder | None) -> ServedOrder:
        """Take an order out; raises Refusal for one that is not open."""
        if order is None or seat.open.get(order.spec.id) is not order:
            raise Refusal(*UNKNOWN_ORDER)
        self._floor.entry.cancel(seat, order.spec.id)
        self._floor.settle(self._floor.pits[order.spec.symbol])
        return order

    def cancel_all(self, seat: Seat, symbol: Symbol) -> None:
        """Take every order of a symbol out."""
        for order in [each for each in seat.open.values() if each.spec.symbol == symbol]:
            self._floor.entry.cancel(seat, order.spec.id)
        self._floor.settle(self._floor.pits[symbol])

    def amend(
        self, seat: Seat, order: ServedOrder, price: Decimal, quantity: Decimal, modify_id: int | None
    ) -> ServedOrder:
        """Change an order; raises Refusal where it is not. One that may no longer stand is cancelled."""
        rules = self._rules[order.spec.symbol]
        _check_precision(price, quantity, rules)
        if self._statuses[order.spec.symbol] != TRADING:
            raise Refusal(-5024, "Symbol is not in trading status. Order amendment is not permitted.")
        order.modify_id = modify_id
        before, amends = (order.price, order.quantity), order.amends
        refused = self._floor.entry.amend(seat, order.spec.id, price, quantity)
        if refused is None and order.amends > amends:
            seat.note_amendment(order, *before)
        if refused is WOULD_TAKE:
            self._floor.entry.cancel(seat, order.spec.id)
        self._floor.settle(self._floor.pits[order.spec.symbol])
        if refused is not None and refused is not WOULD_TAKE:
            raise of(refused)
        return order

    def matched_price(self, symbol: Symbol, side: Side, match: str) -> Decimal:
        """Return the price that `priceMatch` stands for now; raises Refusal where the book is not that deep."""
        if match not in _DEPTHS:
            raise Refusal(-5037, "Invalid price match")
        facing = side.opposite if match.startswith("OPPONENT") else side
        levels = self._floor.pits[symbol].matching.levels(facing)
        if len(levels) < _DEPTHS[match]:
            raise Refusal(-5041, "No depth matches this BBO order")
        return levels[_DEPTHS[match] - 1].price

    def _order(self, seat: Seat, wish: Wish) -> ServedOrder:
        pit = self._floor.pits[wish.symbol]
        _check_status(self._statuses[wish.symbol], wish)
        if wish.price_match != "NONE":
            wish.price = self.matched_price(wish.symbol, wish.side, wish.price_match)
        _check_precision(wish.price, wish.quantity, self._rules[wish.symbol])
        if wish.quantity <= ZERO:
            raise Refusal(-4003, "Quantity less than zero.")
        is_market = wish.kind == orders.MARKET
        price = self._bound(pit, wish.side) if is_market else wish.price
        spec = OrderSpec(
            id=ClientOrderId(wish.client_id or f"auto{self._floor.entry.orders_taken + 1:022d}"),
            sub=UNALLOCATED,
            symbol=wish.symbol,
            side=wish.side,
            type=OrderType.MARKET if is_market else OrderType.LIMIT,
            tif=TimeInForce.IOC if is_market else wish.tif,
            quantity=wish.quantity,
            price=price,
            reduce_only=wish.reduce_only,
            kind=OrderKind.MANUAL,
        )
        return ServedOrder(
            spec,
            0,
            price,
            wish.quantity,
            account=seat.number,
            self_trade=wish.self_trade,
            good_till=wish.good_till,
            kind=wish.kind,
            origin=wish.origin or wish.kind,
            price_match=wish.price_match,
            trigger=wish.trigger,
            closes_position=wish.closes_position,
            updated=seat.now,
        )

    def _bound(self, pit: Pit, side: Side) -> Decimal:
        """Return the worst price of a market order; raises Refusal where even the best one is worse."""
        rules, best = pit.instrument, pit.matching.best(side.opposite)
        if pit.mark is None:
            raise Refusal(-1122, "Invalid symbol status.")
        if side is Side.BUY:
            worst = rules.round_down_to_tick(pit.mark.price * (1 + TAKE_BOUND))
        else:
            worst = rules.round_up_to_tick(pit.mark.price * (1 - TAKE_BOUND))
        if best is None or (best - worst) * side.sign > ZERO:
            raise Refusal(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit")
        return worst


def _check_status(status: str, wish: Wish) -> None:
    if status in _CLOSED:
        raise Refusal(-4141, "Symbol is closed")
    if status != TRADING and not wish.reduce_only:
        raise Refusal(-4140, "Invalid symbol status for opening position")
    if status != TRADING:
        raise Refusal(-1122, "Invalid symbol status.")


def _check_precision(price: Decimal, quantity: Decimal, rules: Instrument) -> None:
    for number, places in ((price, rules.price_decimals), (quantity, rules.quantity_decimals)):
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            raise Refusal(-1111, "Precision is over the maximum defined for this asset.")
