"""Hundreds of sessions, and every seed that has ever failed.

`DESK_SIM_SEED` sets the first seed and `DESK_SIM_SESSIONS` how many are played. The seeds are the same on every run, so
that a change is judged by what it changed; `DESK_SIM_SEED=new` takes seeds nobody has tried. A failure prints the line
that plays its session again: its seed and faults go into `tests/golden/seeds.txt`, to be played for ever.
"""

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
    chosen_seed = os.environ.get("DESK_SIM_SEED", "1")
    return time.time_ns() // 1_000_000 % 1_000_000_000 if chosen_seed == "new" else int(chosen_seed)


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
