"""Scale: a total at rest at several prices; what the venue or the gate refuses can be placed again."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import field, structs

from desk.core.algos import split
from desk.core.algos.base import AlgoEvent, Begin, Edited, Memo, Pause, Refused, Resume, Run, Sight, Stop, parked_note
from desk.core.orders import Order
from desk.model.event import AmendRejected, OrderRejected
from desk.model.instrument import Instrument
from desk.model.intent import Amend, Cancel, Intent, Place, Wake
from desk.model.order import OrderKind, OrderStatus, Side, TimeInForce
from desk.model.program import ScaleSpec
from desk.model.units import SECOND, ZERO, Nanos
from desk.model.view import AlgoRow, AlgoState

COUNT_MAX: Final = 100


class ScaleMemo(Memo, kw_only=True):
    """Everything a scale knows, besides its orders."""

    spec: ScaleSpec
    wanted: list[int] = field(default_factory=list)
    """Layers that are to be placed as soon as possible."""
    refused: dict[int, str] = field(default_factory=dict)
    """Layers that do not rest, each with why."""
    note: str = ""
    is_aligning: bool = False
    """Orders at rest are being moved to where they belong since it was edited."""
    is_misplaced: bool = False
    """That was refused: a person lets it be tried again."""
    stopping: str = ""


def layers(spec: ScaleSpec, instrument: Instrument) -> list[tuple[Decimal, Decimal]]:
    """Return price and size of each order, from the lowest price up; sizes add up to the total, equal prices are one."""
    sizes = split.share(spec.quantity, split.scale_weights(spec.sizes, spec.ratio, spec.count), instrument.lot_size)
    rounded = instrument.round_down_to_tick if spec.side is Side.BUY else instrument.round_up_to_tick
    prices = [rounded(each) for each in split.scale_prices(spec.low, spec.high, spec.count, spec.spacing)]
    return split.merged(list(zip(prices, sizes, strict=True)))


class Scale(Run[ScaleMemo]):
    """One run of a scale."""

    kind = OrderKind.SCALE

    def save(self) -> ScaleMemo:
        """Return a copy of what it knows."""
        return structs.replace(self._memo, wanted=list(self._memo.wanted), refused=dict(self._memo.refused))

    def on_event(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Take note of the event, then decide afresh from what is true now."""
        if self.is_done:
            return ()
        memo = self._memo
        match event:
            case Begin():
                memo.wanted = list(range(len(layers(memo.spec, sight.instrument))))
            case AmendRejected(order=order, reason=reason) if order in sight.orders:
                memo.rejects += 1
                memo.refused[sight.orders[order].spec.leg] = reason
                self._give_up_aligning()
            case Resume():
                memo.is_parked, memo.is_aligning = False, memo.is_misplaced
                memo.wanted = self._missing(sight)
                memo.refused.clear()
            case Edited():
                memo.wanted, memo.is_aligning, memo.is_misplaced = self._missing(sight), True, False
                memo.refused.clear()
            case Pause():
                memo.is_parked, memo.note = True, "parked by hand"
            case Stop(reason=reason):
                memo.stopping = reason
            case Refused(refusal=refusal, leg=leg):
                memo.rejects += 1
                memo.refused[leg] = refusal.reason
                self._give_up_aligning()
                _, memo.is_parked = parked_note(refusal, memo.is_parked)
            case OrderRejected(order=order, reason=reason) if order in sight.orders:
                memo.rejects += 1
                memo.refused[sight.orders[order].spec.leg] = reason
            case _:
                pass
        return self._decide(sight)

    def _give_up_aligning(self) -> None:
        memo = self._memo
        memo.is_aligning, memo.is_misplaced = False, memo.is_misplaced or memo.is_aligning

    def _missing(self, sight: Sight) -> list[int]:
        """Return the layers that never rested: the rest of them has been filled, or was cancelled by a person."""
        placed = {each.spec.leg for each in sight.orders.values() if each.status is not OrderStatus.REJECTED}
        return [index for index in range(len(layers(self._memo.spec, sight.instrument))) if index not in placed]

    def _decide(self, sight: Sight) -> Sequence[Intent]:
        memo = self._memo
        orders = list(sight.orders.values())
        if memo.stopping:
            return self._stop(sight, orders)
        if memo.is_parked:
            memo.state = AlgoState.PARKED
            return ()
        if memo.is_aligning and (moved := self._align(sight, orders)) is not None:
            return moved
        made = self._place(sight)
        if made:
            return made
        working = [each for each in orders if not each.is_settled]
        total = len(layers(memo.spec, sight.instrument))
        memo.state = AlgoState.WORKING
        memo.note = f"{len(working)} of {total} at rest"
        if memo.refused:
            index, reason = next(iter(memo.refused.items()))
            memo.note += f", {len(memo.refused)} refused, e.g. {index + 1}: {reason}; resume places them again"
            return ()
        return () if working else self._finish(sight, _result(orders, memo.spec.quantity))

    def _align(self, sight: Sight, orders: Sequence[Order]) -> Sequence[Intent] | None:
        """Move what rests to its new price and size, then let the rest be placed; None: all of it is where it belongs."""
        made = layers(self._memo.spec, sight.instrument)
        live = [each for each in orders if not each.is_settled]
        wrong: list[Intent] = []
        for order in live:
            if order.is_in_flight or not order.is_open:
                wrong.append(Wake(Nanos(sight.now + SECOND), "align"))
            elif order.spec.leg >= len(made):
                wrong.append(Cancel(order.spec.id))
            elif (order.price, order.quantity) != made[order.spec.leg]:
                wrong.append(Amend(order.spec.id, *made[order.spec.leg]))
        # What shrinks goes first: the parent bounds the sum at every moment.
        wrong.sort(key=lambda each: self._grows(each, sight))
        self._memo.is_aligning = bool(wrong)
        return wrong or None

    def _grows(self, intent: Intent, sight: Sight) -> bool:
        return isinstance(intent, Amend) and intent.quantity > sight.orders[intent.order].quantity

    def _place(self, sight: Sight) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        wanted, memo.wanted = memo.wanted, []
        made = layers(spec, sight.instrument)
        tif = TimeInForce.GTX if spec.post_only else TimeInForce.GTC
        if wanted:
            memo.state = AlgoState.PLACING
        return [
            Place(
                side=spec.side,
                quantity=made[index][1],
                price=made[index][0],
                tif=tif,
                reduce_only=spec.reduce_only,
                leg=index,
            )
            for index in wanted
        ]

    def _stop(self, sight: Sight, orders: Sequence[Order]) -> Sequence[Intent]:
        unsettled = [each for each in orders if not each.is_settled]
        self._memo.state = AlgoState.CANCELLING
        if not unsettled:
            return self._finish(sight, self._memo.stopping)
        return [Cancel(each.spec.id) for each in unsettled if each.is_open and not each.is_in_flight]

    def view(self, sight: Sight) -> AlgoRow:
        """Return the run's row; its order is the one nearest to the market."""
        memo, spec = self._memo, self._memo.spec
        live = [order.price for order in sight.orders.values() if order.is_open]
        nearest = (max(live) if spec.side is Side.BUY else min(live)) if live else None
        return self._row(sight, spec.side, spec.quantity, nearest, rejects=memo.rejects)


def _result(orders: Sequence[Order], quantity: Decimal) -> str:
    filled = sum((each.filled for each in orders), ZERO)
    return "filled" if filled == quantity else f"{filled} of {quantity} filled, nothing rests any more"
