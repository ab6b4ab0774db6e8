"""Meters by the venue's clock, and what becomes of who goes on."""

import pytest

from desk.model.units import SECOND, Nanos
from desk.server.admission import CLIENTS_MAX, Admission, limits
from desk.server.refusal import Refusal

MINUTE = Nanos(29_833_333 * 60 * SECOND)


def test_the_weight_of_a_minute_is_of_the_clocks_minute():
    visitor = Admission().visitor("a")
    visitor.take(2_400, "a", Nanos(MINUTE + 59 * SECOND))

    visitor.take(2_400, "a", Nanos(MINUTE + 60 * SECOND))

    assert (visitor.usage.weight, visitor.usage.weight_worst_minute) == (4_800, 2_400)
    with pytest.raises(Refusal) as caught:
        visitor.take(1, "a", Nanos(MINUTE + 61 * SECOND))
    assert (caught.value.code, caught.value.status) == (-1003, 429)


def test_a_second_ban_is_twice_as_long():
    visitor = Admission().visitor("a")

    visitor.ban(MINUTE)
    assert visitor.banned_until == MINUTE + 120 * SECOND
    visitor.ban(MINUTE)

    assert visitor.banned_until == MINUTE + 240 * SECOND
    assert visitor.usage.bans == 2


def test_orders_are_metered_by_account_and_both_spans_count():
    admission = Admission()
    usage = admission.visitor("a").usage
    for number in range(4):
        admission.orders("alice").take(300, 300, usage, Nanos(MINUTE + number * 10 * SECOND))

    with pytest.raises(Refusal, match="1200 orders per MINUTE"):
        admission.orders("alice").take(1, 1, usage, Nanos(MINUTE + 40 * SECOND))
    admission.orders("bob").take(1, 1, usage, Nanos(MINUTE + 40 * SECOND))
    assert (usage.orders_worst_10s, usage.orders_worst_minute, usage.overruns) == (300, 1_201, 1)


def test_memory_is_bounded_in_addresses():
    admission = Admission()
    for number in range(CLIENTS_MAX + 5):
        admission.visitor(str(number))

    assert len(admission.usages()) == CLIENTS_MAX


def test_limits_show_what_is_used_where_it_is_known():
    assert [each.count for each in limits(1, 2, 3)] == [1, 3, 2]
    assert [each.count for each in limits()] == [None] * 3
