"""The gate before a chase: what makes no sense does not start."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core.risk import starting
from desk.model.command import ChaseSpec, StartChase
from desk.model.exits import BracketSpec, Exits
from desk.model.order import Side
from desk.model.program import ScaleSpec, TwapSpec
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, at

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
        (chase(show=D("1.001")), "show: expected a multiple of the lot 0.001 up to 1.0, found 1.001"),
        (chase(show=D("0.0005")), "show: expected a multiple of the lot 0.001 up to 1.0, found 0.0005"),
        (chase(show=D("0.04")), "show: expected at least 5 USDT, found 0.04"),
        (chase(peg_ticks=0), "offset, improvement and smallest move: expected whole ticks, none negative"),
    ],
)
def test_a_chase_that_makes_no_sense_does_not_start(spec, reason):
    assert starting.review(spec, rig.started().state).reason.partition(": ")[2] == reason


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (chase(exits=Exits()), "profit and stop: expected at least one of them"),
        (chase(exits=Exits(profit_bps=D(0))), "profit: expected more than 0 and at most 2000 bps, found 0 bps"),
        (chase(exits=Exits(stop_bps=D(2001))), "stop: expected more than 0 and at most 2000 bps, found 2001 bps"),
        (chase(exits=Exits(stop_bps=D(9), slip_bps=D(501))), "slip: expected 0 to 500 bps, found 501 bps"),
        (chase(exits=Exits(profit_price=D("100.33"))), "profit: expected a multiple of the tick 0.1, found 100.33"),
        (chase(exits=Exits(profit_price=D(99))), "profit: expected a price above the entry of 100.05, found 99"),
        (chase(exits=Exits(stop_price=D(101))), "stop: expected a price below the entry of 100.05, found 101"),
        (
            chase(side=Side.SELL, exits=Exits(stop_price=D(99))),
            "stop: expected a price above the entry of 100.05, found 99",
        ),
        (
            chase(reduce_only=True, exits=Exits(stop_bps=D(9))),
            "profit and stop: expected an entry that opens, found one that reduces",
        ),
        (
            BracketSpec(
                sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), exits=Exits(stop_bps=D(9)), follows="chase-9"
            ),
            "entry: expected a live chase, TWAP or scale of the sub-account and symbol, found chase-9",
        ),
    ],
)
def test_exits_that_make_no_sense_do_not_start(spec, reason):
    assert starting.review(spec, rig.started().state).reason.partition(": ")[2] == reason


def test_a_chase_of_the_defaults_may_start():
    assert starting.review(chase(), rig.started().state) is None


def made(kind, **changes):
    twap = TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("10"), span_ms=60_000, slices=6)
    scale = ScaleSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("10"), low=D(90), high=D(99), count=5)
    return replace({"twap": twap, "scale": scale}[kind], **changes)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (made("twap", slices=0), "slices: expected 1 to 648, found 0"),
        (made("twap", slices=61), "span: expected at least 1 s for each slice and at most 24 h, found 60000 ms for 61"),
        (made("twap", catchup_max=7), "catch-up: expected 1 to 6 slices, found 7"),
        (made("twap", slip_bps=D(-1)), "slip: expected 0 to 500 bps, found -1 bps"),
        (made("twap", limit=D("99.05")), "limit: expected a multiple of the tick 0.1, found 99.05"),
        (made("twap", quantity=D("0.0005")), "quantity: expected a multiple of the lot 0.001, found 0.0005"),
        (made("twap", quantity=D("0.04")), "quantity: expected enough for one slice of 5 USDT, found 0.04"),
        (made("scale", count=0), "orders: expected 1 to 100, found 0"),
        (made("scale", low=D(100), high=D(99)), "prices: expected a lower and a higher one above 0, found 100 and 99"),
        (made("scale", ratio=D(1000)), "ratio: expected 0.01 to 100, found 1000"),
        (
            made("scale", quantity=D("0.2")),
            "orders: expected each worth at least 5 USDT, found 0.04 at 90: take fewer, or more in all",
        ),
    ],
)
def test_a_program_that_makes_no_sense_does_not_start(spec, reason):
    assert starting.review(spec, rig.started().state).reason.partition(": ")[2] == reason


def test_a_parent_may_be_larger_than_one_order():
    rules = builders.instrument(quantity_max=D(5))
    state = rig.started(instruments=[rules]).state

    assert starting.review(made("twap"), state) is None
    assert starting.review(made("scale"), state) is None
    assert "expected at most 5, found 10" in starting.review(chase(quantity=D(10)), state).reason


def test_nothing_is_begun_in_a_symbol_that_does_not_add_up():
    desk = rig.started()
    assert starting.barred(chase(), desk.state) is None

    desk.state.breaks[BTC] = at(0)
    assert starting.barred(chase(), desk.state).reason.startswith("chase BTCUSDT: quarantined: ")
    assert starting.barred(chase(reduce_only=True), desk.state) is None
    desk.state.halts[BTC] = at(0)
    assert starting.barred(chase(reduce_only=True), desk.state) is not None
    desk.command(StartChase(chase()))

    assert desk.alerts[-1].startswith("chase BTCUSDT: halted: ")
    assert not desk.state.runs
