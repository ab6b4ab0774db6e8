"""What the engine costs: `python -m pytest -m bench -s tests/bench/test_engine.py`."""

import gzip
import time
from pathlib import Path

import pytest

from desk.config import Settings
from desk.core.engine import Engine
from desk.core.project import Projector
from desk.core.state import DeskState
from desk.exchange.exchange import Exchange
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.front import run_headless
from desk.model.command import ChaseSpec, Peg, StartChase
from desk.model.effect import RequestDepth, SendAmend, SendOrder
from desk.model.event import (
    OrderAccepted,
    OrderAmended,
    Started,
    SubAccount,
    SubAccountOpened,
    Submitted,
    TruthLearned,
    VenueTruth,
)
from desk.model.market import BookDelta, Quote
from desk.model.order import Side
from desk.model.units import ZERO, SubId
from desk.model.view import DeskMode, Health
from desk.ui.script import Script
from desk.wiring import Options
from tests.bench.table import percentile, show
from tests.kit.builders import D

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "market" / "usdm_btcusdt_20240808.gz"
pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]


@pytest.fixture
def recorded():
    """The recording as the events a desk is told, and the instruments it trades."""
    if not RECORDING.is_file():
        pytest.skip("no recorded market beside the checkout: ../shared/data/market")
    instruments = tuple(each for each in practice_instruments() if each.symbol == "BTCUSDT")
    market = RecordedMarket(RECORDING, instruments)
    start = market.next_at()
    exchange = Exchange(instruments=instruments, market=market, start=start, seed=1)
    exchange.execute(RequestDepth(start, instruments[0].symbol), start)
    events = []
    while (at := exchange.next_at()) is not None and at < start + 340_000_000_000:
        events += exchange.advance(at)
    return instruments, start, events


def running(instruments, start, chases):
    """An engine with so many chases at work that never trade: each rests far below the touch."""
    limits = Settings().limits
    engine = Engine(DeskState(limits))
    engine.step(Started(start, 1, "PAPER", instruments, limits))
    engine.step(SubAccountOpened(start, SubAccount(SubId("1"), "main", D(10_000_000))))
    engine.step(TruthLearned(start, VenueTruth(start, D(10_000_000), (), (), ())))
    return engine, chases


def stepped(engine, chases, events):
    """Step every event; return the nanoseconds each quote and each delta took, once the chases are awake."""
    quotes, deltas = [], []
    to_start = chases
    for event in events:
        begun = time.perf_counter_ns()
        effects = engine.step(event)
        took = time.perf_counter_ns() - begun
        if engine.state.mode is DeskMode.RUNNING:
            (quotes if type(event) is Quote else deltas if type(event) is BookDelta else []).append(took)
            while to_start:
                to_start -= 1
                spec = ChaseSpec(
                    sub=SubId("1"),
                    symbol=event.symbol,
                    side=Side.BUY,
                    quantity=D("0.1"),
                    peg=Peg.JOIN,
                    offset_ticks=5_000 + to_start,
                )
                effects = [*effects, *engine.step(Submitted(event.ts, StartChase(spec)))]
        for effect in effects:
            if isinstance(effect, SendOrder):
                engine.step(OrderAccepted(event.ts, effect.spec.id, 1, ZERO, event.ts))
            elif isinstance(effect, SendAmend):
                engine.step(OrderAmended(event.ts, effect.order, effect.price, effect.quantity, ZERO, event.ts))
    return quotes, deltas


def test_engine_step_on_recorded_market_data(recorded, capsys):
    instruments, start, events = recorded
    rows = []
    for chases in (0, 1, 4):
        engine, count = running(instruments, start, chases)
        quotes, deltas = stepped(engine, count, events)
        rows.append((f"quote, {chases} awake chases", _p(quotes)))
        if not chases:
            rows.append(("depth delta", _p(deltas)))
    begun = time.perf_counter_ns()
    projector = Projector()
    for _ in range(200):
        engine.state.markets["BTCUSDT"].book.version += 1  # as if the book had changed each time
        projector.project(engine.state, Health())
    rows.append(("view of the whole desk, book changed", f"{(time.perf_counter_ns() - begun) / 200 / 1000:.0f} us"))

    show(capsys, f"engine step on {len(events)} recorded events, us", rows)


def _p(values):
    return f"p50 {percentile(values, 50) / 1000:6.2f}  p99 {percentile(values, 99) / 1000:6.2f}  n {len(values)}"


def test_replay_of_the_recording_end_to_end(capsys):
    if not RECORDING.is_file():
        pytest.skip("no recorded market beside the checkout: ../shared/data/market")
    with gzip.open(RECORDING) as lines:
        messages = sum(1 for _ in lines)
    seconds = []
    for _ in range(3):
        script = Script("chase buy 0.050 btcusdt join; sub 2; sell 0.020 btcusdt market", SubId("1"), "BTCUSDT")
        begun = time.perf_counter()
        view = run_headless(Options(settings=Settings(), recording=RECORDING, speed=None), script, None)
        seconds.append(time.perf_counter() - begun)
    middle = percentile(seconds, 50)

    show(
        capsys,
        "recording at --speed max: decode, exchange, engine, journal",
        [
            ("messages recorded, events stepped", f"{messages:,}, {view.health.events:,}"),
            ("median of 3", f"{middle:.2f} s, {messages / middle:,.0f} messages/s"),
        ],
    )
    assert view.proof.quantity
    assert view.proof.equity
