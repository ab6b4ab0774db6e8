"""The gate: the only place where an order that may leave is made.

Every check has a name, a limit and a number; the first that fails refuses. Checks count orders from the moment they are
meant, not from their acknowledgement. What shrinks a position passes wherever that cannot make things worse.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.core import breaks, ids, modes
from desk.core.bookkeeping import is_sub
from desk.core.orders import Order
from desk.core.risk import crossing, exposure, trust
from desk.core.risk.exposure import Added
from desk.core.state import DeskState
from desk.model.effect import SendAmend, SendGuard, SendOrder
from desk.model.guard import GuardSpec
from desk.model.instrument import Instrument
from desk.model.intent import Hold, Place, Refusal
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import BPS, SECOND, UNALLOCATED, ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol, millis
from desk.model.view import DeskMode

MINUTE: Final = Nanos(60 * SECOND)
HOUR: Final = Nanos(60 * MINUTE)
RULES_AGE_MAX: Final = Nanos(24 * HOUR)


class Claim(Struct, frozen=True, kw_only=True):
    """Who wishes an order: the sub-account and symbol it is for, and the run that owns it, with its parent quantity."""

    sub: SubId
    symbol: Symbol
    kind: OrderKind
    algo: AlgoId | None = None
    parent_quantity: Decimal | None = None
    leg: int = 0


def review(wish: Place, claim: Claim, state: DeskState) -> SendOrder | Refusal:
    """Return the order that may leave, or the reason why none may."""
    refusal = first_problem(wish, claim, state)
    if refusal is not None:
        return refusal
    spec = OrderSpec(
        id=_next_id(claim, claim.leg, state),
        sub=claim.sub,
        symbol=claim.symbol,
        side=wish.side,
        type=wish.type,
        tif=TimeInForce.IOC if wish.type is OrderType.MARKET else wish.tif,
        quantity=wish.quantity,
        price=wish.price,
        reduce_only=wish.reduce_only and _venue_can_reduce(wish, claim, state),
        closing=wish.reduce_only,
        kind=claim.kind,
        algo=claim.algo,
        leg=claim.leg,
    )
    return SendOrder(state.now, spec)


def first_problem(wish: Place, claim: Claim, state: DeskState) -> Refusal | None:
    """Return why an order may not leave, by the first check that says so; None where it may."""
    for check, find_problem in _CHECKS:
        problem = find_problem(wish, claim, state)
        if problem:
            return Refusal(check, f"{_title(wish, claim)}: {problem}")
    return None


def review_amend(order: Order, price: Decimal, quantity: Decimal, state: DeskState) -> SendAmend | Refusal:
    """Return the amendment that may leave, or the reason why it may not; `quantity` is the new total."""
    spec = order.spec
    run = state.runs.get(spec.algo) if spec.algo is not None else None
    parent = run.quantity if run is not None and not run.is_done else None
    claim = Claim(sub=spec.sub, symbol=spec.symbol, kind=spec.kind, algo=spec.algo, parent_quantity=parent)
    # Only what the amendment adds is new risk; the order itself has passed the gate.
    whole = Place(side=spec.side, quantity=quantity, price=price, reduce_only=spec.closing)
    added = Place(side=spec.side, quantity=max(ZERO, quantity - order.quantity), price=price, reduce_only=spec.closing)
    for check, find_problem in _CHECKS:
        if check in _OF_NEW:
            continue
        problem = find_problem(added if check in _ON_ADDED else whole, claim, state)
        if problem:
            return Refusal(check, f"amend {_title(whole, claim)}: {problem}")
    return SendAmend(state.now, spec.id, spec.symbol, price, quantity)


def review_guard(wish: Hold, claim: Claim, state: DeskState) -> SendGuard | Refusal:
    """Return the stop that the venue may hold, or the reason why it may not; it may only close what is held."""
    as_order = Place(side=wish.side, quantity=wish.quantity, price=wish.trigger, reduce_only=True, leg=wish.leg)
    for check, find_problem in _CHECKS:
        problem = find_problem(as_order, claim, state) if check in _OF_GUARDS else ""
        if problem:
            return Refusal(check, f"stop at the venue, {_title(as_order, claim)}: {problem}")
    held = max(ZERO, -state.accounts[claim.sub].quantity(claim.symbol) * wish.side.sign)
    if wish.quantity > held:
        return Refusal("closing", f"stop at the venue: expected at most {held}, found {wish.quantity}")
    assert claim.algo is not None, "a run asks for it"
    spec = GuardSpec(
        id=_next_id(claim, wish.leg, state),
        sub=claim.sub,
        symbol=claim.symbol,
        side=wish.side,
        quantity=wish.quantity,
        trigger=wish.trigger,
        algo=claim.algo,
        leg=wish.leg,
        reduce_only=_venue_can_reduce(as_order, claim, state),
    )
    return SendGuard(state.now, spec)


def _next_id(claim: Claim, leg: int, state: DeskState) -> ClientOrderId:
    state.order_seq += 1
    return ids.order_id(
        ids.IdParts(
            sub=claim.sub,
            kind=claim.kind,
            epoch=state.epoch,
            parent=ids.run_number(claim.algo),
            leg=leg,
            seq=state.order_seq,
        )
    )


def worst_price(side: Side, state: DeskState, symbol: Symbol) -> Decimal | None:
    """Return the worst price a market order may pay now, on tick; None without a touch."""
    market = state.markets.get(symbol)
    far = market.touch(side.opposite) if market is not None else None
    if market is None or far is None:
        return None
    limit = far * (1 + side.sign * state.limits.market_slip_bps * BPS)
    return (
        market.instrument.round_down_to_tick(limit) if side is Side.BUY else market.instrument.round_up_to_tick(limit)
    )


def taking_price(side: Side, quantity: Decimal, state: DeskState, symbol: Symbol) -> Decimal | None:
    """Return the worst price for a market order that may be held: it ends one tick before our own it could reach.

    Where ours is the very touch nothing is cut: the gate holds the order and says why.
    """
    worst = worst_price(side, state, symbol)
    if worst is None:
        return None
    cut = crossing.short_of_our_own(crossing.Coming(side, quantity, worst, symbol, rests=False), state)
    far = state.markets[symbol].touch(side.opposite)
    return cut if far is not None and (cut - far) * side.sign >= ZERO else worst


def _mode(wish: Place, claim: Claim, state: DeskState) -> str:
    if state.mode is DeskMode.RUNNING:
        return ""
    if state.mode in modes.REDUCING and wish.reduce_only:
        return ""
    return f"the desk is {state.mode.value} ({state.mode_reason})"


def _known(wish: Place, claim: Claim, state: DeskState) -> str:
    if claim.symbol not in state.instruments:
        return f"symbol: expected one of {', '.join(state.instruments)}, found {claim.symbol}"
    if not is_sub(state, claim.sub) and not _is_for_venue(claim):
        return f"sub-account: expected one of {', '.join(each.id for each in state.subs())}, found {claim.sub}"
    return ""


def _is_for_venue(claim: Claim) -> bool:
    """Tell whether it is to flatten the venue's net, which is nobody's in particular."""
    return claim.sub == UNALLOCATED and claim.kind is OrderKind.FLATTEN


def _quarantine(wish: Place, claim: Claim, state: DeskState) -> str:
    if claim.symbol in state.halts and not _is_for_venue(claim):
        return f"halted: {breaks.describe(state, claim.symbol)}"
    if claim.symbol in state.breaks and not wish.reduce_only:
        return f"quarantined: {breaks.describe(state, claim.symbol)}"
    return ""


def _rules(wish: Place, claim: Claim, state: DeskState) -> str:
    if wish.reduce_only:
        return ""
    age = state.now - state.rules_at
    if age > RULES_AGE_MAX:
        return f"the venue's rules: expected at most 24 h old, found {age // HOUR} h"
    return state.unruly.get(claim.symbol, "")


def _tier(wish: Place, claim: Claim, state: DeskState) -> str:
    episode = state.episodes.get(claim.sub)
    if episode is None or wish.reduce_only:
        return ""
    return f"sub-account {claim.sub} is being deleveraged ({episode.tier}): it may only reduce"


def _mark(wish: Place, claim: Claim, state: DeskState) -> str:
    age = state.mark_age(claim.symbol)
    limit = state.limits.mark_age_ms_max
    if age is None:
        return "no mark price yet"
    if age > millis(limit) and not wish.reduce_only:
        return f"mark price: expected at most {limit} ms old, found {age // 1_000_000} ms"
    if wish.reduce_only:
        return ""
    return trust.doubt_of_mark(state, (claim.symbol, *state.accounts[claim.sub].positions))


def _filters(wish: Place, claim: Claim, state: DeskState) -> str:
    instrument = state.instruments[claim.symbol]
    if not instrument.is_on_tick(wish.price):
        return f"price: expected a multiple of the tick {instrument.tick_size}, found {wish.price}"
    if wish.price <= ZERO:
        return f"price: expected more than 0, found {wish.price}"
    if wish.type is OrderType.MARKET and wish.quantity > instrument.market_quantity_max:
        return f"quantity at market: expected at most {instrument.market_quantity_max}, found {wish.quantity}"
    notional = wish.price * wish.quantity
    if notional < instrument.notional_min and not wish.reduce_only:
        return f"notional: expected at least {instrument.notional_min} {instrument.quote}, found {notional:f}"
    return quantity_problem(wish, instrument)


def quantity_problem(wish: Place, instrument: Instrument) -> str:
    """Return why the venue would not take an order of that quantity; empty when it would."""
    if not instrument.is_on_lot(wish.quantity):
        return f"quantity: expected a multiple of the lot {instrument.lot_size}, found {wish.quantity}"
    if wish.quantity < instrument.quantity_min:
        return f"quantity: expected at least {instrument.quantity_min}, found {wish.quantity}"
    if wish.quantity > instrument.quantity_max:
        return f"quantity: expected at most {instrument.quantity_max}, found {wish.quantity}"
    return ""


def _collar(wish: Place, claim: Claim, state: DeskState) -> str:
    instrument, mark = state.instruments[claim.symbol], state.marks()[claim.symbol]
    if wish.side is Side.BUY and wish.price > (limit := mark * instrument.collar_up):
        return f"price: expected at most {limit.normalize():f} ({instrument.collar_up} x mark), found {wish.price}"
    if wish.side is Side.SELL and wish.price < (limit := mark * instrument.collar_down):
        return f"price: expected at least {limit.normalize():f} ({instrument.collar_down} x mark), found {wish.price}"
    return ""


def _value(wish: Place, claim: Claim, state: DeskState) -> str:
    value = wish.price * wish.quantity
    if value > state.limits.order_value_max and not wish.reduce_only:
        return f"order value: expected at most {state.limits.order_value_max}, found {value:f}"
    return ""


def _is_urgent(wish: Place, claim: Claim) -> bool:
    return claim.kind in crossing.URGENT or (wish.is_urgent and wish.reduce_only)


def _rate(wish: Place, claim: Claim, state: DeskState) -> str:
    if _is_urgent(wish, claim):
        return ""
    return state.limiter.problem(state.now, is_closing=wish.reduce_only)


def _crossing(wish: Place, claim: Claim, state: DeskState) -> str:
    if _is_urgent(wish, claim):
        return ""
    rests = wish.type is OrderType.LIMIT and crossing.may_rest(wish.tif)
    coming = crossing.Coming(wish.side, wish.quantity, wish.price, claim.symbol, rests)
    return crossing.problem(coming, claim.sub, state)


def _closing(wish: Place, claim: Claim, state: DeskState) -> str:
    if not wish.reduce_only:
        return ""
    account = state.account if _is_for_venue(claim) else state.accounts[claim.sub]
    reducible = max(ZERO, -account.quantity(claim.symbol) * wish.side.sign)
    resting = exposure.closing_outstanding(state, claim.sub, claim.symbol, wish.side)
    if wish.quantity > reducible - resting:
        less = f" less {resting} already closing" if resting else ""
        return f"reduce-only: expected at most {reducible}{less}, found {wish.quantity}"
    return ""


def _locked(wish: Place, claim: Claim, state: DeskState) -> str:
    reason = state.locks.get(claim.sub)
    if reason is None or wish.reduce_only:
        return ""
    return f"sub-account {claim.sub} is locked: {reason}"


def _repeats(wish: Place, claim: Claim, state: DeskState) -> str:
    if claim.algo is None or _is_urgent(wish, claim):
        return ""
    limit, since = state.limits.repeats_max, state.now - MINUTE
    lately = sum(1 for at in state.sends.get(claim.algo, ()) if at > since)
    if lately >= limit:
        return f"orders and amendments of {claim.algo} in a minute: expected at most {limit}, found {lately}"
    return ""


def _duplicate(wish: Place, claim: Claim, state: DeskState) -> str:
    """The same order by hand, a moment later, is a key pressed twice."""
    limit = state.limits.duplicate_ms
    if claim.kind is not OrderKind.MANUAL or wish.reduce_only or not limit:
        return ""
    for order in reversed(state.orders.values()):
        age = state.now - order.created
        if age >= millis(limit):
            return ""
        spec = order.spec
        same = (spec.kind, spec.sub, spec.symbol, spec.side, spec.type, spec.quantity, spec.price)
        if same == (claim.kind, claim.sub, claim.symbol, wish.side, wish.type, wish.quantity, wish.price):
            return f"the same order left {age // 1_000_000} ms ago: expected at least {limit} ms between the two"
    return ""


def _added(wish: Place, claim: Claim) -> Added:
    return Added(claim.sub, claim.symbol, wish.side, wish.quantity)


def _margin(wish: Place, claim: Claim, state: DeskState) -> str:
    """Initial margin of the worst case (everything of one side fills) must be covered by equity."""
    if wish.reduce_only:
        return ""
    return exposure.margin_problem(state, _added(wish, claim), exposure.equity(state, claim.sub))


def _position(wish: Place, claim: Claim, state: DeskState) -> str:
    return "" if wish.reduce_only else exposure.position_problem(state, _added(wish, claim))


def _exposure(wish: Place, claim: Claim, state: DeskState) -> str:
    return "" if wish.reduce_only else exposure.exposure_problem(state, _added(wish, claim))


def _parent(wish: Place, claim: Claim, state: DeskState) -> str:
    if claim.algo is None or claim.parent_quantity is None or not wish.quantity:
        return ""  # an amendment that makes an order smaller is how a smaller parent is reached
    used = sum((order.filled + order.outstanding for order in state.orders_of(claim.algo).values()), ZERO)
    if used + wish.quantity > claim.parent_quantity:
        return f"parent of {claim.parent_quantity}: {used} is filled or working, found {wish.quantity} more"
    return ""


def _venue_can_reduce(wish: Place, claim: Claim, state: DeskState) -> bool:
    """Tell whether the venue would take the flag: its net position, less what already reduces it, must shrink."""
    net = state.account.quantity(claim.symbol) if _is_for_venue(claim) else state.net(claim.symbol)
    resting = sum((each.leaves for each in state.open_orders(symbol=claim.symbol) if each.spec.reduce_only), ZERO)
    return wish.quantity <= max(ZERO, -net * wish.side.sign) - resting


def _title(wish: Place, claim: Claim) -> str:
    return f"{wish.side.value} {wish.quantity} {claim.symbol}"


_CHECKS: Final[tuple[tuple[str, Callable[[Place, Claim, DeskState], str]], ...]] = (
    ("mode", _mode),
    ("known", _known),
    ("quarantine", _quarantine),
    ("rules", _rules),
    ("locked", _locked),
    ("tier", _tier),
    ("repeats", _repeats),
    ("duplicate", _duplicate),
    ("rate", _rate),
    ("mark", _mark),
    ("filters", _filters),
    ("collar", _collar),
    ("value", _value),
    ("crossing", _crossing),
    ("closing", _closing),
    ("parent", _parent),
    ("position", _position),
    ("exposure", _exposure),
    ("margin", _margin),
)
CHECKS: Final = tuple(name for name, _ in _CHECKS)
_ON_ADDED: Final = frozenset({"closing", "parent", "position", "exposure", "margin"})
_OF_GUARDS: Final = frozenset({"mode", "known", "quarantine", "repeats", "rate", "filters"})
_OF_NEW: Final = frozenset({"duplicate"})
