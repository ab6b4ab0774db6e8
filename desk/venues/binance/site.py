"""Which Binance: the real one, its demo, or a practice exchange on this machine; and the key that is used there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from desk.model.error import BadInput
from desk.venues.binance.hosts import DEMO, PRODUCTION, Hosts, on_loopback
from desk.venues.keys import Ask, Credentials, find_credentials

PRACTICE: Final = "practice"
OVERRIDE: Final = "--allow-withdrawals"
"""What a trader says whose key may withdraw, and is meant to."""
_LOOPBACK: Final = re.compile(r"loopback:([0-9]{1,5})")
NAMES: Final = f"{PRACTICE}, loopback:PORT, binance-demo or binance"


class Site(Struct, frozen=True):
    """A venue that is reached over the network."""

    name: str
    """As the screen shows it."""
    slug: str
    """The directory of its books: two venues never share one."""
    hosts: Hosts
    credentials: Credentials
    may_withdraw: bool = False
    """The key may have a right to withdraw: the trader has said that it is meant to."""


def hosts_of(venue: str) -> Hosts:
    """Return where a venue is reached; raises BadInput for a name that is none."""
    if venue == "binance":
        return PRODUCTION
    if venue == "binance-demo":
        return DEMO
    found = _LOOPBACK.fullmatch(venue)
    if found is None or not 0 < int(found[1]) < 65_535:
        raise BadInput(f"--venue: expected {NAMES}, found {venue}")
    port = int(found[1])
    streams = f"127.0.0.1:{port + 1}"
    return on_loopback(f"http://127.0.0.1:{port}", f"ws://{streams}", f"ws://{streams}/ws-fapi/v1")


def slug_of(venue: str) -> str:
    """Return the name of the directory of a venue's books; raises BadInput for a name that is none."""
    hosts_of(venue)
    return venue.replace(":", "-")


def site_of(venue: str, *, key_file: Path, environ: Mapping[str, str], ask: Ask | None, takes_real_money: bool) -> Site:
    """Return the venue with its key; raises BadInput without a key, or for real money that was not asked for."""
    hosts = hosts_of(venue)
    if hosts.is_real_money and not takes_real_money:
        raise BadInput("--venue binance: orders there move real money; say --real-money as well")
    name = {"binance": "BINANCE", "binance-demo": "BINANCE DEMO"}.get(venue, "EXCHANGE")
    return Site(name, slug_of(venue), hosts, find_credentials(key_file, environ, ask))
