"""The orders a run would send: prices and sizes by hand, from the touch of the moment."""

from desk.core.risk.rehearsal import rehearse
from desk.model.command import ChaseSpec
from desk.model.exits import BracketSpec, Entry, Exits
from desk.model.order import Side
from desk.model.program import Quoting, ScaleSpec, ScalperSpec, TwapSpec
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, D

COMMON = {"sub": ALPHA, "symbol": BTC, "side": Side.BUY, "quantity": D("1.0")}


def told(spec):
    """What would go out at 100.0/100.1."""
    return [(each.side.value, each.price, each.quantity) for each in rehearse(rig.started().state, spec)]


def test_a_chase_sends_one_order_and_an_iceberg_its_first_part():
    assert told(ChaseSpec(**COMMON)) == [("buy", D("100.0"), D("1.0"))]
    assert told(ChaseSpec(**COMMON, show=D("0.2"))) == [("buy", D("100.0"), D("0.2"))]


def test_a_twap_sends_its_slices_up_to_its_slip():
    # 100.1 * 1.0010 = 100.2001
    assert told(TwapSpec(**COMMON, span_ms=60_000, slices=3, slip_bps=D(10))) == [
        ("buy", D("100.2"), D("0.334")),
        ("buy", D("100.2"), D("0.333")),
        ("buy", D("100.2"), D("0.333")),
    ]


def test_a_scale_sends_its_layers():
    assert told(ScaleSpec(**COMMON, low=D(98), high=D(99), count=2)) == [
        ("buy", D("98.0"), D("0.500")),
        ("buy", D("99.0"), D("0.500")),
    ]


def test_a_scalper_sends_the_layers_of_its_sides():
    spec = ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("1.0"), layers=2, base_bps=D(10), max_bps=D(40))

    # 100.05 * (1 - 0.0010) = 99.94995, 100.05 * (1 - 0.0040) = 99.6498; 100.15005, 100.4502 above
    assert told(spec) == [
        ("buy", D("99.9"), D("0.500")),
        ("buy", D("99.6"), D("0.500")),
        ("sell", D("100.2"), D("0.500")),
        ("sell", D("100.5"), D("0.500")),
    ]
    one = ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("1.0"), layers=1, quoting=Quoting.ASKS)
    assert [side for side, _, _ in told(one)] == ["sell"]


def test_a_bracket_sends_its_entry_and_then_its_profit():
    exits = Exits(profit_bps=D(50), stop_bps=D(50))

    assert told(BracketSpec(**COMMON, exits=exits, entry=Entry(price=D("99.0")))) == [
        ("buy", D("99.0"), D("1.0")),
        ("sell", D("99.5"), D("1.0")),
    ]


def test_without_a_touch_nothing_is_known():
    desk = rig.begun()

    assert rehearse(desk.state, ChaseSpec(**COMMON)) == ()
