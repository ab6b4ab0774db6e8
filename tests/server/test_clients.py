"""Other people's clients, unchanged but for their addresses.

They pin other versions than ours: `DESK_CLIENTS_PYTHON` is the Python of an environment that has ccxt 4.5.90.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif("DESK_CLIENTS_PYTHON" not in os.environ, reason="DESK_CLIENTS_PYTHON: no environment with ccxt")
def test_ccxt_walks_through_everything_a_trader_does():
    exchange = subprocess.Popen([sys.executable, "-m", "desk", "exchange"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        greeting = exchange.stdout.readline()
        walk = subprocess.run(
            [os.environ["DESK_CLIENTS_PYTHON"], ROOT / "tests" / "server" / "ccxt_walk.py", greeting],
            capture_output=True,
            text=True,
            timeout=100,
            cwd=ROOT,
            check=False,
        )
    finally:
        exchange.terminate()
        report = json.loads(exchange.communicate(timeout=20)[0])

    assert walk.returncode == 0, walk.stderr[-2_000:]
    assert json.loads(walk.stdout) == {
        "markets": ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"],
        "balance": 100_000,
        "leverage": 25,
        "limit": ["open", "walk-1"],
        "batch": ["open"] * 5,
        "edit": [0.02, True],
        "by name": 0.03,
        "open": 6,
        "cancel": "canceled",
        "batch cancel": ["canceled"] * 3,
        "market": ["closed", 0.05],
        "average": True,
        "position": ["long", 0.05],
        "trades": [0.05],
        "stop": ["open", 1],
        "closed": ["closed", 0],
        "tiers": 12,
        "post only": True,
        "book": [True, True, True],
        "tape": True,
        "orders": "open",
        "my trades": 0.03,
        "cash": True,
        "positions": [0.03],
        "session": ["open", 0.02, "canceled"],
    }
    assert report["clients"]["127.0.0.1"]["errors"] == {"-5022": 1}
    assert report["clients"]["127.0.0.1"]["overruns"] == 0
