"""The venue counts in whole spans of its own clock."""

import pytest

from desk.exchange.meters import PATIENCE, Meters
from desk.model.effect import Batch, RequestDepth, RequestTruth, SendAmend, SendCancel, SendOrder
from desk.model.units import Nanos
from tests.kit.builders import BTC, D, spec

SECOND = 1_000_000_000


def at(seconds):
    return Nanos(int(seconds * SECOND))


def place(seconds=0.0):
    return SendOrder(at(seconds), spec())


def spend(meters, request, times, seconds):
    return [meters.take(request, at(seconds)) for _ in range(times)]


def test_three_hundred_orders_pass_in_ten_seconds_and_no_more():
    meters = Meters()

    assert spend(meters, place(), 300, 3) == [None] * 300
    assert meters.take(place(), at(9.9)).code == -1015
    assert meters.take(place(), at(10)) is None
    assert meters.overruns == 1


def test_a_span_is_the_clocks_and_not_the_last_ten_seconds():
    meters = Meters()

    assert spend(meters, place(), 300, 9.9) == [None] * 300
    assert spend(meters, place(), 300, 10) == [None] * 300


def test_twelve_hundred_orders_pass_in_a_minute():
    meters = Meters()
    for second in (0, 10, 20, 30):
        assert spend(meters, place(), 300, second) == [None] * 300

    refused = meters.take(place(), at(40))

    assert (refused.code, "1200" in refused.reason) == (-1015, True)
    assert meters.take(place(), at(60)) is None


def test_an_amendment_is_an_order_and_a_cancel_is_not():
    meters = Meters()
    amend = SendAmend(at(0), spec().id, BTC, D(1), D(1))
    spend(meters, amend, 300, 1)

    assert meters.take(amend, at(1)).code == -1015
    assert meters.take(SendCancel(at(0), spec().id, BTC), at(1)) is None


def test_questions_have_a_weight_of_their_own():
    meters = Meters()
    assert spend(meters, RequestTruth(at(0)), 76, 1) == [None] * 76  # 76 x 31 = 2356
    assert spend(meters, RequestDepth(at(0), BTC), 2, 1) == [None] * 2  # 2396
    assert spend(meters, SendCancel(at(0), spec().id, BTC), 4, 1) == [None] * 4  # 2400

    assert meters.take(SendCancel(at(0), spec().id, BTC), at(59)).code == -1003
    assert meters.take(SendCancel(at(0), spec().id, BTC), at(60)) is None


def test_who_goes_on_is_banned_and_told_until_when():
    meters = Meters()
    spend(meters, place(), 300, 1)
    told = spend(meters, place(), PATIENCE + 1, 2)

    assert [each.code for each in told[:-1]] == [-1015] * PATIENCE
    assert told[-1].code == -1003
    assert "banned until 122000" in told[-1].reason
    assert meters.take(SendCancel(at(0), spec().id, BTC), at(121.9)).code == -1003
    assert meters.take(place(), at(122)) is None


@pytest.mark.parametrize(("kind", "used"), [(SendOrder, 2), (SendCancel, 1)])
def test_what_is_used_can_be_read(kind, used):
    meters = Meters()
    spend(meters, place(), 2, 1)
    meters.take(SendCancel(at(0), spec().id, BTC), at(1))

    assert meters.used(kind) == used


def test_a_batch_of_places_costs_five_of_the_ten_seconds_one_of_the_minute_and_five_of_the_weight():
    meters = Meters()
    five = Batch(at(3), tuple(place(3) for _ in range(5)))

    assert spend(meters, five, 60, 3) == [None] * 60
    assert [meter.used for meter in meters._orders] == [300, 60]
    assert meters._weight[0].used == 300
    assert meters.take(five, at(9.9)).code == -1015


def test_a_batch_of_cancels_costs_the_weight_of_one():
    meters = Meters()
    ten = Batch(at(3), tuple(SendCancel(at(3), f"A{number}", BTC) for number in range(10)))

    assert meters.take(ten, at(3)) is None
    assert meters._weight[0].used == 1
