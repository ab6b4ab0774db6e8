"""Writing into the books: what was sent, and what the venue reported. Live trading and recovery both write here.

Nothing is decided in this room; that is what lets a journal be folded without re-living its market.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from desk.core import ids, ledger, orders
from desk.core.ledger import Account
from desk.core.limiter import ORDER_WEIGHT
from desk.core.orders import Order
from desk.core.state import ENDED_MAX, TRADES_MAX, DeskState, Guard
from desk.model.effect import (
    Booking,
    CashMoved,
    Crossed,
    DropGuard,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
)
from desk.model.error import InvariantBroken
from desk.model.event import (
    AccountReported,
    CashArrived,
    FundingPaid,
    GuardReported,
    OpenOrder,
    OrderFilled,
    OrderReport,
    SubAccount,
)
from desk.model.guard import GuardSpec, GuardState
from desk.model.order import OrderStatus, Side
from desk.model.units import HOUSE, SECOND, UNALLOCATED, ZERO, AlgoId, ClientOrderId, Nanos, SubId
from desk.model.view import FillRow

REMEMBERED: Final = Nanos(60 * SECOND)
"""How long an ended order is known at least: no answer of the venue is older."""


class Booked(Struct, frozen=True):
    """What a report did. `order` None: it is not an order of ours."""

    order: Order | None
    fill: FillRow | None = None
    problem: str = ""
    """A sentence when the report could not be taken as it came."""


def open_account(state: DeskState, sub: SubAccount) -> None:
    """Open a sub-account with its cash; a second time changes only its name."""
    known = state.accounts.get(sub.id)
    if known is not None:
        known.name = sub.name
        return
    state.accounts[sub.id] = Account(id=sub.id, name=sub.name, wallet=sub.wallet)
    state.began = state.began or state.now
    state.stir(sub.id)


def record_send(state: DeskState, effect: SendOrder | SendCancel | SendAmend | SendGuard | DropGuard) -> None:
    """Note a request that is about to leave."""
    match effect:
        case SendGuard(spec=guard):
            state.guards[guard.id] = Guard(spec=guard, asked=effect.ts, sent=effect.ts, is_pending=True)
            state.limiter.note_order(effect.ts)
            _note_send(state, guard.algo, effect.ts)
            _note_id(state, guard.id)
        case DropGuard(order=order_id):
            dropped = state.guards.get(order_id)
            if dropped is not None:  # one that no record knew is none after a restart either
                dropped.leaving_since = dropped.leaving_since or effect.ts
                dropped.is_pending, dropped.asked = True, effect.ts
            state.limiter.note_weight(ORDER_WEIGHT, effect.ts)
        case SendOrder(spec=spec):
            if spec.id in state.orders:
                raise InvariantBroken(f"{spec.id}: id used twice")
            state.keep(orders.submit(spec, effect.ts))
            state.limiter.note_order(effect.ts)
            _note_send(state, spec.algo, effect.ts)
            _note_id(state, spec.id)
        case SendCancel(order=order_id):
            order = state.orders[order_id]
            order.pending, order.is_cancel_wanted, order.asked = "cancel", True, effect.ts
            order.requests += 1
            state.limiter.note_weight(ORDER_WEIGHT, effect.ts)
        case SendAmend(order=order_id, price=price, quantity=quantity):
            order = state.orders[order_id]
            order.pending, order.quantity_asked, order.price_asked = "amend", quantity, price
            order.asked = order.sent = effect.ts
            order.requests += 1
            state.limiter.note_order(effect.ts)
            _note_send(state, order.spec.algo, effect.ts)


def _note_id(state: DeskState, order: ClientOrderId) -> None:
    parts = ids.parse(order)
    if parts is not None and parts.epoch == state.epoch:
        state.order_seq = max(state.order_seq, parts.seq)


def _note_send(state: DeskState, algo: AlgoId | None, ts: Nanos) -> None:
    if algo is None:
        return
    sends = state.sends.setdefault(algo, deque())
    sends.append(ts)
    while sends[0] <= ts - REMEMBERED:
        sends.popleft()


def apply_report(state: DeskState, report: OrderReport) -> Booked:
    """Book an execution report: move the order, and for a trade the ledger, once per trade id."""
    if report.order in state.guards:
        _become_order(state, state.guards[report.order], report.ts)
    order = state.orders.get(report.order)
    if isinstance(report, OrderFilled):
        return _apply_fill(state, order, report)
    if order is None:
        return _unknown(report)
    before = order.status
    if not orders.apply(order, report):
        return Booked(order, problem=f"{order.spec.id}: {type(report).__name__} while {before.value}: not possible")
    state.keep(order)
    return Booked(order)


def apply_guard(state: DeskState, report: GuardReported) -> Guard | None:
    """Take note of what has become of a guard; return it, None where it is none of ours, or not any more."""
    guard = state.guards.get(report.order)
    if guard is None:
        return None
    guard.is_pending = False
    match report.state:
        case GuardState.TRIGGERED:
            _become_order(state, guard, report.ts)
        case GuardState.ENDED:
            del state.guards[report.order]
        case GuardState.HELD:
            guard.state, guard.absent = GuardState.HELD, Nanos(0)
            guard.heard = max(guard.heard, report.venue_ts)
        case _:
            guard.state = GuardState.UNKNOWN
    return guard


def _become_order(state: DeskState, guard: Guard, ts: Nanos) -> None:
    """A guard has been woken: from here on it is an order, which takes at any price."""
    spec = guard.spec
    del state.guards[spec.id]
    state.keep(orders.submit(spec.as_order(spec.trigger), ts))


def adopt_guard(state: DeskState, spec: GuardSpec, ts: Nanos) -> None:
    """Take on a guard of ours that the venue holds and our records do not: it is let go of."""
    state.guards[spec.id] = Guard(spec=spec, state=GuardState.HELD, asked=ts, sent=ts, heard=ts, leaving_since=ts)


def told(fill: FillRow) -> str:
    """Return a trade as a sentence for the trader."""
    did = "bought" if fill.side.sign > 0 else "sold"
    how = "maker" if fill.maker else "taker"
    return f"{did} {fill.quantity} {fill.symbol} @{fill.price} {how}, sub-account {fill.sub}"


def _unknown(report: OrderReport) -> Booked:
    """An order placed elsewhere is none of our business; one that has our shape is a hole in our memory."""
    is_ours = ids.parse(report.order) is not None
    text = f"{report.order}: {type(report).__name__} for an order we do not know"
    return Booked(None, problem=text if is_ours else "")


def _apply_fill(state: DeskState, order: Order | None, report: OrderFilled) -> Booked:
    if state.has_booked(report.symbol, report.trade):
        return Booked(order)
    side = report.side if order is None else order.spec.side
    if side is None:
        return Booked(None, problem=f"{report.order}: trade {report.trade} of an order we do not know")
    if order is not None:
        before = order.status
        if not orders.apply(order, report):
            return Booked(order, problem=f"{order.spec.id}: trade {report.trade} while {before.value}: not possible")
        state.keep(order)
    _remember_trade(state, report)
    state.account.fill_as_of = max(state.account.fill_as_of, report.venue_ts)
    owner = _owner(state, report.order)
    legs = ledger.apply_fill(owner, report.symbol, side, quantity=report.quantity, price=report.price, fee=report.fee)
    state.stir(owner.id, report.symbol)
    if state.net(report.symbol) == state.account.quantity(report.symbol):
        state.looks.pop(report.symbol, None)  # a statement that came before its trade was no look
    fill = FillRow(
        trade=report.trade,
        sub=owner.id,
        symbol=report.symbol,
        side=side,
        quantity=report.quantity,
        price=report.price,
        fee=report.fee,
        realised_pnl=sum((leg.realised for leg in legs), ZERO),
        maker=report.maker,
        order=report.order,
        algo=order.spec.algo if order is not None else None,
        ts=report.venue_ts,
    )
    state.fills.appendleft(fill)
    return Booked(order, fill)


def _owner(state: DeskState, order: ClientOrderId) -> Account:
    """Return the account a trade belongs to: an id of ours names its sub-account even when the order is forgotten.

    Everything else (the web, another program, the venue's own `autoclose-` and `adl_autoclose`) is nobody's: it is
    booked to UNALLOCATED, never dropped.
    """
    known = state.orders.get(order)
    parts = ids.parse(order)
    sub = known.spec.sub if known is not None else parts.sub if parts is not None else UNALLOCATED
    return state.accounts.get(sub, state.accounts[UNALLOCATED])


def _remember_trade(state: DeskState, report: OrderFilled) -> None:
    state.trades[report.symbol, report.trade] = None
    if len(state.trades) > TRADES_MAX:
        symbol, oldest = next(iter(state.trades))
        del state.trades[symbol, oldest]
        state.trades_below[symbol] = max(state.trades_below.get(symbol, 0), oldest)


def apply_funding(state: DeskState, payment: FundingPaid) -> bool:
    """Share a funding payment among the holders; False for one that is booked already."""
    if payment.venue_ts <= state.funded.get(payment.symbol, 0):
        return False
    state.funded[payment.symbol] = payment.venue_ts
    ledger.apply_funding(state.accounts.values(), state.accounts[HOUSE], payment)
    for account in state.accounts.values():
        if account.quantity(payment.symbol):
            state.stir(account.id)
    state.account.fill_as_of = max(state.account.fill_as_of, payment.venue_ts)
    return True


def apply_cash(state: DeskState, cash: CashArrived) -> None:
    """Take cash that came to the venue's account: it is nobody's until somebody moves it."""
    state.accounts[UNALLOCATED].wallet += cash.amount
    state.stir(UNALLOCATED)
    state.account.fill_as_of = max(state.account.fill_as_of, cash.venue_ts)


def apply_transfer(state: DeskState, moved: CashMoved) -> None:
    """Move cash between two accounts."""
    ledger.transfer(state.accounts[moved.source], state.accounts[moved.target], moved.amount)
    for sub, amount in ((moved.source, -moved.amount), (moved.target, moved.amount)):
        state.stir(sub)
        # Cash that comes or goes is neither profit nor loss.
        for counted in (state.baselines, state.peaks):
            if sub in counted:
                counted[sub] += amount


def apply_cross(state: DeskState, crossed: Crossed) -> None:
    """Book both sides of a position that changed hands; an estimate is kept, to be taken back."""
    state.posting_seq = max(state.posting_seq, crossed.number)
    for sub, side in ((crossed.seller, Side.SELL), (crossed.buyer, Side.BUY)):
        if sub is not None:
            _book_side(state, crossed, sub, side)
    if crossed.booking is Booking.ESTIMATE:
        state.adjustments[crossed.number] = crossed
    elif crossed.reverts:
        state.adjustments.pop(crossed.reverts, None)


def _book_side(state: DeskState, crossed: Crossed, sub: SubId, side: Side) -> None:
    legs = ledger.apply_fill(
        state.accounts[sub], crossed.symbol, side, quantity=crossed.quantity, price=crossed.price, fee=ZERO
    )
    state.stir(sub, crossed.symbol)
    state.fills.appendleft(
        FillRow(
            trade=crossed.number,
            sub=sub,
            symbol=crossed.symbol,
            side=side,
            quantity=crossed.quantity,
            price=crossed.price,
            fee=ZERO,
            realised_pnl=sum((leg.realised for leg in legs), ZERO),
            maker=False,
            order=ClientOrderId(f"{crossed.booking.value}-{crossed.number}"),
            algo=None,
            ts=crossed.ts,
            booking=crossed.booking,
            reason=crossed.reason,
        )
    )


def apply_statement(state: DeskState, statement: AccountReported) -> None:
    """Keep the venue's own statement of the account; an older one than we have is ignored."""
    mirror = state.account
    if statement.venue_ts < mirror.as_of:
        return
    mirror.wallet = statement.wallet
    mirror.positions = {each.symbol: each for each in statement.positions}
    mirror.as_of, mirror.ts = statement.venue_ts, statement.ts


def adopt(state: DeskState, found: OpenOrder, ts: Nanos) -> None:
    """Take on an order of ours that the venue has and our records do not."""
    state.guards.pop(found.spec.id, None)  # woken meanwhile
    order = orders.submit(found.spec, ts)
    order.status, order.venue_order = OrderStatus.WORKING, found.venue_order
    order.filled = order.filled_at_venue = found.filled
    order.heard = ts
    state.keep(order)


def note_absent(state: DeskState, absent: Iterable[ClientOrderId], ts: Nanos) -> None:
    """Remember that the venue's truth of `ts` did not know these orders for the first time."""
    for order_id in absent:
        state.orders[order_id].absent = ts


def forget_ended(state: DeskState) -> None:
    """Drop the oldest ended orders and runs beyond what the screen shows; never one of a run that still counts it.

    Nor one that has only just ended: an answer of before its end would show an order of ours that no record knows.
    """
    ended = [each for each in state.orders.values() if each.is_settled and not _is_counted(state, each)]
    for order in ended[: max(0, len(ended) - ENDED_MAX)]:
        if state.now - order.updated > REMEMBERED:
            del state.orders[order.spec.id]
    followed = {run.follows for run in state.runs.values() if not run.is_done}
    done = [run.id for run in state.runs.values() if run.is_done and run.id not in followed]
    for algo in done[: max(0, len(done) - ENDED_MAX)]:
        del state.runs[algo]
        state.run_orders.pop(algo, None)
        state.sends.pop(algo, None)
        state.markouts.forget(algo)


def _is_counted(state: DeskState, order: Order) -> bool:
    """Tell whether a run still needs the order."""
    run = state.runs.get(order.spec.algo) if order.spec.algo is not None else None
    return run is not None and not run.is_done and order.spec.id in state.run_orders.get(run.id, {})


def is_sub(state: DeskState, sub: SubId) -> bool:
    """Tell whether `sub` is a sub-account that may trade."""
    return sub in state.accounts and sub not in (UNALLOCATED, HOUSE)
