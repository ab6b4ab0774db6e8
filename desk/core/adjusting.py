"""Bookings that a person makes and no trade of the venue stands behind: cash moved, positions crossed, estimates.

Both sides of a booking are made at once, so what our accounts hold together never changes. The one exception is an
estimate for UNALLOCATED: it stands for a trade that nobody can tell us any more, and may only bring us nearer to what the
venue states.
"""

from decimal import Decimal
from typing import Final, assert_never

from desk.core import bookkeeping
from desk.core.acting import Acts
from desk.core.risk import exposure
from desk.core.risk.exposure import Added
from desk.core.state import DeskState
from desk.model.command import Adjust, Allocate, Bookkeeping, Cross, RevertAdjust, Transfer
from desk.model.effect import Booking, CashMoved, Crossed, Severity
from desk.model.order import Side
from desk.model.units import HOUSE, MONEY_STEP, UNALLOCATED, ZERO, SubId, Symbol
from desk.model.view import DeskMode

ADJUSTMENTS_MAX: Final = 200
"""Estimates that may stand open; more of them is no book-keeping any more."""
CASH_MAX: Final = Decimal(10) ** 15
_SILENT: Final = frozenset({DeskMode.FENCED, DeskMode.STARTING})
"""Modes in which our books may not be the account's."""


def book(acts: Acts, command: Bookkeeping) -> None:
    """Make a booking, or say in one sentence why not."""
    state = acts.state
    made = _fenced(state) or _decide(state, command)
    match made:
        case str():
            acts.alert(Severity.WARN, f"{_title(command)}: {made}")
        case CashMoved():
            bookkeeping.apply_transfer(state, made)
            acts.out.append(made)
            acts.alert(Severity.INFO, f"moved {made.amount} from {made.source} to {made.target}")
        case Crossed():
            bookkeeping.apply_cross(state, made)
            acts.out.append(made)
            acts.alert(Severity.INFO if made.booking is Booking.CROSS else Severity.WARN, _describe(made))
        case _:
            assert_never(made)


def _fenced(state: DeskState) -> str:
    return f"the desk is {state.mode.value} ({state.mode_reason})" if state.mode in _SILENT else ""


def _decide(state: DeskState, command: Bookkeeping) -> CashMoved | Crossed | str:
    match command:
        case Transfer():
            return _transfer(state, command)
        case Cross():
            return _cross(state, command)
        case Allocate():
            return _allocate(state, command)
        case Adjust():
            return _adjust(state, command)
        case RevertAdjust():
            return _revert(state, command)


def _transfer(state: DeskState, command: Transfer) -> CashMoved | str:
    problem = _two_accounts(state, command.source, command.target)
    if problem:
        return problem
    # More cash than there is has more steps than a decimal can count: `%` would raise.
    if not ZERO < command.amount < CASH_MAX or command.amount % MONEY_STEP:
        return f"amount: expected more than 0, in steps of {MONEY_STEP:f}, found {command.amount}"
    unpriced = [each for each in _held(state, command.source) if each not in state.marks()]
    if unpriced:
        return f"no mark price of {', '.join(unpriced)} yet"
    bound = exposure.notional(state, command.source) / state.limits.leverage
    free = exposure.equity(state, command.source) - bound
    if command.amount > free:
        return f"free margin of {command.source}: expected at most {max(free, ZERO):.2f}, found {command.amount}"
    return CashMoved(ts=state.now, source=command.source, target=command.target, amount=command.amount)


def _cross(state: DeskState, command: Cross) -> Crossed | str:
    problem = _two_accounts(state, command.seller, command.buyer) or _tradable(state, command.symbol, command.quantity)
    if problem:
        return problem
    quote = state.markets[command.symbol].quote
    if quote is None or not quote.bid <= command.price <= quote.ask:
        touch = f"{quote.bid} to {quote.ask}" if quote is not None else "a touch, and there is none"
        return f"price: expected one inside the touch, {touch}, found {command.price}"
    return _both_sides(state, command.seller, command.buyer, command)


def _allocate(state: DeskState, command: Allocate) -> Crossed | str:
    problem = _two_accounts(state, UNALLOCATED, command.target) or _tradable(state, command.symbol, command.quantity)
    if problem:
        return problem
    position = state.accounts[UNALLOCATED].position(command.symbol)
    if command.quantity > abs(position.quantity):
        return f"quantity: expected at most the {position.quantity} of {UNALLOCATED}, found {command.quantity}"
    price = position.entry_price.quantize(MONEY_STEP)
    seller, buyer = (UNALLOCATED, command.target) if position.quantity > ZERO else (command.target, UNALLOCATED)
    move = Cross(seller=seller, buyer=buyer, symbol=command.symbol, quantity=command.quantity, price=price)
    return _both_sides(state, seller, buyer, move)


def _adjust(state: DeskState, command: Adjust) -> Crossed | str:
    problem = _known(state, command.sub) or _estimate_problem(state, command)
    if problem:
        return problem
    size, side = abs(command.quantity), Side.BUY if command.quantity > ZERO else Side.SELL
    other = None if command.sub == UNALLOCATED else UNALLOCATED
    problem = _nearer(state, command) if other is None else _closes(state, command.sub, command.symbol, side, size)
    if problem:
        return problem
    return Crossed(
        ts=state.now,
        number=state.posting_seq + 1,
        booking=Booking.ESTIMATE,
        seller=command.sub if side is Side.SELL else other,
        buyer=command.sub if side is Side.BUY else other,
        symbol=command.symbol,
        quantity=size,
        price=command.price,
        reason=command.reason.strip(),
    )


def _revert(state: DeskState, command: RevertAdjust) -> Crossed | str:
    estimate = state.adjustments.get(command.number)
    if estimate is None:
        known = ", ".join(str(number) for number in state.adjustments) or "none"
        return f"expected the number of an estimate that stands ({known}), found {command.number}"
    return Crossed(
        ts=state.now,
        number=state.posting_seq + 1,
        booking=Booking.REVERT,
        seller=estimate.buyer,
        buyer=estimate.seller,
        symbol=estimate.symbol,
        quantity=estimate.quantity,
        price=estimate.price,
        reason=estimate.reason,
        reverts=estimate.number,
    )


def _both_sides(state: DeskState, seller: SubId, buyer: SubId, move: Cross) -> Crossed | str:
    if state.mode is not DeskMode.RUNNING:
        return f"the desk is {state.mode.value} ({state.mode_reason})"
    for sub, side in ((seller, Side.SELL), (buyer, Side.BUY)):
        problem = "" if sub == UNALLOCATED else _may_take(state, sub, side, move)
        if problem:
            return f"{sub}: {problem}"
    return Crossed(
        ts=state.now,
        number=state.posting_seq + 1,
        booking=Booking.CROSS,
        seller=seller,
        buyer=buyer,
        symbol=move.symbol,
        quantity=move.quantity,
        price=move.price,
    )


def _may_take(state: DeskState, sub: SubId, side: Side, move: Cross) -> str:
    mark = state.marks().get(move.symbol)
    if mark is None:
        return "no mark price yet"
    at_once = side.sign * move.quantity * (mark - move.price)
    covered_by = exposure.equity(state, sub) + at_once
    problem = exposure.margin_problem(state, Added(sub, move.symbol, side, move.quantity), covered_by)
    return problem or _leaves_room(state, sub, move.symbol, side, move.quantity)


def _leaves_room(state: DeskState, sub: SubId, symbol: Symbol, side: Side, quantity: Decimal) -> str:
    """A closing order on its way may not find less than it closes."""
    closing = exposure.closing_outstanding(state, sub, symbol, side)
    reducible = max(ZERO, -state.accounts[sub].quantity(symbol) * side.sign)
    if closing and quantity > reducible - closing:
        return f"quantity: expected at most {reducible} less {closing} already closing, found {quantity}"
    return ""


def _closes(state: DeskState, sub: SubId, symbol: Symbol, side: Side, quantity: Decimal) -> str:
    held = state.accounts[sub].quantity(symbol)
    if quantity > max(ZERO, -held * side.sign):
        return f"an estimate may only close: expected at most the {held} of {sub}, found {side.sign * quantity}"
    return _leaves_room(state, sub, symbol, side, quantity)


def _nearer(state: DeskState, command: Adjust) -> str:
    ours, venue = state.net(command.symbol), state.account.quantity(command.symbol)
    missing = venue - ours
    if missing * command.quantity <= ZERO or abs(command.quantity) > abs(missing):
        return f"our accounts hold {ours}, the venue {venue}: expected at most {missing}, found {command.quantity}"
    return ""


def _estimate_problem(state: DeskState, command: Adjust) -> str:
    if not command.reason.strip():
        return "reason: expected one, found none"
    if len(state.adjustments) >= ADJUSTMENTS_MAX:
        return f"expected at most {ADJUSTMENTS_MAX} estimates that stand, found as many: revert some"
    problem = _tradable(state, command.symbol, abs(command.quantity))
    if problem:
        return problem
    instrument, mark = state.instruments[command.symbol], state.marks().get(command.symbol)
    if command.price <= ZERO or not instrument.is_on_tick(command.price):
        return f"price: expected a multiple of the tick {instrument.tick_size}, found {command.price}"
    if mark is not None and not mark * instrument.collar_down <= command.price <= mark * instrument.collar_up:
        low, high = mark * instrument.collar_down, mark * instrument.collar_up
        return f"price: expected {low.normalize():f} to {high.normalize():f}, found {command.price}"
    return ""


def _tradable(state: DeskState, symbol: Symbol, quantity: Decimal) -> str:
    instrument = state.instruments.get(symbol)
    if instrument is None:
        return f"symbol: expected one of {', '.join(state.instruments)}, found {symbol}"
    if quantity <= ZERO or not instrument.is_on_lot(quantity):
        return f"quantity: expected a multiple of the lot {instrument.lot_size}, more than 0, found {quantity}"
    return ""


def _two_accounts(state: DeskState, source: SubId, target: SubId) -> str:
    if source == target:
        return f"expected two accounts, found {source} twice"
    return _known(state, source) or _known(state, target)


def _known(state: DeskState, sub: SubId) -> str:
    if sub in state.accounts and sub != HOUSE:
        return ""
    known = ", ".join(each for each in state.accounts if each != HOUSE)
    return f"account: expected one of {known}, found {sub}"


def _held(state: DeskState, sub: SubId) -> list[Symbol]:
    return [symbol for symbol, position in state.accounts[sub].positions.items() if position.quantity]


def _title(command: Bookkeeping) -> str:
    match command:
        case Transfer(source=source, target=target, amount=amount):
            return f"transfer {amount} from {source} to {target}"
        case Cross(seller=seller, buyer=buyer, symbol=symbol, quantity=quantity):
            return f"cross {quantity} {symbol} from {seller} to {buyer}"
        case Allocate(target=target, symbol=symbol, quantity=quantity):
            return f"allocate {quantity} {symbol} to {target}"
        case Adjust(sub=sub, symbol=symbol, quantity=quantity):
            return f"adjust {sub} {symbol} {quantity:+f}"
        case RevertAdjust(number=number):
            return f"revert adjust {number}"


def _describe(made: Crossed) -> str:
    what = f"{made.quantity} {made.symbol} @{made.price}"
    seller, buyer = made.seller or "outside", made.buyer or "outside"
    if made.booking is Booking.CROSS:
        return f"cross {made.number}: {seller} sold {what} to {buyer}, no fee"
    if made.booking is Booking.REVERT:
        return f"estimate {made.reverts} taken back: {seller} sold {what} to {buyer}"
    return f"EST {made.number}: {seller} sold {what} to {buyer} because {made.reason}; `revert adjust {made.number}` undoes it"
