"""The gate before a chase: what makes no sense does not start."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core.risk import gate
from desk.model.command import ChaseSpec
from desk.model.order import Side
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC

D = Decimal


def chase(**changes):
    return replace(ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0")), **changes)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (chase(sub="9"), "sub-account 9 or symbol BTCUSDT is not known here"),
        (chase(symbol="XRPUSDT"), "sub-account 1 or symbol XRPUSDT is not known here"),
        (chase(quantity=D("1.0005")), "quantity: expected a multiple of the lot 0.001, found 1.0005"),
        (chase(throttle_ms=49), "throttle: expected at least 50 ms, found 49 ms"),
        (chase(ttl_ms=200), "ttl: expected at least the throttle of 250 ms, found 200 ms"),
        (chase(cap_bps=D(-1)), "cap: expected 0 bps or more from the arrival touch, found -1 bps"),
        (chase(offset_ticks=-1), "offset, improvement and smallest move: expected whole ticks, none negative"),
        (chase(peg_ticks=0), "offset, improvement and smallest move: expected whole ticks, none negative"),
    ],
)
def test_a_chase_that_makes_no_sense_does_not_start(spec, reason):
    assert gate.review_chase(spec, rig.started().state).reason.partition(": ")[2] == reason


def test_a_chase_of_the_defaults_may_start():
    assert gate.review_chase(chase(), rig.started().state) is None
