"""Time at the edge."""

import asyncio

from desk.model.units import SECOND, Nanos
from desk.runtime import clocks
from desk.runtime.clocks import VirtualClock, WallClock


async def test_a_virtual_clock_leaps_to_what_is_due():
    clock = VirtualClock(Nanos(100))

    await clock.wait(asyncio.Event(), Nanos(5 * SECOND))

    assert clock.now() == 5 * SECOND


async def test_a_virtual_clock_never_goes_back():
    clock = VirtualClock(Nanos(100))

    await clock.wait(asyncio.Event(), Nanos(50))

    assert clock.now() == 100


async def test_a_virtual_clock_with_nothing_in_sight_waits_to_be_woken():
    clock, woken = VirtualClock(Nanos(100)), asyncio.Event()
    waiting = asyncio.ensure_future(clock.wait(woken, None))
    await asyncio.sleep(0)
    assert not waiting.done()

    woken.set()
    await waiting

    assert clock.now() == 100
    assert not woken.is_set()


def test_a_wall_clock_runs_from_its_start_at_its_speed(monkeypatch):
    monotonic = iter([1_000, 1_000 + 3 * SECOND])
    monkeypatch.setattr(clocks.time, "monotonic_ns", lambda: next(monotonic))

    clock = WallClock(start=Nanos(500), speed=10)

    assert clock.now() == 500 + 30 * SECOND


def test_a_wall_clock_does_not_follow_the_machine_when_that_is_set_back(monkeypatch):
    clock = WallClock()
    before = clock.now()

    monkeypatch.setattr(clocks.time, "time_ns", lambda: 0)

    assert clock.now() >= before


async def test_a_wall_clock_returns_at_once_when_the_time_has_come():
    clock, woken = WallClock(), asyncio.Event()

    await clock.wait(woken, Nanos(clock.now() - 1))

    assert not woken.is_set()


async def test_a_wall_clock_sleeps_its_own_seconds_at_its_speed(monkeypatch):
    class Loop:
        def call_later(self, delay, act):
            delays.append(delay)
            act()
            return self

        def cancel(self):
            delays.append("cancelled")

    delays = []
    monkeypatch.setattr(clocks.time, "monotonic_ns", lambda: 0)
    monkeypatch.setattr(clocks.asyncio, "get_running_loop", Loop)
    clock = WallClock(start=Nanos(500), speed=10)

    await clock.wait(asyncio.Event(), Nanos(500 + 30 * SECOND))

    assert delays == [3.0, "cancelled"]


async def test_a_wall_clock_is_woken_before_its_time():
    clock, woken = WallClock(), asyncio.Event()
    woken.set()

    await clock.wait(woken, Nanos(clock.now() + 3_600 * SECOND))

    assert not woken.is_set()
