"""What a command would lead to, before it is given: the same checks, and the account as it would stand; nothing is sent."""

from copy import deepcopy
from decimal import Decimal

from msgspec import Struct

from desk.core import ledger, margin
from desk.core.algos.registry import RunSpec
from desk.core.ledger import Account
from desk.core.risk import exposure, gate, standings, starting
from desk.core.risk.exposure import Added
from desk.core.risk.gate import Claim
from desk.core.risk.rehearsal import rehearse
from desk.core.state import DeskState
from desk.model.command import Command, PlaceOrder, StartChase, StartRun
from desk.model.exits import BracketSpec
from desk.model.intent import Place, Refusal
from desk.model.order import OrderKind, OrderType, Side, TimeInForce
from desk.model.program import Child, ScalperSpec, TwapSpec
from desk.model.units import ZERO, Symbol
from desk.model.view import Consequence, RehearsedOrder


class _Draft(Struct, frozen=True):
    """One order, or the whole of a run, as it would be wished for."""

    wish: Place
    claim: Claim
    takes: bool
    orders: tuple[RehearsedOrder, ...] = ()
    refusal: Refusal | None = None
    """Why a run with these parameters could not start."""


def foresee(state: DeskState, command: Command) -> Consequence | None:
    """Return what a command would lead to; None where it opens nothing, or where nothing is known to reckon with."""
    draft = _draft(state, command)
    if draft is None or draft.claim.sub not in state.accounts or draft.claim.symbol not in state.marks():
        return None
    wish, sub, symbol = draft.wish, draft.claim.sub, draft.claim.symbol
    instrument = state.instruments[symbol]
    value, sides = wish.price * wish.quantity, state.sides()
    fee = value * (instrument.taker_fee if draft.takes else instrument.maker_fee)
    now = margin.standing(state.accounts[sub], state.instruments, state.marks(), sides, state.limits.leverage)
    after = _after(state, deepcopy(state.accounts[sub]), draft, fee, sides)
    venue = _after(state, standings.mirror(state), draft, fee, None)
    used, most = state.limiter.usage(state.now)
    refusal = draft.refusal or gate.first_problem(wish, draft.claim, state)
    added = None if wish.reduce_only else Added(sub, symbol, wish.side, wish.quantity)
    return Consequence(
        command=command,
        ratio_before=now.ratio,
        ratio_after=after.ratio,
        venue_ratio_after=venue.ratio,
        liquidation_price=_liquidation(after, symbol),
        venue_liquidation_price=_liquidation(venue, symbol),
        fee_maker=value * instrument.maker_fee,
        fee_taker=value * instrument.taker_fee,
        margin_worst=exposure.notional(state, sub, added) / state.limits.leverage,
        equity=now.equity,
        orders_used=used,
        orders_max=most,
        orders=draft.orders,
        check=refusal.check if refusal is not None else "",
        refusal=refusal.reason if refusal is not None else "",
    )


def _draft(state: DeskState, command: Command) -> _Draft | None:
    match command:
        case PlaceOrder(symbol=symbol) if symbol in state.markets:
            return _of_order(state, command)
        case StartChase(spec=spec) | StartRun(spec=spec) if spec.symbol in state.markets:
            return _of_run(state, spec)
        case _:
            return None


def _of_run(state: DeskState, spec: RunSpec) -> _Draft | None:
    """Reckon a run as one order at the average of its prices; a scalper by one side. A bracket opens nothing."""
    side = Side.BUY if isinstance(spec, ScalperSpec) else spec.side
    touch = state.markets[spec.symbol].touch(side)
    if touch is None or isinstance(spec, BracketSpec):
        return None
    refusal = starting.review(spec, state)
    orders = rehearse(state, spec) if refusal is None else ()
    mine = [each for each in orders if each.side is side]
    quantity = sum((each.quantity for each in mine), ZERO)
    value = sum((each.price * each.quantity for each in mine), ZERO)
    price = state.instruments[spec.symbol].round_down_to_tick(value / quantity) if quantity else touch
    reduces = not isinstance(spec, ScalperSpec) and spec.reduce_only
    return _Draft(
        Place(side=side, quantity=spec.quantity, price=price, reduce_only=reduces),
        Claim(sub=spec.sub, symbol=spec.symbol, kind=OrderKind.CHASE),
        takes=isinstance(spec, TwapSpec) and spec.child is Child.IOC,
        orders=orders,
        refusal=refusal,
    )


def _of_order(state: DeskState, command: PlaceOrder) -> _Draft | None:
    price = command.price
    if command.type is OrderType.MARKET:
        price = gate.taking_price(command.side, command.quantity, state, command.symbol)
    if price is None:
        return None
    far = state.markets[command.symbol].touch(command.side.opposite)
    wish = Place(
        side=command.side,
        quantity=command.quantity,
        price=price,
        type=command.type,
        tif=command.tif,
        reduce_only=command.reduce_only,
    )
    reaches = far is not None and (price - far) * command.side.sign >= ZERO
    return _Draft(
        wish,
        Claim(sub=command.sub, symbol=command.symbol, kind=OrderKind.MANUAL),
        takes=reaches and command.tif is not TimeInForce.GTX,
    )


def _after(
    state: DeskState, account: Account, draft: _Draft, fee: Decimal, sides: dict[tuple[Symbol, bool], Decimal] | None
) -> margin.Standing:
    """Return how an account would stand with the whole order filled at its price, or at the touch where it takes."""
    wish, symbol = draft.wish, draft.claim.symbol
    before = account.quantity(symbol)
    ledger.apply_fill(account, symbol, wish.side, quantity=wish.quantity, price=_price(state, draft), fee=fee)
    held = dict(sides) if sides is not None else {}
    if sides is not None:
        for quantity, sign in ((before, -1), (account.quantity(symbol), 1)):
            if quantity:
                key = (symbol, quantity > 0)
                held[key] = held.get(key, ZERO) + sign * abs(quantity)
    return margin.standing(account, state.instruments, state.marks(), held, state.limits.leverage)


def _price(state: DeskState, draft: _Draft) -> Decimal:
    far = state.markets[draft.claim.symbol].touch(draft.wish.side.opposite)
    if not draft.takes or far is None:
        return draft.wish.price
    return min(far, draft.wish.price) if draft.wish.side is Side.BUY else max(far, draft.wish.price)


def _liquidation(found: margin.Standing, symbol: Symbol) -> Decimal | None:
    is_held = any(each.symbol == symbol for each in found.holdings)
    return margin.price_at_ratio(found, symbol) if is_held else None
