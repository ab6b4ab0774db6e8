"""Two scalpers, three chases and a TWAP at once: on the whole recording and for an hour; every parent ends exact."""

from decimal import Decimal as D
from pathlib import Path
from random import Random

import pytest

from desk.exchange.exchange import Exchange
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.command import ChaseSpec, Flatten, OnTtl, Peg, StartChase, StartRun, StopAlgo
from desk.model.event import SubAccount
from desk.model.exits import Exits
from desk.model.limits import Limits
from desk.model.order import Side
from desk.model.program import Catchup, Child, OnEnd, ScalperSpec, TwapSpec
from desk.model.units import SECOND, ZERO, AlgoId, Nanos, SubId, Symbol
from desk.sim.market import START, CoarseMarket
from desk.sim.solo import Solo

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "market" / "usdm_btcusdt_20240808.gz"
BTC = Symbol("BTCUSDT")
SUB = SubAccount(SubId("1"), "one", D(500_000))
INSTRUMENTS = tuple(each for each in practice_instruments() if each.symbol == BTC)
STALE_MS = 10_000


def desk_on(market, start):
    exchange = Exchange(instruments=INSTRUMENTS, market=market, start=start, seed=7, wallet=SUB.wallet)
    limits = Limits(order_value_max=D(10**6), market_slip_bps=D(50), leverage=10, dead_man_s=0)
    desk = Solo(exchange, INSTRUMENTS, limits, SUB, start)
    desk.run(Nanos(start + 5 * SECOND))
    return desk, exchange


def begin_all(desk, span_s):
    common = {"sub": SUB.id, "symbol": BTC}
    for base in (D(2), D(4)):
        desk.submit(
            StartRun(
                ScalperSpec(**common, quantity=D("0.200"), layers=3, base_bps=base, max_bps=base * 3, stale_ms=STALE_MS)
            )
        )
    for side, peg, quantity in (
        (Side.BUY, Peg.JOIN, "0.400"),
        (Side.SELL, Peg.JOIN, "0.300"),
        (Side.BUY, Peg.MID, "0.250"),
    ):
        desk.submit(
            StartChase(
                ChaseSpec(
                    **common,
                    side=side,
                    peg=peg,
                    quantity=D(quantity),
                    ttl_ms=span_s * 1_000 // 2,
                    on_ttl=OnTtl.CROSS,
                    stale_ms=STALE_MS,
                    rejects_max=50,
                    exits=Exits(profit_bps=D(5), stop_bps=D(200), stale_ms=STALE_MS) if side is Side.SELL else None,
                )
            )
        )
    desk.submit(
        StartRun(
            TwapSpec(
                **common,
                side=Side.BUY,
                quantity=D("1.000"),
                span_ms=span_s * 1_000 * 3 // 4,
                slices=24,
                child=Child.CHASE,
                catchup=Catchup.SPREAD,
                on_end=OnEnd.CROSS,
                slip_bps=D(20),
            )
        )
    )


def end_all(desk, at):
    """Stop what still runs, then flatten, so that nothing is under way."""
    for run in list(desk.state.runs.values()):
        if not run.is_done:
            desk.submit(StopAlgo(run.id))
    desk.run(Nanos(at + 10 * SECOND))
    assert all(run.is_done for run in desk.state.runs.values())
    assert not desk.state.open


def check(desk, exchange, at):
    filled = {
        algo: sum((order.filled for order in desk.state.orders_of(AlgoId(algo)).values()), ZERO)
        for algo in ("chase-3", "chase-4", "chase-6", "twap-7")
    }
    assert filled == {"chase-3": D("0.400"), "chase-4": D("0.300"), "chase-6": D("0.250"), "twap-7": D("1.000")}
    held = desk.state.accounts[SUB.id].quantity(BTC)
    venue = {each.symbol: each.quantity for each in exchange.truth(at).positions}
    assert held == venue.get(BTC, ZERO)
    for tries in range(1, 11):  # a thin book takes more than one
        desk.submit(Flatten(sub=SUB.id))
        desk.run(Nanos(at + 5 * tries * SECOND))
    assert desk.state.accounts[SUB.id].quantity(BTC) == ZERO


def test_an_hour_of_all_of_them_ends_exact():
    market = CoarseMarket(INSTRUMENTS, (Random(11),), START)
    desk, exchange = desk_on(market, START)
    begin_all(desk, 3_600)
    end = Nanos(START + 3_610 * SECOND)
    desk.run(end)
    end_all(desk, end)
    check(desk, exchange, Nanos(end + 10 * SECOND))


def test_the_whole_recording_with_all_of_them_ends_exact():
    if not RECORDING.is_file():
        pytest.skip("no recorded market beside the checkout: ../shared/data/market")
    market = RecordedMarket(RECORDING, practice_instruments())
    start = market.next_at()
    desk, exchange = desk_on(market, start)
    begin_all(desk, 240)
    end = Nanos(start + 330 * SECOND)
    desk.run(end)
    end_all(desk, end)
    check(desk, exchange, Nanos(end + 10 * SECOND))
