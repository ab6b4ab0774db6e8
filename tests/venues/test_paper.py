"""The practice venue is the exchange seen through the runtime's ports."""

from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.latency import NO_LATENCY
from desk.exchange.rules import practice_instruments
from desk.model.effect import RequestTruth
from desk.model.event import LinkChanged, LinkState, TruthLearned
from desk.model.units import SECOND, Nanos
from desk.venues.paper import PaperVenue
from tests.kit.builders import EPOCH, D


def paper():
    instruments = practice_instruments()
    return PaperVenue(
        Exchange(
            instruments=instruments,
            market=GeneratedMarket(instruments, seed=1, start=EPOCH),
            start=EPOCH,
            seed=1,
            latency=NO_LATENCY,
        )
    )


def test_it_tells_when_it_has_something_to_say_and_says_it_then():
    venue = paper()

    at = venue.next_at()
    events = venue.collect(at)

    assert at == EPOCH
    assert LinkChanged(EPOCH, LinkState.UP, "practice exchange") in events


def test_a_deposit_is_seen_in_the_truth_and_in_the_version():
    venue = paper()
    before = venue.version

    venue.deposit(D(500))
    venue.execute(RequestTruth(EPOCH), EPOCH)
    truths = [each for each in venue.collect(Nanos(EPOCH + SECOND)) if isinstance(each, TruthLearned)]

    assert venue.version > before
    assert truths[-1].truth.wallet == D(500)


def test_a_memo_brings_the_account_back_in_another_process():
    venue, again = paper(), paper()
    venue.deposit(D(500))

    again.restore(venue.memo(), EPOCH)
    again.execute(RequestTruth(EPOCH), EPOCH)
    truths = [each for each in again.collect(Nanos(EPOCH + SECOND)) if isinstance(each, TruthLearned)]

    assert truths[-1].truth.wallet == D(500)
