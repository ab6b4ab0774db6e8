"""What a key may do in which key mode, when the desk lowers the mode by itself, and which bursts of keys are no wish."""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from desk.model.command import (
    Adjust,
    Allocate,
    AmendOrder,
    CancelAll,
    CancelLevel,
    CancelOrder,
    Command,
    Cross,
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
    RevertAdjust,
    ReviveDesk,
    SetLimit,
    StartChase,
    StartRun,
    StopAlgo,
    Transfer,
    UnlockSub,
)
from desk.model.event import LinkState
from desk.model.units import MILLISECOND, Symbol
from desk.model.view import DeskMode, DeskView


class KeyMode(StrEnum):
    """How ready the keys are to trade."""

    SAFE = "safe"
    """Nothing opens risk."""
    CONFIRM = "confirm"
    """A key that opens risk asks first."""
    ARMED = "armed"
    """A key acts at once."""

    @property
    def next(self) -> "KeyMode":
        """The mode after this one, from safe to armed and round again."""
        modes = tuple(KeyMode)
        return modes[(modes.index(self) + 1) % len(modes)]


class Risk(StrEnum):
    """What a command does to the risk we carry."""

    OPENS = "opens"
    CLOSES = "closes"
    """Sends closing orders: it can only shrink a position, but it pays for it."""
    REMOVES = "removes"
    """Takes back what is resting."""


class Origin(StrEnum):
    """How deliberate it was: one key, or words and a preview that were read before Enter."""

    KEY = "key"
    WRITTEN = "written"


class Verdict(StrEnum):
    """What to do with a command."""

    ACT = "act"
    ASK = "ask"
    REFUSE = "refuse"


RISKS: Final[Mapping[type[Command], Risk]] = MappingProxyType(
    {
        PlaceOrder: Risk.OPENS,
        AmendOrder: Risk.OPENS,
        StartChase: Risk.OPENS,
        StartRun: Risk.OPENS,
        EditRun: Risk.OPENS,
        ResumeAlgo: Risk.OPENS,
        ResumeDesk: Risk.OPENS,
        ReviveDesk: Risk.OPENS,
        SetLimit: Risk.OPENS,
        UnlockSub: Risk.OPENS,
        Transfer: Risk.OPENS,
        Cross: Risk.OPENS,
        Allocate: Risk.OPENS,
        # An estimate is no order, but it writes into the books what nobody has told us: it is asked for twice.
        Adjust: Risk.CLOSES,
        RevertAdjust: Risk.CLOSES,
        RestrictDesk: Risk.REMOVES,
        Requery: Risk.REMOVES,
        KillDesk: Risk.REMOVES,
        LeaveDesk: Risk.CLOSES,
        Flatten: Risk.CLOSES,
        FlattenVenue: Risk.CLOSES,
        CancelOrder: Risk.REMOVES,
        CancelLevel: Risk.REMOVES,
        CancelAll: Risk.REMOVES,
        StopAlgo: Risk.REMOVES,
        PauseAlgo: Risk.REMOVES,
    }
)

POLICY: Final[Mapping[tuple[Risk, KeyMode, Origin], Verdict]] = MappingProxyType(
    {
        (Risk.OPENS, KeyMode.SAFE, Origin.KEY): Verdict.REFUSE,
        (Risk.OPENS, KeyMode.SAFE, Origin.WRITTEN): Verdict.REFUSE,
        (Risk.OPENS, KeyMode.CONFIRM, Origin.KEY): Verdict.ASK,
        (Risk.OPENS, KeyMode.CONFIRM, Origin.WRITTEN): Verdict.ACT,
        (Risk.OPENS, KeyMode.ARMED, Origin.KEY): Verdict.ACT,
        (Risk.OPENS, KeyMode.ARMED, Origin.WRITTEN): Verdict.ACT,
        (Risk.CLOSES, KeyMode.SAFE, Origin.KEY): Verdict.ASK,
        (Risk.CLOSES, KeyMode.SAFE, Origin.WRITTEN): Verdict.ASK,
        (Risk.CLOSES, KeyMode.CONFIRM, Origin.KEY): Verdict.ASK,
        (Risk.CLOSES, KeyMode.CONFIRM, Origin.WRITTEN): Verdict.ASK,
        (Risk.CLOSES, KeyMode.ARMED, Origin.KEY): Verdict.ACT,
        (Risk.CLOSES, KeyMode.ARMED, Origin.WRITTEN): Verdict.ACT,
        # The way out is never barred.
        (Risk.REMOVES, KeyMode.SAFE, Origin.KEY): Verdict.ACT,
        (Risk.REMOVES, KeyMode.SAFE, Origin.WRITTEN): Verdict.ACT,
        (Risk.REMOVES, KeyMode.CONFIRM, Origin.KEY): Verdict.ACT,
        (Risk.REMOVES, KeyMode.CONFIRM, Origin.WRITTEN): Verdict.ACT,
        (Risk.REMOVES, KeyMode.ARMED, Origin.KEY): Verdict.ACT,
        (Risk.REMOVES, KeyMode.ARMED, Origin.WRITTEN): Verdict.ACT,
    }
)


def risk_of(command: Command) -> Risk:
    """Return what `command` does to our risk; an order that may only reduce closes."""
    if isinstance(command, PlaceOrder) and command.reduce_only:
        return Risk.CLOSES
    if isinstance(command, StartChase | StartRun) and getattr(command.spec, "reduce_only", False):
        return Risk.CLOSES
    return RISKS[type(command)]


def judge(risk: Risk, mode: KeyMode, origin: Origin, *, is_large: bool) -> Verdict:
    """Return what to do; `is_large` says that the order is above the size that always asks."""
    verdict = POLICY[risk, mode, origin]
    if verdict is Verdict.ACT and risk is Risk.OPENS and is_large:
        return Verdict.ASK
    return verdict


STALE_MS_MAX: Final = 2_000
"""A quote older than this is no price to press a key at."""


def reason_to_disarm(view: DeskView, symbol: Symbol, silent_ms: int) -> str:
    """Say why the keys may not stay armed; empty when they may."""
    if view.mode is not DeskMode.RUNNING:
        return f"the desk is {view.mode}" + (f": {view.mode_reason}" if view.mode_reason else "")
    if view.link is not LinkState.UP:
        return f"the link is {view.link}"
    if silent_ms > STALE_MS_MAX:
        return f"the engine has been silent for {silent_ms / 1000:.1f} s"
    market = view.market(symbol)
    if market is None or market.quote is None:
        return f"{symbol} has no quote"
    age_ms = (view.now - market.quote.ts) // MILLISECOND
    if age_ms > STALE_MS_MAX:
        return f"the {symbol} quote is {age_ms / 1000:.1f} s old"
    return ""


class TypeAheadGuard:
    """Tells a burst of order keys, let loose by a link that was stuck, from a person's keys.

    A person cannot press three order keys within 50 ms, and a held key does not repeat that fast: the third is dropped,
    and every one after it until 300 ms have passed without any.
    """

    BURST_MS: Final = 50
    SILENCE_MS: Final = 300
    KEYS_MAX: Final = 2

    def __init__(self) -> None:
        self._pressed_ms: deque[int] = deque(maxlen=self.KEYS_MAX)
        self._is_dropping = False

    def admits(self, now_ms: int) -> bool:
        """Count an order key pressed at `now_ms` and tell whether it may act."""
        last = self._pressed_ms[-1] if self._pressed_ms else None
        if last is None or now_ms - last >= self.SILENCE_MS:
            self._is_dropping = False
        is_burst = len(self._pressed_ms) == self.KEYS_MAX and now_ms - self._pressed_ms[0] <= self.BURST_MS
        self._pressed_ms.append(now_ms)
        self._is_dropping = self._is_dropping or is_burst
        return not self._is_dropping


class HeldKey:
    """Tells a key that is held from one that is tapped: a terminal repeats a held key, and says nothing of its release."""

    REPEATS: Final = 6
    GAP_MS: Final = 600
    """The first repeat of a held key may take this long; a slower second press is a new one."""

    def __init__(self) -> None:
        self._count = 0
        self._last_ms = 0

    def press(self, now_ms: int) -> int:
        """Count a press; return how many more it takes, 0 when the key has been held for long enough."""
        if now_ms - self._last_ms > self.GAP_MS:
            self._count = 0
        self._last_ms = now_ms
        self._count += 1
        if self._count < self.REPEATS:
            return self.REPEATS - self._count
        self._count = 0
        return 0
