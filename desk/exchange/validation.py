"""The checks an order passes before it reaches the book, with the venue's codes and texts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.order import OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import ZERO

ORDERS_MAX: Final = 200
AMENDS_MAX: Final = 10_000


class Refused(Struct, frozen=True):
    """The exchange's definite no."""

    code: int
    reason: str


class Standing(Struct, frozen=True, kw_only=True):
    """What an order is judged against; the order itself is not part of it."""

    mark: Decimal | None
    """None: the symbol has not traded yet."""
    position: Decimal
    bids_open: Decimal
    """Our resting quantity to buy in this symbol."""
    asks_open: Decimal
    reduce_only_open: Decimal
    """Resting reduce-only quantity of the order's side in this symbol."""
    orders_open: int
    equity: Decimal
    margin_elsewhere: Decimal
    """Initial margin of the other symbols."""
    leverage: int
    filled: Decimal = ZERO
    """What an order being amended has traded already: part of the position, no longer of the order."""


UNKNOWN_SYMBOL: Final = Refused(-1121, "Invalid symbol.")
UNKNOWN_CANCEL: Final = Refused(-2011, "Unknown order sent.")
UNKNOWN_AMEND: Final = Refused(-2013, "Order does not exist.")
DUPLICATE_ID: Final = Refused(-4116, "clientOrderId is duplicated")
CANNOT_FILL: Final = Refused(-5021, "The order could not be filled immediately, the FOK order will be rejected.")
WOULD_TAKE: Final = Refused(
    -5022, "Due to the order could not be executed as maker, the Post Only order will be rejected."
)
TOO_MANY_AMENDS: Final = Refused(-5026, "Exceed maximum modify order limit.")
NOTHING_TO_AMEND: Final = Refused(-5027, "No need to modify the order.")
_NOT_TRADING: Final = Refused(-1122, "Invalid symbol status.")
_NO_PRICE: Final = Refused(-4001, "Price less than 0.")
_OFF_TICK: Final = Refused(-4014, "Price not increased by tick size.")
_OFF_LOT: Final = Refused(-4023, "Qty not increased by step size.")
_TOO_SMALL: Final = Refused(-4004, "Quantity less than min quantity.")
_TOO_LARGE: Final = Refused(-4005, "Quantity greater than max quantity.")
_NOT_REDUCING: Final = Refused(-2022, "ReduceOnly Order is rejected.")
_CLOSED_TWICE: Final = Refused(-4118, "ReduceOnly Order Failed. Please check your existing position and open orders")
_TOO_MANY: Final = Refused(-2025, "Reach max open order limit.")
_NO_MARGIN: Final = Refused(-2019, "Margin is insufficient.")
_TOO_LEVERED: Final = Refused(-2027, "Exceeded the maximum allowable position at current leverage.")


def check(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    """Return the first complaint about a new order, or None."""
    for each in _CHECKS:
        refused = each(spec, instrument, standing)
        if refused is not None:
            return refused
    return None


def initial_margin(mark: Decimal, position: Decimal, bids: Decimal, asks: Decimal, leverage: int) -> Decimal:
    """Return the margin of a position and its open orders: the worse side counts, as if all of it were filled."""
    return max(abs(position + bids), abs(position - asks)) * mark / leverage


def _check_status(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    return _NOT_TRADING if standing.mark is None else None


def _check_grid(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    if spec.price <= ZERO:
        return _NO_PRICE
    if not instrument.is_on_tick(spec.price):
        return _OFF_TICK
    return None if instrument.is_on_lot(spec.quantity) else _OFF_LOT


def _check_quantity(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    if spec.quantity < instrument.quantity_min:
        return _TOO_SMALL
    most = instrument.market_quantity_max if spec.type is OrderType.MARKET else instrument.quantity_max
    return _TOO_LARGE if spec.quantity > most else None


def _check_notional(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    price = _mark(standing) if spec.type is OrderType.MARKET else spec.price
    if spec.reduce_only or price * spec.quantity >= instrument.notional_min:
        return None
    least = f"{instrument.notional_min.normalize():f}"
    return Refused(-4164, f"Order's notional must be no smaller than {least} (unless you choose reduce only)")


def _check_collar(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    mark = _mark(standing)
    if spec.side is Side.BUY:
        highest = instrument.round_down_to_tick(mark * instrument.collar_up)
        return (
            Refused(-4016, f"Limit price can't be higher than {_shown(highest, instrument)}.")
            if spec.price > highest
            else None
        )
    lowest = instrument.round_up_to_tick(mark * instrument.collar_down)
    return (
        Refused(-4024, f"Limit price can't be lower than {_shown(lowest, instrument)}.")
        if spec.price < lowest
        else None
    )


def _check_reduce_only(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    if not spec.reduce_only:
        return None
    leaves, closable = spec.quantity - standing.filled, _closable(spec, standing)
    # What is executed at once may ask for more than there is: it ends at zero.
    if not closable or (leaves > closable and not _is_immediate(spec)):
        return _NOT_REDUCING
    return _CLOSED_TWICE if min(leaves, closable) + standing.reduce_only_open > closable else None


def _check_count(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    return _TOO_MANY if standing.orders_open >= ORDERS_MAX else None


def _check_margin(spec: OrderSpec, instrument: Instrument, standing: Standing) -> Refused | None:
    resting = standing.bids_open if spec.side is Side.BUY else standing.asks_open
    leaves = spec.quantity - standing.filled
    if spec.reduce_only or leaves + resting <= _closable(spec, standing):
        return None
    mark = _mark(standing)
    bids = standing.bids_open + (leaves if spec.side is Side.BUY else ZERO)
    asks = standing.asks_open + (leaves if spec.side is Side.SELL else ZERO)
    needed = initial_margin(mark, standing.position, bids, asks, standing.leverage)
    if needed * standing.leverage > _notional_max(instrument, standing.leverage):
        return _TOO_LEVERED
    return _NO_MARGIN if needed + standing.margin_elsewhere > standing.equity else None


def _is_immediate(spec: OrderSpec) -> bool:
    return spec.type is OrderType.MARKET or spec.tif is TimeInForce.IOC


def _shown(price: Decimal, instrument: Instrument) -> str:
    return f"{price:.{instrument.price_decimals}f}"


def _closable(spec: OrderSpec, standing: Standing) -> Decimal:
    return max(ZERO, -standing.position * spec.side.sign)


def _notional_max(instrument: Instrument, leverage: int) -> Decimal:
    return max((tier.cap for tier in instrument.brackets if tier.leverage >= leverage), default=ZERO)


def _mark(standing: Standing) -> Decimal:
    assert standing.mark is not None, "checked first"
    return standing.mark


_CHECKS: Final[tuple[Callable[[OrderSpec, Instrument, Standing], Refused | None], ...]] = (
    _check_status,
    _check_grid,
    _check_quantity,
    _check_notional,
    _check_collar,
    _check_reduce_only,
    _check_count,
    _check_margin,
)
