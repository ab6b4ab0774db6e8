"""What anybody may ask of the venue before a market of it is followed: no key is needed."""

from collections.abc import Callable, Sequence

from desk.model.instrument import Instrument
from desk.model.units import Nanos, Symbol
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.opening import Opener
from desk.venues.binance.rest import Rest


async def public_rules(hosts: Hosts, symbols: Sequence[Symbol], now: Callable[[], Nanos]) -> tuple[Instrument, ...]:
    """Return the symbols' rules; raises VenueError where the venue cannot be reached, BadInput for an unknown symbol."""
    rest = Rest(hosts.rest, key=None, signer=None, server_clock=ServerClock(), now=now)
    try:
        return await Opener(rest, hosts).public_rules(symbols)
    finally:
        await rest.close()
