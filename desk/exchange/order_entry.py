"""What the exchange does with a request about an order: check it, then match it or refuse it."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from desk.exchange import margin
from desk.exchange.members import Member, Members
from desk.exchange.pit import Pit
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
    check,
)
from desk.model.order import TimeInForce
from desk.model.units import ClientOrderId, Symbol


class OrderEntry:
    """The door to the books; hands out venue order ids."""

    def __init__(self, pits: Mapping[Symbol, Pit], members: Members, orders_taken: int = 0) -> None:
        self.orders_taken = orders_taken
        self._pits = pits
        self._members = members

    def place(self, order: LiveOrder) -> Refused | None:
        """Take on a new order and number it, or return why not."""
        refused = self._refuse(order, self._members[order.account])
        if refused is None:
            self.number(order)
            self._pits[order.spec.symbol].matching.place(order)
        return refused

    def number(self, order: LiveOrder) -> None:
        """Give an order its number: a member's, or one that the exchange itself sends without asking."""
        self.orders_taken += 1
        order.venue_order = self.orders_taken

    def check(self, order: LiveOrder) -> Refused | None:
        """Return why an order would not be taken on, None where it would."""
        return self._refuse(order, self._members[order.account])

    def cancel(self, member: Member, order_id: ClientOrderId) -> Refused | None:
        """Take an open order out, or return why not."""
        order = member.open.get(order_id)
        if order is None:
            return UNKNOWN_CANCEL
        self._pits[order.spec.symbol].matching.cancel(order)
        return None

    def amend(self, member: Member, order_id: ClientOrderId, price: Decimal, quantity: Decimal) -> Refused | None:
        """Change an open order, or return why not; one that has traded the new quantity already is cancelled.

        One refused because it WOULD_TAKE is to be cancelled too, by whoever asked, once it has told the refusal.
        """
        order = member.open.get(order_id)
        if order is None:
            return UNKNOWN_AMEND
        matching = self._pits[order.spec.symbol].matching
        if quantity <= order.filled:
            matching.cancel(order)
            return None
        refused = self._refuse_amend(order, member, price, quantity)
        if refused is None:
            matching.amend(order, price, quantity)
        return refused

    def _refuse(self, order: LiveOrder, member: Member) -> Refused | None:
        spec = order.spec
        pit = self._pits.get(spec.symbol)
        if pit is None:
            return UNKNOWN_SYMBOL
        if spec.id in member.open:
            return DUPLICATE_ID
        refused = check(spec, pit.instrument, margin.standing(self._pits, pit, member, spec.side))
        if refused is not None:
            return refused
        return None if pit.matching.allows(order, spec.price) else _not_allowed(spec.tif)

    def _refuse_amend(self, order: LiveOrder, member: Member, price: Decimal, quantity: Decimal) -> Refused | None:
        if price == order.price and quantity == order.quantity:
            return NOTHING_TO_AMEND
        if order.amends >= AMENDS_MAX:
            return TOO_MANY_AMENDS
        pit, spec = self._pits[order.spec.symbol], replace(order.spec, price=price, quantity=quantity)
        refused = check(spec, pit.instrument, margin.standing(self._pits, pit, member, spec.side, order))
        if refused is not None:
            return refused
        return None if pit.matching.allows(order, price) else _not_allowed(spec.tif)


def _not_allowed(tif: TimeInForce) -> Refused:
    return WOULD_TAKE if tif is TimeInForce.GTX else CANNOT_FILL
