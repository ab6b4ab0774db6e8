"""The queue in front of the engine."""

from decimal import Decimal

from desk.model.event import OrderAccepted
from desk.model.market import BookDelta, BookSnapshot, Level, Quote
from desk.model.units import ZERO, ClientOrderId, Nanos, Symbol
from desk.runtime.inbox import BEHIND, FULL, Inbox

BTC, ETH = Symbol("BTCUSDT"), Symbol("ETHUSDT")


def quote(ts, symbol=BTC):
    return Quote(Nanos(ts), symbol, Decimal(1), Decimal(1), Decimal(2), Decimal(1), Nanos(ts))


def report(ts):
    return OrderAccepted(Nanos(ts), ClientOrderId("PMS"), 1, ZERO, Nanos(ts))


def delta(first, last, previous, *levels):
    bids = tuple(Level(Decimal(price), Decimal(size)) for price, size in levels)
    return BookDelta(Nanos(last), BTC, first, last, previous, bids, (), Nanos(last))


def crowded():
    """An inbox so full of reports that market data is conflated."""
    inbox = Inbox()
    for number in range(BEHIND):
        inbox.put(report(number))
    return inbox


def drain(inbox):
    return [inbox.take() for _ in range(len(inbox))]


def test_events_leave_in_the_order_they_came():
    inbox = Inbox()
    events = [quote(1), report(2), quote(3), delta(1, 2, 0)]
    for event in events:
        inbox.put(event)

    assert drain(inbox) == events
    assert inbox.conflated == 0


def test_behind_only_the_newest_quote_of_a_symbol_waits_and_reports_all_do():
    inbox = crowded()

    for event in (quote(1), quote(1, ETH), report(2), quote(3)):
        inbox.put(event)

    assert drain(inbox)[BEHIND:] == [quote(3), quote(1, ETH), report(2)]
    assert inbox.conflated == 1


def test_a_quote_that_was_taken_is_not_written_to_any_more():
    inbox = Inbox()
    inbox.put(quote(0))
    taken = inbox.take()
    for number in range(BEHIND):
        inbox.put(report(number))

    inbox.put(quote(9))

    assert taken == quote(0)
    assert drain(inbox)[-1] == quote(9)


def test_behind_two_deltas_that_follow_one_another_become_one_with_the_newest_sizes():
    inbox = crowded()
    inbox.put(delta(5, 6, 4, ("100", "1"), ("99", "2")))
    inbox.put(delta(7, 9, 6, ("100", "0"), ("98", "3")))

    (merged,) = drain(inbox)[BEHIND:]

    assert (merged.first_id, merged.last_id, merged.previous_id) == (5, 9, 4)
    assert {level.price: level.size for level in merged.bids} == {
        Decimal(100): ZERO,
        Decimal(99): Decimal(2),
        Decimal(98): Decimal(3),
    }


def test_behind_a_gap_between_deltas_stays_visible():
    inbox = crowded()
    inbox.put(delta(5, 6, 4))
    inbox.put(delta(9, 9, 8))

    assert [each.previous_id for each in drain(inbox)[BEHIND:]] == [4, 8]


def test_behind_a_delta_does_not_slip_in_before_a_depth_answer():
    inbox = crowded()
    inbox.put(delta(5, 6, 4))
    inbox.put(BookSnapshot(Nanos(7), BTC, 6, (), (), Nanos(7)))
    inbox.put(delta(7, 8, 6))

    assert [type(each) for each in drain(inbox)[BEHIND:]] == [BookDelta, BookSnapshot, BookDelta]


def test_more_reports_than_the_bound_are_kept_and_told():
    inbox = Inbox()
    for number in range(FULL):
        inbox.put(report(number))
    assert not inbox.is_full

    inbox.put(report(FULL))

    assert inbox.is_full
    assert len(inbox) == FULL + 1
