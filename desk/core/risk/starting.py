"""Whether a run can start with these parameters: one sentence, and nothing has been sent."""

from decimal import Decimal
from typing import Final, assert_never

from desk.core import breaks
from desk.core.algos import scale, scalper, trips, twap
from desk.core.algos.chase_price import is_dust
from desk.core.algos.registry import RunSpec, name_of
from desk.core.bookkeeping import is_sub
from desk.core.risk import gate
from desk.core.state import DeskState
from desk.model.command import ChaseSpec
from desk.model.exits import BracketSpec, Exits
from desk.model.instrument import Instrument
from desk.model.intent import Place, Refusal
from desk.model.order import OrderType
from desk.model.program import ScaleSpec, ScalperSpec, TwapSpec
from desk.model.units import ZERO

SLICE_MS_MIN: Final = 1_000
SPAN_MS_MAX: Final = 24 * 3_600_000
SLIP_BPS_MAX: Final = Decimal(500)
RATIO_MAX: Final = Decimal(100)
BPS_MAX: Final = Decimal(2_000)


def review(spec: RunSpec, state: DeskState) -> Refusal | None:
    """Return why a run with these parameters cannot start, or None."""
    side = "" if not hasattr(spec, "side") else f"{spec.side.value} "
    title = f"{name_of(spec)} {side}{spec.quantity} {spec.symbol}"
    if not is_sub(state, spec.sub) or spec.symbol not in state.instruments:
        return Refusal("known", f"{title}: sub-account {spec.sub} or symbol {spec.symbol} is not known here")
    instrument = state.instruments[spec.symbol]
    problem = _quantity(spec, instrument) or _shape(spec, instrument, state) or _exits(spec, instrument, state)
    return Refusal(name_of(spec), f"{title}: {problem}") if problem else None


def barred(spec: RunSpec, state: DeskState) -> Refusal | None:
    """Return why nothing may be begun in the symbol now, or None: a run that would only be refused is not started."""
    is_halted = spec.symbol in state.halts
    only_closes = spec.follows is not None if isinstance(spec, BracketSpec) else getattr(spec, "reduce_only", False)
    if spec.symbol not in state.breaks or (only_closes and not is_halted):
        return None
    word = "halted" if is_halted else "quarantined"
    return Refusal("quarantine", f"{name_of(spec)} {spec.symbol}: {word}: {breaks.describe(state, spec.symbol)}")


def _quantity(spec: RunSpec, instrument: Instrument) -> str:
    """A parent may be larger than one order of the venue, where it is split."""
    if isinstance(spec, ChaseSpec):
        wish = Place(side=spec.side, quantity=spec.quantity, price=ZERO, reduce_only=spec.reduce_only)
        return gate.quantity_problem(wish, instrument)
    if not instrument.is_on_lot(spec.quantity) or spec.quantity <= ZERO:
        return f"quantity: expected a multiple of the lot {instrument.lot_size}, found {spec.quantity}"
    return ""


def _shape(spec: RunSpec, instrument: Instrument, state: DeskState) -> str:
    match spec:
        case ChaseSpec():
            return _shape_of_chase(spec) or _shown(spec, instrument, state)
        case TwapSpec():
            return _shape_of_twap(spec, instrument, state)
        case ScaleSpec():
            return _shape_of_scale(spec, instrument, state)
        case ScalperSpec():
            return _shape_of_scalper(spec, instrument, state)
        case BracketSpec():
            return _shape_of_bracket(spec, state)
        case _:
            assert_never(spec)


def _shape_of_bracket(spec: BracketSpec, state: DeskState) -> str:
    if spec.entry is not None:
        return ""
    run = state.runs.get(spec.follows) if spec.follows is not None else None
    if run is None or run.is_done or run.quantity is None or (run.sub, run.symbol) != (spec.sub, spec.symbol):
        return f"entry: expected a live chase, TWAP or scale of the sub-account and symbol, found {spec.follows}"
    return ""


def _exits(spec: RunSpec, instrument: Instrument, state: DeskState) -> str:
    """Return what is wrong with the profit and the stop, if there are any; a price must be on its side of the entry."""
    exits = None if isinstance(spec, ScalperSpec) else spec.exits
    if exits is None or isinstance(spec, ScalperSpec):
        return ""
    if not isinstance(spec, BracketSpec) and spec.reduce_only:
        return "profit and stop: expected an entry that opens, found one that reduces"
    if (exits.profit_bps, exits.profit_price, exits.stop_bps, exits.stop_price) == (None,) * 4:
        return "profit and stop: expected at least one of them"
    for name, bps in (("profit", exits.profit_bps), ("stop", exits.stop_bps)):
        if bps is not None and not ZERO < bps <= BPS_MAX:
            return f"{name}: expected more than 0 and at most {BPS_MAX} bps, found {bps} bps"
    if not ZERO <= exits.slip_bps <= SLIP_BPS_MAX:
        return f"slip: expected 0 to {SLIP_BPS_MAX} bps, found {exits.slip_bps} bps"
    return _exit_prices(exits, spec, instrument, state)


def _exit_prices(
    exits: Exits, spec: ChaseSpec | TwapSpec | ScaleSpec | BracketSpec, instrument: Instrument, state: DeskState
) -> str:
    quote = state.markets[spec.symbol].quote
    own = spec.entry if isinstance(spec, BracketSpec) else None
    entry = own.price if own is not None and own.type is OrderType.LIMIT else quote.mid if quote is not None else None
    if entry is None:
        return "profit and stop: no touch yet"
    for name, price, sign in (
        ("profit", exits.profit_price, spec.side.sign),
        ("stop", exits.stop_price, -spec.side.sign),
    ):
        if price is None:
            continue
        if not instrument.is_on_tick(price):
            return f"{name}: expected a multiple of the tick {instrument.tick_size}, found {price}"
        if (price - entry) * sign <= ZERO:
            return f"{name}: expected a price {'above' if sign > 0 else 'below'} the entry of {entry}, found {price}"
    return ""


def _shape_of_twap(spec: TwapSpec, instrument: Instrument, state: DeskState) -> str:
    if not 1 <= spec.slices <= twap.LEGS // 2:
        return f"slices: expected 1 to {twap.LEGS // 2}, found {spec.slices}"
    if not spec.span_ms // spec.slices >= SLICE_MS_MIN or spec.span_ms > SPAN_MS_MAX:
        return f"span: expected at least 1 s for each slice and at most 24 h, found {spec.span_ms} ms for {spec.slices}"
    if not 1 <= spec.catchup_max <= spec.slices:
        return f"catch-up: expected 1 to {spec.slices} slices, found {spec.catchup_max}"
    if not ZERO <= spec.slip_bps <= SLIP_BPS_MAX:
        return f"slip: expected 0 to {SLIP_BPS_MAX} bps, found {spec.slip_bps} bps"
    if spec.limit is not None and not (instrument.is_on_tick(spec.limit) and spec.limit > ZERO):
        return f"limit: expected a multiple of the tick {instrument.tick_size}, found {spec.limit}"
    mark = state.markets[spec.symbol].mark
    if mark is not None and not twap.slices_of(spec, instrument, mark.price):
        return f"quantity: expected enough for one slice of {instrument.notional_min} {instrument.quote}, found {spec.quantity}"
    return ""


def _shape_of_scale(spec: ScaleSpec, instrument: Instrument, state: DeskState) -> str:
    if not 1 <= spec.count <= scale.COUNT_MAX:
        return f"orders: expected 1 to {scale.COUNT_MAX}, found {spec.count}"
    if not ZERO < spec.low <= spec.high:
        return f"prices: expected a lower and a higher one above 0, found {spec.low} and {spec.high}"
    if not 1 / RATIO_MAX <= spec.ratio <= RATIO_MAX:
        return f"ratio: expected {1 / RATIO_MAX} to {RATIO_MAX}, found {spec.ratio}"
    made = scale.layers(spec, instrument)
    price, size = min(made, key=lambda each: each[0] * each[1])
    if size < instrument.quantity_min or (price * size < instrument.notional_min and not spec.reduce_only):
        return (
            f"orders: expected each worth at least {instrument.notional_min} {instrument.quote},"
            f" found {size} at {price}: take fewer, or more in all"
        )
    return ""


def _shape_of_scalper(spec: ScalperSpec, instrument: Instrument, state: DeskState) -> str:
    if not 1 <= spec.layers <= scalper.LAYERS_MAX:
        return f"layers: expected 1 to {scalper.LAYERS_MAX}, found {spec.layers}"
    if not ZERO < spec.base_bps <= spec.max_bps <= BPS_MAX:
        return f"distances: expected 0 < base <= max <= {BPS_MAX} bps, found {spec.base_bps} and {spec.max_bps} bps"
    if not -1 <= spec.skew <= 1 or not ZERO < spec.target_bps <= BPS_MAX:
        return (
            f"skew and target: expected -1 to 1, and more than 0 and at most {BPS_MAX} bps,"
            f" found {spec.skew} and {spec.target_bps} bps"
        )
    if not ZERO < spec.loss_bps <= spec.stop_bps <= BPS_MAX:
        return (
            f"loss and stop: expected 0 < loss <= stop <= {BPS_MAX} bps, found {spec.loss_bps} and {spec.stop_bps} bps"
        )
    if spec.throttle_ms < 50 or spec.delay_ms < spec.throttle_ms:
        return (
            f"throttle and delay: expected 50 ms <= throttle <= delay, found {spec.throttle_ms} and {spec.delay_ms} ms"
        )
    if min(Decimal(spec.fills_max), spec.notional_max, spec.inventory_max, spec.requote_bps) < ZERO:
        return "fills, notional, inventory and requote: expected 0 or more"
    return _size_of_scalper(spec, instrument, state)


def _size_of_scalper(spec: ScalperSpec, instrument: Instrument, state: DeskState) -> str:
    mark = state.markets[spec.symbol].mark
    least = max(instrument.quantity_min, instrument.notional_min / mark.price if mark is not None else ZERO)
    if not trips.sizes(spec, instrument.lot_size, least):
        return f"quantity: expected enough for one layer of {instrument.notional_min} {instrument.quote}, found {spec.quantity}"
    return ""


def _shown(spec: ChaseSpec, instrument: Instrument, state: DeskState) -> str:
    if spec.show is None:
        return ""
    mark = state.markets[spec.symbol].mark
    if not instrument.is_on_lot(spec.show) or not ZERO < spec.show <= spec.quantity:
        return f"show: expected a multiple of the lot {instrument.lot_size} up to {spec.quantity}, found {spec.show}"
    if mark is not None and is_dust(instrument, spec.show, mark.price, reduce_only=spec.reduce_only):
        return f"show: expected at least {instrument.notional_min} {instrument.quote}, found {spec.show}"
    return ""


def _shape_of_chase(spec: ChaseSpec) -> str:
    if spec.throttle_ms < 50:
        return f"throttle: expected at least 50 ms, found {spec.throttle_ms} ms"
    if spec.ttl_ms is not None and spec.ttl_ms < spec.throttle_ms:
        return f"ttl: expected at least the throttle of {spec.throttle_ms} ms, found {spec.ttl_ms} ms"
    if spec.cap_bps is not None and spec.cap_bps < ZERO:
        return f"cap: expected 0 bps or more from the arrival touch, found {spec.cap_bps} bps"
    if spec.offset_ticks < 0 or spec.peg_ticks < 1 or spec.move_ticks_min < 1:
        return "offset, improvement and smallest move: expected whole ticks, none negative"
    return ""
