"""Where a chase wants its order to rest: pure arithmetic over the touch."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from desk.core.algos.base import Sight
from desk.model.command import ChaseSpec, Peg
from desk.model.instrument import Instrument
from desk.model.market import Quote
from desk.model.order import Side
from desk.model.units import BPS


class Aim(Struct, frozen=True):
    """A desired price; `is_beyond_cap`: the market is past the cap and the price has been held back to it."""

    price: Decimal
    is_beyond_cap: bool


def aim(
    spec: ChaseSpec, sight: Sight, own: Mapping[Decimal, Decimal], arrival_touch: Decimal, rejects: int
) -> Aim | None:
    """Return the price wanted now, or None where our side of the book is empty.

    `own` is our open size by price: a chase that counted itself would follow its own shadow.
    """
    quote = sight.quote
    assert quote is not None
    instrument, sign = sight.instrument, spec.side.sign
    near = _near_without(own, spec.side, quote, sight)
    if near is None:
        return None
    far = touch(spec.side.opposite, quote)
    price = _pegged(spec, near, far, instrument) - sign * spec.offset_ticks * instrument.tick_size
    price = _passive(instrument, spec.side, price)
    if spec.post_only:
        # The first refusal is the race itself; from the second on something hidden stands before the touch: keep off.
        margin = max(1, rejects) * instrument.tick_size
        price = _worse(spec.side, price, far - sign * margin)
    cap = cap_price(spec, instrument, arrival_touch)
    if cap is None or (price - cap) * sign <= 0:
        return Aim(price, is_beyond_cap=False)
    return Aim(cap, is_beyond_cap=True)


def cap_price(spec: ChaseSpec, instrument: Instrument, arrival_touch: Decimal) -> Decimal | None:
    """Return the worst price the chase may rest at, or None without a cap."""
    if spec.cap_price is not None:
        return _passive(instrument, spec.side, spec.cap_price)
    if spec.cap_bps is None:
        return None
    return _passive(instrument, spec.side, arrival_touch * (1 + spec.side.sign * spec.cap_bps * BPS))


def cross_price(spec: ChaseSpec, instrument: Instrument, quote: Quote) -> Decimal:
    """Return the worst price for taking what is left now: the opposite touch plus the allowed slip."""
    far = touch(spec.side.opposite, quote)
    return _passive(instrument, spec.side, far * (1 + spec.side.sign * spec.cross_slip_bps * BPS))


def touch(side: Side, quote: Quote) -> Decimal:
    """Return the best price of `side`."""
    return quote.bid if side is Side.BUY else quote.ask


def is_dust(instrument: Instrument, quantity: Decimal, price: Decimal, *, reduce_only: bool) -> bool:
    """Tell whether what is left is too small for the venue to take."""
    if quantity < instrument.quantity_min:
        return True
    return not reduce_only and quantity * price < instrument.notional_min


def shown(spec: ChaseSpec, instrument: Instrument, left: Decimal, price: Decimal) -> Decimal:
    """Return how much of what is left may be seen: never so much that the rest could not be traded any more."""
    if spec.show is None or left <= spec.show:
        return left
    rest = left - spec.show
    return left if is_dust(instrument, rest, price, reduce_only=spec.reduce_only) else spec.show


def _near_without(own: Mapping[Decimal, Decimal], side: Side, quote: Quote, sight: Sight) -> Decimal | None:
    near = touch(side, quote)
    size = quote.bid_size if side is Side.BUY else quote.ask_size
    if size > own.get(near, 0) or not sight.book.synced:
        return near
    return sight.book.best_without(side, own)


def _pegged(spec: ChaseSpec, near: Decimal, far: Decimal, instrument: Instrument) -> Decimal:
    match spec.peg:
        case Peg.JOIN:
            return near
        case Peg.IMPROVE:
            return near + spec.side.sign * spec.peg_ticks * instrument.tick_size
        case Peg.MID:
            return (near + far) / 2
        case Peg.OPPOSITE:
            return far


def _passive(instrument: Instrument, side: Side, price: Decimal) -> Decimal:
    return instrument.round_down_to_tick(price) if side is Side.BUY else instrument.round_up_to_tick(price)


def _worse(side: Side, price: Decimal, limit: Decimal) -> Decimal:
    return min(price, limit) if side is Side.BUY else max(price, limit)
