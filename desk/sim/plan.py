"""What goes wrong in one session, and how often: drawn from the seed alone, each fault with a chance of its own."""

from enum import StrEnum
from random import Random
from typing import Final

from msgspec import Struct

from desk.model.error import BadInput
from desk.model.units import SECOND, Nanos


class Fault(StrEnum):
    """A class of things that go wrong; the names of `--faults` and of the counters."""

    # On the way of a request.
    REPLY_LOST = "reply-lost"
    REQUEST_LOST = "request-lost"
    UNKNOWN_503 = "unknown-503"
    """An answer that says neither yes nor no; executed or not, as a coin falls."""
    BUSY = "busy"
    """A definite no that is nobody's fault: unavailable, overloaded, internal error."""
    LATE = "late"
    """Arrives seconds later, within the receive window."""
    TOO_LATE = "too-late"
    """Arrives outside the receive window: the venue refuses it."""
    QUERY_LOST = "query-lost"
    STALE_TRUTH = "stale-truth"
    """The answer to a query is seconds old when it comes."""
    EMPTY_TRUTH = "empty-truth"
    """An answer without positions, with a 200."""
    # On the way of what the venue tells.
    REORDER = "reorder"
    DUPLICATE = "duplicate"
    DUPLICATE_LATE = "duplicate-late"
    """Told again many minutes later, perhaps to the next process."""
    DEPTH_GAP = "depth-gap"
    MARK_LIES = "mark-lies"
    """One mark price is a fifth off, and the next is right again."""
    LINK_DOWN = "link-down"
    """The streams break for a while, and we are told."""
    ZOMBIE = "zombie"
    """The user stream falls silent, and nobody tells."""
    MARKET_SILENT = "market-silent"
    BLACK_HOLE = "black-hole"
    """Nothing passes in either direction; what the venue told meanwhile comes in one burst."""
    # At the venue.
    FOREIGN_ORDER = "foreign-order"
    FORCE_CLOSE = "force-close"
    PRICE_GAP = "price-gap"
    CRASH = "crash"
    """Prices fall, or rise, by some percent within a minute or two."""
    # The process and the machine under it.
    KILL = "kill"
    KILL_BEFORE_COMMIT = "kill-before-commit"
    KILL_BEFORE_SEND = "kill-before-send"
    KILL_IN_RECOVERY = "kill-in-recovery"
    CRASH_LOOP = "crash-loop"
    POWER_CUT = "power-cut"
    STALL = "stall"
    """The process stands still for a while, then finds everything at once."""
    DISK_FULL = "disk-full"
    CLOCK_OFF = "clock-off"
    # People.
    FAT_FINGER = "fat-finger"


class Sighting(StrEnum):
    """What nobody plants and every long session must have met by itself."""

    DEAD_REQUEST = "dead-request"
    """A request of a dead process landed after the next one had started."""
    CANCEL_TOO_LATE = "cancel-too-late"
    FILL_BEHIND_CANCEL = "fill-behind-cancel"
    FILL_OVERTOOK = "fill-overtook"
    """A trade reached the desk before the acknowledgement of its order."""
    FUNDING = "funding"
    CROSSING_HELD = "crossing-held"
    """An order that would have met one of ours was held."""
    BATCH = "batch"
    """Several requests went over the wire as one."""
    RATE_ENGAGED = "rate-engaged"
    """An order was refused because too many had left."""
    DELEVERAGED = "deleveraged"
    """A sub-account was brought out of danger."""
    GUARD_WOKEN = "guard-woken"
    """A stop that the venue held was triggered."""
    LIMIT_ENGAGED = "limit-engaged"
    """The gate refused an order."""


ALL: Final = tuple(Fault)

# Of a hundred messages that a fault can strike: the least and the most, before the seed has drawn.
_SHARES: Final[dict[Fault, tuple[float, float]]] = {
    Fault.REPLY_LOST: (0.02, 0.12),
    Fault.REQUEST_LOST: (0.02, 0.12),
    Fault.UNKNOWN_503: (0.02, 0.12),
    Fault.BUSY: (0.02, 0.12),
    Fault.LATE: (0.02, 0.12),
    Fault.TOO_LATE: (0.01, 0.08),
    Fault.QUERY_LOST: (0.02, 0.15),
    Fault.STALE_TRUTH: (0.05, 0.3),
    Fault.EMPTY_TRUTH: (0.02, 0.1),
    Fault.REORDER: (0.02, 0.2),
    Fault.DUPLICATE: (0.02, 0.15),
    Fault.DUPLICATE_LATE: (0.01, 0.05),
    Fault.DEPTH_GAP: (0.005, 0.03),
    Fault.MARK_LIES: (0.002, 0.01),
    Fault.FAT_FINGER: (0.02, 0.08),
}
# Seconds of stormy weather between two of them.
_PAUSES: Final[dict[Fault, tuple[float, float]]] = {
    Fault.LINK_DOWN: (60, 240),
    Fault.ZOMBIE: (90, 300),
    Fault.MARKET_SILENT: (120, 400),
    Fault.BLACK_HOLE: (150, 500),
    Fault.FOREIGN_ORDER: (40, 200),
    Fault.FORCE_CLOSE: (150, 500),
    Fault.PRICE_GAP: (100, 400),
    Fault.CRASH: (120, 500),
    Fault.KILL: (60, 240),
    Fault.KILL_BEFORE_COMMIT: (120, 400),
    Fault.KILL_BEFORE_SEND: (120, 400),
    Fault.KILL_IN_RECOVERY: (150, 500),
    Fault.CRASH_LOOP: (300, 900),
    Fault.POWER_CUT: (200, 600),
    Fault.STALL: (100, 400),
    Fault.DISK_FULL: (200, 600),
    Fault.CLOCK_OFF: (100, 400),
}


class Plan(Struct, frozen=True):
    """One session's faults. Every class has its own stream of chance: leaving one out does not move the others."""

    seed: int
    faults: tuple[Fault, ...]

    def stream(self, concern: str) -> Random:
        """Return the chance of one concern, at its beginning."""
        return Random(f"{self.seed}/{concern}")


class Dice:
    """Decides, message by message, whether a fault strikes."""

    def __init__(self, plan: Plan) -> None:
        self._chances = {fault: plan.stream(f"fault/{fault}") for fault in plan.faults if fault in _SHARES}
        self._shares = {fault: chance.uniform(*_SHARES[fault]) for fault, chance in self._chances.items()}
        self.is_stormy = True

    def strikes(self, fault: Fault) -> bool:
        """Tell whether `fault` strikes this message; never in calm weather."""
        chance = self._chances.get(fault)
        return chance is not None and chance.random() < self._shares[fault] and self.is_stormy

    def first(self, *faults: Fault) -> Fault | None:
        """Return the first of some faults that strikes; each is asked, so that none moves the others' chance."""
        struck = [fault for fault in faults if self.strikes(fault)]
        return struck[0] if struck else None


class Calendar:
    """When the faults that come by the clock are due."""

    def __init__(self, plan: Plan, start: Nanos) -> None:
        self._chances = {fault: plan.stream(f"fault/{fault}") for fault in plan.faults if fault in _PAUSES}
        self._pauses = {fault: chance.uniform(*_PAUSES[fault]) for fault, chance in self._chances.items()}
        self._due = {fault: self._after(fault, start) for fault in self._chances}

    def take(self, now: Nanos, *, is_stormy: bool) -> list[Fault]:
        """Return the faults due by `now`; in calm weather they are put off."""
        due = [fault for fault, at in self._due.items() if at <= now]
        for fault in due:
            self._due[fault] = self._after(fault, now)
        return due if is_stormy else []

    def seconds(self, fault: Fault, low: float, high: float) -> Nanos:
        """Draw how long `fault` lasts."""
        return Nanos(int(self._chances[fault].uniform(low, high) * SECOND))

    def _after(self, fault: Fault, now: Nanos) -> Nanos:
        return Nanos(now + int(self._chances[fault].expovariate(1 / self._pauses[fault]) * SECOND))


def swarm(seed: int) -> tuple[Fault, ...]:
    """Choose the faults of one session of many: each is in with seven chances of ten."""
    chance = Random(f"{seed}/swarm")
    return tuple(fault for fault in Fault if chance.random() < 0.7)


def chosen(text: str) -> tuple[Fault, ...]:
    """Read a choice of faults: `all`, `none`, or names parted by commas; raise BadInput for one that is not known."""
    if text in ("all", "none"):
        return ALL if text == "all" else ()
    names = text.split(",")
    known = {fault.value for fault in Fault}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadInput(f"faults: expected all, none or some of {', '.join(Fault)}, found {unknown[0]}")
    return tuple(fault for fault in Fault if fault.value in names)
