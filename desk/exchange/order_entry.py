"""What the exchange does with a request about an order: check it, then match it or refuse it."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from desk.exchange.pit import Pit
from desk.exchange.reporting import Reporter
from desk.exchange.resting import LiveOrder
from desk.exchange.validation import (
    AMENDS_MAX,
    CANNOT_FILL,
    DUPLICATE_ID,
    NOTHING_TO_AMEND,
    TOO_MANY_AMENDS,
    UNKNOWN_AMEND,
    UNKNOWN_CANCEL,
    UNKNOWN_SYMBOL,
    WOULD_TAKE,
    Refused,
    Standing,
    check,
    initial_margin,
)
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.order import OrderSpec, Side, TimeInForce
from desk.model.units import ZERO, Symbol


class OrderEntry:
    """The door to the books; hands out venue order ids."""

    def __init__(self, pits: Mapping[Symbol, Pit], reporter: Reporter, leverage: int) -> None:
        self.orders_taken = 0
        self._pits = pits
        self._reporter = reporter
        self._leverage = leverage

    def place(self, request: SendOrder) -> None:
        """Take on a new order, or refuse it."""
        spec = request.spec
        refused = self._refuse(spec)
        if refused is not None:
            self._reporter.order_refused(spec.id, refused)
            return
        self.orders_taken += 1
        self._pits[spec.symbol].matching.place(LiveOrder(spec, self.orders_taken, spec.price, spec.quantity))

    def cancel(self, request: SendCancel) -> None:
        """Take an open order out."""
        order = self._reporter.open.get(request.order)
        if order is None:
            self._reporter.cancel_refused(request.order, UNKNOWN_CANCEL)
            return
        self._pits[order.spec.symbol].matching.cancel(order)

    def amend(self, request: SendAmend) -> None:
        """Change an open order; one that has traded the new quantity already, or may not take, is cancelled."""
        order = self._reporter.open.get(request.order)
        if order is None:
            self._reporter.amend_refused(request.order, UNKNOWN_AMEND)
            return
        matching = self._pits[order.spec.symbol].matching
        if request.quantity <= order.filled:
            matching.cancel(order)
            return
        refused = self._refuse_amend(order, request.price, request.quantity)
        if refused is not None:
            self._reporter.amend_refused(request.order, refused)
            if refused is WOULD_TAKE:
                matching.cancel(order)
            return
        matching.amend(order, request.price, request.quantity)

    def _refuse(self, spec: OrderSpec) -> Refused | None:
        pit = self._pits.get(spec.symbol)
        if pit is None:
            return UNKNOWN_SYMBOL
        if spec.id in self._reporter.open:
            return DUPLICATE_ID
        refused = check(spec, pit.instrument, self._standing(pit, spec.side))
        if refused is not None:
            return refused
        if spec.tif is TimeInForce.GTX and pit.matching.would_take(spec.side, spec.price):
            return WOULD_TAKE
        if spec.tif is TimeInForce.FOK and not pit.matching.can_fill(spec.side, spec.price, spec.quantity):
            return CANNOT_FILL
        return None

    def _refuse_amend(self, order: LiveOrder, price: Decimal, quantity: Decimal) -> Refused | None:
        if price == order.price and quantity == order.quantity:
            return NOTHING_TO_AMEND
        if order.amends >= AMENDS_MAX:
            return TOO_MANY_AMENDS
        pit, spec = self._pits[order.spec.symbol], replace(order.spec, price=price, quantity=quantity)
        refused = check(spec, pit.instrument, self._standing(pit, spec.side, order))
        if refused is not None:
            return refused
        if spec.tif is TimeInForce.GTX and pit.matching.would_take(spec.side, price):
            return WOULD_TAKE
        return None

    def _standing(self, pit: Pit, side: Side, besides: LiveOrder | None = None) -> Standing:
        symbol, account = pit.instrument.symbol, self._reporter.account
        marks = {name: each.mark.price for name, each in self._pits.items() if each.mark is not None}
        open_orders = [each for each in self._reporter.open.values() if each.spec.symbol == symbol]
        return Standing(
            mark=marks.get(symbol),
            position=account.quantity(symbol),
            bids_open=pit.open_quantity(Side.BUY, reduce_only=False, besides=besides),
            asks_open=pit.open_quantity(Side.SELL, reduce_only=False, besides=besides),
            reduce_only_open=pit.open_quantity(side, reduce_only=True, besides=besides),
            orders_open=len(open_orders) - (besides is not None),
            equity=account.equity(marks),
            margin_elsewhere=sum((self._margin(each) for each in self._pits.values() if each is not pit), ZERO),
            leverage=self._leverage,
            filled=ZERO if besides is None else besides.filled,
        )

    def _margin(self, pit: Pit) -> Decimal:
        if pit.mark is None:
            return ZERO
        bids = pit.open_quantity(Side.BUY, reduce_only=False)
        asks = pit.open_quantity(Side.SELL, reduce_only=False)
        position = self._reporter.account.quantity(pit.instrument.symbol)
        return initial_margin(pit.mark.price, position, bids, asks, self._leverage)
