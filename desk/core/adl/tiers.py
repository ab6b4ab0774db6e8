"""How near an account is to its liquidation, as a tier: by its margin ratio, or by the distance of a price.

The ratio alone is a bad alarm: at half a percent of maintenance the way from 0.90 to liquidation is five hundredths of a
percent of price, less than one mark. So a tier also begins where a price is near, measured by what the price may do
before an order has been filled.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final

from msgspec import Struct

from desk.core import margin
from desk.core.margin import Standing
from desk.model.tier import AdlTier
from desk.model.units import SECOND, ZERO, Nanos, Symbol


class Trigger(Struct, frozen=True):
    """Where a tier begins: from this margin ratio up, or with a liquidation price this near."""

    tier: AdlTier
    ratio: Decimal
    near: Decimal
    """As a multiple of the symbol's `near`."""


TRIGGERS: Final = (
    Trigger(AdlTier.T3, Decimal("0.95"), Decimal("0.25")),
    Trigger(AdlTier.T2, Decimal("0.925"), Decimal("0.5")),
    Trigger(AdlTier.T1, Decimal("0.90"), Decimal(1)),
    Trigger(AdlTier.WATCH, Decimal("0.70"), Decimal(3)),
)
"""Worst first."""
WATCH: Final = TRIGGERS[-1]
CALM_RATIO: Final = Decimal("0.85")
"""Below this the danger is over, ..."""
CALM_NEAR: Final = Decimal("1.5")
"""... if every liquidation price is also this much of `near` away."""
NEAR_MIN: Final = Decimal("0.01")
NEAR_MAX: Final = Decimal("0.05")
"""Beyond this a cure for every account of some leverage would be to have no position."""
_NEAR_STEP: Final = Decimal("0.0025")
_SIGMAS: Final = 6
_MARK_PERIOD: Final = Nanos(SECOND)


def near(sigma: Decimal, delay: Nanos) -> Decimal:
    """Return the fraction of price within which a liquidation price is near.

    `sigma` is the standard deviation of a second's return, `delay` the time from a decision to its fill; a mark is up to
    a second old as well. Six sigmas of that time, at least one percent
    and at most five, in steps so that it does not change all the time.
    """
    seconds = Decimal(delay + _MARK_PERIOD) / SECOND
    reach = _SIGMAS * sigma * seconds.sqrt()
    return min(NEAR_MAX, max(NEAR_MIN, (reach / _NEAR_STEP).to_integral_value(ROUND_CEILING) * _NEAR_STEP))


def distance(found: Standing, symbol: Symbol) -> Decimal | None:
    """Return how far the mark of `symbol` is from its liquidation price, as a fraction; None: there is no such price."""
    moving = next(each for each in found.holdings if each.symbol == symbol)
    price = margin.price_at_ratio(found, symbol)
    return abs(price - moving.mark) / moving.mark if price is not None else None


def tier_of(found: Standing, nears: Mapping[Symbol, Decimal] | None) -> AdlTier:
    """Return the worst tier that an account has reached; `nears` None: judged by the ratio alone."""
    by_ratio = next((each.tier for each in TRIGGERS if found.ratio >= each.ratio), AdlTier.NONE)
    if nears is None or by_ratio is AdlTier.T3:
        return by_ratio
    closest = _closest(found, nears)
    by_distance = next((each.tier for each in TRIGGERS if closest is not None and closest <= each.near), AdlTier.NONE)
    return max(by_ratio, by_distance, key=lambda each: each.rank)


def is_calm(found: Standing, nears: Mapping[Symbol, Decimal] | None) -> bool:
    """Tell whether an account is far enough from danger for its tier to be lifted."""
    if found.ratio >= CALM_RATIO:
        return False
    closest = _closest(found, nears) if nears is not None else None
    return closest is None or closest > CALM_NEAR


def _closest(found: Standing, nears: Mapping[Symbol, Decimal]) -> Decimal | None:
    """Return the smallest distance, as a multiple of the symbol's `near`."""
    away = ((each.symbol, distance(found, each.symbol)) for each in found.holdings)
    return min((far / nears.get(symbol, NEAR_MIN) for symbol, far in away if far is not None), default=None)


class Volatility(Struct):
    """The variance of a symbol's returns over a second, the latest weighing most."""

    variance: Decimal = ZERO
    last: Decimal = ZERO

    _WEIGHT = Decimal("0.05")

    def sample(self, price: Decimal) -> None:
        """Take the price of this second."""
        if self.last:
            change = price / self.last - 1
            self.variance += (change * change - self.variance) * self._WEIGHT
        self.last = price

    @property
    def sigma(self) -> Decimal:
        """Standard deviation of a second's return."""
        return self.variance.sqrt()
