"""Touch and mark as the exchange answers them over HTTP."""

import json
from decimal import Decimal

import pytest

from desk.model.price import PriceKind, Via
from desk.model.units import Symbol
from desk.venues.binance.codec import Mangled
from desk.venues.binance.prices import RestPrices
from desk.venues.outcomes import Answer
from tests.kit.builders import BTC, at
from tests.server.live import opened
from tests.venues.binance.test_venue import now, venue_of

TOUCH = {"symbol": "BTCUSDT", "bidPrice": "100.0", "bidQty": "2", "askPrice": "100.1", "askQty": "3", "time": 7}
MARK = {
    "symbol": "BTCUSDT",
    "markPrice": "100.05",
    "indexPrice": "100.04",
    "estimatedSettlePrice": "100.05",
    "lastFundingRate": "0.0001",
    "interestRate": "0.0001",
    "nextFundingTime": 1_000,
    "time": 9,
}


class Reply:
    def __init__(self, body, status):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answer = Answer(bytes_written=1, status=status, body=raw)


class Rest:
    """Answers the same to everything, and remembers the questions."""

    def __init__(self, body, status=200):
        self._reply = Reply(body, status)
        self.asked = []

    async def send(self, call):
        self.asked.append((call.path, call.params, call.weight))
        return self._reply


async def prices(rest, kind, *symbols):
    return await RestPrices(rest, lambda: at(5)).prices(kind, symbols or (BTC,))


async def test_a_touch_keeps_its_way_and_both_its_times():
    rest = Rest(TOUCH)

    (touch,) = await prices(rest, PriceKind.TOUCH)

    assert (touch.bid, touch.bid_size, touch.ask, touch.ask_size) == (100, 2, Decimal("100.1"), 3)
    assert (touch.via, touch.ts, touch.venue_ts) == (Via.REST, at(5), 7_000_000)
    assert rest.asked == [("/fapi/v1/ticker/bookTicker", {"symbol": BTC}, 2)]


async def test_a_mark_keeps_its_way_and_both_its_times():
    rest = Rest(MARK)

    (mark,) = await prices(rest, PriceKind.MARK)

    assert (mark.price, mark.index, mark.funding_rate) == (Decimal("100.05"), Decimal("100.04"), Decimal("0.0001"))
    assert (mark.via, mark.ts, mark.venue_ts, mark.next_funding) == (Via.REST, at(5), 9_000_000, 1_000_000_000)
    assert rest.asked == [("/fapi/v1/premiumIndex", {"symbol": BTC}, 1)]


async def test_many_are_asked_for_at_once_and_the_others_left_out():
    three = (BTC, Symbol("ETHUSDT"), Symbol("SOLUSDT"))
    rest = Rest([TOUCH, {**TOUCH, "symbol": "XRPUSDT"}, {**TOUCH, "symbol": "ETHUSDT"}])

    found = await prices(rest, PriceKind.TOUCH, *three)

    assert [each.symbol for each in found] == ["BTCUSDT", "ETHUSDT"]
    assert rest.asked == [("/fapi/v1/ticker/bookTicker", {}, 5)]


async def test_no_answer_is_no_price():
    assert await prices(Rest({"code": -1003}, 429), PriceKind.MARK) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PriceKind.TOUCH, b"<html>502</html>"),
        (PriceKind.TOUCH, b""),
        (PriceKind.TOUCH, {**TOUCH, "bidPrice": "100.2"}),
        (PriceKind.TOUCH, {**TOUCH, "bidPrice": "NaN"}),
        (PriceKind.MARK, {**MARK, "markPrice": "0"}),
        (PriceKind.MARK, {**MARK, "markPrice": "NaN"}),
        (PriceKind.MARK, {**MARK, "nextFundingTime": "soon"}),
        pytest.param(PriceKind.MARK, b"[" * 5_000, id="nested"),
    ],
)
async def test_an_answer_that_cannot_be_right_is_mangled(kind, body):
    with pytest.raises(Mangled):
        await prices(Rest(body), kind)


async def test_the_exchange_answers_both():
    async with opened() as live:
        venue = venue_of(live)
        source = RestPrices(venue._rest, now)

        (touch,) = await source.prices(PriceKind.TOUCH, (BTC,))
        (mark,) = await source.prices(PriceKind.MARK, (BTC,))
        await venue.close()

    assert (touch.bid, touch.ask, mark.price) == (60_000, Decimal("60000.1"), 60_000)
