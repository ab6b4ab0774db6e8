"""What goes wrong: a plan of faults, each at its time, and those that wait for a request they strike.

A fault file has one JSON object a line, e.g. `{"at": 30, "kind": "reply-lost", "path": "/fapi/v1/order", "count": 2}`. The
same objects are taken while the exchange runs, at the control endpoint.
"""

from collections.abc import Iterable
from enum import StrEnum
from heapq import heappop, heappush
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from desk.model.error import BadInput
from desk.model.units import SECOND, Nanos
from desk.server.refusal import Refusal


class FaultKind(StrEnum):
    """Everything that can go wrong. The first ones strike requests, the others happen at once."""

    REPLY_LOST = "reply-lost"
    """Carried out, and the connection breaks before the answer."""
    REQUEST_LOST = "request-lost"
    """The connection breaks, and nothing has been done."""
    UNKNOWN_503 = "unknown-503"
    """`Unknown error`: carried out where `lands`."""
    UNAVAILABLE_503 = "unavailable-503"
    """`Service Unavailable.`: not carried out."""
    BUSY = "busy"
    """-1008: not carried out, unless it only reduces."""
    TIMEOUT = "timeout"
    """-1007: carried out where `lands`."""
    BAD_GATEWAY = "bad-gateway"
    """502 with a page of HTML: carried out where `lands`."""
    SLOW = "slow"
    """Carried out `ms` later."""
    SLOW_REPLY = "slow-reply"
    """Carried out, and answered `ms` later."""
    HIDDEN = "hidden"
    """A question after an order finds nothing: -2013."""

    MARKET_SILENT = "market-silent"
    """The market streams stay open and say nothing for `ms`."""
    USER_SILENT = "user-silent"
    """The user streams stay open and say nothing for `ms`."""
    USER_LATE = "user-late"
    """User events come `ms` late, for `count` events."""
    USER_TWICE = "user-twice"
    """User events come twice, for `count` events."""
    DEPTH_GAP = "depth-gap"
    """The chain of a symbol's depth breaks."""
    DISCONNECT = "disconnect"
    """Streams whose path begins with `path` are closed."""
    KEY_EXPIRED = "key-expired"
    """The listen key of `account` runs out; the connection stays open."""
    STATUS = "status"
    """`symbol` changes to `text`, e.g. TRADING_HALT or SETTLING."""
    FILTERS = "filters"
    """The tick and lot of `symbol` change by the factor `amount`, as do its least sizes."""
    FUNDING = "funding"
    """Funding of `symbol` is paid now at the rate `amount`."""
    CLOCK = "clock"
    """The venue's clock jumps by `ms`, which may be negative."""
    BAN = "ban"
    """`text`, an address, is banned."""
    CASH = "cash"
    """`amount` comes to `account`, or leaves it where negative."""
    REVOKE = "revoke"
    """The API key `text` is good no more."""


STRIKING: Final = frozenset(list(FaultKind)[: list(FaultKind).index(FaultKind.MARKET_SILENT)])
UNKNOWN_TEXT: Final = "Unknown error, please check your request or try again later."
BUSY_TEXT: Final = (
    "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again."
)
TIMEOUT_TEXT: Final = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
REPLIES: Final = {
    FaultKind.UNKNOWN_503: Refusal(-1000, UNKNOWN_TEXT, 503),
    FaultKind.UNAVAILABLE_503: Refusal(-1001, "Service Unavailable.", 503),
    FaultKind.BUSY: Refusal(-1008, BUSY_TEXT, 503),
    FaultKind.TIMEOUT: Refusal(-1007, TIMEOUT_TEXT, 408),
}
PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault: when, what, and for what."""

    kind: FaultKind
    at: float = 0
    """Seconds after the opening; zero: at once."""
    path: str = ""
    """How the path begins of the requests or streams it is for."""
    method: str = ""
    count: int = 1
    chance: float = 1.0
    lands: bool = True
    ms: int = 0
    symbol: str = ""
    account: str = ""
    amount: str = "0"
    text: str = ""


class Weather:
    """The faults that are still to come, and those that wait for their request."""

    def __init__(self, plan: Iterable[Fault], start: Nanos, seed: int) -> None:
        self._start = start
        self._chance = Random(seed)
        self._coming: list[tuple[Nanos, int, Fault]] = []
        self._waiting: list[tuple[Fault, int]] = []
        self._count = 0
        self.struck: dict[str, int] = {}
        """How often each kind has happened."""
        for fault in plan:
            self.add(fault, start)

    def add(self, fault: Fault, now: Nanos) -> None:
        """Plan a fault; one without a time is due at once."""
        at = Nanos(self._start + int(fault.at * SECOND)) if fault.at else now
        self._count += 1
        heappush(self._coming, (at, self._count, fault))

    def next_at(self) -> Nanos | None:
        """Return when the next fault is due; None: none is."""
        return self._coming[0][0] if self._coming else None

    def due(self, now: Nanos) -> list[Fault]:
        """Return the faults that happen now; those that strike requests begin to wait for them."""
        happening = []
        while self._coming and self._coming[0][0] <= now:
            fault = heappop(self._coming)[2]
            if fault.kind in STRIKING:
                self._waiting.append((fault, fault.count))
            else:
                happening.append(fault)
                self._note(fault.kind)
        return happening

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes a request, None where none does."""
        for place, (fault, left) in enumerate(self._waiting):
            if not path.startswith(fault.path) or fault.method not in ("", method):
                continue
            if fault.chance < 1 and self._chance.random() >= fault.chance:
                continue
            if left > 1:
                self._waiting[place] = (fault, left - 1)
            else:
                del self._waiting[place]
            self._note(fault.kind)
            return fault
        return None

    def _note(self, kind: FaultKind) -> None:
        self.struck[kind.value] = self.struck.get(kind.value, 0) + 1


def read_fault(line: bytes) -> Fault:
    """Read one fault; raises BadInput for what is none."""
    try:
        return msgspec.json.decode(line, type=Fault)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        known = ", ".join(sorted(FaultKind))
        raise BadInput(f"fault: {error}; expected a JSON object with one of the kinds {known}") from None


def read_plan(data: bytes) -> list[Fault]:
    """Read a file of faults, one a line; raises BadInput with the line that is none."""
    plan = []
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                plan.append(read_fault(line))
            except BadInput as error:
                raise BadInput(f"line {number}: {error}") from None
    return plan
