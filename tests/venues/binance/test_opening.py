"""What is loaded and looked at before the first order."""

import httpx
import pytest

from desk.model.error import BadInput, VenueError
from desk.venues.binance.hosts import PRODUCTION, on_loopback
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.opening import CLOCK_SAMPLES, Opener
from tests.kit.builders import BTC, D
from tests.server.counter import Counter
from tests.venues.binance.test_rest import rest

LOOPBACK = on_loopback("http://127.0.0.1:1", "ws://127.0.0.1:2", "ws://127.0.0.1:2/ws-fapi/v1")


class Venue:
    """The practice exchange's own answers, over HTTP's shapes; some replaced."""

    def __init__(self, **changes):
        self.counter = Counter()
        self.changes = changes
        self.asked = []

    def __call__(self, request):
        path = request.url.path
        self.asked.append((request.method, path))
        if path in self.changes:
            found = self.changes[path]
            if isinstance(found, Exception):
                raise found
            return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)
        params = {k: v for k, v in request.url.params.items() if k not in ("timestamp", "signature", "recvWindow")}
        if request.headers.get("X-MBX-APIKEY") is None:
            query = str(request.url.query, "ascii").encode()
            status, body = self.counter.send(request.method, path, query)
        else:
            status, body = self.counter.ask(request.method, path, **params)
        return httpx.Response(status, json=body)


def opener(venue, hosts=LOOPBACK, clock=None):
    return Opener(rest(venue, clock), hosts)


async def test_rules_tiers_and_fees_make_an_instrument():
    (btc,) = await opener(Venue()).rules((BTC,), leverage=20)

    assert (btc.tick_size, btc.lot_size, btc.collar_up, btc.notional_min) == (D("0.10"), D("0.001"), D("1.05"), 50)
    assert (btc.maker_fee, btc.taker_fee, btc.liquidation_fee) == (D("0.0002"), D("0.0005"), D("0.0125"))
    assert (len(btc.brackets), btc.brackets[1].cum, btc.brackets[1].leverage) == (12, 300, 100)


async def test_leverage_is_set_right_in_practice_and_never_where_money_is_real():
    venue = Venue()
    await opener(venue).rules((BTC,), leverage=10)
    assert ("POST", "/fapi/v1/leverage") in venue.asked

    venue = Venue()
    with pytest.raises(BadInput, match="expected 10 as in the settings, found 20 at the venue"):
        await opener(venue, PRODUCTION).rules((BTC,), leverage=10)
    assert ("POST", "/fapi/v1/leverage") not in venue.asked


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"/fapi/v1/positionSide/dual": {"dualSidePosition": True}}, "one-way mode"),
        (
            {"/fapi/v1/symbolConfig": [{"symbol": "BTCUSDT", "leverage": 20, "marginType": "ISOLATED"}]},
            "expected cross margin",
        ),
        ({"/fapi/v1/exchangeInfo": {"symbols": []}}, "found BTCUSDT"),
    ],
)
async def test_an_account_that_does_not_fit_is_one_sentence(changes, complaint):
    with pytest.raises(BadInput, match=complaint):
        await opener(Venue(**changes)).rules((BTC,), leverage=20)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"/fapi/v1/exchangeInfo": httpx.Response(200, text="<html>")}, "something else"),
        ({"/fapi/v1/exchangeInfo": httpx.Response(503, text="Service Unavailable.")}, "found 503"),
        ({"/fapi/v1/leverageBracket": {"code": -2015, "msg": "Invalid API-key."}}, "something else"),
        (
            {
                "/fapi/v1/leverageBracket": [
                    {
                        "symbol": "BTCUSDT",
                        "brackets": [
                            {
                                "initialLeverage": 1,
                                "notionalCap": 5,
                                "notionalFloor": 0,
                                "maintMarginRatio": 0.1,
                                "cum": 7,
                            }
                        ],
                    }
                ]
            },
            "jumps",
        ),
    ],
)
async def test_answers_that_are_none_end_the_opening(changes, complaint):
    with pytest.raises(VenueError, match=complaint):
        await opener(Venue(**changes)).rules((BTC,), leverage=20)


async def test_a_venue_that_cannot_be_reached_is_a_sentence_a_trader_understands():
    venue = Venue(**{"/fapi/v1/time": httpx.ConnectError("nodename nor servname")})

    with pytest.raises(VenueError) as caught:
        await opener(venue).learn_clock()

    assert "found no way to it (ConnectError); is the network there?" in str(caught.value)
    assert "`desk` alone opens the practice exchange" in str(caught.value)


async def test_the_clock_is_sampled_several_times():
    clock, venue = ServerClock(), Venue()

    await opener(venue, clock=clock).learn_clock()

    assert venue.asked == [("GET", "/fapi/v1/time")] * CLOCK_SAMPLES
    assert clock.best is not None
