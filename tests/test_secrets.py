"""A key is used and never shown: not in a log, a journal, a picture, a complaint or a crash."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.live import opened
from tests.test_record import free_pair
from tests.test_wiring import move_the_touch

ROOT = Path(__file__).parents[1]


async def desk(directory, key, *arguments):
    """Run a desk without a screen; return its exit code and everything it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "desk",
        "--headless",
        "--key",
        str(key),
        *arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env={**os.environ, "DESK_DATA_DIR": str(directory), "PYTHONASYNCIODEBUG": "1"},
    )
    out, _ = await process.communicate()
    return process.returncode, out


def written(directory):
    """Return everything that is in the files below a directory."""
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture
def places(tmp_path):
    """A directory for the desk's data, and one for its key."""
    for name in ("data", "keys"):
        (tmp_path / name).mkdir(mode=0o700)
    return tmp_path / "data", tmp_path / "keys" / "k"


async def test_neither_key_nor_secret_is_in_anything_a_desk_writes(places):
    data, key = places
    async with opened(port=free_pair()) as live:
        key.write_text(f'key = "{live.at.key}"\nsecret = "{live.at.secret}"\n')
        key.chmod(0o600)
        venue = f"loopback:{live.at.rest.rpartition(':')[2]}"
        for fault in ({"kind": "unknown-503"}, {"kind": "bad-gateway"}, {"kind": "reply-lost"}, {"kind": "busy"}):
            await live.fault(path="/fapi/v1/order", **fault)
        commands = "buy 0.01 btc @59990; buy 0.02 btc @59980; wait 1s; cancel all; wait 1s; quit"
        async with asyncio.TaskGroup() as tasks:
            moving = tasks.create_task(move_the_touch(live))
            settings = key.with_name("desk.toml")
            settings.write_text('symbols = ["BTCUSDT"]\n')
            code, said = await desk(
                data, key, "--config", str(settings), "--venue", venue, "--json", "--for", "20", "-c", commands
            )
            moving.cancel()

    found = written(data)
    assert code == 0
    assert b"ConnectionClosedError" in next(content for path, content in found.items() if path.name == "desk.log")
    assert any(path.name == "desk.log" and path.stat().st_size for path in found)
    assert any(path.name == "desk.db" for path in found)
    for secret in (live.at.key.encode(), live.at.secret.encode()):
        assert secret not in said
        assert [path.name for path, content in found.items() if secret in content] == []


async def test_a_key_that_cannot_be_used_is_not_quoted(places):
    data, key = places
    for content in ('key = "canary-1"\nsecret = canary-2', "canary-3", '{"key": "canary-4"}', "key = 5\nsecret = 6"):
        key.write_text(content)
        key.chmod(0o600)
        code, said = await desk(data, key, "--venue", "binance-demo", "--for", "1")
        assert code == 2
        assert b"canary" not in said
    assert [path.name for path, content in written(data).items() if b"canary" in content] == []
