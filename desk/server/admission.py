"""Who may ask how much: the venue's meters by its own clock, what a client has used, and what becomes of who goes on.

Weight is counted by address, orders by account; both over REST and the WebSocket API together. Source: "General Info",
LIMITS. What is refused counts as well.
"""

from collections import Counter
from typing import Final

from msgspec import Struct

from desk.exchange.meters import BAN, ORDERS, PATIENCE, WEIGHT, Meter
from desk.model.units import MILLISECOND, Nanos
from desk.server.refusal import Refusal, too_much
from desk.server.wire.market import RateLimit

BAN_MAX: Final = Nanos(3 * 24 * 3_600 * 1_000_000_000)
CLIENTS_MAX: Final = 10_000


class Usage(Struct):
    """What a client has done since the exchange was opened: the oracle for who must stay within the limits."""

    requests: int = 0
    weight: int = 0
    weight_worst_minute: int = 0
    orders: int = 0
    orders_worst_10s: int = 0
    orders_worst_minute: int = 0
    overruns: int = 0
    bans: int = 0
    frames: int = 0
    """What it has sent over the streams' connections."""
    errors: dict[str, int] = {}
    """Refusals by code."""


class Visitor:
    """One address: its weight, and its ban."""

    def __init__(self) -> None:
        self.meter = Meter(WEIGHT[0])
        self.usage = Usage()
        self.banned_until = Nanos(0)
        self._refused = 0
        self._ban = BAN

    def take(self, weight: int, address: str, now: Nanos) -> None:
        """Count a request; refuse it if it is one too many."""
        usage = self.usage
        usage.requests += 1
        usage.weight += weight
        if now < self.banned_until:
            usage.overruns += 1
            raise self._banned(address)
        if self.meter.take(weight, now):
            self._refused = 0
            usage.weight_worst_minute = max(usage.weight_worst_minute, self.meter.used)
            return
        usage.weight_worst_minute = max(usage.weight_worst_minute, self.meter.used)
        usage.overruns += 1
        self._refused += 1
        if self._refused > PATIENCE:
            self.ban(now)
            raise self._banned(address)
        raise too_much(
            -1003,
            "Too many requests; current limit is 2400 requests per minute. "
            "Please use the websocket for live updates to avoid polling the API.",
        )

    def ban(self, now: Nanos) -> None:
        """Shut a client out: every time for longer."""
        self.usage.bans += 1
        self.banned_until = Nanos(now + self._ban)
        self._ban = min(BAN_MAX, Nanos(self._ban * 2))
        self._refused = 0

    def _banned(self, address: str) -> Refusal:
        until = self.banned_until // MILLISECOND
        return too_much(
            -1003,
            f"Way too many requests; IP({address}) banned until {until}. "
            "Please use the websocket for live updates to avoid bans.",
            418,
        )


class OrderMeters:
    """The order meters of one account."""

    def __init__(self) -> None:
        self.ten_seconds, self.minute = (Meter(each) for each in ORDERS)

    def take(self, ten_seconds: int, minute: int, usage: Usage, now: Nanos) -> None:
        """Count orders; refuse them if they are too many."""
        usage.orders += ten_seconds
        within = self.ten_seconds.take(ten_seconds, now), self.minute.take(minute, now)
        usage.orders_worst_10s = max(usage.orders_worst_10s, self.ten_seconds.used)
        usage.orders_worst_minute = max(usage.orders_worst_minute, self.minute.used)
        for meter, is_within in zip((self.ten_seconds, self.minute), within, strict=True):
            if not is_within:
                usage.overruns += 1
                raise too_much(meter.limit.code, meter.limit.text)


class Admission:
    """The meters of all clients."""

    def __init__(self) -> None:
        self._visitors: dict[str, Visitor] = {}
        self._accounts: dict[str, OrderMeters] = {}
        self._errors: Counter[str] = Counter()

    def visitor(self, address: str) -> Visitor:
        """Return what is known of an address; the oldest is forgotten where there are too many."""
        found = self._visitors.get(address)
        if found is None:
            if len(self._visitors) >= CLIENTS_MAX:
                del self._visitors[next(iter(self._visitors))]
            found = self._visitors[address] = Visitor()
        return found

    def orders(self, account: str) -> OrderMeters:
        """Return an account's order meters."""
        return self._accounts.setdefault(account, OrderMeters())

    def note_error(self, address: str, code: int) -> None:
        """Count a refusal."""
        errors = self.visitor(address).usage.errors
        errors[str(code)] = errors.get(str(code), 0) + 1

    def usages(self) -> dict[str, Usage]:
        """Return what every client has done."""
        return {address: visitor.usage for address, visitor in self._visitors.items()}


def limits(weight: int | None = None, ten_seconds: int | None = None, minute: int | None = None) -> list[RateLimit]:
    """Return the meters as the venue lists them, with what is used where that is given."""
    return [
        RateLimit("REQUEST_WEIGHT", "MINUTE", 1, WEIGHT[0].most, weight),
        RateLimit("ORDERS", "MINUTE", 1, ORDERS[1].most, minute),
        RateLimit("ORDERS", "SECOND", 10, ORDERS[0].most, ten_seconds),
    ]
