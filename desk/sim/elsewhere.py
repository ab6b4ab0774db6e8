"""What happens on our account without us: a person at the web page, and the venue's own closing orders."""

from decimal import Decimal
from random import Random
from typing import Final

from desk.exchange.exchange import Exchange
from desk.model.effect import SendOrder
from desk.model.instrument import Instrument
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import UNALLOCATED, ZERO, ClientOrderId, Nanos, Symbol
from desk.sim.oracle import Oracle

_REACH: Final = Decimal("0.04")
"""How far beyond the mark these orders pay: they are meant to be filled."""


class Elsewhere:
    """Sends orders straight to the exchange, past the desk."""

    def __init__(self, exchange: Exchange, oracle: Oracle, instruments: tuple[Instrument, ...], chance: Random) -> None:
        self._exchange = exchange
        self._oracle = oracle
        self._instruments = {each.symbol: each for each in instruments}
        self._chance = chance
        self._count = 0

    def trade(self, now: Nanos) -> None:
        """Trade a little by hand."""
        symbol = self._chance.choice(list(self._instruments))
        lots = self._chance.randint(20, 400)
        side = self._chance.choice((Side.BUY, Side.SELL))
        self._send("web", symbol, side, self._instruments[symbol].lot_size * lots, now)

    def force_close(self, now: Nanos) -> None:
        """Close a position of the account as the venue does when it liquidates."""
        held = [each for each in self._exchange.truth(now).positions if each.quantity]
        if held:
            position = self._chance.choice(held)
            side = Side.SELL if position.quantity > ZERO else Side.BUY
            self._send("autoclose-", position.symbol, side, abs(position.quantity), now)

    def _send(self, prefix: str, symbol: Symbol, side: Side, quantity: Decimal, now: Nanos) -> None:
        mark = self._oracle.marks.get(symbol)
        if mark is None:
            return
        self._count += 1
        instrument = self._instruments[symbol]
        spec = OrderSpec(
            id=ClientOrderId(f"{prefix}{self._count}"),
            sub=UNALLOCATED,
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            tif=TimeInForce.IOC,
            quantity=min(quantity, instrument.quantity_max),
            price=instrument.round_down_to_tick(mark * (1 + side.sign * _REACH)),
            kind=OrderKind.MANUAL,
        )
        self._exchange.execute(SendOrder(now, spec), now)
