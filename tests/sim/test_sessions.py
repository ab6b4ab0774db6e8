"""Hundreds of sessions in seeds nobody has tried, and every seed that has ever failed.

`DESK_SIM_SEED` sets the first seed and `DESK_SIM_SESSIONS` how many are played. Without a first seed the clock gives
one: it is printed, and a failure prints the line that plays its session again. That line's seed and faults then go into
`tests/golden/seeds.txt`, to be played for ever.
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
# What the desk cannot do yet, and the session is therefore not asked for: own the trades of an order sent while the disk
# was full.
NOT_YET = frozenset({Fault.DISK_FULL})
CORPUS = Path(__file__).parents[1] / "golden" / "seeds.txt"


def corpus():
    """Return the seeds and faults of past failures."""
    lines = [line.partition("#")[0].split() for line in CORPUS.read_text().splitlines()]
    return [(int(line[0]), int(line[1]), line[2]) for line in lines if line]


def weather(seed):
    return tuple(fault for fault in swarm(seed) if fault not in NOT_YET)


def play(seed, faults, seconds=SECONDS):
    return World(Plan(seed, faults), seconds).run()


def first_seed():
    return int(os.environ.get("DESK_SIM_SEED", time.time_ns() // 1_000_000 % 1_000_000_000))


@pytest.mark.timeout(600)
def test_nothing_breaks_the_desk_in_seeds_nobody_has_tried(capsys):
    first = first_seed()
    seeds = range(first, first + SESSIONS)

    with ProcessPoolExecutor(2) as processes:
        outcomes = list(processes.map(play, seeds, map(weather, seeds), chunksize=5))

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
    dead = [each for each in (*Fault, *Sighting) if not counts[each] and each not in NOT_YET]
    assert SESSIONS < 100 or dead == [], "a fault that never strikes proves nothing"


@pytest.mark.timeout(300)
def test_what_has_once_broken_the_desk_does_so_no_more():
    cases = corpus()

    with ProcessPoolExecutor(2) as processes:
        faults = [chosen(text) for _, _, text in cases]
        outcomes = list(processes.map(play, [seed for seed, _, _ in cases], faults, [span for _, span, _ in cases]))

    assert {outcome.replay: outcome.violations for outcome in outcomes if outcome.violations} == {}
