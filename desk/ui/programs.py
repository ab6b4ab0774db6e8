"""What a TWAP or a scale would do, in words."""

from decimal import Decimal

from desk.model.exits import BracketSpec
from desk.model.program import Catchup, Child, OnEnd, Program, Quoting, ScaleSpec, ScalperSpec, Sizes, Spacing, TwapSpec
from desk.model.restart import OnRestart
from desk.model.view import DeskView
from desk.ui.exiting import tell_exits
from desk.ui.resolve import plain, quote_of


def describe_program(spec: Program, view: DeskView) -> str:
    """Say in one line what a program does and what it is worth."""
    match spec:
        case TwapSpec():
            head, terms = _twap(spec)
        case ScaleSpec():
            head, terms = _scale(spec)
        case ScalperSpec():
            return _scalper(spec, view)
        case BracketSpec():
            return f"BRACKET of {spec.follows}: {tell_exits(spec.exits)}"
    quote = quote_of(spec.symbol, view)
    instrument = view.instrument(spec.symbol)
    if quote is not None and instrument is not None:
        price = (spec.low + spec.high) / 2 if isinstance(spec, ScaleSpec) else quote.mid
        value = spec.quantity * price
        fees = value * instrument.maker_fee, value * instrument.taker_fee
        terms.append(f"≈ {value:,.2f} {instrument.quote}")
        terms.append(f"maker fee ≈ {fees[0]:,.2f}, taker ≈ {fees[1]:,.2f}")
    if spec.exits is not None:
        terms.append(tell_exits(spec.exits))
    if spec.reduce_only:
        terms.insert(0, "reduce-only")
    usual = OnRestart.RESUME if isinstance(spec, ScaleSpec) else OnRestart.PARK
    if spec.on_restart is not usual:
        terms.append(f"after a restart {spec.on_restart}")
    return f"{head} {spec.side.upper()} {plain(spec.quantity)} {spec.symbol} " + ", ".join(terms)


def _twap(spec: TwapSpec) -> tuple[str, list[str]]:
    each_s = Decimal(spec.span_ms) / spec.slices / 1_000
    terms = [
        f"in {spec.slices} slices of ≈ {plain(_short(spec.quantity / spec.slices))}, one every {plain(_short(each_s))} s"
    ]
    if spec.child is Child.CHASE:
        terms.append("each rests at the touch, the rest is taken")
    terms.append(f"up to {plain(spec.slip_bps)}bps beyond the touch")
    if spec.limit is not None:
        terms.append(f"never beyond {plain(spec.limit)}")
    if spec.catchup is not Catchup.CAP:
        terms.append(f"catch-up {spec.catchup}")
    if spec.on_end is not OnEnd.LEAVE:
        terms.append(f"then {spec.on_end}")
    return "TWAP", terms


def _scale(spec: ScaleSpec) -> tuple[str, list[str]]:
    terms = [f"in {spec.count} orders from {plain(spec.low)} to {plain(spec.high)}"]
    if spec.sizes is not Sizes.FLAT:
        terms.append(f"sizes {spec.sizes} 1:{plain(spec.ratio)}")
    if spec.spacing is not Spacing.LINEAR:
        terms.append("by equal factors")
    terms.append("post-only" if spec.post_only else "may take")
    return "SCALE", terms


def _scalper(spec: ScalperSpec, view: DeskView) -> str:
    quote, instrument = quote_of(spec.symbol, view), view.instrument(spec.symbol)
    sides = "both sides" if spec.quoting is Quoting.BOTH else spec.quoting.value
    terms = [
        f"{spec.layers} layers on {sides}, {plain(spec.base_bps)} to {plain(spec.max_bps)}bps from the {spec.reference}",
        f"taken off at {plain(spec.target_bps)}bps",
        f"entries stop at -{plain(spec.loss_bps)}bps, out at -{plain(spec.stop_bps)}bps or after {spec.hold_ms // 1000}s",
        f"{spec.fills_max} entries a minute" if spec.fills_max else "entries not counted",
    ]
    if spec.skew:
        terms.append(f"skew {plain(spec.skew)}")
    if quote is not None and instrument is not None:
        terms.append(f"≈ {spec.quantity * quote.mid:,.2f} {instrument.quote} a side")
    if spec.on_restart is not OnRestart.PARK:
        terms.append(f"after a restart {spec.on_restart}")
    return f"SCALPER {plain(spec.quantity)} {spec.symbol} " + ", ".join(terms)


def _short(number: Decimal) -> Decimal:
    return round(number, 4)
