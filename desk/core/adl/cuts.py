"""How much of which position to close, so that an account is out of danger: arithmetic alone, nothing is sent here.

Closing x of a position takes its maintenance margin away, line by line, and costs fee and slippage; that the ratio is
then at its target, and that no liquidation price is near, are both linear in x. So the amount is the largest of a few
quotients, exact over every bracket it crosses.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.core import margin
from desk.core.adl.tiers import CALM_NEAR, CALM_RATIO, NEAR_MIN
from desk.core.margin import Holding, Standing
from desk.model.instrument import Instrument
from desk.model.order import Side
from desk.model.tier import AdlTier
from desk.model.units import ZERO, Symbol

SHARES: Final = {AdlTier.T1: Decimal("0.3"), AdlTier.T2: Decimal("0.5"), AdlTier.T3: Decimal(1)}
"""The most of a position that one step closes."""
SLIPPAGE: Final = Decimal("0.0005")
"""What closing is reckoned to cost beside the taker's fee, as a fraction."""

_Line = tuple[Decimal, Decimal]
"""slope, bound: `slope * x >= bound`."""


class Terms(Struct, frozen=True):
    """What deciding rests on beside the account: the rules, what is near, and what closing costs."""

    instruments: Mapping[Symbol, Instrument]
    nears: Mapping[Symbol, Decimal] | None
    """None: the target is the ratio alone."""
    costs: Mapping[Symbol, Decimal] = {}
    """What closing costs where it is known better than by the rules, as a fraction of the notional at the mark."""

    def cost(self, symbol: Symbol) -> Decimal:
        """Return what closing a position is reckoned to cost."""
        return self.costs.get(symbol, cost_of(self.instruments[symbol]))


class Cut(Struct, frozen=True):
    """A part of a position to close."""

    symbol: Symbol
    side: Side
    quantity: Decimal


def steps(found: Standing, tier: AdlTier, terms: Terms) -> tuple[Cut, ...]:
    """Return what to close at `tier`: everything at T3, else what brings the best position's account to its target.

    Positions that the desk cannot trade are left out.
    """
    tradable = tuple(each for each in found.holdings if each.symbol in terms.instruments)
    if not tradable:
        return ()
    if tier is AdlTier.T3:
        return tuple(_cut(each, abs(each.quantity)) for each in tradable)
    chosen, wanted = _best(found, tradable, terms)
    return (_sized(chosen, wanted, SHARES[tier], terms.instruments[chosen.symbol]),)


def classic_steps(found: Standing, tier: AdlTier, terms: Terms) -> tuple[Cut, ...]:
    """Return what the fixed ladder closes: 30 % of the largest position, 50 %, or everything."""
    tradable = tuple(each for each in found.holdings if each.symbol in terms.instruments)
    if not tradable:
        return ()
    if tier is AdlTier.T3:
        return tuple(_cut(each, abs(each.quantity)) for each in tradable)
    largest = max(tradable, key=lambda each: (each.notional, each.symbol))
    return (_sized(largest, abs(largest.quantity), SHARES[tier], terms.instruments[largest.symbol]),)


def after(found: Standing, symbol: Symbol, quantity: Decimal, cost: Decimal) -> Standing:
    """Return how the account would stand with `quantity` of a position closed at its mark, paying `cost` of notional."""
    held = next(each for each in found.holdings if each.symbol == symbol)
    left = abs(held.quantity) - quantity
    kept = left / abs(held.quantity)
    rest = _replaced(held, kept)
    holdings = tuple(rest if each is held else each for each in found.holdings if each is not held or left)
    bound = sum((each.maintenance for each in holdings), ZERO)
    equity = found.equity - cost * quantity * held.mark
    return Standing(
        equity=equity,
        unrealised=sum((each.unrealised for each in holdings), ZERO),
        maintenance=bound,
        initial=found.initial,
        ratio=margin.margin_ratio(bound, equity),
        holdings=holdings,
    )


def cost_of(instrument: Instrument) -> Decimal:
    """Return what closing is reckoned to cost, as a fraction of the notional."""
    return instrument.taker_fee + SLIPPAGE


def need(found: Standing, held: Holding, cost: Decimal, nears: Mapping[Symbol, Decimal] | None) -> Decimal | None:
    """Return how much of a position has to be closed to reach the target; None: closing it cannot do it."""
    lines = list(_ratio_lines(found, held, cost, CALM_RATIO, ZERO))
    if nears is not None:
        others = (_loss(each, nears) for each in found.holdings if each is not held)
        lines += _ratio_lines(found, held, cost, margin.ONE, max(others, default=ZERO))
        lines += _distance_lines(found, held, cost, CALM_NEAR * nears.get(held.symbol, NEAR_MIN))
    return _least(lines)


def _best(found: Standing, tradable: Iterable[Holding], terms: Terms) -> tuple[Holding, Decimal]:
    """Return the position that reaches the target at the least cost, and how much of it; else what helps most."""
    able: list[tuple[Decimal, Decimal, Symbol, Holding, Decimal]] = []
    rest: list[tuple[Decimal, Decimal, Symbol, Holding]] = []
    for each in tradable:
        cost = terms.cost(each.symbol)
        wanted = need(found, each, cost, terms.nears)
        if wanted is not None and wanted <= abs(each.quantity):
            able.append((cost * each.mark * wanted, -each.maintenance, each.symbol, each, wanted))
        rest.append((-(_rate(each) - CALM_RATIO * cost) / cost, -each.maintenance, each.symbol, each))
    if able:
        *_, chosen, wanted = min(able, key=lambda each: each[:3])
        return chosen, wanted
    *_, chosen = min(rest, key=lambda each: each[:3])
    return chosen, abs(chosen.quantity)


def _ratio_lines(found: Standing, held: Holding, cost: Decimal, ratio: Decimal, reserve: Decimal) -> Iterator[_Line]:
    """Yield what makes `ratio * equity - maintenance` at least `reserve`."""
    others, size, mark = found.maintenance - held.maintenance, abs(held.quantity), held.mark
    for each in held.brackets:
        slope = mark * (each.rate - ratio * cost)
        yield slope, others + size * mark * each.rate - each.cum * held.share - ratio * found.equity + reserve


def _distance_lines(found: Standing, held: Holding, cost: Decimal, move: Decimal) -> Iterator[_Line]:
    """Yield what keeps equity above maintenance when this symbol alone has moved against the position."""
    others, size, mark = found.maintenance - held.maintenance, abs(held.quantity), held.mark
    there = mark * (1 - move) if held.quantity > 0 else mark * (1 + move)
    for each in held.brackets:
        slope = there * each.rate + move * mark - cost * mark
        bound = others + size * there * each.rate - each.cum * held.share - found.equity + size * move * mark
        yield slope, bound


def _least(lines: Iterable[_Line]) -> Decimal | None:
    """Return the smallest x of zero or more that is on the right side of every line."""
    low, high = ZERO, margin.INFINITE
    for slope, bound in lines:
        if slope > ZERO:
            low = max(low, bound / slope)
        elif bound > ZERO:
            return None
        elif slope < ZERO:
            high = min(high, bound / slope)
    return low if low <= high else None


def _loss(held: Holding, nears: Mapping[Symbol, Decimal]) -> Decimal:
    """Return what the target's distance takes from equity less maintenance."""
    move = CALM_NEAR * nears.get(held.symbol, NEAR_MIN)
    there = held.mark * (1 - move) if held.quantity > 0 else held.mark * (1 + move)
    return held.notional * move + held.maintenance_at(there) - held.maintenance


def _rate(held: Holding) -> Decimal:
    """Return the rate of the bracket that the notional is in: what the next bit of it costs."""
    return max(held.brackets, key=lambda each: held.notional * each.rate - each.cum * held.share).rate


def _sized(held: Holding, wanted: Decimal, share: Decimal, instrument: Instrument) -> Cut:
    """Round up to a lot the venue takes: no more than the step's share, but never too small an order."""
    least = max(instrument.quantity_min, instrument.notional_min / held.mark)
    quantity = instrument.round_up_to_lot(max(least, min(wanted, share * abs(held.quantity))))
    return _cut(held, min(quantity, abs(held.quantity), instrument.quantity_max))


def _cut(held: Holding, quantity: Decimal) -> Cut:
    return Cut(held.symbol, Side.SELL if held.quantity > 0 else Side.BUY, quantity)


def _replaced(held: Holding, kept: Decimal) -> Holding:
    return Holding(
        symbol=held.symbol,
        quantity=held.quantity * kept,
        entry_price=held.entry_price,
        mark=held.mark,
        unrealised=held.unrealised * kept,
        brackets=held.brackets,
        share=held.share,
    )
