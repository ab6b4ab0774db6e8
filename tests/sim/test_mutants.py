"""The simulator finds every bug that is planted; one it cannot find would be one it cannot rule out."""

import pytest

from desk.sim.plan import Plan
from desk.sim.world import World
from tests.sim.mutants import MUTANTS

SECONDS = 600


@pytest.mark.parametrize("name", MUTANTS)
def test_the_planted_bug_is_found(name, monkeypatch):
    mutant = MUTANTS[name]
    mutant.plant(monkeypatch)

    for seed in range(1, mutant.seeds + 1):
        violations = World(Plan(seed, mutant.faults), SECONDS).run().violations
        if violations:
            break

    assert violations, f"{mutant.seeds} sessions and nothing noticed"
    assert {each.split(":")[0] for each in violations} & mutant.noticed_by


@pytest.mark.parametrize("name", MUTANTS)
def test_without_the_planted_bug_the_same_weather_passes(name):
    mutant = MUTANTS[name]

    outcome = World(Plan(1, mutant.faults), SECONDS).run()

    assert outcome.violations == ()
