"""A session from one seed: it agrees with itself wherever it is played, and says how to play it again."""

import os
import subprocess
import sys

from desk.sim.plan import ALL, Fault, Plan
from desk.sim.world import Outcome, World

TRACE = """
from desk.sim.plan import ALL, Plan
from desk.sim.world import World

print(World(Plan(11, ALL), 240).run().trace_hash)
"""


def traced(hash_seed):
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    run = subprocess.run(
        [sys.executable, "-c", TRACE], env=environment, capture_output=True, text=True, check=True, timeout=50
    )
    return run.stdout.strip()


def test_a_session_without_faults_trades_and_holds_everything():
    outcome = World(Plan(3, ()), 300).run()

    assert outcome.violations == ()
    assert outcome.orders > 50
    assert outcome.fills > 50


def test_the_same_seed_leaves_the_same_trace_under_every_hash_seed_and_in_every_process():
    here = World(Plan(11, ALL), 240).run().trace_hash

    assert {traced(hash_seed) for hash_seed in (0, 1, 2, 3)} == {here}


def test_another_seed_leaves_another_trace():
    assert World(Plan(1, ()), 60).run().trace_hash != World(Plan(2, ()), 60).run().trace_hash


def test_an_outcome_says_how_to_play_it_again():
    outcome = Outcome(
        seed=7,
        seconds=31,
        seconds_asked=600,
        orders=1,
        fills=0,
        faults={Fault.BUSY: 1, Fault.KILL: 0},
        sightings={},
        kills=0,
        violations=("I6: two orders",),
        trace_hash="",
    )

    assert outcome.replay == "desk sim --seed 7 --hours 0.1667 --faults busy,kill"
