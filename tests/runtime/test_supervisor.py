"""Feeds beside the engine."""

import asyncio
from random import Random

import pytest

from desk.runtime import supervisor
from desk.runtime.supervisor import BUDGET, Supervisor


@pytest.fixture
def naps(monkeypatch):
    """The waits between restarts, which take no time here."""
    taken, sleep = [], asyncio.sleep

    async def at_once(seconds):
        taken.append(seconds)
        await sleep(0)

    monkeypatch.setattr(supervisor.asyncio, "sleep", at_once)
    return taken


class Feed:
    """Fails so many times, then runs until cancelled."""

    def __init__(self, failures=0):
        self.left = failures
        self.starts = 0
        self.running = asyncio.Event()
        self.was_cancelled = False

    async def __call__(self):
        self.starts += 1
        if self.left:
            self.left -= 1
            raise ConnectionError("closed by the venue")
        self.running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise


def supervised(told):
    return Supervisor(chance=Random(1), give_up=lambda name, reason: told.append((name, reason)))


async def test_a_feed_that_fails_is_started_again_and_its_sibling_never_notices(naps):
    bad, good, resyncs = Feed(failures=3), Feed(), []

    async with supervised([]) as beside:
        beside.run("good", good, resync=lambda: None)
        beside.run("bad", bad, resync=lambda: resyncs.append("bad"))
        await bad.running.wait()
        assert not good.was_cancelled

    assert (bad.starts, good.starts) == (4, 1)
    assert resyncs == ["bad"] * 3


async def test_the_wait_between_restarts_doubles_and_is_dephased(naps):
    feed = Feed(failures=3)

    async with supervised([]) as beside:
        beside.run("feed", feed, resync=lambda: None)
        await feed.running.wait()

    assert [0.5 * 2**n <= nap < 0.75 * 2**n for n, nap in enumerate(naps)] == [True] * 3


async def test_a_feed_that_keeps_failing_is_given_up_and_told(naps):
    told, feed = [], Feed(failures=99)

    async with supervised(told) as beside:
        beside.run("private stream", feed, resync=lambda: None)
        while not told:
            await asyncio.sleep(0)

    assert feed.starts == BUDGET
    assert told == [
        ("private stream", "private stream failed: ConnectionError: closed by the venue; given up after 5 failures")
    ]


async def test_leaving_ends_every_feed(naps):
    feeds = [Feed(), Feed()]

    async with supervised([]) as beside:
        for feed in feeds:
            beside.run("feed", feed, resync=lambda: None)
            await feed.running.wait()

    assert all(feed.was_cancelled for feed in feeds)


async def test_what_ends_the_desk_ends_the_feeds_and_is_raised(naps):
    feed = Feed()

    with pytest.raises(ValueError, match="the desk"):
        async with supervised([]) as beside:
            beside.run("feed", feed, resync=lambda: None)
            await feed.running.wait()
            raise ValueError("the desk")

    assert feed.was_cancelled
