"""Who trades on the floor: members, each with an account and open orders of its own."""

from decimal import Decimal
from typing import Protocol

from desk.exchange.accounts import Account
from desk.exchange.matching import Clerk, Ending
from desk.exchange.resting import LiveOrder
from desk.model.units import ClientOrderId, Nanos, Symbol


class Member(Protocol):
    """One account on the floor, and how it hears of what happens to it."""

    account: Account
    open: dict[ClientOrderId, LiveOrder]

    def leverage(self, symbol: Symbol) -> int:
        """Return the leverage chosen for a symbol."""

    def start(self, now: Nanos) -> None:
        """Begin a new moment: what is told from here on happened at `now`."""

    def accepted(self, order: LiveOrder) -> None:
        """An order has been taken on."""

    def amended(self, order: LiveOrder) -> None:
        """An order has a new price or quantity."""

    def traded(self, order: LiveOrder, price: Decimal, quantity: Decimal, trade: int, *, maker: bool) -> None:
        """Book a trade with its fee; `order.filled` already includes it."""

    def ended(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        """An order is gone."""

    def fund(self, symbol: Symbol, mark: Decimal, rate: Decimal) -> None:
        """Settle one funding interval of an open position."""

    def bail_out(self) -> None:
        """Let the insurance fund bear what is owed."""


class Members(Clerk):
    """Passes on what the matching decides to whom it concerns."""

    def __init__(self) -> None:
        self._members: list[Member] = []

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, number: int) -> Member:
        return self._members[number]

    def join(self, member: Member) -> int:
        """Give a new member its number."""
        self._members.append(member)
        return len(self._members) - 1

    def start(self, now: Nanos) -> None:
        """Begin a new moment for everybody."""
        for member in self._members:
            member.start(now)

    def position(self, order: LiveOrder) -> Decimal:
        """Return the net position of the order's account in its symbol."""
        return self._members[order.account].account.quantity(order.spec.symbol)

    def accepted(self, order: LiveOrder) -> None:
        """The order has been taken on."""
        self._members[order.account].accepted(order)

    def amended(self, order: LiveOrder) -> None:
        """The order has a new price or quantity."""
        self._members[order.account].amended(order)

    def traded(self, order: LiveOrder, price: Decimal, quantity: Decimal, trade: int, *, maker: bool) -> Decimal:
        """Book a trade; return the account's new net position."""
        self._members[order.account].traded(order, price, quantity, trade, maker=maker)
        return self.position(order)

    def ended(self, order: LiveOrder, ending: Ending, reason: str) -> None:
        """The order is gone."""
        self._members[order.account].ended(order, ending, reason)

    def fund(self, symbol: Symbol, mark: Decimal, rate: Decimal) -> None:
        """Settle one funding interval with everybody who holds a symbol."""
        for member in self._members:
            if rate and member.account.quantity(symbol):
                member.fund(symbol, mark, rate)
