"""A request that has been let in, and how an endpoint says what it costs and who may ask."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from desk.exchange.pit import Pit
from desk.model.instrument import Instrument
from desk.model.units import Symbol
from desk.server.listenkeys import ListenKeys
from desk.server.params import Params
from desk.server.refusal import UNKNOWN_SYMBOL, Refusal
from desk.server.seat import Seat
from desk.server.tape import Tape
from desk.server.text import millis
from desk.server.venue import Venue

WEEK: Final = 7 * 86_400_000


class Security(StrEnum):
    """What an endpoint asks of who asks."""

    NONE = "none"
    KEY = "key"
    """An API key, and neither signature nor timestamp."""
    SIGNED = "signed"


class Call(Struct, frozen=True):
    """A request that has been let in."""

    params: Params
    venue: Venue
    listen_keys: ListenKeys
    owner: Seat | None = None

    @property
    def now(self) -> int:
        """The venue's time in milliseconds."""
        return millis(self.venue.now)

    @property
    def seat(self) -> Seat:
        """The account of the key."""
        assert self.owner is not None, "the route asks for a key"
        return self.owner

    def symbol(self) -> Symbol:
        """Return the symbol that must be there and be traded."""
        return self._known(self.params.text("symbol"))

    def maybe_symbol(self) -> Symbol | None:
        """Return the symbol, None where none is given."""
        text = self.params.maybe("symbol")
        return self._known(text) if text else None

    def symbols(self) -> list[Symbol]:
        """Return the symbol that is given, or else all."""
        symbol = self.maybe_symbol()
        return list(self.venue.rules) if symbol is None else [symbol]

    def rules(self, symbol: Symbol) -> Instrument:
        """Return a symbol's rules."""
        return self.venue.rules[symbol]

    def pit(self, symbol: Symbol) -> Pit:
        """Return a symbol's pit."""
        return self.venue.floor.pits[symbol]

    def tape(self, symbol: Symbol) -> Tape:
        """Return a symbol's public record."""
        return self.venue.tapes[symbol]

    def window(self, most: int = WEEK) -> tuple[int | None, int | None]:
        """Return start and end time, of which the span may not be more than the most."""
        start, end = self.params.maybe_integer("startTime"), self.params.maybe_integer("endTime")
        if start is not None and end is not None and not 0 <= end - start <= most:
            raise Refusal(-4165, "Invalid time interval")
        return start, end

    def _known(self, text: str) -> Symbol:
        symbol = Symbol(text.upper())
        if symbol not in self.venue.rules:
            raise Refusal(*UNKNOWN_SYMBOL)
        return symbol


Handler = Callable[[Call], Any]
"""Returns what is encoded as the answer; raises Refusal."""
Weight = int | Callable[[Params], int]


class Route(Struct, frozen=True):
    """One endpoint."""

    method: str
    path: str
    handler: Handler
    weight: Weight
    security: Security
    orders: tuple[int, int] = (0, 0)
    """What it takes of the ten seconds' and the minute's order meter."""
    counts_orders: bool = False
    """Its answer shows the order meters."""
    is_late_checked: bool = False
    """The matching engine checks the timestamp's age again."""

    def weight_of(self, params: Params) -> int:
        """Return what a request weighs."""
        return self.weight if isinstance(self.weight, int) else self.weight(params)


def public(path: str, handler: Handler, weight: Weight = 1) -> Route:
    """Return an endpoint that anybody may ask."""
    return Route("GET", path, handler, weight, Security.NONE)


def signed(method: str, path: str, handler: Handler, weight: Weight = 1) -> Route:
    """Return an endpoint that needs a signature."""
    return Route(method, path, handler, weight, Security.SIGNED)


def ordering(method: str, path: str, handler: Handler, orders: tuple[int, int], weight: Weight = 0) -> Route:
    """Return an endpoint that places or changes orders."""
    return Route(method, path, handler, weight, Security.SIGNED, orders, counts_orders=True, is_late_checked=True)


def one_or_all(one: int, every: int) -> Callable[[Params], int]:
    """Return the weight of an endpoint that costs more where no symbol is given."""
    return lambda params: one if params.maybe("symbol") else every
