"""`desk exchange` as a trader starts it: one line when it is open, one when it stops, a sentence for what cannot be used."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from decimal import Decimal
from pathlib import Path

import pytest

from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.units import SECOND, Nanos
from desk.serve import Shifted
from tests.exchange.scripted import BTC

RECORDING = [
    b'1000000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":1,"s":"BTCUSDT","b":"60000.0","B":"1","a":"60000.1","A":"1"}}',
    b'3000000000 {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"60000.0","q":"1","m":true}}',
]


def desk(*arguments, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "desk", "exchange", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        **more,
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_greets_serves_and_reports_when_it_is_told_to_stop(stop):
    process = desk("--ed25519", "--seed", "7")
    try:
        greeting = json.loads(process.stdout.readline())
        with urllib.request.urlopen(greeting["rest"] + "/fapi/v1/exchangeInfo", timeout=20) as answer:
            assert len(json.load(answer)["symbols"]) == 3
        process.send_signal(stop)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()

    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["clients"]["127.0.0.1"]["requests"] == 1
    assert len(greeting["key"]) == len(greeting["secret"]) == 64
    assert greeting["ed25519_private"].startswith("-----BEGIN PRIVATE KEY-----")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--keys", "nowhere"), "nowhere: No such file"),
        (("--faults", "nowhere"), "nowhere: No such file"),
        (("--market", "nowhere"), "nowhere"),
        (("--port", "70000"), "expected a port from 0 to 65534"),
        (("--host", "192.0.2.1"), "192.0.2.1"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(arguments, complaint):
    process = desk(*arguments)
    out, err = process.communicate(timeout=30)

    assert process.returncode == 2
    assert out == ""
    assert complaint in err
    assert "Traceback" not in err


def test_files_are_read(tmp_path):
    (tmp_path / "keys").write_text('[{"account": "a", "key": "k", "secret": "s", "wallet": "5"}]')
    (tmp_path / "faults").write_text('{"kind": "busy"}\n{"kind": "rain"}\n')

    process = desk("--keys", os.fspath(tmp_path / "keys"), "--faults", os.fspath(tmp_path / "faults"))
    _, err = process.communicate(timeout=30)

    assert process.returncode == 2
    assert "line 2" in err


def test_a_recording_is_played_from_now_on():
    start = Nanos(1_790_000_000 * SECOND)
    market = Shifted(RecordedMarket(RECORDING, practice_instruments()), start)

    first = market.next_at()
    market.take()

    assert (first, market.next_at()) == (start, start + 2 * SECOND)
    (trade,) = market.take()
    assert (trade.symbol, trade.price) == (BTC, Decimal(60000))
    assert market.save(start) == b""
