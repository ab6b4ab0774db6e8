"""TWAP: a quantity in equal slices over a span, exact after a stall or a restart, and never all at once.

What a slice should be follows from the plan up to now, less what has been filled: a slice that filled in part, or was
missed, is caught up by those that follow. One child works at a time, and it is closed before the next.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import structs

from desk.core.algos import chase_price, split
from desk.core.algos.base import NOT_NOW, AlgoEvent, Begin, Memo, Pause, Refused, Resume, Run, Sight, Stop, parked_note
from desk.core.algos.chase import Chase, ChaseMemo
from desk.core.orders import Order
from desk.model.command import ChaseSpec, OnTtl
from desk.model.event import TimerFired
from desk.model.instrument import Instrument
from desk.model.intent import Cancel, Finish, Intent, Place, Wake
from desk.model.order import OrderKind, Side, TimeInForce
from desk.model.program import Catchup, Child, OnEnd, TwapSpec
from desk.model.units import BPS, MILLISECOND, ZERO, AlgoId, Nanos, millis
from desk.model.view import AlgoRow, AlgoState

LEGS: Final = 1_296
"""Slices are told apart by the two places of the leg in the order's id."""
CHASED: Final = 80
"""Percent of a slice that a chase may rest before it takes what is left."""
TRIES_MAX: Final = 3
"""Orders that take what is left at the end."""
STALE_MS: Final = 1_500
SLICE: Final = "slice"


class TwapMemo(Memo, kw_only=True):
    """Everything a TWAP knows, besides its orders."""

    spec: TwapSpec
    slice: int = -1
    """The latest slice that was begun; -1 for none."""
    tries: int = 0
    child: ChaseMemo | None = None
    note: str = "waiting for its first slice"
    stopping: str = ""


def slices_of(spec: TwapSpec, instrument: Instrument, price: Decimal) -> int:
    """Return how many slices are large enough for the venue, at most those asked for; 0 where not even one is."""
    least = max(instrument.quantity_min, ZERO if spec.reduce_only else instrument.notional_min / price)
    for count in range(spec.slices, 0, -1):
        if instrument.round_down_to_lot(spec.quantity / count) >= least:
            return count
    return 0


def plan(spec: TwapSpec, instrument: Instrument) -> list[Decimal]:
    """Return the size of each slice; they add up to the quantity."""
    return split.share(spec.quantity, [Decimal(1)] * spec.slices, instrument.lot_size)


def child_size(spec: TwapSpec, sizes: Sequence[Decimal], index: int, filled: Decimal, lot: Decimal) -> Decimal:
    """Return what slice `index` should trade when so much has been filled before it."""
    slices, left = len(sizes), spec.quantity - filled
    if index >= slices:
        return min(left, sizes[0])
    match spec.catchup:
        case Catchup.SKIP:
            wanted = sizes[index]
        case Catchup.SPREAD:
            wanted = split.share(left, [Decimal(1)] * (slices - index), lot)[0]
        case Catchup.CAP:
            due = sum(sizes[: index + 1], ZERO) - filled
            most = split.share(spec.quantity * spec.catchup_max, [Decimal(1)] * slices, lot)[0]
            wanted = min(max(due, ZERO), most)
    return min(wanted, left)


class Twap(Run[TwapMemo]):
    """One run of a TWAP."""

    kind = OrderKind.TWAP

    def __init__(self, memo: TwapMemo) -> None:
        super().__init__(memo)
        self._child = Chase(memo.child) if memo.child is not None else None

    def save(self) -> TwapMemo:
        """Return a copy of what it knows."""
        return structs.replace(self._memo, child=self._child.save() if self._child is not None else None)

    def on_event(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Take note of the event, then decide afresh from what is true now."""
        if self.is_done:
            return ()
        memo, wakes = self._memo, list[Intent]()
        match event:
            case Begin() | Resume():
                memo.is_parked = False
                wakes.append(self._wake(sight))
            case Pause():
                memo.is_parked, memo.note = True, "parked by hand"
            case Stop(reason=reason):
                memo.stopping = reason
            case TimerFired(key=key) if key.purpose == SLICE:
                wakes.append(self._wake(sight))
            case Refused():
                return self._on_refused(event, sight)
            case _:
                pass
        return [*wakes, *self._decide(event, sight)]

    def _on_refused(self, event: Refused, sight: Sight) -> Sequence[Intent]:
        """A slice that may not leave now is tried again with the next news, never at once: it would be refused again."""
        memo = self._memo
        memo.note, memo.is_parked = parked_note(event.refusal, memo.is_parked)
        if self._child is not None:
            return self._follow(event, sight)
        if event.refusal.check in NOT_NOW:
            memo.slice = min(memo.slice, event.leg - 1)
            memo.tries = max(0, memo.tries - 1)
        else:
            memo.rejects += 1
        return ()

    def _wake(self, sight: Sight) -> Wake:
        elapsed = max(0, sight.now - self._memo.started)
        length = self._length()
        return Wake(Nanos(self._memo.started + (elapsed // length + 1) * length), SLICE)

    def _length(self) -> int:
        return max(MILLISECOND, millis(self._memo.spec.span_ms) // self._memo.spec.slices)

    def _decide(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        memo = self._memo
        orders = list(sight.orders.values())
        index = min((sight.now - memo.started) // self._length(), LEGS - 1)
        if memo.stopping:
            return self._stop(sight, orders)
        if memo.is_parked:
            memo.state = AlgoState.PARKED
            return ()
        unsettled = [each for each in orders if not each.is_settled]
        if self._child is not None and self._child_leg() == index:
            return self._follow(event, sight)
        if unsettled:
            return self._close(unsettled)
        self._child = None
        left = memo.spec.quantity - sum((each.filled for each in orders), ZERO)
        if not left:
            return self._finish(sight, "filled")
        if index >= memo.spec.slices:
            return self._after_the_last(sight, left, index)
        if index > memo.slice:
            return self._begin_slice(sight, memo.spec.quantity - left, index)
        return ()

    def _begin_slice(self, sight: Sight, filled: Decimal, index: int) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        if self._is_stale(sight):
            memo.state, memo.note = AlgoState.PARKED, "parked: the touch is too old"
            return ()
        memo.slice = index
        sizes = plan(spec, sight.instrument)
        size = child_size(spec, sizes, index, filled, sight.instrument.lot_size)
        memo.note = f"slice {index + 1} of {memo.spec.slices}: {size}"
        return self._work(sight, size, index)

    def _work(self, sight: Sight, size: Decimal, index: int) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        price = self._worst(sight)
        if chase_price.is_dust(sight.instrument, size, price, reduce_only=spec.reduce_only):
            memo.state, memo.note = AlgoState.WORKING, f"{memo.note}, too small for the venue: with the next one"
            return ()
        memo.state = AlgoState.WORKING
        if spec.child is Child.IOC or index >= memo.spec.slices:
            tif = TimeInForce.IOC
            return [Place(side=spec.side, quantity=size, price=price, tif=tif, reduce_only=spec.reduce_only, leg=index)]
        self._child = Chase(self._child_memo(sight, size, index))
        return self._follow(Begin(), sight)

    def _child_memo(self, sight: Sight, size: Decimal, index: int) -> ChaseMemo:
        spec, quote = self._memo.spec, sight.quote
        assert quote is not None
        rest_ms = max(100, self._length() * CHASED // 100 // MILLISECOND)
        child = ChaseSpec(
            sub=spec.sub,
            symbol=spec.symbol,
            side=spec.side,
            quantity=size,
            cap_price=spec.limit,
            throttle_ms=min(250, rest_ms),
            ttl_ms=rest_ms,
            on_ttl=OnTtl.CROSS,
            cross_slip_bps=spec.slip_bps,
            reduce_only=spec.reduce_only,
        )
        return ChaseMemo(id=AlgoId(f"{self.id}/{index}"), spec=child, arrival=quote, started=sight.now)

    def _child_leg(self) -> int:
        return int(self._child.id.rpartition("/")[2]) if self._child is not None else -1

    def _follow(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Let the chase of this slice decide; it sees its own orders alone."""
        child, leg = self._child, self._child_leg()
        assert child is not None
        own = {key: each for key, each in sight.orders.items() if each.spec.leg == leg}
        made: list[Intent] = []
        for intent in child.on_event(_for_child(event, leg), structs.replace(sight, orders=own)):
            match intent:
                case Place():
                    made.append(structs.replace(intent, leg=leg))
                case Wake(at=at, purpose=purpose):
                    made.append(Wake(at, f"{leg}/{purpose}"))
                case Finish(reason=reason):
                    self._memo.note = f"slice {leg + 1} of {self._memo.spec.slices}: {reason}"
                case _:
                    made.append(intent)
        return made

    def _close(self, unsettled: Sequence[Order]) -> Sequence[Intent]:
        """Bring the child of a slice that is over to its end."""
        return [
            Cancel(each.spec.id)
            for each in unsettled
            if each.is_open and not each.is_in_flight and each.spec.tif is not TimeInForce.IOC
        ]

    def _after_the_last(self, sight: Sight, left: Decimal, index: int) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        if spec.on_end is OnEnd.LEAVE:
            return self._finish(sight, f"time is over, {left} left")
        if spec.on_end is OnEnd.EXTEND:
            return self._begin_slice(sight, spec.quantity - left, index) if index > memo.slice else ()
        if memo.tries >= TRIES_MAX:
            return self._finish(sight, f"{left} left after {memo.tries} orders")
        if self._is_stale(sight):
            memo.note = "the last of it waits for a fresh touch"
            return ()
        memo.tries += 1
        memo.note = f"taking the last {left}"
        made = self._work(sight, left, max(index, memo.spec.slices))
        return made or self._finish(sight, f"dust, {left} left")

    def _stop(self, sight: Sight, orders: Sequence[Order]) -> Sequence[Intent]:
        unsettled = [each for each in orders if not each.is_settled]
        self._memo.state = AlgoState.CANCELLING
        return self._close(unsettled) if unsettled else self._finish(sight, self._memo.stopping)

    def _is_stale(self, sight: Sight) -> bool:
        return sight.quote is None or sight.now - sight.quote.ts > millis(STALE_MS)

    def _worst(self, sight: Sight) -> Decimal:
        """Return the worst price a slice may pay: beyond the opposite touch by the slip, never beyond the limit."""
        spec, quote = self._memo.spec, sight.quote
        assert quote is not None
        far = chase_price.touch(spec.side.opposite, quote) * (1 + spec.side.sign * spec.slip_bps * BPS)
        if spec.limit is not None:
            far = min(far, spec.limit) if spec.side is Side.BUY else max(far, spec.limit)
        rules = sight.instrument
        return rules.round_down_to_tick(far) if spec.side is Side.BUY else rules.round_up_to_tick(far)

    def view(self, sight: Sight) -> AlgoRow:
        """Return the run's row."""
        memo, spec = self._memo, self._memo.spec
        live = next((order.price for order in sight.orders.values() if order.is_open), None)
        return self._row(sight, spec.side, spec.quantity, live, rejects=memo.rejects)


def _for_child(event: AlgoEvent, leg: int) -> AlgoEvent:
    """Give a child its own timers under the names it knows."""
    if not isinstance(event, TimerFired):
        return event
    prefix = f"{leg}/"
    if event.key.purpose.startswith(prefix):
        return structs.replace(event, key=structs.replace(event.key, purpose=event.key.purpose.removeprefix(prefix)))
    return structs.replace(event, key=structs.replace(event.key, purpose="other"))
