"""Hundreds of sessions, and every seed that has ever failed.

The seeds come from the code itself: every change of it is tried with seeds nobody has tried, and the same code always
with the same ones, so that what fails once fails again. `DESK_SIM_SEED` sets the first seed instead, `new` draws it by
the clock, and `DESK_SIM_SESSIONS` says how many are played. A failure prints the line that plays its session again: its
seed and faults go into `tests/golden/seeds.txt`, to be played for ever.
"""

import hashlib
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from desk.sim.plan import Fault, Plan, Sighting, chosen, swarm
from desk.sim.world import World

SECONDS = 600
SESSIONS = int(os.environ.get("DESK_SIM_SESSIONS", "300"))
CORPUS = Path(__file__).parents[1] / "golden" / "seeds.txt"


def corpus():
    """Return the seeds and faults of past failures."""
    lines = [line.partition("#")[0].split() for line in CORPUS.read_text().splitlines()]
    return [(int(line[0]), int(line[1]), line[2]) for line in lines if line]


def play(seed, faults, seconds=SECONDS):
    return World(Plan(seed, faults), seconds).run()


def first_seed():
    asked = os.environ.get("DESK_SIM_SEED", "code")
    if asked == "code":
        return seed_of_code(Path(__file__).parents[2] / "desk")
    return time.time_ns() // 1_000_000 % 1_000_000_000 if asked == "new" else int(asked)


def seed_of_code(package):
    """Return a number that changes with any source file of the package."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return int.from_bytes(digest.digest()[:4])


def test_other_code_is_tried_with_other_seeds(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "engine.py").write_text("a = 1\n")
    first, again = seed_of_code(tmp_path), seed_of_code(tmp_path)
    (tmp_path / "core" / "engine.py").write_text("a = 2\n")

    assert first == again
    assert first != seed_of_code(tmp_path)


@pytest.mark.timeout(600)
def test_nothing_breaks_the_desk(capsys):
    first = first_seed()
    seeds = range(first, first + SESSIONS)

    with ProcessPoolExecutor(2) as processes:
        outcomes = list(processes.map(play, seeds, map(swarm, seeds), chunksize=5))

    counts = Counter()
    for outcome in outcomes:
        counts.update(outcome.faults)
        counts.update(outcome.sightings)
    with capsys.disabled():
        sys.stdout.write(
            f"\nseeds {first} to {seeds[-1]}: {counts.total()} faults, {sum(each.kills for each in outcomes)} kills\n"
        )
    failed = {outcome.replay: outcome.violations for outcome in outcomes if outcome.violations}
    assert failed == {}
    dead = [each for each in (*Fault, *Sighting) if not counts[each]]
    assert SESSIONS < 100 or dead == [], "a fault that never strikes proves nothing"


@pytest.mark.timeout(300)
def test_what_has_once_broken_the_desk_does_so_no_more():
    cases = corpus()

    with ProcessPoolExecutor(2) as processes:
        faults = [chosen(text) for _, _, text in cases]
        outcomes = list(processes.map(play, [seed for seed, _, _ in cases], faults, [span for _, span, _ in cases]))

    assert {outcome.replay: outcome.violations for outcome in outcomes if outcome.violations} == {}
