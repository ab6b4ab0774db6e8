"""Timed faults strike in storms, each does what its name says, and a calm ends them all."""

import pytest

from desk.sim.plan import Calendar, Fault, Plan
from desk.sim.process import Seam
from desk.sim.weather import Weather
from tests.sim.scene import START, Scene


class Lives:
    """Remembers what was done to the desk."""

    def __init__(self):
        self.done = []
        self.skew = 0
        self.disk = type("Disk", (), {"is_full": False})()

    def kill(self, now):
        self.done.append("kill")

    def kill_repeatedly(self, now, times):
        self.done.append(f"kill {times}x")

    def die_at(self, seam):
        self.done.append(seam)

    def stall(self, until):
        self.done.append("stall")

    def spare(self, now):
        self.done.append("spare")


def struck(monkeypatch, fault):
    """Return the scene, the desk's lives and the weather after one fault has struck."""
    scene, lives = Scene(), Lives()
    weather = Weather(
        Plan(1, (fault,)),
        start=START,
        network=scene.network,
        lives=lives,
        market=scene.market,
        agenda=scene.agenda,
        counts=scene.counts,
    )
    monkeypatch.setattr(Calendar, "take", lambda self, now, *, is_stormy: [fault] if is_stormy else [])
    weather.beat(scene.now)
    return scene, lives, weather


@pytest.mark.parametrize(
    ("fault", "deed"),
    [
        (Fault.KILL, "kill"),
        (Fault.KILL_IN_RECOVERY, "kill 2x"),
        (Fault.CRASH_LOOP, "kill 5x"),
        (Fault.KILL_BEFORE_COMMIT, Seam.BEFORE_COMMIT),
        (Fault.KILL_BEFORE_SEND, Seam.BEFORE_SEND),
        (Fault.POWER_CUT, Seam.BETWEEN_SENDS),
        (Fault.STALL, "stall"),
    ],
)
def test_a_process_fault_strikes_the_process(monkeypatch, fault, deed):
    scene, lives, _ = struck(monkeypatch, fault)

    assert lives.done == [deed]
    assert scene.counts[fault] == 1


def test_a_zombie_hushes_the_user_stream_and_ends_by_itself(monkeypatch):
    scene, _, _ = struck(monkeypatch, Fault.ZOMBIE)

    assert (scene.network.ways.user, scene.network.ways.market) == (False, True)
    scene.go_on(60)
    assert scene.network.ways.user


def test_a_full_disk_is_seen_to_by_a_person_who_starts_the_desk_anew(monkeypatch):
    scene, lives, _ = struck(monkeypatch, Fault.DISK_FULL)

    assert lives.disk.is_full
    scene.go_on(30)
    assert (lives.disk.is_full, lives.done) == (False, ["kill"])


def test_a_calm_heals_everything_and_nothing_strikes_in_it(monkeypatch):
    scene, lives, weather = struck(monkeypatch, Fault.LINK_DOWN)

    weather.calm(scene.now)
    weather.beat(scene.now)

    assert scene.network.is_open
    assert lives.done == ["spare"]
    assert scene.counts[Fault.LINK_DOWN] == 1
