"""Every kind of run begins by its parameters and comes back by its memo."""

import msgspec
import pytest

from desk.core.algos import registry
from desk.core.algos.registry import RunMemo
from desk.model.command import ChaseSpec
from desk.model.exits import BracketSpec, Entry, Exits
from desk.model.order import Side
from desk.model.program import ScaleSpec, ScalperSpec, TwapSpec
from desk.model.units import AlgoId
from tests.kit import builders
from tests.kit.builders import ALPHA, BTC, D, at

COMMON = {"sub": ALPHA, "symbol": BTC, "side": Side.BUY, "quantity": D("1.0")}
SPECS = (
    ChaseSpec(**COMMON),
    TwapSpec(**COMMON, span_ms=60_000, slices=6),
    ScaleSpec(**COMMON, low=D(90), high=D(99), count=3),
    ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("1.0")),
    BracketSpec(**COMMON, exits=Exits(stop_bps=D(20)), entry=Entry(price=D(99))),
)


@pytest.mark.parametrize("spec", SPECS, ids=registry.name_of)
def test_a_run_is_the_same_after_its_memo_has_been_to_the_disk(spec):
    run = registry.begun(AlgoId(f"{registry.name_of(spec)}-7"), spec, builders.quote("100.0/100.1"), at(0))
    stored = msgspec.msgpack.encode(run.save())

    again = registry.revived(msgspec.msgpack.decode(stored, type=RunMemo))

    assert (type(again), again.id, again.save()) == (type(run), run.id, run.save())
    assert (again.sub, again.symbol, again.quantity, again.kind) == (ALPHA, BTC, run.quantity, run.kind)


def test_slices_too_small_for_the_venue_are_settled_at_the_start():
    spec = registry.settled(
        TwapSpec(**COMMON, span_ms=60_000, slices=60), builders.quote("100.0/100.1"), builders.instrument()
    )

    assert spec.slices == 20  # 0.05 at 100.05 is worth 5.0025, and 5 is the least
