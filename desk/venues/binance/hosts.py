"""Where the venue is reached."""

from typing import Final

from msgspec import Struct

from desk.model.error import BadInput


class Hosts(Struct, frozen=True, kw_only=True):
    """The addresses of one venue, without a path's first slash at their ends."""

    rest: str
    stream: str
    """Carries the routed paths `/public`, `/market` and `/private`."""
    session: str
    """The WebSocket API."""
    wallet: str | None = None
    """Tells what the key may do; None: nobody does."""
    is_real_money: bool


PRODUCTION: Final = Hosts(
    rest="https://fapi.binance.com",
    stream="wss://fstream.binance.com",
    session="wss://ws-fapi.binance.com/ws-fapi/v1",
    wallet="https://api.binance.com",
    is_real_money=True,
)
DEMO: Final = Hosts(
    rest="https://demo-fapi.binance.com",
    stream="wss://demo-fstream.binance.com",
    session="wss://testnet.binancefuture.com/ws-fapi/v1",
    is_real_money=False,
)


def on_loopback(rest: str, stream: str, session: str) -> Hosts:
    """Return a practice exchange on this machine; raise BadInput for one elsewhere: it would not be practice."""
    for address in (rest, stream, session):
        host = address.partition("://")[2].partition("/")[0].rpartition(":")[0]
        if host not in ("127.0.0.1", "localhost", "[::1]"):
            raise BadInput(f"{address}: expected an address of this machine with its port, found {host or 'none'}")
    return Hosts(rest=rest, stream=stream, session=session, wallet=rest, is_real_money=False)
