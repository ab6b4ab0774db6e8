"""What the screen costs: `python -m pytest -m bench -s tests/bench/test_screen.py`."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.bench.table import percentile, show
from tests.bench.terminal import Terminal

ROOT = Path(__file__).parents[2]
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("a bare screen")
Bare().run(mouse=False)
"""
pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]


@pytest.fixture
def environment(tmp_path):
    return {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "DESK_DATA_DIR": str(tmp_path / "data"),
        "PYTHONPATH": str(ROOT),
        "TEXTUAL_ANIMATIONS": "none",
    }


def first_painted(command, text, environment):
    terminal = Terminal(command, environment)
    try:
        return terminal.read_until(text, 20)
    finally:
        terminal.close()


def test_time_to_the_first_painted_frame(environment, capsys):
    desk, bare = [], []
    for _ in range(5):
        bare.append(first_painted([sys.executable, "-c", BARE], b"a bare screen", environment))
        desk.append(first_painted([sys.executable, "-m", "desk"], b"ladder", environment))

    ratios = [one / other for one, other in zip(desk, bare, strict=True)]
    show(
        capsys,
        "start to first painted frame, five pairs",
        [
            ("desk", f"{percentile(desk, 50) * 1000:.0f} ms"),
            ("bare Textual app", f"{percentile(bare, 50) * 1000:.0f} ms"),
            ("desk / bare, median", f"{percentile(ratios, 50):.2f}"),
        ],
    )


def test_a_running_desk_at_its_frame_rate(environment, capsys):
    terminal = Terminal([sys.executable, "-m", "desk"], environment)
    try:
        terminal.read_until(b"RUNNING", 20)
        terminal.read_for(5)
        bytes_before, cpu_before = terminal.written, terminal.cpu_seconds()
        terminal.read_for(20)
        bytes_per_second = (terminal.written - bytes_before) / 20
        cpu = (terminal.cpu_seconds() - cpu_before) / 20
    finally:
        terminal.close()

    show(
        capsys,
        "desk on the practice market, 200x50, 20 frames a second, 20 s",
        [
            ("bytes to the terminal", f"{bytes_per_second / 1000:.1f} kB/s"),
            ("processor, whole process", f"{cpu:.1%} of a core"),
        ],
    )


def test_event_lateness_with_and_without_the_screen(environment, capsys):
    rows = []
    for name, arguments in (("engine alone", ["--headless"]), ("with the screen", [])):
        command = [sys.executable, str(Path(__file__).with_name("late.py")), *arguments]
        terminal = Terminal(command, environment)
        try:
            terminal.read_until(b"lateness", 60)
            terminal.read_for(0.5)
            found = re.search(rb"lateness p50 (\d+) p99 (\d+) us", terminal.tail)
        finally:
            terminal.close()
        rows.append((name, f"p50 {int(found[1])} us  p99 {int(found[2])} us"))

    show(capsys, "lateness of a wake-up due every millisecond on the engine's loop, 15 s", rows)
