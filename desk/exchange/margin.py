"""What a member's account is worth on the floor, and what its positions and orders bind of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from desk.exchange.accounts import Position, maintenance_margin
from desk.exchange.members import Member
from desk.exchange.pit import Pit
from desk.exchange.resting import LiveOrder
from desk.exchange.validation import Standing, initial_margin
from desk.model.order import Side
from desk.model.units import ZERO, Symbol

_NONE: Final = Position()


def marks(pits: Mapping[Symbol, Pit]) -> dict[Symbol, Decimal]:
    """Return the known mark prices."""
    return {symbol: pit.mark.price for symbol, pit in pits.items() if pit.mark is not None}


def equity(pits: Mapping[Symbol, Pit], member: Member) -> Decimal:
    """Return wallet plus unrealised PnL."""
    return member.account.equity(marks(pits))


def held(pits: Mapping[Symbol, Pit], member: Member) -> list[Symbol]:
    """Return the symbols with a position that can be priced."""
    positions = member.account.positions
    return [symbol for symbol, pit in pits.items() if pit.mark and positions.get(symbol, _NONE).quantity]


def maintenance(pit: Pit, member: Member) -> Decimal:
    """Return the margin a member needs to keep its position of a symbol."""
    mark = pit.mark.price if pit.mark is not None else ZERO
    return maintenance_margin(pit.instrument.brackets, abs(member.account.quantity(pit.instrument.symbol)) * mark)


def open_quantity(
    member: Member, symbol: Symbol, side: Side, *, reduce_only: bool, besides: LiveOrder | None = None
) -> Decimal:
    """Return a member's resting quantity of a side, of the plain or the reduce-only orders, but for one order."""
    return sum(
        (
            each.leaves
            for each in member.open.values()
            if each.spec.symbol == symbol
            and each.spec.side is side
            and each.spec.reduce_only is reduce_only
            and each is not besides
        ),
        ZERO,
    )


def initial(pit: Pit, member: Member) -> Decimal:
    """Return the margin that a member's position and orders of a symbol bind."""
    if pit.mark is None:
        return ZERO
    symbol = pit.instrument.symbol
    bids = open_quantity(member, symbol, Side.BUY, reduce_only=False)
    asks = open_quantity(member, symbol, Side.SELL, reduce_only=False)
    return initial_margin(pit.mark.price, member.account.quantity(symbol), bids, asks, member.leverage(symbol))


def standing(
    pits: Mapping[Symbol, Pit], pit: Pit, member: Member, side: Side, besides: LiveOrder | None = None
) -> Standing:
    """Return what a new order of a member is judged against, or an amended one, which is `besides` itself."""
    symbol, known = pit.instrument.symbol, marks(pits)
    open_orders = sum(1 for each in member.open.values() if each.spec.symbol == symbol)
    return Standing(
        mark=known.get(symbol),
        position=member.account.quantity(symbol),
        bids_open=open_quantity(member, symbol, Side.BUY, reduce_only=False, besides=besides),
        asks_open=open_quantity(member, symbol, Side.SELL, reduce_only=False, besides=besides),
        reduce_only_open=open_quantity(member, symbol, side, reduce_only=True, besides=besides),
        orders_open=open_orders - (besides is not None),
        equity=member.account.equity(known),
        margin_elsewhere=sum((initial(each, member) for each in pits.values() if each is not pit), ZERO),
        leverage=member.leverage(symbol),
        filled=ZERO if besides is None else besides.filled,
    )


def liquidation_price(pits: Mapping[Symbol, Pit], member: Member, symbol: Symbol) -> Decimal | None:
    """Return the mark at which equity meets maintenance, the other symbols standing still; None: no mark does.

    Every tier's line gives a price; maintenance is the highest of the lines, so a falling price meets the highest of
    them first, and a rising price the lowest.
    """
    pit, quantity = pits[symbol], member.account.quantity(symbol)
    if not quantity or pit.mark is None:
        return None
    others = [each for each in held(pits, member) if each != symbol]
    spare = equity(pits, member) - quantity * pit.mark.price
    spare -= sum((maintenance(pits[each], member) for each in others), ZERO)
    # spare + quantity * price = |quantity| * price * rate - cum
    prices = [(spare + tier.cum) / (abs(quantity) * tier.rate - quantity) for tier in pit.instrument.brackets]
    reached = [each for each in prices if each > ZERO]
    if not reached or (quantity > ZERO and len(reached) < len(prices) and max(prices) <= ZERO):
        return None
    return max(reached) if quantity > ZERO else min(reached)
