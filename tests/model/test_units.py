"""Spans in nanoseconds."""

from desk.model.units import millis, seconds


def test_spans_are_counted_in_nanoseconds():
    assert (millis(250), seconds(2)) == (250_000_000, 2_000_000_000)
