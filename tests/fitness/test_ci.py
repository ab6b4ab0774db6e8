"""The script that a clean machine runs does what the README says, and nothing else."""

import shutil
import subprocess

import pytest

from tests.fitness.house import ROOT

README = """# desk

## Run it

~~~bash
echo started
~~~

## Run the tests

Some words first.

{block}

## Changes
```
echo changed
```
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a copy of the script beside a README with the given block for the tests."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")

    def started(block):
        (tmp_path / "README.md").write_text(README.format(block=block))
        return subprocess.run([tmp_path / ".ci" / "run"], capture_output=True, text=True, check=False)

    return started


@pytest.mark.parametrize(
    "block",
    ["```bash\necho tested\n```", "~~~\necho tested\n~~~", "```sh\r\necho tested\r\n```\r"],
    ids=["`", "~", "crlf"],
)
def test_the_command_of_the_readme_is_run(run, block):
    done = run(block)

    assert (done.returncode, done.stdout) == (0, "+ echo tested\ntested\n")


def test_every_line_of_the_block_is_run_and_the_first_failure_ends_it(run):
    done = run("```\necho one\nfalse\necho two\n```")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "one"


def test_its_exit_code_is_the_tests_own(run):
    assert run("```\nexit 7\n```").returncode == 7


def test_a_readme_without_the_command_is_said(run):
    done = run("No command here.")

    assert done.returncode == 2
    assert "expected a fenced command under `## Run the tests`, found none" in done.stderr
