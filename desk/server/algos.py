"""The service for conditional orders: they sleep outside the book, and become ordinary orders when they are woken.

An order that one becomes has the conditional order's client id. Source: "New Algo Order", "Event: Algo Order Update".
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from desk.exchange.conditional import Dormitory, Sleeper, WorkingPrice
from desk.exchange.floor import Floor
from desk.model.order import Side, TimeInForce
from desk.model.units import ZERO, Symbol
from desk.server import orders
from desk.server.algo_orders import AlgoOrder, told
from desk.server.orderdesk import OrderDesk, Wish
from desk.server.refusal import UNKNOWN_ORDER, Refusal
from desk.server.seat import Seat
from desk.server.text import millis
from desk.server.wire import events

FIRST_ALGO: Final = 4_000_001_910_058_351
ASLEEP_MAX: Final = 200
KEPT: Final = 5_000
GOOD_WITH_POSITION: Final = "GTE_GTC"
_OVER: Final = frozenset({orders.FILLED, orders.CANCELED, orders.EXPIRED, orders.EXPIRED_IN_MATCH})


class AlgoDesk:
    """Every seat's conditional orders."""

    def __init__(
        self,
        floor: Floor,
        desk: OrderDesk,
        seats: Mapping[str, Seat],
        tell: Callable[[str, events.UserEvent], None],
    ) -> None:
        self._floor = floor
        self._desk = desk
        self._seats = seats
        self._tell = tell
        self._dormitory = Dormitory()
        self._orders: dict[int, AlgoOrder] = {}
        self._taken = FIRST_ALGO

    def place(self, seat: Seat, order: AlgoOrder) -> AlgoOrder:
        """Take one in and number it; raises Refusal for one that would be woken at once, or is one too many."""
        asleep = [each for each in self._orders.values() if each.account == seat.name and each.is_asleep]
        if len(asleep) >= ASLEEP_MAX:
            raise Refusal(-4045, "Reach max stop order limit.")
        if any(each.client_id == order.client_id for each in asleep):
            raise Refusal(-4116, "clientOrderId is duplicated")
        condition = order.condition
        price = self._price(condition.symbol, condition.working)
        if price is not None and not condition.kind.is_trailing and condition.is_hit(price):
            raise Refusal(-2021, "Order would immediately trigger.")
        self._taken += 1
        order.id, order.client_id = self._taken, order.client_id or f"algo{self._taken}"
        self._orders[order.id] = order
        self._forget_oldest()
        self._dormitory.add(
            Sleeper(
                id=order.id,
                account=seat.number,
                client_id=order.client_id,
                condition=condition,
                placed=self._floor.now,
            )
        )
        self._say(order)
        return order

    def find(self, seat: Seat, algo_id: int | None, client_id: str) -> AlgoOrder | None:
        """Return one by either of its ids, the newest where there are several."""
        if algo_id is not None:
            order = self._orders.get(algo_id)
            return order if order is not None and order.account == seat.name else None
        same = [each for each in self._orders.values() if (each.account, each.client_id) == (seat.name, client_id)]
        return same[-1] if same else None

    def of(self, seat: Seat, symbol: str = "") -> list[AlgoOrder]:
        """Return a seat's, the oldest first."""
        return [
            each
            for each in self._orders.values()
            if each.account == seat.name and (not symbol or each.condition.symbol == symbol)
        ]

    def cancel(self, order: AlgoOrder | None) -> AlgoOrder:
        """Take one out; raises Refusal for one that does not sleep any more."""
        if order is None or not order.is_asleep:
            raise Refusal(*UNKNOWN_ORDER)
        self._dormitory.remove(order.id)
        self._set(order, orders.CANCELED)
        return order

    def cancel_all(self, seat: Seat, symbol: str) -> None:
        """Take all of a symbol out."""
        for each in self.of(seat, symbol):
            if each.is_asleep:
                self.cancel(each)

    def on_price(self, symbol: Symbol, working: WorkingPrice, price: Decimal) -> None:
        """Wake those that a price wakes; what they become comes to the book in its turn."""
        for sleeper in self._dormitory.wake(symbol, working, price):
            self._floor.at(self._floor.now, partial(self._wake, self._orders[sleeper.id]))

    def on_order(self, account: str, order: events.Order) -> None:
        """An order has changed: one that a conditional order has become may have ended."""
        for each in self._orders.values():
            if each.became == order.i and each.account == account and each.status == "TRIGGERED":
                each.became_price, each.became_quantity = Decimal(order.ap), Decimal(order.z)
                if order.X in _OVER:
                    self._set(each, "FINISHED")

    def expire_idle(self, seat: Seat) -> None:
        """Let those go that were good only as long as there was a position."""
        for each in self.of(seat):
            if each.is_asleep and each.tif == GOOD_WITH_POSITION and not seat.account.quantity(each.condition.symbol):
                self._dormitory.remove(each.id)
                self._set(each, orders.EXPIRED)

    def _wake(self, order: AlgoOrder) -> None:
        if not order.is_asleep:
            return
        seat, condition = self._seats[order.account], order.condition
        order.triggered = millis(self._floor.now)
        self._set(order, "TRIGGERING")
        held = seat.account.quantity(condition.symbol)
        quantity = max(ZERO, -held * condition.side.sign) if order.closes_position else order.quantity
        wish = Wish(
            symbol=condition.symbol,
            side=condition.side,
            kind=orders.MARKET if condition.kind.is_market else orders.LIMIT,
            quantity=quantity,
            price=order.price,
            tif=TimeInForce.GTC if order.tif == GOOD_WITH_POSITION else TimeInForce(order.tif.lower()),
            reduce_only=order.reduce_only or order.closes_position,
            client_id=order.client_id,
            self_trade=order.self_trade,
            price_match=order.price_match,
            closes_position=order.closes_position,
            trigger=condition.trigger,
            origin=condition.kind.value,
        )
        try:
            became = self._desk.place(seat, wish)
        except Refusal as refusal:
            order.reason = refusal.text
            self._set(order, "REJECTED")
            return
        order.became, order.became_price, order.became_quantity = became.venue_order, became.average, became.filled
        self._set(order, "TRIGGERED")
        if became.status in _OVER:
            self._set(order, "FINISHED")

    def _price(self, symbol: Symbol, working: WorkingPrice) -> Decimal | None:
        pit = self._floor.pits[symbol]
        if working is WorkingPrice.MARK:
            return None if pit.mark is None else pit.mark.price
        return pit.matching.best(Side.BUY) if pit.last is None else pit.last

    def _set(self, order: AlgoOrder, status: str) -> None:
        order.status, order.updated = status, millis(self._floor.now)
        self._say(order)

    def _say(self, order: AlgoOrder) -> None:
        at = millis(self._floor.now)
        self._tell(order.account, events.AlgoUpdate(T=at, E=at, o=told(order)))

    def _forget_oldest(self) -> None:
        if len(self._orders) > KEPT:
            oldest = next((number for number, each in self._orders.items() if not each.is_asleep), None)
            if oldest is not None:
                del self._orders[oldest]
