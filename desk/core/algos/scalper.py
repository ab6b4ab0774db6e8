"""Scalper: layers around a reference, every entry taken off again at a target, and a way out when that does not come.

A layer enters once, waits for its exit, pauses, and enters again. What a layer holds is counted from the trades of its own
orders, so a restart finds it as it was. An order that is over is counted into its layer and forgotten.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec import structs

from desk.core.algos import split, trips
from desk.core.algos.base import NOT_NOW, AlgoEvent, Begin, Pause, Refused, Resume, Run, Sight, Stop, parked_note
from desk.core.algos.layer import Layer, Window, in_seconds, worst
from desk.core.algos.trips import ENTRIES, EXITS, OUTS, SELLS, ScalperMemo, leg_of, offsets, sizes
from desk.core.orders import Order
from desk.model.intent import Amend, Cancel, Finish, Intent, Place, Wake
from desk.model.market import Quote
from desk.model.order import OrderKind, Side, TimeInForce
from desk.model.program import Quoting, Reference
from desk.model.units import BPS, SECOND, ZERO, Nanos, millis
from desk.model.view import AlgoRow, AlgoState, LayerRow

LAYERS_MAX: Final = 50
_TIFS: Final = {ENTRIES: TimeInForce.GTX, EXITS: TimeInForce.GTC, OUTS: TimeInForce.IOC}
_QUOTED: Final = {Quoting.BOTH: tuple(Side), Quoting.BIDS: (Side.BUY,), Quoting.ASKS: (Side.SELL,)}
OUT_SLIP_BPS: Final = Decimal(10)
COOL_DOWN: Final = Nanos(30 * SECOND)
"""How long a side whose layer was under water stays out once it is flat."""
LOOK: Final = "look"
_LOOK_AGAIN: Final = Nanos(SECOND)


class Scalper(Run[ScalperMemo]):
    """One run of a scalper."""

    kind = OrderKind.SCALPER

    @property
    def quantity(self) -> Decimal | None:
        """A scalper trades for as long as it runs: no total bounds it."""
        return None

    @property
    def layers(self) -> Sequence[Layer]:
        """What each layer holds."""
        return self._memo.layers

    def save(self) -> ScalperMemo:
        """Return a copy of what it knows."""
        memo = self._memo
        return structs.replace(
            memo,
            layers=[structs.replace(each) for each in memo.layers],
            windows={side: Window(list(each.fills)) for side, each in memo.windows.items()},
            out_until=dict(memo.out_until),
            ema=structs.replace(memo.ema),
            counted=dict(memo.counted),
            moved=dict(memo.moved),
        )

    def on_event(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Take note of the event, then decide afresh from what is true now."""
        if self.is_done:
            return ()
        memo = self._memo
        match event:
            case Begin() | Resume():
                memo.is_parked = False
            case Pause():
                memo.is_parked, memo.note = True, "parked by hand"
            case Stop(reason=reason):
                memo.stopping = reason
            case Refused(refusal=refusal, leg=leg):
                memo.note, memo.is_parked = parked_note(refusal, memo.is_parked)
                memo.rejects += refusal.check not in NOT_NOW
                memo.moved[leg] = sight.now  # not before the throttle again
                return ()
            case _:
                pass
        self._lay_out(sight)
        forgotten = list(trips.count(memo, sight))
        return [*forgotten, *self._decide(sight)]

    def _lay_out(self, sight: Sight) -> None:
        """Make the layers; a run that a journal has brought back has none yet."""
        memo, spec = self._memo, self._memo.spec
        if memo.layers:
            return
        count = len(sizes(spec, sight.instrument.lot_size, self._least(sight)))
        memo.layers = [Layer(side=side, index=index) for side in Side for index in range(count)]

    def _least(self, sight: Sight) -> Decimal:
        price = self._memo.arrival.mid
        return max(sight.instrument.quantity_min, sight.instrument.notional_min / price)

    # What to do

    def _decide(self, sight: Sight) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        orders = list(sight.orders.values())
        if memo.stopping:
            return self._stop(sight, orders)
        if memo.is_parked:
            memo.state = AlgoState.PARKED
            return ()
        quote = sight.quote
        if quote is None or sight.now - quote.ts > millis(spec.stale_ms):
            memo.state, memo.note = AlgoState.PARKED, "parked: the touch is too old"
            return [Wake(Nanos(sight.now + _LOOK_AGAIN), LOOK)]
        memo.state = AlgoState.WORKING
        reference = self._reference(sight, quote)
        self._guard_sides(sight, quote)
        made = [intent for layer in memo.layers for intent in self._work(layer, sight, quote, reference)]
        memo.note = self._describe(sight, quote)
        return [*made, Wake(Nanos(sight.now + _LOOK_AGAIN), LOOK)]

    def _reference(self, sight: Sight, quote: Quote) -> Decimal:
        match self._memo.spec.reference:
            case Reference.MARK if sight.mark is not None:
                return sight.mark
            case Reference.MICRO if quote.bid_size + quote.ask_size:
                whole = quote.bid_size + quote.ask_size
                return (quote.bid * quote.ask_size + quote.ask * quote.bid_size) / whole
            case _:
                return quote.mid

    def _guard_sides(self, sight: Sight, quote: Quote) -> None:
        """Stop the entries of a side that is under water; let them begin again once it is flat and has cooled down."""
        memo, spec = self._memo, self._memo.spec
        for side in Side:
            is_open = any(each.held for each in memo.layers if each.side is side)
            if worst(memo.layers, side, self._value(side, sight, quote)) < -spec.loss_bps:
                memo.out_until[side] = Nanos(sight.now + COOL_DOWN)
            elif side in memo.out_until and not is_open and sight.now >= memo.out_until[side]:
                del memo.out_until[side]

    def _value(self, side: Side, sight: Sight, quote: Quote) -> Decimal:
        """Return what a position is judged at: the mark, or the touch it would be closed at."""
        return sight.mark if sight.mark is not None else (quote.bid if side is Side.BUY else quote.ask)

    def _work(self, layer: Layer, sight: Sight, quote: Quote, reference: Decimal) -> Iterator[Intent]:
        spec = self._memo.spec
        layer.ease(sight.now, spec.delay_ms)
        if layer.held and self._is_to_be_taken_out(layer, sight, quote):
            yield from self._take_out(layer, sight, quote)
            return
        yield from self._keep_exit(layer, sight, quote)
        yield from self._keep_entry(layer, sight, quote, reference)

    def _is_to_be_taken_out(self, layer: Layer, sight: Sight, quote: Quote) -> bool:
        spec = self._memo.spec
        held_for = sight.now - layer.opened if layer.opened is not None else 0
        is_late = spec.hold_ms > 0 and held_for > millis(spec.hold_ms)
        return is_late or layer.bps(self._value(layer.side, sight, quote)) < -spec.stop_bps

    def _take_out(self, layer: Layer, sight: Sight, quote: Quote) -> Iterator[Intent]:
        """Cancel what the layer has open, then take it out, a little beyond the touch and never twice at once."""
        leg = leg_of(layer, OUTS)
        working = [each for each in self._orders_of(layer, sight) if not each.is_settled]
        if working:
            yield from self._cancelled(each for each in working if each.spec.leg != leg)
            return
        if not self._is_free(leg, sight):
            return
        side = layer.side.opposite
        far = (quote.ask if side is Side.BUY else quote.bid) * (1 + side.sign * OUT_SLIP_BPS * BPS)
        rules = sight.instrument
        price = rules.round_down_to_tick(far) if side is Side.BUY else rules.round_up_to_tick(far)
        yield self._order(layer, OUTS, layer.held, price, sight)

    def _keep_exit(self, layer: Layer, sight: Sight, quote: Quote) -> Iterator[Intent]:
        leg = leg_of(layer, EXITS)
        live = self._live(leg, sight)
        if live is not None and live.is_in_flight:
            return
        if live is None:
            if layer.held and self._may_be_sent(layer.held, sight) and self._is_free(leg, sight):
                yield self._order(layer, EXITS, layer.held, self._target(layer, sight), sight)
            return
        if not layer.held:
            yield Cancel(live.spec.id)
            return
        wanted, price = live.filled + layer.held, self._target(layer, sight)
        if (live.quantity != wanted or live.price != price) and self._is_free(leg, sight):
            self._memo.moved[leg] = sight.now
            yield Amend(live.spec.id, price, wanted)

    def _keep_entry(self, layer: Layer, sight: Sight, quote: Quote, reference: Decimal) -> Iterator[Intent]:
        leg = leg_of(layer, ENTRIES)
        live = self._live(leg, sight)
        if live is not None and live.is_in_flight:
            return
        if not self._may_enter(layer, sight):
            if live is not None and not (live.filled or layer.held):
                yield Cancel(live.spec.id)
            return
        size, price = self._entry(layer, sight, quote, reference)
        if live is None:
            is_empty = not layer.held and all(each.is_settled for each in self._orders_of(layer, sight))
            if is_empty and size and self._is_free(leg, sight):
                yield self._order(layer, ENTRIES, size, price, sight)
        elif self._is_off(live.price, price) and not live.filled and self._is_free(leg, sight):
            self._memo.moved[leg] = sight.now
            yield Amend(live.spec.id, price, live.quantity)

    def _may_enter(self, layer: Layer, sight: Sight) -> bool:
        memo, spec = self._memo, self._memo.spec
        if (
            layer.side not in _QUOTED[spec.quoting]
            or layer.side in memo.out_until
            or sight.now < layer.free_at(spec.delay_ms)
        ):
            return False
        if sight.now < memo.windows[layer.side].free_at(sight.now, spec):
            return False
        most = spec.inventory_max or spec.quantity
        held = sum((each.held * each.side.sign for each in memo.layers), ZERO)
        return held * layer.side.sign < most

    def _entry(self, layer: Layer, sight: Sight, quote: Quote, reference: Decimal) -> tuple[Decimal, Decimal]:
        """Return size and price: at its distance, never through the touch."""
        spec, rules = self._memo.spec, sight.instrument
        made = sizes(spec, rules.lot_size, self._least(sight))
        if layer.index >= len(made):
            return ZERO, ZERO
        bps = offsets(spec, len(made))[layer.index] * self._memo.ema.applied(spec)
        price = split.layer_price(layer.side, reference, bps, rules)
        limit = quote.ask - rules.tick_size if layer.side is Side.BUY else quote.bid + rules.tick_size
        price = min(price, limit) if layer.side is Side.BUY else max(price, limit)
        held = sum((each.held * each.side.sign for each in self._memo.layers), ZERO)
        room = (spec.inventory_max or spec.quantity) - held * layer.side.sign
        return min(made[layer.index], rules.round_down_to_lot(room)), price

    def _target(self, layer: Layer, sight: Sight) -> Decimal:
        price = layer.entry * (1 + layer.side.sign * self._memo.spec.target_bps * BPS)
        rules = sight.instrument
        return rules.round_up_to_tick(price) if layer.side is Side.BUY else rules.round_down_to_tick(price)

    def _order(self, layer: Layer, kind: int, quantity: Decimal, price: Decimal, sight: Sight) -> Place:
        """Wish for an order; one that closes promises so where the sub-account's whole position bears it."""
        leg, tif = leg_of(layer, kind), _TIFS[kind]
        self._memo.moved[leg] = sight.now
        side = layer.side.opposite if kind else layer.side
        closes = bool(kind) and -sight.position * side.sign >= quantity
        return Place(side=side, quantity=quantity, price=price, tif=tif, reduce_only=closes, leg=leg)

    def _may_be_sent(self, quantity: Decimal, sight: Sight) -> bool:
        return quantity >= sight.instrument.quantity_min

    def _is_off(self, price: Decimal, wanted: Decimal) -> bool:
        return abs(price - wanted) > wanted * self._memo.spec.requote_bps * BPS

    def _is_free(self, leg: int, sight: Sight) -> bool:
        """Tell whether the throttle lets a leg be moved again."""
        moved = self._memo.moved.get(leg)
        return moved is None or sight.now - moved >= millis(self._memo.spec.throttle_ms)

    def _orders_of(self, layer: Layer, sight: Sight) -> list[Order]:
        mine = tuple(leg_of(layer, kind) for kind in _TIFS)
        return [each for each in sight.orders.values() if each.spec.leg in mine]

    def _live(self, leg: int, sight: Sight) -> Order | None:
        return next((each for each in sight.orders.values() if each.spec.leg == leg and not each.is_settled), None)

    def _cancelled(self, orders: Iterator[Order]) -> Iterator[Intent]:
        for order in orders:
            if order.is_open and not order.is_in_flight and order.spec.tif is not TimeInForce.IOC:
                yield Cancel(order.spec.id)

    def _stop(self, sight: Sight, orders: Sequence[Order]) -> Sequence[Intent]:
        memo = self._memo
        memo.state = AlgoState.CANCELLING
        unsettled = [each for each in orders if not each.is_settled]
        if unsettled:
            return list(self._cancelled(iter(unsettled)))
        held = sum((each.held * each.side.sign for each in memo.layers), ZERO)
        reason = f"{memo.stopping}, {memo.trips} round trips" + (f", {held} still held" if held else "")
        self.end(reason, sight.now)
        return [Finish(reason)]

    # What it says

    def _describe(self, sight: Sight, quote: Quote) -> str:
        memo, spec = self._memo, self._memo.spec
        parts = []
        for side, name in ((Side.BUY, "bid"), (Side.SELL, "ask")):
            mine = [each for each in memo.layers if each.side is side]
            if side in memo.out_until:
                under = worst(mine, side, self._value(side, sight, quote))
                parts.append(f"{name} leg out, {under:.0f} bps")
            elif (free := memo.windows[side].free_at(sight.now, spec)) > sight.now:
                parts.append(f"{name} leg resumes in {in_seconds(free - sight.now)}")
        resting = sum(each.is_open for each in sight.orders.values())
        parts.append(f"{resting} at rest, {memo.trips} trips, ema {memo.ema.corrected:+.1f} bps")
        if spec.ema.value != "off" and memo.ema.samples:
            parts.append(
                f"layers x{memo.ema.multiplier(spec.base_bps):.2f}"
                + ("" if spec.ema.value == "apply" else " if applied")
            )
        return ", ".join(parts)

    def view(self, sight: Sight) -> AlgoRow:
        """Return the run's row."""
        memo, spec = self._memo, self._memo.spec
        held = sum((each.held * each.side.sign for each in memo.layers), ZERO)
        cost = sum((each.cost for each in memo.layers), ZERO)
        whole = sum((each.held for each in memo.layers), ZERO)
        orders = list(sight.orders.values())
        entries = [each.price for each in orders if each.is_open and each.spec.leg % SELLS < EXITS]
        return AlgoRow(
            id=memo.id,
            kind=OrderKind.SCALPER,
            sub=spec.sub,
            symbol=spec.symbol,
            side=Side.SELL if spec.quoting is Quoting.ASKS else Side.BUY,
            quantity=spec.quantity,
            filled=held,
            average_price=cost / whole if whole else None,
            order_price=entries[0] if entries else None,
            state=memo.state,
            note=memo.note,
            arrival_mid=memo.arrival.mid,
            operations=memo.operations + sum(order.requests for order in orders),
            rejects=memo.rejects,
            maker_quantity=memo.maker + sum((order.filled_as_maker for order in orders), ZERO),
            started=memo.started,
            ended=memo.ended,
            spec=spec,
            layers=tuple(self._layer_row(each, sight) for each in memo.layers if self._is_shown(each, sight)),
        )

    def _is_shown(self, layer: Layer, sight: Sight) -> bool:
        return not self.is_done and (bool(layer.held) or layer.side in _QUOTED[self._memo.spec.quoting])

    def _layer_row(self, layer: Layer, sight: Sight) -> LayerRow:
        memo, spec = self._memo, self._memo.spec
        entry, exit_ = self._live(leg_of(layer, ENTRIES), sight), self._live(leg_of(layer, EXITS), sight)
        value = sight.mark if sight.mark is not None else memo.arrival.mid
        return LayerRow(
            run=memo.id,
            sub=spec.sub,
            symbol=spec.symbol,
            side=layer.side,
            index=layer.index,
            price=entry.price if entry is not None else None,
            size=entry.leaves if entry is not None else ZERO,
            held=layer.held,
            entry=layer.entry if layer.held else None,
            exit_price=exit_.price if exit_ is not None else None,
            bps=layer.bps(value),
            level=layer.level,
            next=self._next(layer, entry, sight),
        )

    def _next(self, layer: Layer, entry: Order | None, sight: Sight) -> str:
        memo, spec = self._memo, self._memo.spec
        if memo.is_parked:
            return "parked"
        if layer.held:
            return "waits for its exit"
        if entry is not None:
            return "waits for its entry"
        if layer.side in memo.out_until:
            return "its side is under water"
        window = memo.windows[layer.side].free_at(sight.now, spec)
        free = max(layer.free_at(spec.delay_ms), window)
        if free > sight.now:
            return f"enters in {in_seconds(free - sight.now)}" + (": entries of a minute" if free == window else "")
        return "enters"
