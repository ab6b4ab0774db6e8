"""The watchdog, shown times by hand."""

import logging
import threading
import time

import pytest

from desk.model.units import MILLISECOND, SECOND
from desk.runtime.watchdog import Watchdog


@pytest.fixture
def dog():
    return Dog()


class Dog:
    """A watchdog, the beat it sees, and what it told."""

    def __init__(self):
        self.beat_ns = 0
        self.told = 0
        self.watchdog = Watchdog(lambda: self.beat_ns, self.hear)

    def hear(self):
        self.told += 1

    def look(self, *times_ns):
        for each in times_ns:
            self.watchdog.look(each)


def stacks(caplog):
    return [each for each in caplog.records if each.message.startswith("thread MainThread")]


@pytest.fixture(autouse=True)
def everything_is_logged(caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("desk"), "propagate", True)
    caplog.set_level(logging.INFO, "desk.watchdog")


def test_a_loop_that_beats_is_left_alone(dog, caplog):
    dog.look(0, 500 * MILLISECOND)

    assert (dog.told, caplog.records) == (0, [])


def test_a_late_loop_leaves_the_stacks_of_all_threads_in_the_log(dog, caplog):
    dog.look(501 * MILLISECOND)

    assert caplog.records[0].message == "the engine's loop has not turned for 501 ms"
    assert "test_a_late_loop_leaves" in stacks(caplog)[0].message
    assert dog.told == 0


def test_one_stall_is_told_once_however_long_it_lasts(dog):
    dog.look(2 * SECOND, 2 * SECOND + 1, 9 * SECOND)

    assert dog.told == 1


def test_a_second_stall_is_told_again(dog):
    dog.look(3 * SECOND)
    dog.beat_ns = 3 * SECOND
    dog.look(3 * SECOND, 6 * SECOND)

    assert dog.told == 2


def test_the_stacks_are_logged_once_a_minute_at_most(dog, caplog):
    for beat_s in (0, 30, 59, 60):
        dog.beat_ns = beat_s * SECOND
        dog.look(dog.beat_ns, dog.beat_ns + SECOND)

    assert len(stacks(caplog)) == 2


def test_before_the_first_beat_nothing_is_late(dog):
    dog.beat_ns = None
    dog.look(100 * SECOND)

    assert dog.told == 0


def test_it_watches_on_a_thread_of_its_own_and_leaves_with_its_block():
    told = threading.Event()
    long_ago = time.monotonic_ns() - 3 * SECOND

    with Watchdog(lambda: long_ago, told.set) as watchdog:
        heard = told.wait(10)

    assert heard
    assert not watchdog._thread.is_alive()
