"""What is asked without a key."""

import time

import pytest

from desk.model.error import BadInput, VenueError
from desk.model.units import Nanos
from desk.venues.binance.hosts import on_loopback
from desk.venues.binance.public import public_rules
from tests.exchange.scripted import BTC
from tests.server.live import opened


def now():
    return Nanos(time.time_ns())


async def test_rules_are_read_without_a_key():
    async with opened() as live:
        hosts = on_loopback(live.at.rest, live.at.ws, live.at.ws_api)

        (btc,) = await public_rules(hosts, [BTC], now)
        assert (btc.symbol, btc.brackets) == (BTC, ())
        with pytest.raises(BadInput, match="found NOPE"):
            await public_rules(hosts, ["NOPE"], now)


async def test_a_venue_that_is_not_there_is_a_sentence():
    with pytest.raises(VenueError, match="found no way to it"):
        await public_rules(on_loopback("http://127.0.0.1:9", "ws://127.0.0.1:9", "ws://127.0.0.1:9"), [BTC], now)
