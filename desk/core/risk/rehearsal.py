"""The orders that a run would send, before it is started: what its form shows, price by price."""

from decimal import Decimal
from typing import assert_never

from desk.core.algos import bracket, chase_price, scale, split, trips, twap
from desk.core.algos.registry import RunSpec, settled
from desk.core.state import DeskState
from desk.model.command import ChaseSpec
from desk.model.exits import BracketSpec
from desk.model.instrument import Instrument
from desk.model.market import Quote
from desk.model.order import Side
from desk.model.program import Quoting, ScaleSpec, ScalperSpec, TwapSpec
from desk.model.units import BPS
from desk.model.view import RehearsedOrder


def rehearse(state: DeskState, spec: RunSpec) -> tuple[RehearsedOrder, ...]:
    """Return the orders that would go out in the market of this moment, in their order; none without a touch."""
    market = state.markets.get(spec.symbol)
    if market is None or market.quote is None:
        return ()
    quote, rules = market.quote, market.instrument
    match spec:
        case ChaseSpec():
            return (_chase(spec, quote, rules),)
        case TwapSpec():
            return _twap(spec, quote, rules)
        case ScaleSpec():
            return tuple(RehearsedOrder(spec.side, price, size) for price, size in scale.layers(spec, rules))
        case ScalperSpec():
            return _scalper(spec, quote, rules)
        case BracketSpec():
            return _bracket(spec, quote, rules)
        case _:
            assert_never(spec)


def _chase(spec: ChaseSpec, quote: Quote, rules: Instrument) -> RehearsedOrder:
    price = chase_price.touch(spec.side, quote)
    return RehearsedOrder(spec.side, price, chase_price.shown(spec, rules, spec.quantity, price))


def _twap(spec: TwapSpec, quote: Quote, rules: Instrument) -> tuple[RehearsedOrder, ...]:
    made = settled(spec, quote, rules)
    assert isinstance(made, TwapSpec)
    far = chase_price.touch(spec.side.opposite, quote) * (1 + spec.side.sign * spec.slip_bps * BPS)
    price = rules.round_down_to_tick(far) if spec.side is Side.BUY else rules.round_up_to_tick(far)
    return tuple(RehearsedOrder(spec.side, price, size) for size in twap.plan(made, rules))


def _scalper(spec: ScalperSpec, quote: Quote, rules: Instrument) -> tuple[RehearsedOrder, ...]:
    least = max(rules.quantity_min, rules.notional_min / quote.mid)
    made = trips.sizes(spec, rules.lot_size, least)
    sides = {Quoting.BOTH: tuple(Side), Quoting.BIDS: (Side.BUY,), Quoting.ASKS: (Side.SELL,)}[spec.quoting]
    return tuple(
        RehearsedOrder(side, split.layer_price(side, quote.mid, bps, rules), size)
        for side in sides
        for size, bps in zip(made, trips.offsets(spec, len(made)), strict=True)
    )


def _bracket(spec: BracketSpec, quote: Quote, rules: Instrument) -> tuple[RehearsedOrder, ...]:
    own = spec.entry
    entry: Decimal = own.price if own is not None else chase_price.touch(spec.side, quote)
    profit = bracket.profit_price(spec.exits, spec.side, entry, rules)
    first = (RehearsedOrder(spec.side, entry, spec.quantity),) if own is not None else ()
    return first if profit is None else (*first, RehearsedOrder(spec.side.opposite, profit, spec.quantity))
