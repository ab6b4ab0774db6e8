"""Programs say what they are when they are written down."""

import msgspec

from desk.model.command import Command, StartRun
from desk.model.order import Side
from desk.model.program import Program, ScaleSpec, TwapSpec
from tests.kit.builders import ALPHA, BTC, D

TWAP = TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), span_ms=60_000, slices=6)
SCALE = ScaleSpec(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D(1), low=D(1), high=D(2), count=3)


def test_a_program_comes_back_as_what_it_was():
    for spec in (TWAP, SCALE):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(spec), type=Program) == spec
        command = StartRun(spec)
        assert msgspec.json.decode(msgspec.json.encode(command), type=Command) == command
