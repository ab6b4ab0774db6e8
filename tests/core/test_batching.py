"""Batches: cancels always, places when the minute is what is scarce; what is counted is what the venue counts."""

import pytest

from desk.core.batching import bundled
from desk.core.limiter import ORDERS, RECV_WINDOW, Limiter
from desk.model.effect import Batch, RequestTruth, SendCancel, SendOrder
from desk.model.units import SECOND, Nanos
from tests.kit import builders
from tests.kit.builders import BTC, ETH, at

NOW = at(100_000)


def places(count):
    return [SendOrder(NOW, builders.spec(f"A{number}")) for number in range(count)]


def cancels(count, symbol=BTC):
    return [SendCancel(NOW, f"A{number}", symbol) for number in range(count)]


def sizes(requests):
    return [len(each.requests) if isinstance(each, Batch) else 1 for each in requests]


def busy(orders, weight=0):
    """A limiter whose minute has seen so many orders, long enough ago to be out of the ten seconds."""
    limiter = Limiter()
    for number in range(orders):
        limiter.note_order(Nanos(NOW - 40 * SECOND + number))
    if weight:
        limiter.note_weight(weight, Nanos(NOW - 30 * SECOND))
    return limiter


def test_cancels_of_a_symbol_go_in_tens():
    limiter = Limiter()
    made = cancels(23)
    for _ in made:
        limiter.note_weight(1, NOW)

    assert sizes(bundled(made, limiter, NOW)) == [10, 10, 3]
    assert sum(weight for _, weight in limiter.weights) == 3
    assert sizes(bundled([*cancels(2), *cancels(2, ETH)], Limiter(), NOW)) == [2, 2]
    assert bundled(cancels(1), Limiter(), NOW) == cancels(1)


def test_places_go_one_by_one_while_nothing_is_scarce():
    assert sizes(bundled(places(12), busy(299), NOW)) == [1] * 12


def test_places_go_in_fives_when_the_minute_is_scarce():
    limiter = busy(600)
    made = places(12)
    for _ in made:
        limiter.note_order(NOW)

    assert sizes(bundled(made, limiter, NOW)) == [5, 5, 1, 1]
    # 12 orders cost 12 of the ten seconds, 4 of the minute (two fives and two singles), and 10 of the weight.
    assert limiter._used(ORDERS[0], NOW)[0] == 12
    assert limiter._used(ORDERS[1], NOW)[0] == 604
    assert sum(weight for _, weight in limiter.weights) == 10


def test_places_go_one_by_one_when_the_weight_is_scarcer():
    assert sizes(bundled(places(5), busy(600, weight=1_300), NOW)) == [1] * 5
    assert sizes(bundled(places(5), busy(600, weight=1_100), NOW)) == [5]


def test_everything_keeps_its_order():
    made = [*cancels(2), RequestTruth(NOW), *places(2), *cancels(1)]

    assert [type(each) for each in bundled(made, Limiter(), NOW)] == [
        Batch,
        RequestTruth,
        SendOrder,
        SendOrder,
        SendCancel,
    ]


def test_what_a_batch_saved_is_forgotten_with_it():
    limiter = busy(600)
    limiter.note_batch(5, NOW)
    later = Nanos(NOW + ORDERS[1].length + RECV_WINDOW)
    limiter.note_order(later)

    assert limiter._used(ORDERS[1], later)[0] == 1
    assert not limiter.batches


@pytest.mark.parametrize("count", [0, 4])
def test_fewer_than_five_are_no_batch(count):
    assert sizes(bundled(places(count), busy(900), NOW)) == [1] * count
