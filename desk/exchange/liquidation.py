"""What the exchange does with an account that can no longer bear its positions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from desk.exchange.accounts import Position, maintenance_margin
from desk.exchange.pit import Pit
from desk.exchange.reporting import AUTOCLOSE, Reporter
from desk.exchange.resting import LiveOrder
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, UNALLOCATED, ZERO, ClientOrderId, Nanos, Symbol

_NONE: Final = Position()


class Liquidator:
    """Cancels everything and closes the positions, the heaviest first, until equity covers their maintenance margin."""

    def __init__(self, pits: Mapping[Symbol, Pit], reporter: Reporter) -> None:
        self._pits = pits
        self._reporter = reporter
        self.count = 0
        """Orders it has sent."""

    def check(self, now: Nanos) -> list[Pit]:
        """Act where equity is no more than the maintenance margin; return the pits it has traded in."""
        if not self._is_due():
            return []
        touched: dict[Symbol, Pit] = {}
        for order in list(self._reporter.open.values()):
            pit = touched[order.spec.symbol] = self._pits[order.spec.symbol]
            pit.matching.cancel(order, reason="liquidation")
        for symbol in sorted(self._held(), key=lambda each: -self._maintenance(each)):
            if not self._is_due():
                break
            touched[symbol] = self._pits[symbol]
            self._close(symbol, now)
        return list(touched.values())

    def _is_due(self) -> bool:
        held = self._held()
        if not held:
            return False
        marks = {symbol: pit.mark.price for symbol, pit in self._pits.items() if pit.mark is not None}
        return self._reporter.account.equity(marks) <= sum((self._maintenance(each) for each in held), ZERO)

    def _held(self) -> list[Symbol]:
        """Return the symbols with a position that can be priced."""
        positions = self._reporter.account.positions
        return [symbol for symbol, pit in self._pits.items() if pit.mark and positions.get(symbol, _NONE).quantity]

    def _maintenance(self, symbol: Symbol) -> Decimal:
        pit = self._pits[symbol]
        mark = pit.mark.price if pit.mark is not None else ZERO
        return maintenance_margin(pit.instrument.brackets, abs(self._reporter.account.quantity(symbol)) * mark)

    def _close(self, symbol: Symbol, now: Nanos) -> None:
        pit, quantity = self._pits[symbol], self._reporter.account.quantity(symbol)
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
        pit.matching.place(LiveOrder(spec, 0, spec.price, spec.quantity))
