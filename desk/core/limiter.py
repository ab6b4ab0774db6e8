"""How much more may be asked of the venue: a sliding log of what has left, over each span and the receive window.

The venue counts in spans of its own clock, and a request may be up to the receive window on its way: whatever left in the
last span and window may fall into one of its spans. A bucket that refills would let twice the limit into one. The log is
made of what the journal holds, so a restart does not forget it.
"""

from collections import deque
from typing import Final

from msgspec import Struct

from desk.model.effect import ArmCountdown, RequestDepth, RequestPrices, RequestTruth
from desk.model.event import MetersReported
from desk.model.limits import Meter
from desk.model.price import PriceKind
from desk.model.units import SECOND, Nanos

RECV_WINDOW: Final = Nanos(5 * SECOND)
"""How long a request may be under way and still be counted on its arrival."""


class Span(Struct, frozen=True):
    """What the venue allows in one of its spans."""

    length: Nanos
    most: int


ORDERS: Final = (Span(Nanos(10 * SECOND), 300), Span(Nanos(60 * SECOND), 1_200))
WEIGHT: Final = Span(Nanos(60 * SECOND), 2_400)
SHARE_OF_RISK: Final = 70
"""Percent of the orders that new risk may use up: the rest is for the way out."""
SHARE_OF_CLOSING: Final = 90
SHARE_OF_QUESTIONS: Final = 60
"""Percent of the weight that questions may use up: the rest is for cancels, and for others at this address."""
SHARE_OF_REPEATS: Final = 30
"""Percent of the weight up to which cancels are repeated."""
ORDER_WEIGHT: Final = 1
DEPTH_WEIGHT: Final = 20
TRUTH_WEIGHT: Final = 31
"""Open orders and stops of three symbols 1 each, positions, balance and the symbols' trades 5 each (the venue's table)."""
COUNTDOWN_WEIGHT: Final = 10
MARKS_WEIGHT: Final = 10
"""Of all symbols; 1 for one."""
TOUCH_WEIGHT: Final = 2
TOUCHES_WEIGHT: Final = 5
BATCH_FROM: Final = 25
"""Percent of a minute's orders below which singles are sent: nothing is scarce, and a single's fate is plainer."""
_PAUSES: Final = ((15, Nanos(0)), (30, Nanos(SECOND)))
"""Below so many percent of the weight, questions are so far apart ..."""
_LONGEST: Final = Nanos(3 * SECOND)
"""... and above: 20 a minute at 31 are a quarter of the venue's weight."""
PACE: Final = Nanos(10 * SECOND)
"""The time over which the present pace is taken."""
_KEPT: Final = Nanos(60 * SECOND + RECV_WINDOW)


def prices_weight(kind: PriceKind, count: int) -> int:
    """Return what it costs to ask for the prices of so many symbols; beyond a few all of them are asked for at once."""
    return min(TOUCH_WEIGHT * count, TOUCHES_WEIGHT) if kind is PriceKind.TOUCH else min(count, MARKS_WEIGHT)


def weight_of(question: RequestTruth | RequestDepth | RequestPrices | ArmCountdown) -> int:
    """Return what a question, or a sign of life, costs."""
    match question:
        case RequestTruth():
            return TRUTH_WEIGHT
        case RequestDepth():
            return DEPTH_WEIGHT
        case RequestPrices(kind=kind, symbols=symbols):
            return prices_weight(kind, len(symbols))
        case ArmCountdown():
            return COUNTDOWN_WEIGHT


class Limiter:
    """What has left lately."""

    def __init__(self) -> None:
        self.orders: deque[Nanos] = deque()
        """When orders and amendments left."""
        self.weights: deque[tuple[Nanos, int]] = deque()
        """When cancels and questions left, and their weights."""
        self.batches: deque[tuple[Nanos, int]] = deque()
        """When batches of orders left, and by how much less each counts in a minute; a restart counts singles."""
        self._strange_weight = (Nanos(0), 0)
        """When the venue last told its count, and by how much it was more than ours."""
        self._strange_orders: dict[Nanos, tuple[Nanos, int]] = {}

    def learn(self, told: MetersReported) -> None:
        """Take the venue's own counts: what is more than ours was sent by others, or by a process before this one."""
        ours = sum(weight for at, weight in self.weights if at >= _began(told.ts, WEIGHT))
        self._strange_weight = _more(told.weight, ours, told.ts)
        for span, count in zip(ORDERS, (told.orders_10s, told.orders_1m), strict=True):
            sent = sum(1 for at in self.orders if at >= _began(told.ts, span))
            if count is not None:
                self._strange_orders[span.length] = _more(count, sent, told.ts)

    def note_order(self, now: Nanos) -> None:
        """An order or an amendment leaves."""
        self._forget(now)
        self.orders.append(now)

    def note_batch(self, count: int, now: Nanos) -> None:
        """Orders that have been counted one by one leave as one message: it costs weight, and one of the minute's."""
        self._forget(now)
        self.batches.append((now, count - 1))
        self.note_weight(count, now)

    def pays_to_batch(self, now: Nanos) -> bool:
        """Tell whether the orders of a minute are scarcer than the weight that a batch costs."""
        minute = ORDERS[-1]
        used, _ = self._used(minute, now)
        share = 100 * used // minute.most
        return share >= BATCH_FROM and share > 100 * self._weight(now) // WEIGHT.most

    def note_weight(self, weight: int, now: Nanos) -> None:
        """A cancel or a question leaves."""
        self._forget(now)
        self.weights.append((now, weight))

    def problem(self, now: Nanos, *, is_closing: bool) -> str:
        """Return why one more order may not leave now, with when it may; empty when it may."""
        share = SHARE_OF_CLOSING if is_closing else SHARE_OF_RISK
        for span in ORDERS:
            most = span.most * share // 100
            used, first = self._used(span, now)
            if used >= most:
                free_in = max(1, (first + span.length + RECV_WINDOW - now) // SECOND)
                return (
                    f"orders in {span.length // SECOND} s: expected at most {most} of the venue's {span.most},"
                    f" found {used} under way or just sent; free in {free_in} s"
                )
        return ""

    def usage(self, now: Nanos) -> tuple[int, int]:
        """Return how many orders count in the shortest span, and how many of new risk may."""
        used, _ = self._used(ORDERS[0], now)
        return used, ORDERS[0].most * SHARE_OF_RISK // 100

    def meters(self, now: Nanos) -> tuple[Meter, ...]:
        """Return the venue's three meters with what of them is used, and when each is full at the present pace."""
        short, minute = (self._used(span, now)[0] for span in ORDERS)
        lately = now - PACE
        orders = sum(1 for at in self.orders if at > lately)
        weight = sum(each for at, each in self.weights if at > lately)
        return (
            Meter("10s", short, ORDERS[0].most, _full_in(short, ORDERS[0], orders)),
            Meter("1m", minute, ORDERS[1].most, _full_in(minute, ORDERS[1], orders)),
            Meter("w", self._weight(now), WEIGHT.most, _full_in(self._weight(now), WEIGHT, weight)),
        )

    def may_ask(self, weight: int, now: Nanos) -> bool:
        """Tell whether a question of that weight may leave now."""
        return self._weight(now) + weight <= WEIGHT.most * SHARE_OF_QUESTIONS // 100

    def pause(self, now: Nanos) -> Nanos:
        """Return how far apart questions should be: the more has been asked, the longer, so that the budget lasts."""
        share = 100 * self._weight(now) // WEIGHT.most
        return next((pause for most, pause in _PAUSES if share < most), _LONGEST)

    def may_repeat(self, now: Nanos) -> bool:
        """Tell whether a cancel that has found nothing may be sent again: asking for the truth finds out more."""
        return self._weight(now) < WEIGHT.most * SHARE_OF_REPEATS // 100

    def _weight(self, now: Nanos) -> int:
        since = now - WEIGHT.length - RECV_WINDOW
        return sum(each for at, each in self.weights if at > since) + _still(self._strange_weight, WEIGHT, now)

    def _used(self, span: Span, now: Nanos) -> tuple[int, Nanos]:
        """Return how many orders count in a span, and when the oldest that has to go for one more to pass left."""
        since = now - span.length - RECV_WINDOW
        used, first = 0, now
        for at in reversed(self.orders):
            if at <= since:
                break
            used, first = used + 1, at
        if span.length > ORDERS[0].length:
            used -= sum(less for at, less in self.batches if at > since)
        return used + _still(self._strange_orders.get(span.length, (Nanos(0), 0)), span, now), first

    def _forget(self, now: Nanos) -> None:
        while self.orders and self.orders[0] <= now - _KEPT:
            self.orders.popleft()
        while self.batches and self.batches[0][0] <= now - _KEPT:
            self.batches.popleft()
        while self.weights and self.weights[0][0] <= now - _KEPT:
            self.weights.popleft()


def _full_in(used: int, span: Span, lately: int) -> int | None:
    """Return in how many seconds a meter is full at the pace of lately; None: not within its span."""
    if not lately:
        return None
    seconds = max(0, span.most - used) * PACE // (lately * SECOND)
    return seconds if seconds * SECOND <= span.length else None


def _began(now: Nanos, span: Span) -> Nanos:
    """Return when the venue's present span began: whole ones of its clock."""
    return Nanos(now // span.length * span.length)


def _more(theirs: int | None, ours: int, now: Nanos) -> tuple[Nanos, int]:
    return now, max(0, theirs - ours) if theirs is not None else 0


def _still(strange: tuple[Nanos, int], span: Span, now: Nanos) -> int:
    """Return what others have used of a span, as long as it lasts."""
    at, count = strange
    return count if _began(now, span) == _began(at, span) else 0
