"""Exits as they are by default: nothing is taken, a stop watches the mark, a bracket comes back by itself."""

from desk.model.exits import BracketSpec, Exits, Trigger
from desk.model.order import Side
from desk.model.restart import OnRestart
from tests.kit.builders import ALPHA, BTC, D


def test_a_bracket_comes_back_by_itself():
    spec = BracketSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), exits=Exits(stop_bps=D(20)))

    assert spec.on_restart is OnRestart.RESUME
    assert spec.exits.trigger is Trigger.MARK
