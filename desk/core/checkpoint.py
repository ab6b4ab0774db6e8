"""State to bytes and back: what a restart needs, versioned; the market is not in it."""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct, structs

from desk.core import bookkeeping, breaks, cards, editing, ids, limiter, limiting, locks, modes
from desk.core.algos.base import Algo
from desk.core.algos.registry import RunMemo, begun, revived
from desk.core.ledger import Account
from desk.core.market import SAMPLES_MAX
from desk.core.orders import Order
from desk.core.state import DeskState, Guard
from desk.model.card import Card
from desk.model.command import Command, KillDesk, RestrictDesk, ResumeDesk, ReviveDesk, SetLimit, UnlockSub
from desk.model.effect import (
    ArmCountdown,
    BaselineSet,
    BreakNoted,
    CardWritten,
    CashMoved,
    Crossed,
    Deleveraged,
    DropGuard,
    Effect,
    Learned,
    RequestDepth,
    RequestPrices,
    RequestTruth,
    RunEdited,
    RunEnded,
    RunStarted,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
    SubLocked,
)
from desk.model.error import BadInput, InvariantBroken
from desk.model.event import (
    AccountReported,
    CashArrived,
    Event,
    FundingPaid,
    GuardReported,
    OrderReport,
    Started,
    SubAccountOpened,
    Submitted,
    VenuePosition,
)
from desk.model.limits import Limits
from desk.model.units import AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import AlertRow, DeskMode, FillRow, Sample

VERSION: Final = 2
PARKED_BY_RESTART: Final = "parked: the desk was restarted, resume to go on"


class Checkpoint(Struct, kw_only=True):
    """The durable part of the state."""

    version: int
    now: Nanos
    epoch: int
    halted: str
    """Why the desk is halted; empty when it is not."""
    accounts: list[Account]
    orders: list[Order]
    guards: list[Guard] = []
    runs: list[RunMemo]
    counted: list[ClientOrderId] = []
    """Orders that a run still counts; one that it has counted and forgotten is among the others alone."""
    cards: list[Card] = []
    run_seq: int
    fills: list[FillRow]
    trades: list[tuple[Symbol, int]]
    alerts: list[AlertRow]
    equities: dict[str, list[Sample]]
    wallet: Decimal | None
    positions: list[VenuePosition]
    statement_as_of: Nanos
    fill_as_of: Nanos
    funded: dict[Symbol, Nanos] = {}
    latches: dict[DeskMode, str] = {}
    trades_below: dict[Symbol, int] = {}
    posting_seq: int = 0
    adjustments: list[Crossed] = []
    breaks: dict[Symbol, Nanos] = {}
    halts: dict[Symbol, Nanos] = {}
    sent: list[Nanos] = []
    """When the latest orders and amendments left."""
    starts: list[Nanos] = []
    deleveraged: list[Deleveraged] = []
    edits: dict[str, tuple[str, str]] = {}
    day: int = 0
    baselines: dict[SubId, Decimal] = {}
    peaks: dict[SubId, Decimal] = {}
    locks: dict[SubId, str] = {}
    began: Nanos = Nanos(0)
    asked: list[tuple[Nanos, int]] = []
    """When the latest cancels and questions left, with their weights."""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Checkpoint)


def save(state: DeskState) -> bytes:
    """Return the state as bytes."""
    return _ENCODER.encode(
        Checkpoint(
            version=VERSION,
            now=state.now,
            epoch=state.epoch,
            began=state.began,
            halted=state.mode_reason if state.mode is DeskMode.HALTED else "",
            latches=dict(state.latches),
            accounts=list(state.accounts.values()),
            orders=_orders(state),
            guards=list(state.guards.values()),
            counted=[order_id for each in state.run_orders.values() for order_id in each],
            runs=[_memo(run) for run in state.runs.values()],
            cards=list(state.cards.values()),
            run_seq=state.run_seq,
            fills=list(state.fills),
            trades=list(state.trades),
            trades_below=dict(state.trades_below),
            alerts=list(state.alerts),
            equities={sub: list(history) for sub, history in state.equities.items()},
            wallet=state.account.wallet,
            positions=list(state.account.positions.values()),
            statement_as_of=state.account.as_of,
            fill_as_of=state.account.fill_as_of,
            funded=dict(state.funded),
            posting_seq=state.posting_seq,
            adjustments=list(state.adjustments.values()),
            breaks=dict(state.breaks),
            halts=dict(state.halts),
            starts=list(state.starts),
            deleveraged=list(state.deleveraged),
            edits=dict(state.edits),
            day=state.day,
            baselines=dict(state.baselines),
            peaks=dict(state.peaks),
            locks=dict(state.locks),
            sent=list(state.limiter.orders),
            asked=list(state.limiter.weights),
        )
    )


def restore(memo: bytes | None, tail: Iterable[Event | Effect], limits: Limits) -> DeskState:
    """Return the state of a checkpoint with the journal's tail folded onto it; running algos come back parked.

    Folding applies what was sent and reported; it decides nothing, so it needs no market.
    """
    state = DeskState(limits)
    if memo is not None:
        _fill(state, _decode(memo))
    for message in tail:
        try:
            _fold(state, message)
        except InvariantBroken as broken:
            # It broke the books of the process that wrote it: that one halted there, and so does this one.
            modes.set_mode(state, DeskMode.HALTED, str(broken))
    bookkeeping.forget_ended(state)
    for run in state.runs.values():
        if not run.is_done:
            run.park(PARKED_BY_RESTART)
            state.returning += (run.id,)
    return state


def _decode(memo: bytes) -> Checkpoint:
    try:
        checkpoint = _DECODER.decode(memo)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(
            f"checkpoint: expected one of version {VERSION}, found bytes that do not decode: {error}"
        ) from error
    if checkpoint.version != VERSION:
        raise BadInput(f"checkpoint: expected version {VERSION}, found {checkpoint.version}")
    return checkpoint


def _fill(state: DeskState, checkpoint: Checkpoint) -> None:
    state.now, state.epoch, state.run_seq = checkpoint.now, checkpoint.epoch, checkpoint.run_seq
    state.began = checkpoint.began
    if checkpoint.halted:
        modes.set_mode(state, DeskMode.HALTED, checkpoint.halted)
    state.latches = dict(checkpoint.latches)
    state.accounts = {account.id: account for account in checkpoint.accounts}
    state.guards = {guard.spec.id: guard for guard in checkpoint.guards}
    counted = set(checkpoint.counted)
    for order in checkpoint.orders:
        state.keep(order)
        if order.spec.id in counted and order.spec.algo is not None:
            state.run_orders.setdefault(order.spec.algo, {})[order.spec.id] = order
    state.runs = {memo.id: revived(memo) for memo in checkpoint.runs}
    state.cards = {card.algo: card for card in checkpoint.cards}
    state.fills.extend(checkpoint.fills)
    state.trades = dict.fromkeys(checkpoint.trades)
    state.trades_below = dict(checkpoint.trades_below)
    state.funded = dict(checkpoint.funded)
    state.posting_seq = checkpoint.posting_seq
    state.breaks, state.halts = dict(checkpoint.breaks), dict(checkpoint.halts)
    state.starts = tuple(checkpoint.starts)
    state.deleveraged.extend(checkpoint.deleveraged)
    state.edits = dict(checkpoint.edits)
    state.day, state.baselines, state.peaks = checkpoint.day, dict(checkpoint.baselines), dict(checkpoint.peaks)
    state.locks = dict(checkpoint.locks)
    state.limiter.orders.extend(checkpoint.sent)
    state.limiter.weights.extend(checkpoint.asked)
    state.adjustments = {each.number: each for each in checkpoint.adjustments}
    state.alerts.extend(checkpoint.alerts)
    state.alert_seq = checkpoint.alerts[-1].seq if checkpoint.alerts else 0
    for sub, history in checkpoint.equities.items():
        state.equities[SubId(sub)] = deque(history, maxlen=SAMPLES_MAX)
    mirror = state.account
    mirror.wallet, mirror.as_of, mirror.fill_as_of = (
        checkpoint.wallet,
        checkpoint.statement_as_of,
        checkpoint.fill_as_of,
    )
    mirror.positions = {each.symbol: each for each in checkpoint.positions}


def _fold(state: DeskState, message: Event | Effect) -> None:
    state.now = max(state.now, message.ts)
    match message:
        case Started(epoch=epoch):
            state.epoch = epoch
            modes.note_start(state, message.ts)
        case SubAccountOpened(sub=sub):
            bookkeeping.open_account(state, sub)
        case SendOrder() | SendCancel() | SendAmend() | SendGuard() | DropGuard():
            bookkeeping.record_send(state, message)
        case RequestTruth() | RequestDepth() | RequestPrices() | ArmCountdown():
            state.limiter.note_weight(limiter.weight_of(message), message.ts)
        case RunStarted() | RunEdited() | RunEnded() | CardWritten():
            _fold_run(state, message)
        case AccountReported() | FundingPaid() | CashArrived() | Learned() | CashMoved() | Crossed():
            _fold_account(state, message)
        case BreakNoted() | Deleveraged() | BaselineSet() | SubLocked() | GuardReported():
            _fold_noted(state, message)
        case Submitted(command=command):
            _fold_mode(state, command)
        case _ if isinstance(message, OrderReport):
            bookkeeping.apply_report(state, message)
        case _:
            pass


def _fold_run(state: DeskState, message: RunStarted | RunEdited | RunEnded | CardWritten) -> None:
    match message:
        case RunStarted(algo=algo, spec=spec, arrival=arrival):
            state.runs[algo] = begun(algo, spec, arrival, message.ts)
            state.run_seq = max(state.run_seq, ids.run_number(algo))
        case RunEnded(algo=algo, reason=reason):
            _end(state, algo, reason)
        case RunEdited():
            editing.remember(state, message)
        case CardWritten():
            cards.remember(state, message)


def _fold_noted(state: DeskState, message: BreakNoted | Deleveraged | BaselineSet | SubLocked | GuardReported) -> None:
    match message:
        case BreakNoted():
            breaks.note(state, message)
        case Deleveraged():
            state.deleveraged.appendleft(message)
        case BaselineSet():
            locks.set_baseline(state, message)
        case SubLocked(sub=sub, reason=reason):
            state.locks[sub] = reason
        case GuardReported():
            bookkeeping.apply_guard(state, message)


def _fold_mode(state: DeskState, command: Command) -> None:
    """Remember what a person decided of the whole desk."""
    match command:
        case ResumeDesk() if state.mode is DeskMode.HALTED:
            modes.set_mode(state, DeskMode.STARTING, "resumed by hand")
        case KillDesk(reason=reason):
            modes.latch(state, DeskMode.KILLED, reason)
        case ReviveDesk(phrase=modes.REVIVE_PHRASE):
            modes.release(state, DeskMode.KILLED)
        case RestrictDesk(on=True, reason=reason):
            modes.latch(state, DeskMode.REDUCE_ONLY, reason)
        case RestrictDesk(on=False):
            modes.release(state, DeskMode.REDUCE_ONLY)
        case SetLimit():
            limiting.remember(state, command)
        case UnlockSub(sub=sub, phrase=locks.UNLOCK_PHRASE):
            state.locks.pop(sub, None)
        case _:
            pass


def _fold_account(
    state: DeskState, message: AccountReported | FundingPaid | CashArrived | Learned | CashMoved | Crossed
) -> None:
    match message:
        case CashMoved():
            bookkeeping.apply_transfer(state, message)
        case Crossed():
            bookkeeping.apply_cross(state, message)
        case AccountReported():
            bookkeeping.apply_statement(state, message)
        case FundingPaid():
            bookkeeping.apply_funding(state, message)
        case CashArrived():
            bookkeeping.apply_cash(state, message)
        case Learned():
            _fold_learned(state, message)


def _fold_learned(state: DeskState, learned: Learned) -> None:
    for found in learned.adopted:
        bookkeeping.adopt(state, found, learned.statement.venue_ts)
    for report in learned.reports:
        bookkeeping.apply_report(state, report)
    for told in learned.guards:
        bookkeeping.apply_guard(state, told)
    for payment in learned.payments:
        bookkeeping.apply_funding(state, payment)
    bookkeeping.apply_statement(state, learned.statement)


def _end(state: DeskState, algo: AlgoId, reason: str) -> None:
    run = state.runs.get(algo)
    if run is not None:
        run.end(reason, state.now)


def _orders(state: DeskState) -> list[Order]:
    """All orders still needed: those of the table and those a run on the screen still counts.

    Their places in the queue are left out: they are of the market, which has moved on when they are read.
    """
    orders = dict(state.orders)
    for each in state.run_orders.values():
        orders.update(each)
    return [structs.replace(order, ahead=None) for order in orders.values()]


def _memo(run: Algo) -> RunMemo:
    memo = run.save()
    assert isinstance(memo, RunMemo)
    return memo
