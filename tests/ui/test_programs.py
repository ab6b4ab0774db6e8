"""Programs in words; the whole sentences are in test_programming."""

from desk.model.order import Side
from desk.model.program import ScaleSpec
from desk.model.restart import OnRestart
from desk.ui.programs import describe_program
from tests.kit.views import ALPHA, BTC, D, desk_view


def test_what_is_unusual_is_said():
    spec = ScaleSpec(
        sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.2"), low=D(62_000), high=D(63_000), count=2,
        reduce_only=True, on_restart=OnRestart.PARK,
    )  # fmt: skip

    text = describe_program(spec, desk_view())

    assert text.startswith("SCALE SELL 0.2 BTCUSDT reduce-only, in 2 orders from 62000 to 63000, post-only,")
    assert text.endswith("after a restart park")
