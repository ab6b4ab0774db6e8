"""What the desk does when a person asks."""

from decimal import Decimal
from typing import assert_never

from desk.core import adjusting, editing, flatten, leaving, limiting, locks, modes
from desk.core.acting import Acts
from desk.core.algos.base import Algo, Begin, Pause, Resume, Stop
from desk.core.algos.registry import RunSpec, begun, name_of, settled
from desk.core.limiter import TRUTH_WEIGHT
from desk.core.orders import Order
from desk.core.risk import gate, starting
from desk.core.risk.gate import Claim
from desk.core.state import sight
from desk.model.command import (
    AmendOrder,
    Bookkeeping,
    CancelAll,
    CancelLevel,
    CancelOrder,
    Command,
    EditRun,
    Flatten,
    FlattenVenue,
    KillDesk,
    LeaveDesk,
    PauseAlgo,
    PlaceOrder,
    Requery,
    RestrictDesk,
    ResumeAlgo,
    ResumeDesk,
    ReviveDesk,
    SetLimit,
    StartChase,
    StartRun,
    StopAlgo,
    UnlockSub,
)
from desk.model.effect import RequestTruth, RunStarted, Severity
from desk.model.exits import BracketSpec, Entry, Exits
from desk.model.intent import Place
from desk.model.order import OrderKind, OrderType, TimeInForce
from desk.model.program import ScalperSpec
from desk.model.units import AlgoId, ClientOrderId
from desk.model.view import DeskMode


def obey(acts: Acts, command: Command) -> None:
    """Carry out a command, or say in one sentence why not."""
    match command:
        case PlaceOrder():
            _place(acts, command)
        case CancelOrder() | CancelLevel() | CancelAll() | AmendOrder():
            _change(acts, command)
        case Flatten() | FlattenVenue():
            _flatten(acts, command)
        case StartChase(spec=spec) | StartRun(spec=spec):
            _start(acts, spec)
        case EditRun() | StopAlgo() | PauseAlgo() | ResumeAlgo():
            _steer(acts, command)
        case ResumeDesk() | KillDesk() | ReviveDesk() | RestrictDesk() | LeaveDesk():
            _set_mode(acts, command)
        case SetLimit() | UnlockSub():
            _set_bounds(acts, command)
        case Requery():
            acts.state.truth_asked, acts.state.truth_asked_at = True, acts.state.now
            acts.state.limiter.note_weight(TRUTH_WEIGHT, acts.state.now)
            acts.out.append(RequestTruth(acts.state.now))
        case _ if isinstance(command, Bookkeeping):
            adjusting.book(acts, command)
        case _:
            assert_never(command)


def _change(acts: Acts, command: CancelOrder | CancelLevel | CancelAll | AmendOrder) -> None:
    match command:
        case CancelOrder():
            _cancel(acts, command)
        case CancelLevel():
            _cancel_level(acts, command)
        case CancelAll():
            _cancel_all(acts, command)
        case AmendOrder():
            _amend(acts, command)


def _steer(acts: Acts, command: EditRun | StopAlgo | PauseAlgo | ResumeAlgo) -> None:
    run = acts.state.runs.get(command.algo)
    if run is None or run.is_done:
        return _refuse(acts, f"{command.algo}: no running algo of that name")
    match command:
        case EditRun():
            editing.edit(acts, run, command)
        case StopAlgo():
            acts.drive(run, Stop("stopped by hand"))
        case PauseAlgo():
            acts.drive(run, Pause())
        case ResumeAlgo():
            acts.drive(run, Resume())
    return None


def _refuse(acts: Acts, reason: str) -> None:
    acts.alert(Severity.WARN, reason)


def _place(acts: Acts, command: PlaceOrder) -> None:
    price = command.price
    if command.type is OrderType.MARKET and command.symbol in acts.state.markets:
        price = gate.taking_price(command.side, command.quantity, acts.state, command.symbol)
    if price is None:
        what = (
            "no touch yet" if command.type is OrderType.MARKET else "price: expected one for a limit order, found none"
        )
        return _refuse(acts, f"{command.side.value} {command.quantity} {command.symbol}: {what}")
    if command.exits is not None:
        return _start(acts, _bracket(command, price))
    wish = Place(
        side=command.side,
        quantity=command.quantity,
        price=price,
        type=command.type,
        tif=command.tif,
        reduce_only=command.reduce_only,
    )
    refusal = acts.place(wish, Claim(sub=command.sub, symbol=command.symbol, kind=OrderKind.MANUAL))
    if refusal is not None:
        _refuse(acts, refusal.reason)
    return None


def _bracket(command: PlaceOrder, price: Decimal) -> BracketSpec:
    assert command.exits is not None
    tif = TimeInForce.IOC if command.type is OrderType.MARKET else command.tif
    return BracketSpec(
        sub=command.sub,
        symbol=command.symbol,
        side=command.side,
        quantity=command.quantity,
        exits=command.exits,
        entry=Entry(price=price, type=command.type, tif=tif),
    )


def _amend(acts: Acts, command: AmendOrder) -> None:
    order = _open_order(acts, command.order)
    if order is None:
        return None
    if order.is_in_flight:
        return _refuse(acts, f"amend {command.order}: {order.pending or order.status.value}, wait for the answer")
    price = order.price if command.price is None else command.price
    quantity = order.quantity if command.quantity is None else command.quantity
    refusal = acts.amend(order, price, quantity)
    if refusal is not None:
        _refuse(acts, refusal.reason)
    return None


def _cancel(acts: Acts, command: CancelOrder) -> None:
    order = _open_order(acts, command.order)
    if order is not None:
        _cancel_with_run(acts, order)


def _cancel_level(acts: Acts, command: CancelLevel) -> None:
    for order in list(acts.state.open_orders(command.sub, command.symbol)):
        if command.low <= order.price <= command.high:
            _cancel_with_run(acts, order)


def _cancel_with_run(acts: Acts, order: Order) -> None:
    """Cancel an order; a run that owns it is stopped, or it would place the next one."""
    run = acts.state.runs.get(order.spec.algo) if order.spec.algo is not None else None
    if run is not None and not run.is_done:
        acts.drive(run, Stop("its order was cancelled by hand"))
    acts.cancel(order)


def _cancel_all(acts: Acts, command: CancelAll) -> None:
    acts.stop_runs("cancel all", command.sub, command.symbol)
    for order in list(acts.state.open_orders(command.sub, command.symbol)):
        acts.cancel(order)


def _flatten(acts: Acts, command: Flatten | FlattenVenue) -> None:
    if isinstance(command, Flatten):
        _cancel_all(acts, CancelAll(sub=command.sub, symbol=command.symbol))
        return flatten.begin(acts, command.sub, command.symbol)
    if command.symbol not in acts.state.instruments:
        return _refuse(
            acts, f"flatten venue: expected one of {', '.join(acts.state.instruments)}, found {command.symbol}"
        )
    _cancel_all(acts, CancelAll(symbol=command.symbol))
    return flatten.begin_venue(acts, command.symbol)


def _start(acts: Acts, spec: RunSpec) -> None:
    state = acts.state
    refusal = starting.review(spec, state) or starting.barred(spec, state)
    if refusal is not None:
        return _refuse(acts, refusal.reason)
    if state.mode is not DeskMode.RUNNING:
        return _refuse(acts, f"{name_of(spec)}: the desk is {state.mode.value} ({state.mode_reason})")
    arrival = state.markets[spec.symbol].quote
    assert arrival is not None  # a running desk knows every touch
    state.run_seq += 1
    algo = AlgoId(f"{name_of(spec)}-{state.run_seq}")
    spec = settled(spec, arrival, state.instruments[spec.symbol])
    run = begun(algo, spec, arrival, state.now)
    state.runs[run.id] = run
    acts.out.append(RunStarted(state.now, run.id, spec, arrival))
    acts.drive(run, Begin())
    exits = None if isinstance(spec, ScalperSpec | BracketSpec) else spec.exits
    if exits is not None and not run.is_done:
        _guard(acts, run, exits)
    return None


def _guard(acts: Acts, run: Algo, exits: Exits) -> None:
    """Start the bracket of a run that has just begun."""
    row = run.view(sight(acts.state, run))
    _start(
        acts,
        BracketSpec(sub=run.sub, symbol=run.symbol, side=row.side, quantity=row.quantity, exits=exits, follows=run.id),
    )


def _set_bounds(acts: Acts, command: SetLimit | UnlockSub) -> None:
    match command:
        case SetLimit():
            limiting.set_limit(acts, command)
        case UnlockSub():
            locks.unlock(acts, command)


def _set_mode(acts: Acts, command: ResumeDesk | KillDesk | ReviveDesk | RestrictDesk | LeaveDesk) -> None:
    match command:
        case LeaveDesk():
            leaving.begin(acts, command)
        case ResumeDesk():
            _resume_desk(acts)
        case KillDesk(reason=reason):
            _kill(acts, reason)
        case ReviveDesk(phrase=phrase):
            _revive(acts, phrase)
        case RestrictDesk():
            _restrict(acts, command)


def _kill(acts: Acts, reason: str) -> None:
    """Latch first, then cancel: nothing may slip out between the two."""
    state = acts.state
    modes.latch(state, DeskMode.KILLED, reason)
    modes.judge(state)
    acts.alert(Severity.ERROR, f"killed: {reason}; {modes.lifted_by(state)}")
    acts.stop_runs("killed")
    state.flattens.clear()
    for order in list(state.open.values()):
        acts.cancel(order)


def _revive(acts: Acts, phrase: str) -> None:
    if phrase != modes.REVIVE_PHRASE:
        return _refuse(acts, f"revive: expected `{modes.REVIVE_PHRASE}`, found `{phrase}`")
    if not modes.release(acts.state, DeskMode.KILLED):
        return _refuse(acts, f"revive: the desk is {acts.state.mode.value}, not killed")
    modes.judge(acts.state)
    acts.alert(Severity.WARN, "revived by hand")
    return None


def _restrict(acts: Acts, command: RestrictDesk) -> None:
    if command.on:
        modes.latch(acts.state, DeskMode.REDUCE_ONLY, command.reason)
    elif not modes.release(acts.state, DeskMode.REDUCE_ONLY):
        return _refuse(acts, "restrict off: the desk is not restricted")
    modes.judge(acts.state)
    acts.alert(Severity.WARN, f"{command.reason}: positions can only be reduced" if command.on else "restrict off")
    return None


def _resume_desk(acts: Acts) -> None:
    state = acts.state
    if state.mode is not DeskMode.HALTED:
        return _refuse(acts, f"resume desk: it is {state.mode.value}, not halted")
    state.mode, state.mode_reason, state.mode_since = DeskMode.STARTING, "resumed by hand", state.now
    return None


def _open_order(acts: Acts, order_id: ClientOrderId) -> Order | None:
    order = acts.state.open.get(order_id)
    if order is None:
        _refuse(acts, f"{order_id}: no open order of that id")
    return order
