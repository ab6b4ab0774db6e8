"""What the desk writes down before it acts, and what a restart reads back."""

from collections.abc import Sequence
from typing import Final, TypeGuard, get_args

from msgspec import Struct

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
)
from desk.model.units import Nanos

# Market data and the link are the present, not the past: a restart asks for them again. Timers are the present too:
# runs come back parked and arm theirs when they are resumed. Of the venue's truth, which a quiet desk asks for twice a
# minute, only what was new is kept; that it was asked for counts against the venue's limits. Alerts are derived.
Journalled = (
    OrderReport
    | AccountReported
    | FundingPaid
    | CashArrived
    | Started
    | SubAccountOpened
    | Submitted
    | SendOrder
    | SendCancel
    | SendAmend
    | SendGuard
    | DropGuard
    | GuardReported
    | RunStarted
    | RunEnded
    | RunEdited
    | CardWritten
    | Learned
    | CashMoved
    | Crossed
    | BreakNoted
    | Deleveraged
    | RequestTruth
    | RequestDepth
    | RequestPrices
    | ArmCountdown
    | BaselineSet
    | SubLocked
)

_JOURNALLED: Final = frozenset(get_args(Journalled))


def is_journalled(message: Event | Effect) -> TypeGuard[Journalled]:
    """Tell whether a restart must know of `message`."""
    return type(message) in _JOURNALLED


class Record(Struct, frozen=True):
    """One line of the journal; `kind` is the name of the body's type."""

    seq: int
    ts: Nanos
    kind: str
    body: Journalled


def record(seq: int, body: Journalled) -> Record:
    """Return the line that keeps `body` at `seq`."""
    return Record(seq, body.ts, type(body).__name__, body)


class Commit(Struct, frozen=True):
    """What one transaction makes durable, all of it or nothing."""

    records: Sequence[Record] = ()
    checkpoint: tuple[int, bytes] | None = None
    """The state after the record of that seq; None: no checkpoint this time."""
    venue_memo: bytes | None = None
    """What the practice exchange must remember of itself; None: unchanged."""


class Loaded(Struct, frozen=True):
    """What a journal held when it was opened."""

    checkpoint: bytes | None
    """None: no checkpoint yet, the records start at the beginning."""
    checkpoint_seq: int
    """0 without a checkpoint."""
    records: Sequence[Record]
    """The records after the checkpoint, oldest first."""
    venue_memo: bytes | None
    epoch: int
    """0 before the first start."""
