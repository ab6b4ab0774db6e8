"""`desk doctor`: one line for everything a desk needs, with what mends it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk.doctor import directory, main, terminal
from tests.server.live import opened

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("environ", "size", "is_well"),
    [
        ({"TERM": "xterm-256color"}, (200, 50), True),
        ({"TERM": "xterm-256color"}, (79, 50), False),
        ({"TERM": "xterm-256color"}, (80, 23), False),
        ({"TERM": "dumb"}, (200, 50), False),
        ({}, (200, 50), False),
    ],
)
def test_a_terminal_must_be_able_to_draw_and_large_enough(environ, size, is_well):
    finding = terminal(environ, os.terminal_size(size), is_terminal=True)

    assert (finding.is_well, bool(finding.mend)) == (is_well, not is_well)
    assert terminal(environ, os.terminal_size(size), is_terminal=False).is_well


def test_a_directory_others_can_read_is_not_well(tmp_path):
    tmp_path.chmod(0o755)
    first = directory(tmp_path)[0]
    assert (first.is_well, first.mend) == (False, f"chmod 700 {tmp_path}")

    tmp_path.chmod(0o700)
    assert all(each.is_well for each in directory(tmp_path))
    assert directory(tmp_path / "none")[0].is_well


def test_the_practice_desk_is_well_on_a_new_machine(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "new")]) == 0
    assert "no key, no network" in capsys.readouterr().out


def test_settings_that_cannot_be_used_are_the_only_finding(tmp_path, capsys):
    (tmp_path / "desk.toml").write_text("leverag = 5")

    assert main(["--config", str(tmp_path / "desk.toml")]) == 1
    assert "mend it: edit" in capsys.readouterr().out


async def test_a_venue_its_clock_and_the_key_are_looked_at(tmp_path):
    tmp_path.chmod(0o700)
    key = tmp_path / "k"
    async with opened() as live:
        key.write_text(f'key = "{live.at.key}"\nsecret = "{live.at.secret}"\n')
        key.chmod(0o600)
        port = live.at.rest.rpartition(":")[2]
        said = await _said("--venue", f"loopback:{port}", "--key", str(key), "--data", str(tmp_path / "d"))
        assert "ok   venue" in said
        assert "ok   clock" in said
        assert "ok   account" in said
        assert "it may read and trade futures, not withdraw; from any address: bind it to yours" in said

        for seat in live.server.venue.seats.values():
            seat.may_withdraw = True
        said = await _said("--venue", f"loopback:{port}", "--key", str(key), "--data", str(tmp_path / "d"))
        assert "BAD  key rights" in said
        assert "take it away at the venue" in said

        key.write_text('key = "nobody"\nsecret = "hidden"\n')
        said = await _said("--venue", f"loopback:{port}", "--key", str(key), "--data", str(tmp_path / "d"))
        assert "BAD  key rights" in said
        assert "hidden" not in said

        said = await _said(
            "--venue", f"loopback:{port}", "--key", str(tmp_path / "none"), "--data", str(tmp_path / "d")
        )
        assert "BAD  key" in said


async def test_a_venue_that_is_not_there_is_said_so(tmp_path):
    said = await _said("--venue", "loopback:9", "--key", str(tmp_path / "none"), "--data", str(tmp_path / "d"))

    assert "found no way to it" in said
    assert "Traceback" not in said


async def _said(*arguments):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "desk",
        "doctor",
        *arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
    )
    out, _ = await process.communicate()
    return out.decode()
