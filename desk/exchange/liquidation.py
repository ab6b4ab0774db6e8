"""What the exchange does with a member that can no longer bear its positions."""

from collections.abc import Mapping
from typing import Final

from desk.exchange import margin
from desk.exchange.members import Member, Members
from desk.exchange.pit import Pit
from desk.exchange.reporting import AUTOCLOSE
from desk.exchange.resting import LiveOrder
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, UNALLOCATED, ZERO, ClientOrderId, Nanos, Symbol

LIQUIDATED: Final = "liquidation"


class Liquidator:
    """Cancels everything and closes the positions, the heaviest first, until equity covers their maintenance margin."""

    def __init__(self, pits: Mapping[Symbol, Pit], members: Members) -> None:
        self._pits = pits
        self._members = members
        self.count = 0
        """Orders it has sent."""

    def check(self, now: Nanos) -> list[Pit]:
        """Act where equity is no more than the maintenance margin; return the pits it has traded in."""
        touched: dict[Symbol, Pit] = {}
        for number in range(len(self._members)):
            member = self._members[number]
            if self._is_due(member):
                self._liquidate(number, member, now, touched)
        return list(touched.values())

    def _liquidate(self, number: int, member: Member, now: Nanos, touched: dict[Symbol, Pit]) -> None:
        for order in list(member.open.values()):
            pit = touched[order.spec.symbol] = self._pits[order.spec.symbol]
            pit.matching.cancel(order, reason=LIQUIDATED)
        heaviest = sorted(
            margin.held(self._pits, member), key=lambda each: -margin.maintenance(self._pits[each], member)
        )
        for symbol in heaviest:
            if not self._is_due(member):
                break
            touched[symbol] = self._pits[symbol]
            self._close(number, member, symbol, now)

    def _is_due(self, member: Member) -> bool:
        held = margin.held(self._pits, member)
        if not held:
            return False
        needed = sum((margin.maintenance(self._pits[each], member) for each in held), ZERO)
        return margin.equity(self._pits, member) <= needed

    def _close(self, number: int, member: Member, symbol: Symbol, now: Nanos) -> None:
        pit, quantity = self._pits[symbol], member.account.quantity(symbol)
        assert pit.mark is not None  # only priced positions are held
        side, instrument = (Side.SELL if quantity > ZERO else Side.BUY), pit.instrument
        limit = pit.mark.price * (instrument.collar_down if side is Side.SELL else instrument.collar_up)
        self.count += 1
        spec = OrderSpec(
            id=ClientOrderId(f"{AUTOCLOSE}{now // MILLISECOND}-{self.count}"),
            sub=UNALLOCATED,
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            tif=TimeInForce.IOC,
            quantity=abs(quantity),
            price=instrument.round_up_to_tick(limit) if side is Side.SELL else instrument.round_down_to_tick(limit),
            kind=OrderKind.MANUAL,
        )
        pit.matching.place(LiveOrder(spec, 0, spec.price, spec.quantity, account=number))
