"""The books of a scalper: which layer an order belongs to, and what its trades have made of the layers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import field

from desk.core.algos import split
from desk.core.algos.base import Memo, Sight
from desk.core.algos.layer import Ema, Layer, Window
from desk.core.orders import Order
from desk.model.intent import Forget, Intent
from desk.model.order import Side
from desk.model.program import ScalperSpec
from desk.model.units import ZERO, ClientOrderId, Nanos

ENTRIES: Final = 0
EXITS: Final = 100
OUTS: Final = 200
SELLS: Final = 300
"""Legs: entries of the bids from 0, their exits from 100, their ways out from 200; those of the asks 300 further on."""


class ScalperMemo(Memo, kw_only=True):
    """Everything a scalper knows, besides its orders."""

    spec: ScalperSpec
    layers: list[Layer] = field(default_factory=list)
    windows: dict[Side, Window] = field(default_factory=lambda: {side: Window() for side in Side})
    out_until: dict[Side, Nanos] = field(default_factory=dict)
    """Sides that take no entries, and until when at least."""
    ema: Ema = field(default_factory=Ema)
    counted: dict[ClientOrderId, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Quantity and value of each order's trades that its layer has counted."""
    moved: dict[int, Nanos] = field(default_factory=dict)
    """When the latest order or amendment of a leg left."""
    stopping: str = ""
    trips: int = 0
    operations: int = 0
    maker: Decimal = ZERO
    result: Decimal = ZERO
    """Of all round trips, fees not included, in quote currency."""


def sizes(spec: ScalperSpec, lot: Decimal, least: Decimal) -> list[Decimal]:
    """Return the size of each layer, the innermost first; the innermost go first where layers would be too small."""
    for count in range(spec.layers, 0, -1):
        made = split.share(spec.quantity, split.layer_weights(spec.skew, count), lot)
        if min(made) >= least:
            return made
    return []


def offsets(spec: ScalperSpec, count: int) -> list[Decimal]:
    """Return the distance of each of the outermost `count` layers in bps, the innermost first."""
    return split.layer_offsets(spec.base_bps, spec.max_bps, spec.layers)[-count:] if count else []


def leg_of(layer: Layer, kind: int) -> int:
    """Return the leg of a layer's entries, exits or ways out."""
    return layer.index + kind + (SELLS if layer.side is Side.SELL else 0)


def count(memo: ScalperMemo, sight: Sight) -> Iterator[Intent]:
    """Count the trades of every order into its layer; forget the orders that are over."""
    for order in list(sight.orders.values()):
        quantity, value = memo.counted.get(order.spec.id, (ZERO, ZERO))
        if order.filled > quantity:
            _count_trade(memo, order, order.filled - quantity, order.value - value, is_first=not quantity)
            memo.counted[order.spec.id] = (order.filled, order.value)
        if order.is_settled:
            memo.counted.pop(order.spec.id, None)
            memo.operations += order.requests
            memo.maker += order.filled_as_maker
            memo.rejects += bool(order.reason) and not order.filled and order.status.value == "rejected"
            yield Forget(order.spec.id)


def _count_trade(memo: ScalperMemo, order: Order, quantity: Decimal, value: Decimal, *, is_first: bool) -> None:
    spec = memo.spec
    layer = _layer_of(memo, order.spec.leg)
    left = _take_off(memo, layer, order.spec.side, quantity, value / quantity)
    if left:
        entered = layer if layer.side is order.spec.side else _layer(memo, order.spec.side, layer.index)
        entered.enter(left, value / quantity * left, order.updated)
    if is_first and order.spec.leg % SELLS < EXITS:
        layer.on_first_fill(order.updated, spec.delay_ms)
        memo.windows[layer.side].add(order.updated, order.quantity * order.price)


def _take_off(memo: ScalperMemo, own: Layer, side: Side, left: Decimal, price: Decimal) -> Decimal:
    """Let a trade close what layers of the other side hold, its own first and then the oldest; return what is left.

    An entry of one side is the exit of the other: the two have been one round trip, whatever their targets were.
    """
    held = [each for each in memo.layers if each.held and each.side is side.opposite]
    for layer in sorted(held, key=lambda each: (each is not own, each.opened or 0)):
        taken = min(left, layer.held)
        if not taken:
            break
        before = layer.cost
        bps = layer.leave(taken, price * taken)
        memo.result += (price * taken - (before - layer.cost)) * layer.side.sign
        left -= taken
        if bps is not None:
            memo.trips += 1
            memo.ema.add(bps)
    return left


def _layer_of(memo: ScalperMemo, leg: int) -> Layer:
    return _layer(memo, Side.SELL if leg >= SELLS else Side.BUY, leg % 100)


def _layer(memo: ScalperMemo, side: Side, index: int) -> Layer:
    return next(each for each in memo.layers if each.side is side and each.index == index)
