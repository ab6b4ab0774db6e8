"""What the screen's thread may do to the engine's."""

import asyncio
import threading

from desk.model.command import ResumeDesk
from desk.runtime.handle import DeskHandle


class Pump:
    """Remembers in which thread it was spoken to."""

    view = "the newest view"

    def __init__(self):
        self.heard = []

    def command(self, command):
        self.heard.append((command, threading.current_thread()))

    def look_at(self, symbol):
        self.heard.append((symbol, threading.current_thread()))

    def stop(self):
        self.heard.append(("stop", threading.current_thread()))


async def test_a_command_from_another_thread_is_taken_in_the_engines_own():
    pump = Pump()
    asyncio.get_running_loop().set_debug(True)  # it complains of calls from a foreign thread then
    handle = DeskHandle(pump, asyncio.get_running_loop())

    await asyncio.to_thread(handle.submit, ResumeDesk())
    await asyncio.to_thread(handle.look_at, "BTCUSDT")
    await asyncio.to_thread(handle.stop)
    await asyncio.sleep(0)

    assert pump.heard == [
        (ResumeDesk(), threading.current_thread()),
        ("BTCUSDT", threading.current_thread()),
        ("stop", threading.current_thread()),
    ]
    assert handle.latest() == "the newest view"


def test_speaking_to_a_desk_that_has_ended_does_nothing():
    loop = asyncio.new_event_loop()
    pump = Pump()
    handle = DeskHandle(pump, loop)
    loop.close()

    handle.submit(ResumeDesk())
    handle.stop()

    assert pump.heard == []
