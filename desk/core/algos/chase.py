"""Chase: rest at the touch and follow it, never for a lot more than asked.

One operation is in flight at any time. What remains is counted from settled orders only, so a fill that crosses a
cancel on the wire cannot be bought twice. The desired price is computed when it is used, never stored.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import structs

from desk.core.algos import chase_price
from desk.core.algos.base import (
    NOT_NOW,
    REPEATS,
    AlgoEvent,
    Begin,
    Edited,
    Memo,
    Pause,
    Refused,
    Resume,
    Run,
    Sight,
    Stop,
)
from desk.core.orders import Order
from desk.model.command import ChaseMode, ChaseSpec, OnCap, OnTtl
from desk.model.event import (
    AmendRejected,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    TimerFired,
)
from desk.model.intent import Amend, Cancel, Intent, Place, Wake
from desk.model.order import OrderKind, TimeInForce
from desk.model.units import ZERO, Nanos, millis
from desk.model.view import AlgoRow, AlgoState

NOTHING_TO_AMEND: Final = -5027
AMENDS_MAX: Final = 10_000
"""The venue's limit per order; after it the order is replaced."""


class ChaseMemo(Memo, kw_only=True):
    """Everything a chase knows, besides its orders."""

    spec: ChaseSpec
    ending: str = ""
    """How it is being brought to its end: `cancel`, `cross`, `keep` or not yet."""
    end_reason: str = ""
    sent: Nanos | None = None
    """When the last place or amend left."""
    wake_armed: bool = False
    rejects: int = 0
    """Refusals in a row."""
    rejects_total: int = 0
    crossings: int = 0
    """Tries to take what is left; an IOC may come back unfilled."""


class Chase(Run[ChaseMemo]):
    """One run of a chase."""

    kind = OrderKind.CHASE

    def save(self) -> ChaseMemo:
        """Return a copy of what it knows."""
        return structs.replace(self._memo)

    def park(self, note: str) -> None:
        """Come back from a restart: wait for a person."""
        self._memo.is_parked, self._memo.state, self._memo.note = True, AlgoState.PARKED, note
        self._memo.wake_armed = False

    def on_event(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Take note of the event, then decide afresh from what is true now."""
        if self.is_done:
            return ()
        wake = self._take_note(event, sight)
        return [*wake, *self._decide(sight)]

    def _take_note(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        memo = self._memo
        match event:
            case Begin() | Edited():
                return self._arm_ttl()
            case Pause():
                memo.is_parked = True
                memo.note = "parked by hand"
            case Resume():
                memo.is_parked = False
                return self._arm_ttl()  # the timer of before a restart is gone
            case Stop(reason=reason):
                memo.ending, memo.end_reason = "cancel", reason
            case TimerFired(key=key) if key.purpose == "ttl":
                self._expire(sight.now)
            case TimerFired():
                memo.wake_armed = False
            case _:
                self._take_note_of_report(event)
        return ()

    def _arm_ttl(self) -> Sequence[Intent]:
        ttl_ms = self._memo.spec.ttl_ms
        return [] if ttl_ms is None else [Wake(Nanos(self._memo.started + millis(ttl_ms)), "ttl")]

    def _take_note_of_report(self, event: AlgoEvent) -> None:
        memo = self._memo
        match event:
            case Refused(refusal=refusal) if refusal.check == REPEATS:
                memo.is_parked, memo.note = True, f"parked: {refusal.reason}"
            case Refused(refusal=refusal):
                memo.note = refusal.reason
                memo.rejects += refusal.check not in NOT_NOW
            case OrderAccepted() | OrderAmended():
                memo.rejects = 0
            case AmendRejected(code=code) if code == NOTHING_TO_AMEND:
                pass
            case OrderRejected() | AmendRejected():
                self._count_refusal(event.reason)
            case OrderExpired(reason=reason) if not memo.ending:
                # A post-only order that an amendment would have made a taker is ended by the venue: a refusal as well.
                self._count_refusal(reason)
            case OrderCancelled() if not memo.ending:
                memo.note = "order cancelled at the venue"
            case _:
                pass

    def _count_refusal(self, reason: str) -> None:
        memo = self._memo
        memo.rejects += 1
        memo.rejects_total += 1
        memo.note = f"refused {memo.rejects}x: {reason}"

    def _expire(self, now: Nanos) -> None:
        memo = self._memo
        ttl_ms = memo.spec.ttl_ms
        if memo.ending or ttl_ms is None or now < memo.started + millis(ttl_ms):
            return  # its time has been edited meanwhile
        memo.ending = {OnTtl.CANCEL: "cancel", OnTtl.KEEP: "keep", OnTtl.CROSS: "cross"}[memo.spec.on_ttl]
        memo.end_reason = "time is over"

    def _decide(self, sight: Sight) -> Sequence[Intent]:
        memo = self._memo
        orders = sight.orders.values()
        live = next((order for order in orders if order.is_open), None)
        if live is not None and live.is_in_flight:
            return ()
        if any(order.status.is_terminal and not order.is_settled for order in orders):
            memo.note = "waiting for the trades of its last order"
            return ()
        left = memo.spec.quantity - sum((order.filled for order in orders), ZERO)
        if left <= ZERO:
            return self._finish(sight, "filled") if live is None else [Cancel(live.spec.id)]
        if memo.rejects > memo.spec.rejects_max and not memo.ending:
            memo.ending, memo.end_reason = "cancel", f"gave up, {memo.note}"
        if memo.ending:
            return self._end(sight, live, left)
        if memo.is_parked:
            memo.state = AlgoState.PARKED
            return ()
        return self._follow(sight, live, left)

    def _follow(self, sight: Sight, live: Order | None, left: Decimal) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        quote = sight.quote
        if quote is None or sight.now - quote.ts > millis(spec.stale_ms):
            memo.state = AlgoState.PARKED
            return ()
        own = {live.price: live.leaves} if live is not None else {}
        arrival = chase_price.touch(spec.side, memo.arrival)
        aim = chase_price.aim(spec, sight, own, arrival, memo.rejects)
        if aim is None:
            memo.note = "no price on our side of the book"
            return ()
        if aim.is_beyond_cap and spec.on_cap is not OnCap.HOLD:
            memo.ending, memo.end_reason = spec.on_cap.value, f"cap {aim.price} passed"
            return self._end(sight, live, left)
        if live is None:
            return self._place(sight, left, aim.price)
        return self._reprice(sight, live, aim, self._wanted(live, left))

    def _place(self, sight: Sight, left: Decimal, price: Decimal) -> Sequence[Intent]:
        spec = self._memo.spec
        if chase_price.is_dust(sight.instrument, left, price, reduce_only=spec.reduce_only):
            return self._finish(sight, "dust")
        if (wake := self._throttled(sight)) is not None:
            return wake
        self._sent(sight, AlgoState.PLACING)
        shown = chase_price.shown(spec, sight.instrument, left, price)
        tif = TimeInForce.GTX if spec.post_only else TimeInForce.GTC
        return [Place(side=spec.side, quantity=shown, price=price, tif=tif, reduce_only=spec.reduce_only)]

    def _wanted(self, live: Order, left: Decimal) -> Decimal:
        """Return the total its order should have: the venue takes the TOTAL, what remains would shrink it."""
        shown = self._memo.spec.show
        wanted = live.filled + left if shown is None else min(live.quantity, live.filled + left)
        return live.quantity if wanted == live.quantity else wanted

    def _reprice(self, sight: Sight, live: Order, aim: chase_price.Aim, wanted: Decimal) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        memo.state = AlgoState.WORKING
        towards = (aim.price - live.price) * spec.side.sign
        is_resized = wanted != live.quantity
        if abs(towards) < spec.move_ticks_min * sight.instrument.tick_size and not is_resized:
            memo.note = f"held at cap {aim.price}" if aim.is_beyond_cap else f"at {live.price}"
            return ()
        price = aim.price
        if towards < ZERO and spec.mode is ChaseMode.TRAIL:
            price = live.price
        if price == live.price and not is_resized:
            memo.note = f"trail: stays at {live.price}"
            return ()
        if (wake := self._throttled(sight)) is not None:
            return wake
        if live.requests > AMENDS_MAX:
            self._sent(sight, AlgoState.CANCELLING)
            return [Cancel(live.spec.id)]
        memo.note = f"moving {live.price} to {price}" + (", the cap" if aim.is_beyond_cap else "")
        self._sent(sight, AlgoState.AMENDING)
        return [Amend(live.spec.id, price, wanted)]

    def _end(self, sight: Sight, live: Order | None, left: Decimal) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        if memo.ending == "keep":
            return self._finish(sight, f"{memo.end_reason}, order kept")
        if live is not None and live.spec.tif is TimeInForce.IOC:
            return ()  # it takes what it can and ends by itself
        if live is not None:
            memo.state = AlgoState.CANCELLING
            return [Cancel(live.spec.id)]
        if memo.ending == "cancel" or max(memo.rejects, memo.crossings) > spec.rejects_max:
            return self._finish(sight, memo.end_reason)
        quote = sight.quote
        if quote is None or sight.now - quote.ts > millis(spec.stale_ms):
            memo.note = "crossing waits for a fresh touch"
            return ()
        price = chase_price.cross_price(spec, sight.instrument, quote)
        if chase_price.is_dust(sight.instrument, left, price, reduce_only=spec.reduce_only):
            return self._finish(sight, "dust")
        if memo.state is AlgoState.CROSSING and (wake := self._throttled(sight)) is not None:
            return wake
        memo.note = f"{memo.end_reason}: crossing up to {price}"
        memo.crossings += 1
        self._sent(sight, AlgoState.CROSSING)
        return [Place(side=spec.side, quantity=left, price=price, tif=TimeInForce.IOC, reduce_only=spec.reduce_only)]

    def _throttled(self, sight: Sight) -> Sequence[Intent] | None:
        """Return a wake-up for the end of the throttle, or None when the way is free.

        Leading and trailing edge: the last move inside a throttle is applied at its end, from the book of that moment.
        """
        memo = self._memo
        if memo.sent is None:
            return None
        free_at = Nanos(memo.sent + millis(memo.spec.throttle_ms))
        if sight.now >= free_at:
            return None
        if memo.rejects == 0:
            memo.note = f"throttled {(free_at - sight.now) // 1_000_000} ms"
        if memo.wake_armed:
            return ()
        memo.wake_armed = True
        return [Wake(free_at, "reprice")]

    def _sent(self, sight: Sight, state: AlgoState) -> None:
        self._memo.state, self._memo.sent = state, sight.now

    def view(self, sight: Sight) -> AlgoRow:
        """Return the run's row; a stale touch is said with its age."""
        memo, spec = self._memo, self._memo.spec
        live = next((order.price for order in sight.orders.values() if order.is_open), None)
        row = self._row(sight, spec.side, spec.quantity, live, rejects=memo.rejects_total)
        age = sight.now - sight.quote.ts if sight.quote is not None else 0
        if self.is_done or memo.is_parked or age <= millis(spec.stale_ms):
            return row
        note = f"parked: touch {Decimal(age // 100_000_000) / 10} s old"
        return structs.replace(row, state=AlgoState.PARKED, note=note)
