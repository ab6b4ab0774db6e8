from decimal import Decimal

from desk.model.market import MarkPrice, MarkSource
from desk.model.units import SECOND
from tests.exchange.scripted import START, Session, mark


def _marks(session):
    return [each for each in session.heard if isinstance(each, MarkPrice)]


def test_a_stated_mark_is_passed_on_with_the_next_funding():
    session = Session()

    session.crowd(mark("60001.23", "0.0003"))

    (told,) = _marks(session)
    assert (told.price, told.funding_rate, told.source) == (Decimal("60001.23"), Decimal("0.0003"), MarkSource.VENUE)
    assert told.next_funding == (START // (28_800 * SECOND) + 1) * 28_800 * SECOND


def test_a_source_that_states_marks_is_never_marked_to_mid():
    session = Session()

    session.pass_time(3 * SECOND)

    assert _marks(session) == []


def test_without_a_stated_mark_the_middle_of_the_touch_is_told_at_once_and_then_every_second():
    session = Session(marked=None)

    first = _marks(session)
    session.pass_time(3 * SECOND)

    assert [(each.price, each.source) for each in first] == [(Decimal("60000.05"), MarkSource.MID)]
    assert [(each.price, each.source) for each in _marks(session)] == [(Decimal("60000.05"), MarkSource.MID)] * 3
