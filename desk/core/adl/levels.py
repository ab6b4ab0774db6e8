"""The prices at which an account would be deleveraged, and what would be closed there: what the ladder draws."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from desk.core import margin
from desk.core.adl import cuts
from desk.core.adl.cuts import Terms
from desk.core.adl.tiers import NEAR_MIN, TRIGGERS, Trigger
from desk.core.margin import Holding, Standing
from desk.model.instrument import Instrument
from desk.model.limits import AdlMode, Limits
from desk.model.tier import AdlTier
from desk.model.units import Symbol
from desk.model.view import AdlLevel


def levels(
    found: Standing, instruments: Mapping[Symbol, Instrument], nears: Mapping[Symbol, Decimal], limits: Limits
) -> Iterator[AdlLevel]:
    """Yield where each tier begins if one price moves alone, the nearest first; none for a tier already reached."""
    if limits.adl is AdlMode.OFF:
        return
    for held in found.holdings:
        if held.symbol not in instruments:
            continue
        for trigger in reversed(TRIGGERS):
            price = _price(found, held, trigger, nears if limits.adl is AdlMode.TARGET else None)
            if trigger.tier is AdlTier.WATCH or price is None:
                continue
            there = margin.moved(found, held.symbol, price)
            decide = cuts.classic_steps if limits.adl is AdlMode.CLASSIC else cuts.steps
            wanted = decide(there, trigger.tier, Terms(instruments, nears))
            yield AdlLevel(
                symbol=held.symbol,
                tier=trigger.tier,
                price=price,
                closes=tuple((each.symbol, each.side.sign * each.quantity) for each in wanted),
            )


def _price(found: Standing, held: Holding, trigger: Trigger, nears: Mapping[Symbol, Decimal] | None) -> Decimal | None:
    """Return where a tier begins, by ratio or by distance, whichever comes first; None: nowhere, or behind us."""
    is_long = held.quantity > 0
    reached = [margin.price_at_ratio(found, held.symbol, trigger.ratio)]
    if nears is not None:
        end = margin.price_at_ratio(found, held.symbol)
        move = trigger.near * nears.get(held.symbol, NEAR_MIN)
        reached.append(None if end is None else end / (1 - move) if is_long else end / (1 + move))
    prices = [each for each in reached if each is not None]
    if not prices:
        return None
    first = max(prices) if is_long else min(prices)
    return first if (first < held.mark) is is_long and first != held.mark else None
