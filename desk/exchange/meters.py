"""The venue's meters: what it counts of a client, in whole spans of its own clock, and what it does to one who asks too much.

Figures and texts are the venue's (`exchangeInfo.rateLimits`, "General Info"). A cancel is free of the order meters; placing
and amending is free of the weight.
"""

from typing import Final

from msgspec import Struct

from desk.exchange.validation import Refused
from desk.model.effect import (
    ArmCountdown,
    Batch,
    DropGuard,
    Follow,
    RequestDepth,
    RequestPrices,
    RequestTruth,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
    VenueEffect,
    VenueRequest,
)
from desk.model.price import PriceKind
from desk.model.units import MILLISECOND, SECOND, Nanos

BAN: Final = Nanos(120 * SECOND)
"""The shortest ban, for who goes on although told to stop."""
PATIENCE: Final = 20
"""Requests refused in one span before the ban."""


class Limit(Struct, frozen=True):
    """How much of one thing is allowed in one span."""

    span: Nanos
    most: int
    code: int
    text: str


ORDERS: Final = (
    Limit(Nanos(10 * SECOND), 300, -1015, "Too many new orders; current limit is 300 orders per TEN_SECONDS."),
    Limit(Nanos(60 * SECOND), 1_200, -1015, "Too many new orders; current limit is 1200 orders per MINUTE."),
)
WEIGHT: Final = (
    Limit(Nanos(60 * SECOND), 2_400, -1003, "Too many requests; current limit is 2400 request weight per 1 MINUTE."),
)
_DEPTH_WEIGHT: Final = 20
_COUNTDOWN_WEIGHT: Final = 10
_TRUTH_WEIGHT: Final = 31
"""Open orders and stops of three symbols 1 each, positions, balance and the symbols' trades 5 each."""


class Meter:
    """One limit and what has been used of it in the present span."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.used = 0
        self._span = -1

    def take(self, amount: int, now: Nanos) -> bool:
        """Count; tell whether it was still allowed. What is refused counts as well."""
        span = now // self.limit.span
        if span != self._span:
            self._span, self.used = span, 0
        self.used += amount
        return self.used <= self.limit.most


class Meters:
    """All meters of one client."""

    def __init__(self) -> None:
        self._orders = [Meter(each) for each in ORDERS]
        self._weight = [Meter(each) for each in WEIGHT]
        self._refused = 0
        self._banned_until = Nanos(0)
        self.overruns = 0
        """Requests that were over a limit, since the exchange was opened."""

    def take(self, request: VenueRequest, now: Nanos) -> Refused | None:
        """Count a request that arrives; return the refusal if it is one too many."""
        if now < self._banned_until:
            self.overruns += 1
            return self._ban()
        over = [meter.limit for meter, amount in self._costs(request) if not meter.take(amount, now)]
        if not over:
            self._refused = 0
            return None
        self.overruns += 1
        self._refused += 1
        if self._refused > PATIENCE:
            self._banned_until = Nanos(now + BAN)
            return self._ban()
        return Refused(over[0].code, over[0].text)

    def _costs(self, request: VenueRequest) -> list[tuple[Meter, int]]:
        ten_seconds, minute, (weight,) = *self._orders, self._weight
        if isinstance(request, Batch):
            is_placing = isinstance(request.requests[0], SendOrder)
            return [(ten_seconds, 5), (minute, 1), (weight, 5)] if is_placing else [(weight, 1)]
        if isinstance(request, SendOrder | SendAmend | SendGuard):
            return [(ten_seconds, 1), (minute, 1)]
        return [(weight, weight_of(request))]

    def used(self, kind: type[VenueEffect]) -> int:
        """Return what is used of the shortest meter that counts requests of a kind."""
        return (self._orders if kind in (SendOrder, SendAmend) else self._weight)[0].used

    def _ban(self) -> Refused:
        return Refused(
            -1003,
            f"Way too many requests; IP banned until {self._banned_until // MILLISECOND}. Please use the websocket.",
        )


def weight_of(request: VenueEffect) -> int:
    """Return what a request costs of its meters."""
    match request:
        case SendOrder() | SendAmend() | SendCancel() | SendGuard() | DropGuard():
            return 1
        case RequestDepth():
            return _DEPTH_WEIGHT
        case RequestTruth():
            return _TRUTH_WEIGHT
        case RequestPrices(kind=kind, symbols=symbols):
            return min(2 * len(symbols), 5) if kind is PriceKind.TOUCH else min(len(symbols), 10)
        case Follow():
            return 0
        case ArmCountdown():
            return _COUNTDOWN_WEIGHT
