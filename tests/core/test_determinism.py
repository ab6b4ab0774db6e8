"""The same events cause the same effects, to the byte, whatever the hash seed of the process."""

import hashlib
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import msgspec

from desk.model.command import ChaseSpec, Peg, StartChase
from desk.model.order import Side
from tests.kit import rig
from tests.kit.builders import BTC
from tests.kit.rough_venue import RoughVenue

ROOT = Path(__file__).parents[2]


def digest(seed):
    """Return a digest of everything the desk asked for while four chases were awake on every quote."""
    desk = rig.started()
    venue = RoughVenue(desk, seed, loses_answers=False)
    venue.trade_sizes = [Decimal("0.001")]
    for sub, side, peg in (("1", "buy", "join"), ("2", "sell", "mid"), ("1", "sell", "join"), ("2", "buy", "improve")):
        spec = ChaseSpec(
            sub=sub, symbol=BTC, side=Side(side), quantity=Decimal(50), peg=Peg(peg), throttle_ms=50, rejects_max=1_000
        )
        venue.take(desk.command(StartChase(spec)))
    for _ in venue.run(6_000):
        pass
    awake = len(list(desk.state.runs_on(BTC)))
    written = b"".join(msgspec.json.encode(effect) for effect in desk.effects)
    return f"{awake} awake, {len(desk.effects)} effects, {hashlib.sha256(written).hexdigest()}"


def _digest_of_a_process(hash_seed):
    code = "from tests.core.test_determinism import digest; print(digest(7))"
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_three_hash_seeds_give_one_digest_of_effects():
    found = {_digest_of_a_process(hash_seed) for hash_seed in ("0", "1", "4242")}

    assert found == {digest(7)}
    assert digest(7).startswith("4 awake")


def test_another_seed_gives_another_digest():
    assert digest(7) != digest(8)
