"""The books of a scalper; its stories are in test_scalper."""

from desk.core.algos import trips
from desk.core.algos.layer import Layer
from desk.model.order import Side
from desk.model.program import ScalperSpec
from tests.kit.builders import ALPHA, BTC, D

SPEC = ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("1.000"), layers=5, base_bps=D(2), max_bps=D(32), skew=D(1))


def test_a_leg_says_layer_side_and_purpose():
    legs = [
        trips.leg_of(Layer(side=side, index=3), kind)
        for side in Side
        for kind in (trips.ENTRIES, trips.EXITS, trips.OUTS)
    ]

    assert legs == [3, 103, 203, 303, 403, 503]


def test_layers_too_small_go_from_the_inside_and_the_total_stays():
    assert trips.sizes(SPEC, D("0.001"), D("0.05")) == [
        D(each) for each in ("0.089", "0.126", "0.178", "0.251", "0.356")
    ]
    fewer = trips.sizes(SPEC, D("0.001"), D("0.1"))
    assert len(fewer) == 4
    assert sum(fewer) == 1
    assert trips.offsets(SPEC, 4) == trips.offsets(SPEC, 5)[1:]
    assert trips.sizes(SPEC, D("0.001"), D(2)) == []
