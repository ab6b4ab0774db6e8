"""Thirty real kills of a real desk: nothing that was durable is lost, nothing is booked twice, and the books are the venue's.

`DESK_KILL_SEED` sets the seed; else it comes from the code, new with every change of it and the same for the same code.
"""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from tests.kill.wire import HELLO_JUDGE, TRUTH
from tests.sim.test_sessions import seed_of_code

ROOT = Path(__file__).parents[2]
KILLS = 30
GIVE_UP_S = 60


@pytest.fixture
def place(tmp_path_factory):
    """A directory with a name short enough for a socket."""
    return tmp_path_factory.mktemp("kill")


@pytest.fixture
def start():
    """Start a module in a process of its own; it is gone when the test is."""
    started = []

    def run(module, *arguments):
        command = [sys.executable, "-m", f"tests.kill.{module}", *map(str, arguments)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def rows(journal):
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
        return dict(db.execute("SELECT seq, body FROM journal ORDER BY seq").fetchall())


def truth(path):
    """Ask the exchange itself."""
    with socket.socket(socket.AF_UNIX) as judge:
        judge.connect(path)
        judge.sendall(HELLO_JUDGE)
        data = b""
        while chunk := judge.recv(65_536):
            data += chunk
    return TRUTH.decode(data[4:])


@pytest.mark.timeout(300)
def test_thirty_kills_lose_nothing_and_book_nothing_twice(place, start, capsys):
    seed = int(os.environ.get("DESK_KILL_SEED", seed_of_code(ROOT / "desk")))
    chance = Random(seed)
    path, journal = str(place / "venue.sock"), place / "desk.db"
    exchange = start("exchange_process", path, seed)
    assert exchange.stdout.readline() == "ready\n"
    kept, lost = {}, 0
    for _ in range(KILLS):
        desk = start("desk_process", path, journal, seed)
        durable = 0
        for _ in range(chance.randint(10, 130)):
            line = desk.stdout.readline()
            assert line, f"seed {seed}: the desk ended by itself"
            durable = int(line)
        desk.kill()
        desk.wait()
        found = rows(journal)
        lost += sum(found.get(seq) != body for seq, body in kept.items() if seq >= min(found))
        lost += max(found) < durable
        kept = found

    settled = start("desk_process", path, journal, seed, "settle")
    told = json.loads(settled.communicate(timeout=GIVE_UP_S)[0])
    there = truth(path)

    with capsys.disabled():
        sys.stdout.write(
            f"\nseed {seed}: {KILLS} kills, {max(kept)} records, {lost} lost, {len(there.trades)} trades\n"
        )
    assert lost == 0
    assert told["trades"] == sorted(trade.trade for trade in there.trades)
    assert len(there.trades) > 10, "a desk that does not trade proves nothing"
    assert told["open"] == [] == [each.spec.id for each in there.orders]
    assert Decimal(told["held"]) == sum((each.quantity for each in there.positions), Decimal(0))
    spent = sum((each.entry_value for each in there.positions), Decimal(0))
    assert Decimal(told["cash"]) == there.wallet - spent
