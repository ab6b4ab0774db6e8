"""One source after the other, and the next only for what is still owed."""

from msgspec.structs import replace

from desk.model.effect import RequestPrices
from desk.model.error import VenueError
from desk.model.price import PriceKind, Purpose, Via
from desk.model.units import Symbol
from desk.venues.prices import Cascade
from tests.kit.builders import BTC, at, mark, quote

ETH = Symbol("ETHUSDT")


class Source:
    """Knows some prices, and remembers what it was asked for."""

    def __init__(self, via, *known, fails=False):
        self.via, self._known, self._fails = via, known, fails
        self.asked = []

    async def prices(self, kind, symbols):
        self.asked.append((kind, symbols))
        if self._fails:
            raise VenueError("expected an answer, found none")
        return [replace(each, via=self.via) for each in self._known]


def cascade(*sources, now=2_000):
    return Cascade(sources, lambda: at(now))


def request(purpose=Purpose.MARGIN, kind=PriceKind.MARK):
    return RequestPrices(at(2_000), kind, purpose, (BTC, ETH))


async def test_what_the_shared_cache_knows_is_not_asked_of_the_venue():
    shared, rest = Source(Via.SHARED, mark("100.0", 1_500)), Source(Via.REST, mark("50.0", 2_000, ETH))

    found = await cascade(shared, rest).ask(request())

    assert {each.symbol: (each.price, each.via, each.ts) for each in found} == {
        BTC: (100, Via.SHARED, at(1_500)),
        ETH: (50, Via.REST, at(2_000)),
    }
    assert (shared.asked, rest.asked) == ([(PriceKind.MARK, (BTC, ETH))], [(PriceKind.MARK, (ETH,))])


async def test_the_venue_is_left_alone_where_nothing_is_owed():
    shared = Source(Via.SHARED, mark("100.0", 1_500), mark("50.0", 1_500, ETH))
    rest = Source(Via.REST)

    await cascade(shared, rest).ask(request())

    assert rest.asked == []


async def test_a_shared_price_too_old_for_its_purpose_counts_as_none():
    shared, rest = Source(Via.SHARED, quote("100.0/100.1", 400)), Source(Via.REST, quote("99.0/99.1", 2_000))

    chased = await cascade(shared, rest).ask(request(Purpose.CHASE, PriceKind.TOUCH))
    shown = await cascade(shared, rest).ask(request(Purpose.DISPLAY, PriceKind.TOUCH))

    assert [(each.bid, each.via) for each in chased] == [(99, Via.REST)]
    assert [(each.bid, each.via) for each in shown] == [(100, Via.SHARED)]


async def test_a_source_that_cannot_be_asked_is_passed_over():
    found = await cascade(Source(Via.SHARED, fails=True), Source(Via.REST, mark("100.0", 2_000))).ask(request())

    assert [each.via for each in found] == [Via.REST]


async def test_a_price_nobody_asked_for_is_nobodys():
    other = mark("7.0", 2_000, Symbol("SOLUSDT"))

    assert await cascade(Source(Via.REST, other)).ask(request()) == []
