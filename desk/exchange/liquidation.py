"""What the exchange does with a member that can no longer bear its positions."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from desk.exchange import margin
from desk.exchange.members import Member, Members
from desk.exchange.order_entry import OrderEntry
from desk.exchange.pit import Pit
from desk.exchange.reporting import AUTOCLOSE
from desk.exchange.resting import LiveOrder
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, UNALLOCATED, ZERO, ClientOrderId, Nanos, Symbol

LIQUIDATED: Final = "liquidation"
ADL_AUTOCLOSE: Final = "adl_autoclose-"
"""How the orders begin that close a winner's position because nobody else takes a loser's."""
MakeOrder = Callable[[OrderSpec, int, bool], LiveOrder]
"""Makes a live order for an account; the last one says that the exchange itself sends it."""


class Liquidator:
    """Cancels everything and closes the positions, the heaviest first, until equity covers their maintenance margin."""

    def __init__(
        self, pits: Mapping[Symbol, Pit], members: Members, entry: OrderEntry, make: MakeOrder, *, is_insured: bool
    ) -> None:
        """Where it `is_insured`, what no book takes goes to the winners and then to the fund, at the price of nothing left."""
        self._pits = pits
        self._members = members
        self._entry = entry
        self._make = make
        self._is_insured = is_insured
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

    def queue(self, pit: Pit, side: Side) -> list[int]:
        """Return who holds a side of a symbol, long or short, the one with the highest profit times leverage first."""
        symbol = pit.instrument.symbol
        everybody = range(len(self._members))
        holders = [each for each in everybody if self._members[each].account.quantity(symbol) * side.sign > ZERO]
        return sorted(holders, key=lambda each: -self._rank(self._members[each], pit))

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
            pit = touched[symbol] = self._pits[symbol]
            self._close(number, pit, now)
            if self._is_insured and self._is_due(member):
                self._take_over(number, pit, now)
        if self._is_insured and member.account.wallet < ZERO and not margin.held(self._pits, member):
            member.bail_out()

    def _is_due(self, member: Member) -> bool:
        held = margin.held(self._pits, member)
        if not held:
            return False
        needed = sum((margin.maintenance(self._pits[each], member) for each in held), ZERO)
        return margin.equity(self._pits, member) <= needed

    def _close(self, number: int, pit: Pit, now: Nanos) -> None:
        quantity, instrument = self._members[number].account.quantity(pit.instrument.symbol), pit.instrument
        assert pit.mark is not None  # only priced positions are held
        side = Side.SELL if quantity > ZERO else Side.BUY
        limit = pit.mark.price * (instrument.collar_down if side is Side.SELL else instrument.collar_up)
        price = instrument.round_up_to_tick(limit) if side is Side.SELL else instrument.round_down_to_tick(limit)
        pit.matching.place(self._order(AUTOCLOSE, number, _Terms(pit, side, price, now), abs(quantity)))

    def _take_over(self, number: int, pit: Pit, now: Nanos) -> None:
        """Close what the book has not taken at the price that leaves nothing: against the winners, then with the fund."""
        member, symbol = self._members[number], pit.instrument.symbol
        left = member.account.quantity(symbol)
        if not left or pit.mark is None:
            return
        side = Side.SELL if left > ZERO else Side.BUY
        nothing_left = pit.mark.price - margin.equity(self._pits, member) / left
        price = max(pit.instrument.tick_size, pit.instrument.round_down_to_tick(nothing_left))
        terms, facing = _Terms(pit, side, price, now), _Terms(pit, side.opposite, price, now)
        for other in (each for each in self.queue(pit, side) if each != number):
            taken = min(abs(left), abs(self._members[other].account.quantity(symbol)))
            pit.matching.cross(self._order(AUTOCLOSE, number, terms, taken), price, taken, opens=True)
            pit.matching.cross(self._order(ADL_AUTOCLOSE, other, facing, taken), price, taken, opens=False)
            left = member.account.quantity(symbol)
            if not left:
                return
        pit.matching.cross(self._order(AUTOCLOSE, number, terms, abs(left)), price, abs(left), opens=True)

    def _rank(self, member: Member, pit: Pit) -> Decimal:
        position = member.account.positions[pit.instrument.symbol]
        assert pit.mark is not None  # only priced positions are held
        value = position.quantity * pit.mark.price
        equity = margin.equity(self._pits, member)
        profit = (value - position.cost) / abs(position.cost) if position.cost else ZERO
        return profit * abs(value) / equity if equity > ZERO else ZERO

    def _order(self, prefix: str, number: int, terms: "_Terms", quantity: Decimal) -> LiveOrder:
        self.count += 1
        spec = OrderSpec(
            id=ClientOrderId(f"{prefix}{terms.now // MILLISECOND}-{self.count}"),
            sub=UNALLOCATED,
            symbol=terms.pit.instrument.symbol,
            side=terms.side,
            type=OrderType.LIMIT,
            tif=TimeInForce.IOC,
            quantity=quantity,
            price=terms.price,
            kind=OrderKind.MANUAL,
        )
        order = self._make(spec, number, True)
        self._entry.number(order)
        return order


class _Terms(NamedTuple):
    """Where, which way, at what price and when the exchange closes."""

    pit: Pit
    side: Side
    price: Decimal
    now: Nanos
