"""Conditional orders: asleep until a price is reached, then an order like any other.

Source: "New Algo Order". A trailing stop follows the best price since it was activated, and is hit where the price has come
back from it by its callback.
"""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

from desk.model.order import Side
from desk.model.units import ZERO, Nanos, Symbol

_PERCENT: Final = Decimal("0.01")


class ConditionKind(StrEnum):
    """What wakes it, and what it becomes: with MARKET in its name a market order, otherwise a limit order."""

    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"
    TRAILING_STOP_MARKET = "TRAILING_STOP_MARKET"

    @property
    def is_market(self) -> bool:
        """Tell whether it becomes a market order."""
        return self.value.endswith("MARKET")

    @property
    def is_trailing(self) -> bool:
        """Tell whether its trigger moves."""
        return self is ConditionKind.TRAILING_STOP_MARKET

    @property
    def takes_profit(self) -> bool:
        """Tell whether it waits for a better price than the present one."""
        return self.value.startswith("TAKE_PROFIT")


class WorkingPrice(StrEnum):
    """Which price wakes it."""

    LAST = "CONTRACT_PRICE"
    MARK = "MARK_PRICE"


class Condition(Struct, kw_only=True):
    """When to wake."""

    symbol: Symbol
    side: Side
    kind: ConditionKind
    working: WorkingPrice = WorkingPrice.LAST
    trigger: Decimal = ZERO
    """Of a trailing one: where it is activated; zero: at once."""
    callback: Decimal = ZERO
    """Of a trailing one, in per cent."""
    is_active: bool = False
    best: Decimal = ZERO
    """Of a trailing one: the best price since it was activated."""

    def is_hit(self, price: Decimal) -> bool:
        """Tell whether this price wakes it; a trailing one takes note of the price."""
        if self.kind.is_trailing:
            return self._trails(price)
        rises = (self.side is Side.BUY) is not self.kind.takes_profit
        return price >= self.trigger if rises else price <= self.trigger

    def _trails(self, price: Decimal) -> bool:
        # A buy waits for the low and then for a rise; a sell for the high and then for a fall.
        sign = self.side.sign
        if not self.is_active:
            if self.trigger and (price - self.trigger) * sign > ZERO:
                return False
            self.is_active, self.best = True, price
        if (price - self.best) * sign < ZERO:
            self.best = price
        return (price - self.best * (1 + sign * self.callback * _PERCENT)) * sign >= ZERO


class Sleeper(Struct, kw_only=True):
    """A conditional order as the exchange keeps it; the order it becomes is made by whoever keeps it."""

    id: int
    account: int
    client_id: str
    condition: Condition
    placed: Nanos


class Dormitory:
    """All conditional orders that have not been woken yet."""

    def __init__(self) -> None:
        self._sleepers: dict[int, Sleeper] = {}

    def __iter__(self) -> Iterator[Sleeper]:
        """Walk them in the order they came."""
        return iter(self._sleepers.values())

    def add(self, sleeper: Sleeper) -> None:
        """Take one in."""
        self._sleepers[sleeper.id] = sleeper

    def remove(self, sleeper_id: int) -> bool:
        """Let one go; tell whether it was there."""
        return self._sleepers.pop(sleeper_id, None) is not None

    def of(self, account: int) -> list[Sleeper]:
        """Return a member's."""
        return [each for each in self._sleepers.values() if each.account == account]

    def wake(self, symbol: Symbol, working: WorkingPrice, price: Decimal) -> list[Sleeper]:
        """Take out and return those that a price wakes."""
        hit = [
            each
            for each in self._sleepers.values()
            if each.condition.symbol == symbol and each.condition.working is working and each.condition.is_hit(price)
        ]
        for each in hit:
            del self._sleepers[each.id]
        return hit
