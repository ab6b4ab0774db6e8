"""The tools that read the code have nothing to say."""

import subprocess
import sys

import pytest

from tests.fitness.house import ROOT


def _run(*command):
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.timeout(180)
def test_the_types_hold():
    code, said = _run("-m", "mypy")

    assert code == 0, said


def test_ruff_finds_nothing():
    code, said = _run("-m", "ruff", "check", "--quiet", ".")

    assert code == 0, said


def test_everything_is_formatted():
    code, said = _run("-m", "ruff", "format", "--check", "--quiet", ".")

    assert code == 0, said


def test_imports_point_down():
    code, said = _run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")

    assert code == 0, said
