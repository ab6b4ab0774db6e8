"""Only this machine is practice."""

import pytest

from desk.model.error import BadInput
from desk.venues.binance.hosts import DEMO, PRODUCTION, on_loopback


def test_only_production_is_real_money():
    assert PRODUCTION.is_real_money
    assert not DEMO.is_real_money


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_exchange_of_this_machine_is_practice(host):
    hosts = on_loopback(f"http://{host}:8080", f"ws://{host}:8081", f"ws://{host}:8081/ws-fapi/v1")

    assert hosts.rest == f"http://{host}:8080"
    assert not hosts.is_real_money


@pytest.mark.parametrize("host", ["fapi.binance.com:443", "127.0.0.1.example.org:80", "10.0.0.1:80", ""])
def test_an_exchange_elsewhere_is_refused_as_practice(host):
    with pytest.raises(BadInput, match="expected an address of this machine"):
        on_loopback(f"http://{host}", "ws://localhost:1", "ws://localhost:1/ws-fapi/v1")
