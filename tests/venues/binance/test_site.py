"""Which venue, with which key, and the gate before real money."""

import pytest

from desk.model.error import BadInput
from desk.venues.binance.hosts import DEMO, PRODUCTION
from desk.venues.binance.site import hosts_of, site_of


@pytest.fixture
def key_file(tmp_path):
    tmp_path.chmod(0o700)
    path = tmp_path / "venue.key"
    path.write_text('key = "k"\nsecret = "s"\n')
    path.chmod(0o600)
    return path


def test_names_stand_for_addresses():
    assert (hosts_of("binance"), hosts_of("binance-demo")) == (PRODUCTION, DEMO)
    near = hosts_of("loopback:8080")
    assert (near.rest, near.stream, near.session) == (
        "http://127.0.0.1:8080",
        "ws://127.0.0.1:8081",
        "ws://127.0.0.1:8081/ws-fapi/v1",
    )
    assert not near.is_real_money


@pytest.mark.parametrize("name", ["kraken", "loopback", "loopback:0", "loopback:65535", "loopback:x", "http://evil:1"])
def test_a_name_that_is_none_is_refused_with_those_there_are(name):
    with pytest.raises(BadInput, match="expected practice, loopback:PORT, binance-demo or binance"):
        hosts_of(name)


def test_real_money_is_asked_for_by_name(key_file):
    def site(*, takes_real_money):
        return site_of("binance", key_file=key_file, environ={}, ask=None, takes_real_money=takes_real_money)

    with pytest.raises(BadInput, match="say --real-money"):
        site(takes_real_money=False)
    assert site(takes_real_money=True).name == "BINANCE"


def test_every_venue_has_books_of_its_own_and_needs_a_key(key_file):
    def site(venue, path=key_file):
        return site_of(venue, key_file=path, environ={}, ask=None, takes_real_money=False)

    assert (site("loopback:8080").slug, site("binance-demo").slug) == ("loopback-8080", "binance-demo")
    assert site("loopback:8080").credentials.key.reveal() == b"k"
    with pytest.raises(BadInput, match="expected the venue's API key"):
        site("binance-demo", key_file.with_name("nowhere"))
