"""What is traded, with its rules."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Final

from msgspec import Struct

from desk.model.units import ZERO, Symbol

_STEPS_MAX: Final = Decimal(10) ** 27


class Bracket(Struct, frozen=True, gc=False):
    """One notional tier of the venue's margin table (`leverageBracket`).

    `floor` and `cap` are notionals in quote currency, `rate` the maintenance-margin rate, `cum` the amount that keeps
    maintenance margin continuous: MM(N) = N * rate - cum. `leverage` is the most the venue grants in this tier.
    """

    floor: Decimal
    cap: Decimal
    rate: Decimal
    cum: Decimal
    leverage: int


class Instrument(Struct, frozen=True, kw_only=True):
    """The venue's filters for one symbol; prices in quote currency, quantities in base currency."""

    symbol: Symbol
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    quantity_min: Decimal
    quantity_max: Decimal
    market_quantity_max: Decimal
    notional_min: Decimal
    collar_up: Decimal
    """A buy may be priced up to mark * collar_up (PERCENT_PRICE)."""
    collar_down: Decimal
    """A sell may be priced down to mark * collar_down."""
    maker_fee: Decimal
    taker_fee: Decimal
    brackets: tuple[Bracket, ...]
    liquidation_fee: Decimal = Decimal("0.0125")
    """What the venue takes beside the taker's fee for closing a liquidated position, as a fraction."""

    @property
    def price_decimals(self) -> int:
        """Decimals a price is shown with."""
        return _decimals(self.tick_size)

    @property
    def quantity_decimals(self) -> int:
        """Decimals a quantity is shown with."""
        return _decimals(self.lot_size)

    def round_down_to_tick(self, price: Decimal) -> Decimal:
        """Return the highest tick at or below `price`."""
        return _on_grid(price, self.tick_size, ROUND_FLOOR)

    def round_up_to_tick(self, price: Decimal) -> Decimal:
        """Return the lowest tick at or above `price`."""
        return _on_grid(price, self.tick_size, ROUND_CEILING)

    def round_down_to_lot(self, quantity: Decimal) -> Decimal:
        """Return the largest tradable quantity at or below `quantity`."""
        return _on_grid(quantity, self.lot_size, ROUND_FLOOR)

    def round_up_to_lot(self, quantity: Decimal) -> Decimal:
        """Return the smallest tradable quantity at or above `quantity`."""
        return _on_grid(quantity, self.lot_size, ROUND_CEILING)

    def is_on_tick(self, price: Decimal) -> bool:
        """Tell whether `price` is a multiple of the tick size."""
        return _is_on_grid(price, self.tick_size)

    def is_on_lot(self, quantity: Decimal) -> bool:
        """Tell whether `quantity` is a multiple of the lot size."""
        return _is_on_grid(quantity, self.lot_size)


def first_broken_bracket(brackets: Iterable[Bracket]) -> Bracket | None:
    """Return the first tier where maintenance margin would jump, None where there is none.

    Continuity asks for cum = cum of the tier below + floor * (rate - rate of the tier below), starting from zero.
    """
    tiers = tuple(brackets)
    if tiers and (tiers[0].cum != ZERO or tiers[0].floor != ZERO):
        return tiers[0]
    for below, tier in pairwise(tiers):
        if tier.floor != below.cap or tier.cum != below.cum + tier.floor * (tier.rate - below.rate):
            return tier
    return None


def _on_grid(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).to_integral_value(rounding) * step


def _is_on_grid(value: Decimal, step: Decimal) -> bool:
    # More steps than a decimal has digits cannot be counted: `%` would raise.
    return abs(value) < step * _STEPS_MAX and value % step == ZERO


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)
