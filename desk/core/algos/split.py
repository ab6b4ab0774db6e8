"""Sharing a total exactly, and spacing prices: arithmetic of the algos that own several orders."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.program import Sizes, Spacing
from desk.model.units import BPS, ZERO

HEAVY: Final = Decimal(4)
"""How many times the innermost layer's size the outermost has at a skew of 1."""
_ONE: Final = Decimal(1)
_HALF: Final = Decimal("0.5")


def share(total: Decimal, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Return `total` shared by weight in whole steps, exactly: largest remainders first, ties to the first.

    `total` must be a multiple of `step`.
    """
    if not weights:
        return []
    steps, whole = total / step, sum(weights, ZERO)
    ideal = [steps * weight / whole for weight in weights]
    counts = [each.to_integral_value(ROUND_FLOOR) for each in ideal]
    missing = int(steps - sum(counts, ZERO))
    by_remainder = sorted(range(len(weights)), key=lambda index: (counts[index] - ideal[index], index))
    for index in by_remainder[:missing]:
        counts[index] += 1
    return [count * step for count in counts]


def layer_offsets(base_bps: Decimal, max_bps: Decimal, count: int) -> list[Decimal]:
    """Return distances in bps, the innermost first, growing by equal factors from base to max."""
    if count == 1:
        return [base_bps]
    factor = max_bps / base_bps
    return [base_bps * factor ** (Decimal(number) / (count - 1)) for number in range(count)]


def layer_weights(skew: Decimal, count: int) -> list[Decimal]:
    """Return weights, the innermost first: at a skew of 1 the outermost weighs four times the innermost."""
    if count == 1:
        return [_ONE]
    return [HEAVY ** (skew * (Decimal(number) / (count - 1) - _HALF)) for number in range(count)]


def layer_price(side: Side, reference: Decimal, offset_bps: Decimal, instrument: Instrument) -> Decimal:
    """Return where a layer rests: on tick, away from the market."""
    price = reference * (1 - side.sign * offset_bps * BPS)
    return instrument.round_down_to_tick(price) if side is Side.BUY else instrument.round_up_to_tick(price)


def scale_weights(sizes: Sizes, ratio: Decimal, count: int) -> list[Decimal]:
    """Return weights from the lowest price to the highest."""
    if count == 1 or sizes is Sizes.FLAT:
        return [_ONE] * count
    steps = [Decimal(number) / (count - 1) for number in range(count)]
    match sizes:
        case Sizes.ASC:
            return [1 + (ratio - 1) * step for step in steps]
        case Sizes.DESC:
            return [1 + (ratio - 1) * (1 - step) for step in steps]
        case Sizes.EXP:
            return [ratio**step for step in steps]


def scale_prices(low: Decimal, high: Decimal, count: int, spacing: Spacing) -> list[Decimal]:
    """Return prices from the lowest to the highest, not yet on tick."""
    if count == 1:
        return [low]
    steps = [Decimal(number) / (count - 1) for number in range(count)]
    if spacing is Spacing.LINEAR:
        return [low + (high - low) * step for step in steps]
    return [low * (high / low) ** step for step in steps]


def merged(orders: Sequence[tuple[Decimal, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """Return (price, size) with equal prices made one, in the order they first came."""
    sizes: dict[Decimal, Decimal] = {}
    for price, size in orders:
        if size:
            sizes[price] = sizes.get(price, ZERO) + size
    return list(sizes.items())
