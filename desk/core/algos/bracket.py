"""Bracket: what an entry has filled is guarded by an order that takes the profit and by a stop of the desk's own.

The entry is an order of its own or another run's orders. Everything is counted from trades: half an entry is half
guarded, and a restart finds it as it was. Exits only ever close what the entry has filled and the sub-account still holds.
The stop is watched here, not at the venue: it works while the desk runs, and on a price that is fresh.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import structs

from desk.core.algos.base import AlgoEvent, Begin, Memo, Pause, Refused, Resume, Run, Sight, Stop
from desk.core.orders import Order
from desk.model.event import GuardReported, OrderRejected
from desk.model.exits import BracketSpec, Exits, Trigger
from desk.model.guard import GuardState
from desk.model.instrument import Instrument
from desk.model.intent import Amend, Cancel, EndRun, Hold, Intent, LetGo, Place, Wake
from desk.model.order import OrderKind, OrderType, Side, TimeInForce
from desk.model.units import BPS, MILLISECOND, SECOND, ZERO, Nanos, millis
from desk.model.view import AlgoRow, AlgoState

ENTRY: Final = 0
PROFIT: Final = 1
OUT: Final = 2
"""Of what the desk takes out, and of what the venue's stop becomes."""
APART: Final = Nanos(250 * MILLISECOND)
"""Between two moves of the profit's order, and between two tries to get out."""
REFUSED_PAUSE: Final = Nanos(2 * SECOND)
AGAIN: Final = "again"
NET: Final = "net"
NET_APART: Final = Nanos(SECOND)
"""Between two stops at the venue; after one that it would not hold the time doubles, up to a minute."""
NET_HOLDS: Final = Nanos(3 * SECOND)
"""So long the desk's own stop waits for the venue to let go of a stop that it holds: meanwhile that one guards ..."""
NET_DOUBTED: Final = Nanos(SECOND)
"""... and so long for one that it may not even hold."""
NET_PAUSE_MAX: Final = 6
"""Doublings."""


class BracketMemo(Memo, kw_only=True):
    """Everything a bracket knows, besides its orders."""

    spec: BracketSpec
    note: str = "waiting for its entry"
    released: Decimal = ZERO
    """Closed by others: no longer held, though the entry had filled it."""
    is_out: bool = False
    """The stop has been hit: there is no way back."""
    stopping: str = ""
    free_at: Nanos = Nanos(0)
    """Nothing is sent before."""
    net_at: Nanos = Nanos(0)
    """The venue is asked to hold no stop before."""
    is_net_let_go: bool = False
    """Its stop at the venue goes because we wish it."""
    net_refused: int = 0
    """How often in a row it would not."""


def profit_price(exits: Exits, side: Side, entry: Decimal, rules: Instrument) -> Decimal | None:
    """Return where the profit is taken; None where none is. Rounded to the better side."""
    if exits.profit_price is not None:
        return exits.profit_price
    if exits.profit_bps is None:
        return None
    price = entry * (1 + side.sign * exits.profit_bps * BPS)
    return rules.round_up_to_tick(price) if side is Side.BUY else rules.round_down_to_tick(price)


def stop_price(exits: Exits, side: Side, entry: Decimal) -> Decimal | None:
    """Return at which price the stop is hit; None where there is none."""
    if exits.stop_price is not None:
        return exits.stop_price
    return None if exits.stop_bps is None else entry * (1 - side.sign * exits.stop_bps * BPS)


def net_price(exits: Exits, side: Side, entry: Decimal, rules: Instrument) -> Decimal | None:
    """Return where the venue's stop is triggered, beyond the desk's own; None where it holds none. Rounded outwards."""
    stop = stop_price(exits, side, entry)
    if stop is None or exits.net_bps is None:
        return None
    price = stop * (1 - side.sign * exits.net_bps * BPS)
    return rules.round_down_to_tick(price) if side is Side.BUY else rules.round_up_to_tick(price)


class Bracket(Run[BracketMemo]):
    """One run of a bracket."""

    kind = OrderKind.BRACKET

    def __init__(self, memo: BracketMemo) -> None:
        super().__init__(memo)
        self.follows = memo.spec.follows

    @property
    def quantity(self) -> Decimal | None:
        """Entry and exits go opposite ways: no total bounds them."""
        return None

    def save(self) -> BracketMemo:
        """Return a copy of what it knows."""
        return structs.replace(self._memo)

    def on_event(self, event: AlgoEvent, sight: Sight) -> Sequence[Intent]:
        """Take note of the event, then decide afresh from what is true now."""
        if self.is_done:
            return ()
        memo = self._memo
        match event:
            case Begin():
                return self._enter()
            case Pause():
                memo.is_parked, memo.note = True, "parked by hand: its stop does not watch"
            case Resume():
                memo.is_parked = False
            case Stop(reason=reason):
                memo.stopping = reason
            case Refused(refusal=refusal, leg=leg):
                return self._on_refused(refusal.reason, leg, sight)
            case GuardReported(state=GuardState.ENDED):
                self._note_net(sight.now)
            case GuardReported(state=GuardState.HELD):
                memo.net_refused = 0
            case OrderRejected(reason=reason):
                memo.note, memo.rejects = reason, memo.rejects + 1
                memo.free_at = Nanos(sight.now + REFUSED_PAUSE)
            case _:
                pass
        return self._decide(sight)

    def _enter(self) -> Sequence[Intent]:
        spec = self._memo.spec
        if spec.entry is None:
            return ()
        entry = spec.entry
        return [Place(side=spec.side, quantity=spec.quantity, price=entry.price, type=entry.type, tif=entry.tif)]

    def _on_refused(self, reason: str, leg: int, sight: Sight) -> Sequence[Intent]:
        """Try again later, whatever was refused: a bracket that parks itself would leave a position without its stop."""
        memo = self._memo
        memo.rejects += 1
        memo.note = reason
        if leg == ENTRY:
            return self._finish(sight, f"not entered: {reason}")
        memo.free_at = Nanos(sight.now + (APART * 2 if leg == OUT else REFUSED_PAUSE))
        return [Wake(memo.free_at, AGAIN)]

    # What is held

    def _entries(self, sight: Sight) -> list[Order]:
        if sight.followed is not None:
            return list(sight.followed.orders.values())
        return [each for each in sight.orders.values() if each.spec.leg == ENTRY]

    def _exits(self, sight: Sight) -> list[Order]:
        return [each for each in sight.orders.values() if each.spec.leg != ENTRY]

    def _held(self, sight: Sight) -> Decimal:
        """Return what the entry has filled and nobody has closed: at most what the sub-account holds."""
        memo = self._memo
        entered = sum((each.filled for each in self._entries(sight)), ZERO)
        left = sum((each.filled for each in self._exits(sight)), ZERO)
        mine = entered - left - memo.released
        there = max(ZERO, sight.position * memo.spec.side.sign)
        if there < mine:
            memo.released += mine - there
        return min(mine, there)

    def _entry_price(self, sight: Sight) -> Decimal | None:
        entries = self._entries(sight)
        filled = sum((each.filled for each in entries), ZERO)
        return sum((each.value for each in entries), ZERO) / filled if filled else None

    def _is_entered(self, sight: Sight) -> bool:
        """Tell whether no more of the entry can come."""
        is_over = sight.followed is None or sight.followed.is_over
        return is_over and all(each.is_settled for each in self._entries(sight))

    # What to do

    def _decide(self, sight: Sight) -> Sequence[Intent]:
        memo = self._memo
        live = [each for each in sight.orders.values() if not each.is_settled]
        if memo.stopping:
            return self._stop(sight, live)
        held, entry = self._held(sight), self._entry_price(sight)
        if held <= ZERO or entry is None:
            return self._wait(sight, live, entry)
        if memo.is_parked:
            memo.state = AlgoState.PARKED
            return ()
        quote = sight.quote
        if quote is None or sight.now - quote.ts > millis(memo.spec.exits.stale_ms):
            memo.state, memo.note = AlgoState.PARKED, "parked: the touch is too old for a stop to watch"
            # Now if ever the venue's own is needed.
            return () if memo.is_out else self._keep_net(sight, held, entry)
        if memo.is_out or self._is_hit(sight, entry) or any(each.spec.leg == OUT for each in self._exits(sight)):
            return self._get_out(sight, live, held)
        memo.state = AlgoState.WORKING
        memo.note = self._describe(sight, held, entry)
        return [*self._keep_net(sight, held, entry), *self._keep_profit(sight, live, held, entry)]

    def _note_net(self, now: Nanos) -> None:
        """The venue holds no stop any more; where it should, it is asked again, and less and less often."""
        memo = self._memo
        if memo.is_net_let_go:
            memo.is_net_let_go = False
            return
        memo.net_at = Nanos(now + (NET_APART << min(memo.net_refused, NET_PAUSE_MAX)))
        memo.net_refused += 1

    def _keep_net(self, sight: Sight, held: Decimal, entry: Decimal) -> Sequence[Intent]:
        """Have the venue hold one stop of what is held, for the time when no desk watches."""
        memo, spec, there = self._memo, self._memo.spec, sight.guard
        price = net_price(spec.exits, spec.side, entry, sight.instrument)
        quantity = min(held, sight.instrument.market_quantity_max)
        if there is not None:
            is_right = price is not None and (there.quantity, there.trigger) == (quantity, price)
            return () if is_right or there.is_leaving else self._let_go(sight)
        if price is None:
            return ()
        if sight.now < memo.net_at:
            return [Wake(memo.net_at, NET)]
        memo.net_at = Nanos(sight.now + NET_APART)
        return [Hold(side=spec.side.opposite, quantity=quantity, trigger=price, leg=OUT)]

    def _let_go(self, sight: Sight) -> list[Intent]:
        if sight.guard is None:
            return []
        self._memo.is_net_let_go = True
        return [LetGo()]

    def _net_until(self, sight: Sight) -> Nanos:
        """Return until when the desk's own stop waits for the venue's: two that act at once would close twice."""
        if sight.guard is None:
            return Nanos(0)
        since = sight.guard.leaving_since or sight.now
        return Nanos(since + (NET_HOLDS if sight.guard.state is GuardState.HELD else NET_DOUBTED))

    def _wait(self, sight: Sight, live: Sequence[Order], entry: Decimal | None) -> Sequence[Intent]:
        """Nothing is held: not yet, or not any more."""
        memo = self._memo
        exits = [each for each in live if each.spec.leg != ENTRY]
        gone = self._let_go(sight)
        if exits:
            memo.state = AlgoState.CANCELLING
            return [*gone, *_cancelled(exits)]
        if not self._is_entered(sight):
            if memo.is_out:
                return [*gone, *self._end_entry(sight, live)]
            memo.state = AlgoState.PARKED if memo.is_parked else AlgoState.WORKING
            return gone
        return self._finish(sight, self._result(sight, entry))

    def _is_hit(self, sight: Sight, entry: Decimal) -> bool:
        memo, spec = self._memo, self._memo.spec
        stop, price = stop_price(spec.exits, spec.side, entry), self._watched(sight)
        if stop is not None and price is not None and (price - stop) * spec.side.sign <= ZERO:
            if not memo.is_out:
                memo.free_at = Nanos(0)  # what the profit's order had to wait for is not waited for now
            memo.is_out = True
            memo.note = f"stop: {spec.exits.trigger} {price} is at {_told(stop)}"
        return memo.is_out

    def _watched(self, sight: Sight) -> Decimal | None:
        spec, quote = self._memo.spec, sight.quote
        if spec.exits.trigger is Trigger.MARK:
            return sight.mark
        return None if quote is None else quote.bid if spec.side is Side.BUY else quote.ask

    def _get_out(self, sight: Sight, live: Sequence[Order], held: Decimal) -> Sequence[Intent]:
        """End the entry, take the profit's order back, then take what is held, a little beyond the touch."""
        memo, spec = self._memo, self._memo.spec
        memo.is_out, memo.state = True, AlgoState.CROSSING
        ending = [*self._end_entry(sight, live), *self._let_go(sight)]
        net_until = self._net_until(sight)
        if net_until > sight.now:
            memo.note = "stop: waits until the venue has let go of its own"
            ending.append(Wake(net_until, NET))
        if live or net_until > sight.now:
            return [*ending, *_cancelled([each for each in live if each.spec.leg == PROFIT])]
        if sight.now < memo.free_at:
            return [*ending, Wake(memo.free_at, AGAIN)]
        memo.free_at = Nanos(sight.now + APART)
        quote, side, rules = sight.quote, spec.side.opposite, sight.instrument
        assert quote is not None  # looked at before
        far = (quote.ask if side is Side.BUY else quote.bid) * (1 + side.sign * spec.exits.slip_bps * BPS)
        # Outwards: a way out that is cut to the touch misses the next one.
        price = rules.round_up_to_tick(far) if side is Side.BUY else rules.round_down_to_tick(far)
        quantity = min(held, rules.market_quantity_max)
        out = Place(
            side=side,
            quantity=quantity,
            price=price,
            tif=TimeInForce.IOC,
            type=OrderType.LIMIT,
            reduce_only=True,
            leg=OUT,
            is_urgent=True,
        )
        return [*ending, out, Wake(memo.free_at, AGAIN)]

    def _end_entry(self, sight: Sight, live: Sequence[Order]) -> Sequence[Intent]:
        if sight.followed is not None:
            follows = self._memo.spec.follows
            assert follows is not None
            return [] if sight.followed.is_over else [EndRun(follows, "stopped out")]
        return _cancelled([each for each in live if each.spec.leg == ENTRY])

    def _keep_profit(self, sight: Sight, live: Sequence[Order], held: Decimal, entry: Decimal) -> Sequence[Intent]:
        memo, spec = self._memo, self._memo.spec
        price = profit_price(spec.exits, spec.side, entry, sight.instrument)
        resting = next((each for each in live if each.spec.leg == PROFIT), None)
        if price is None or (resting is not None and resting.is_in_flight):
            return ()
        if resting is not None and (resting.quantity, resting.price) == (resting.filled + held, price):
            return ()
        if sight.now < memo.free_at:
            return [Wake(memo.free_at, AGAIN)]
        memo.free_at = Nanos(sight.now + APART)
        if resting is not None:
            return [Amend(resting.spec.id, price, resting.filled + held)]
        return [Place(side=spec.side.opposite, quantity=held, price=price, reduce_only=True, leg=PROFIT)]

    def _stop(self, sight: Sight, live: Sequence[Order]) -> Sequence[Intent]:
        self._memo.state = AlgoState.CANCELLING
        if live:
            return _cancelled(live)
        held = self._held(sight)
        return self._finish(sight, self._memo.stopping + (f", {held} held without a stop" if held > ZERO else ""))

    # What it says

    def _describe(self, sight: Sight, held: Decimal, entry: Decimal) -> str:
        spec = self._memo.spec
        profit, stop = profit_price(spec.exits, spec.side, entry, sight.instrument), self._stop_at(sight)
        parts = [f"guards {held}"]
        if profit is not None:
            parts.append(f"profit at {profit}")
        if stop is not None:
            watched = self._watched(sight)
            away = "" if watched is None else f", {(watched - stop) * spec.side.sign / stop / BPS:.1f} bps away"
            parts.append(f"stop at {_told(stop)}{away}")
        if sight.guard is not None and sight.guard.state is GuardState.HELD:
            parts.append(f"at the venue {_told(sight.guard.trigger)}")
        return ", ".join(parts)

    def _stop_at(self, sight: Sight) -> Decimal | None:
        entry = self._entry_price(sight)
        return None if entry is None else stop_price(self._memo.spec.exits, self._memo.spec.side, entry)

    def _result(self, sight: Sight, entry: Decimal | None) -> str:
        memo, exits = self._memo, [each for each in self._exits(sight) if each.filled]
        if entry is None:
            return "not entered"
        quantity = sum((each.filled for each in exits), ZERO)
        if not quantity:
            return f"entered at {_told(entry)}, closed by others"
        out = sum((each.value for each in exits), ZERO) / quantity
        how = "stopped out" if memo.is_out else "profit taken" if not memo.released else "closed, in part by others"
        return f"{how} at {_told(out)}, {(out - entry) * memo.spec.side.sign / entry / BPS:+.1f} bps"

    def view(self, sight: Sight) -> AlgoRow:
        """Return the run's row: what was entered, and at what; its order is the one that takes the profit, or enters."""
        spec = self._memo.spec
        entries = self._entries(sight)
        filled = sum((each.filled for each in entries), ZERO)
        live = sorted((each for each in sight.orders.values() if each.is_open), key=lambda each: -each.spec.leg)
        row = self._row(sight, spec.side, spec.quantity, live[0].price if live else None, rejects=self._memo.rejects)
        return structs.replace(
            row,
            filled=filled,
            average_price=self._entry_price(sight),
            stop_price=None if self.is_done else self._stop_at(sight),
        )


def _cancelled(orders: Sequence[Order]) -> list[Intent]:
    return [
        Cancel(each.spec.id)
        for each in orders
        if each.is_open and not each.is_in_flight and each.spec.tif is not TimeInForce.IOC
    ]


def _told(price: Decimal) -> str:
    text = f"{price:.8g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
