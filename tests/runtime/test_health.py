"""How the loop is doing."""

import asyncio

from desk.runtime import health
from desk.runtime.health import Gauges


def test_before_the_first_beat_there_is_nothing_to_tell():
    assert Gauges().read(inbox=0, conflated=0).loop_lag_p99 == 0


def test_percentiles_are_values_that_were_measured():
    gauges = Gauges()
    gauges.commits.extend(range(1, 101))
    gauges.events = 7

    figures = gauges.read(inbox=3, conflated=2)

    assert (figures.journal_p50, figures.journal_p99) == (51, 100)
    assert (figures.events, figures.inbox, figures.conflated) == (7, 3, 2)


async def test_a_beat_that_comes_late_is_lag(monkeypatch):
    gauges, times = Gauges(), iter([0, 57_000_000, 57_000_000])

    async def at_once(_seconds):
        if not gauges.read(inbox=0, conflated=0).loop_lag_p50:
            return
        raise asyncio.CancelledError

    monkeypatch.setattr(health.time, "monotonic_ns", lambda: next(times))
    monkeypatch.setattr(health.asyncio, "sleep", at_once)
    try:
        await gauges.beat()
    except asyncio.CancelledError:
        lag = gauges.read(inbox=0, conflated=0).loop_lag_p50

    assert lag == 7_000_000
    assert gauges.beaten_ns == 57_000_000
