"""The engine's thread."""

import asyncio
import threading

import pytest

from desk.model.error import BadInput, DeskError
from desk.runtime.thread import EngineThread


class Handle:
    """Stops what it was made for."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.stopped = asyncio.Event()

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopped.set)


def test_the_handle_comes_from_a_thread_of_its_own_and_stop_waits_for_its_end():
    seen = []

    async def serve(hand_over):
        handle = Handle()
        hand_over(handle)
        await handle.stopped.wait()
        seen.append(threading.current_thread())

    engine = EngineThread(serve)

    engine.start()
    handle = engine.handle()
    engine.stop()

    assert isinstance(handle, Handle)
    assert seen != [threading.current_thread()]


def test_what_goes_wrong_at_the_start_is_raised_to_the_starter():
    async def serve(hand_over):
        raise BadInput("desk.db: schema version: expected at most 1, found 7")

    engine = EngineThread(serve)
    engine.start()

    with pytest.raises(BadInput, match="schema version"):
        engine.handle()


def test_a_desk_that_ends_before_it_can_be_spoken_to_is_told():
    async def serve(hand_over):
        return

    engine = EngineThread(serve)
    engine.start()

    with pytest.raises(DeskError, match="ended before its first turn"):
        engine.handle()


def test_what_ended_the_engine_is_raised_when_it_is_stopped():
    async def serve(hand_over):
        handle = Handle()
        hand_over(handle)
        await handle.stopped.wait()
        raise DeskError("the last checkpoint was not kept")

    engine = EngineThread(serve)
    engine.start()
    engine.handle()

    with pytest.raises(DeskError, match="last checkpoint"):
        engine.stop()


def test_an_engine_that_ends_unasked_is_over():
    async def serve(hand_over):
        handle = Handle()
        hand_over(handle)
        await handle.stopped.wait()

    engine = EngineThread(serve)
    engine.start()
    handle = engine.handle()
    before = engine.is_over

    handle.stop()
    engine.stop()

    assert (before, engine.is_over) == (False, True)
