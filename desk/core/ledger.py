"""The books of the sub-accounts: positions, cash, fees, funding and transfers, exact to the last digit.

A position keeps its exact cost rather than an average price: whatever is rounded when profit is taken stays in the
remaining cost, so cash plus open value always equals the cash that flowed.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct, field

from desk.model.event import FundingPaid
from desk.model.order import Side
from desk.model.units import MONEY_STEP, ZERO, SubId, Symbol


class Position(Struct, kw_only=True):
    """A signed quantity, what it cost, and what has been earned by closing."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    """Signed value paid for the open quantity; zero when flat."""
    realised: Decimal = ZERO

    @property
    def entry_price(self) -> Decimal:
        """Average price of the open quantity, zero when flat."""
        return self.cost / self.quantity if self.quantity else ZERO

    def unrealised(self, mark: Decimal) -> Decimal:
        """Profit of the open quantity at `mark`."""
        return self.quantity * mark - self.cost


class Account(Struct, kw_only=True):
    """One account of the ledger: a sub-account, UNALLOCATED or HOUSE."""

    id: SubId
    name: str
    wallet: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    positions: dict[Symbol, Position] = field(default_factory=dict)

    def position(self, symbol: Symbol) -> Position:
        """Return the position in `symbol`, opening an empty one."""
        found = self.positions.get(symbol)
        if found is None:
            found = self.positions[symbol] = Position()
        return found

    def quantity(self, symbol: Symbol) -> Decimal:
        """Return the signed quantity held in `symbol`."""
        found = self.positions.get(symbol)
        return found.quantity if found is not None else ZERO


class Leg(Struct, frozen=True, kw_only=True):
    """One posting of a fill: a trade that flips a position closes with one leg and opens with another."""

    symbol: Symbol
    quantity: Decimal
    """Signed."""
    price: Decimal
    fee: Decimal
    realised: Decimal
    is_opening: bool


def apply_fill(
    account: Account, symbol: Symbol, side: Side, *, quantity: Decimal, price: Decimal, fee: Decimal
) -> tuple[Leg, ...]:
    """Book a trade, split at zero; return its legs. `fee` is paid in the quote asset and shared by quantity."""
    position = account.position(symbol)
    signed = side.sign * quantity
    closing = _closing_part(position.quantity, signed)
    opening = signed - closing
    legs = []
    if closing:
        closing_fee = fee if not opening else money(fee * closing / signed)
        legs.append(_close(account, symbol, closing, price, closing_fee))
        fee -= closing_fee
    if opening:
        legs.append(_open(account, symbol, opening, price, fee))
    return tuple(legs)


def apply_funding(accounts: Iterable[Account], house: Account, payment: FundingPaid) -> None:
    """Share a funding payment by position: each holder gets -quantity * mark * rate.

    What rounding leaves over goes to HOUSE, so the sum is the venue's amount to the last digit.
    """
    left = payment.amount
    for account in accounts:
        quantity = account.quantity(payment.symbol)
        if not quantity:
            continue
        share = money(-quantity * payment.mark * payment.rate)
        account.wallet += share
        account.funding += share
        left -= share
    house.wallet += left
    house.funding += left


def transfer(source: Account, target: Account, amount: Decimal) -> None:
    """Move cash between two accounts."""
    source.wallet -= amount
    target.wallet += amount


def money(amount: Decimal) -> Decimal:
    """Round an amount of cash to the step it is booked in."""
    return amount.quantize(MONEY_STEP, ROUND_HALF_EVEN)


def _closing_part(held: Decimal, signed: Decimal) -> Decimal:
    """Return the part of a signed trade that brings `held` towards zero."""
    if not held or (held > 0) == (signed > 0):
        return ZERO
    return signed if abs(signed) <= abs(held) else -held


def _close(account: Account, symbol: Symbol, signed: Decimal, price: Decimal, fee: Decimal) -> Leg:
    position = account.position(symbol)
    released = position.cost if signed == -position.quantity else position.cost * -signed / position.quantity
    realised = money(-signed * price - released)
    # The exact complement: what the rounding above moved stays in the cost of what is still open ...
    position.cost += signed * price + realised
    position.quantity += signed
    if not position.quantity and position.cost:
        # ... and when nothing is open any more, in the profit.
        realised -= position.cost
        position.cost = ZERO
    position.realised += realised
    account.realised += realised
    account.wallet += realised - fee
    account.fees += fee
    return Leg(symbol=symbol, quantity=signed, price=price, fee=fee, realised=realised, is_opening=False)


def _open(account: Account, symbol: Symbol, signed: Decimal, price: Decimal, fee: Decimal) -> Leg:
    position = account.position(symbol)
    position.quantity += signed
    position.cost += signed * price
    account.wallet -= fee
    account.fees += fee
    return Leg(symbol=symbol, quantity=signed, price=price, fee=fee, realised=ZERO, is_opening=True)
