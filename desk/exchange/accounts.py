"""The exchange's own bookkeeping of the one account it serves: cash and average-cost positions."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct

from desk.model.event import VenuePosition
from desk.model.instrument import Bracket
from desk.model.order import Side
from desk.model.units import MONEY_STEP, ZERO, Symbol


class Position(Struct):
    """A signed quantity and what it cost, signed alike; entry price is cost over quantity."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO

    def trade(self, side: Side, price: Decimal, quantity: Decimal) -> Decimal:
        """Book a trade and return the realised PnL.

        What is realised is rounded to eight decimals and the cost keeps the exact complement: nothing is ever lost.
        """
        closing = min(quantity, max(ZERO, -self.quantity * side.sign))
        realised = ZERO
        if closing:
            released = self.cost if closing == abs(self.quantity) else self.cost * closing / abs(self.quantity)
            realised = to_money(-closing * side.sign * price - released)
        self.quantity += side.sign * quantity
        self.cost += side.sign * quantity * price + realised
        return realised


class Account(Struct):
    """Wallet and positions."""

    wallet: Decimal = ZERO
    positions: dict[Symbol, Position] = {}

    def trade(self, symbol: Symbol, side: Side, price: Decimal, quantity: Decimal, fee_rate: Decimal) -> Decimal:
        """Book a trade with its fee; return the fee, positive is paid."""
        fee = to_money(price * quantity * fee_rate)
        position = self.positions.setdefault(symbol, Position())
        self.wallet += position.trade(side, price, quantity) - fee
        return fee

    def fund(self, symbol: Symbol, mark: Decimal, rate: Decimal) -> Decimal:
        """Settle one funding interval; return the signed cash, negative is paid."""
        amount = to_money(-self.quantity(symbol) * mark * rate)
        self.wallet += amount
        return amount

    def quantity(self, symbol: Symbol) -> Decimal:
        """Return the signed net position."""
        position = self.positions.get(symbol)
        return ZERO if position is None else position.quantity

    def stated(self) -> tuple[VenuePosition, ...]:
        """Return every open position, in the order first traded."""
        return tuple(
            VenuePosition(symbol, position.quantity, position.cost / position.quantity, position.cost)
            for symbol, position in self.positions.items()
            if position.quantity
        )

    def equity(self, marks: Mapping[Symbol, Decimal]) -> Decimal:
        """Return wallet plus unrealised PnL; a position without a mark is taken at cost."""
        return self.wallet + sum(
            (
                position.quantity * marks[symbol] - position.cost
                for symbol, position in self.positions.items()
                if symbol in marks
            ),
            ZERO,
        )


def maintenance_margin(brackets: tuple[Bracket, ...], notional: Decimal) -> Decimal:
    """Return the margin needed to keep `notional` open: the tiers' lines are convex, so the highest one binds."""
    return max((notional * each.rate - each.cum for each in brackets), default=ZERO)


def to_money(amount: Decimal) -> Decimal:
    """Round to the step cash is booked in, half to even."""
    return amount.quantize(MONEY_STEP, ROUND_HALF_EVEN)
