"""`desk record`, and that what it writes can be played."""

import contextlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from desk.exchange.market import FullLevels, LevelChanges, Mark, Print
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.record import main
from tests.exchange.scripted import BTC

ROOT = Path(__file__).parents[1]


def free_pair():
    """Return a port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


@pytest.mark.parametrize("name", ["market.txt", "market.gz"])
def test_a_recorded_market_is_played_back(tmp_path, name):
    file = tmp_path / name
    exchange = subprocess.Popen(
        [sys.executable, "-m", "desk", "exchange", "--port", str(free_pair())],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        port = exchange.stdout.readline().partition("127.0.0.1:")[2].partition('"')[0]
        done = subprocess.run(
            [sys.executable, "-m", "desk", "record", "btcusdt", file, "--venue", f"loopback:{port}", "--for", "3"],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
        )
    finally:
        exchange.terminate()
        exchange.communicate(timeout=20)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-2]) > 20
    market = RecordedMarket(file, practice_instruments())
    assert market.symbols() == (BTC,)
    kinds = set()
    while market.next_at() is not None:
        kinds |= {type(each) for each in market.take()}
    assert {FullLevels, LevelChanges, Mark, Print} <= kinds


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    (tmp_path / "old").write_text("precious")

    with pytest.raises(BadInput, match="expected a new file"):
        main(["BTCUSDT", str(tmp_path / "old"), "--venue", "loopback:9"])
    assert (tmp_path / "old").read_text() == "precious"
