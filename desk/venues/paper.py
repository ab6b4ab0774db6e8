"""The practice venue: the simulated exchange inside this process, seen through the ports of the runtime."""

from decimal import Decimal

from desk.exchange.exchange import Exchange
from desk.model.effect import VenueRequest
from desk.model.event import Event
from desk.model.following import LineRow
from desk.model.units import Nanos


class PaperVenue:
    """The default venue: works on the first start, with no key and no network."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def version(self) -> int:
        """Grows whenever orders, positions or cash at the exchange change."""
        return self._exchange.version

    def next_at(self) -> Nanos | None:
        """Return when the exchange has something to say next."""
        return self._exchange.next_at()

    def collect(self, now: Nanos) -> list[Event]:
        """Return what has reached the desk by `now`."""
        return self._exchange.advance(now)

    def execute(self, request: VenueRequest, now: Nanos) -> None:
        """Send a request on its way."""
        self._exchange.execute(request, now)

    def lines(self) -> tuple[LineRow, ...]:
        """Return nothing: there is no connection that could break."""
        return ()

    def memo(self) -> bytes:
        """Return what the exchange must remember: a practice exchange ends with its process."""
        return self._exchange.save()

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Come back as the exchange of an earlier process."""
        self._exchange.restore(memo, now)

    def deposit(self, amount: Decimal) -> None:
        """Bring cash to the exchange for a sub-account that is new."""
        self._exchange.deposit(amount)
