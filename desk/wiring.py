"""The composition root: the one place that knows every room and builds the desk from them."""

import decimal
import gc
import os
import signal
import sys
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import uvloop
from msgspec import Struct

from desk.config import Settings
from desk.core import checkpoint
from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.latency import Latency
from desk.exchange.market import MarketSource
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.event import LinkState, Started, SubAccountOpened
from desk.model.instrument import Instrument
from desk.model.journal import Loaded
from desk.model.units import SECOND, Nanos, Symbol, millis
from desk.model.view import DeskMode, DeskView
from desk.runtime.clocks import VirtualClock, WallClock
from desk.runtime.handle import DeskHandle
from desk.runtime.logs import logged
from desk.runtime.ports import Clock, Journal
from desk.runtime.pump import Pump
from desk.runtime.thread import EngineThread
from desk.stores.lock import DirectoryLock
from desk.stores.sqlite import SqliteJournal
from desk.ui.script import Script
from desk.venues.paper import PaperVenue

SWITCH_INTERVAL_S: Final = 1e-4
"""The default of 5 ms would make every tick wait for the screen's turn."""
SCREEN_ENVIRONMENT: Final = {"TEXTUAL_FPS": "120", "TEXTUAL_ANIMATIONS": "none", "ESCDELAY": "25"}
"""A late paint waits half as long, nothing moves for show, and Esc is not held back; the trader's own values win."""


class Options(Struct, frozen=True, kw_only=True):
    """How this desk is to be run."""

    settings: Settings
    recording: Path | None = None
    """None: the generated practice market."""
    speed: int | None = 1
    """Desk seconds per second; None: as fast as it goes, in virtual time."""


class Assembly(Struct, frozen=True):
    """A desk put together and not yet running."""

    pump: Pump
    clock: Clock


def run_screen(options: Options) -> None:
    """Open the desk full screen and return when the trader quits."""
    _forbid_floats_in_money()
    with _claimed(options, is_headless=False):
        engine = EngineThread(lambda hand_over: _serve(options, hand_over))
        engine.start()
        try:
            _show(options, engine)
        finally:
            engine.stop()


def run_headless(options: Options, script: Script, span_s: int | None) -> DeskView:
    """Run without a screen for `span_s` desk seconds (None: until the market or a signal ends it); return the end."""
    _forbid_floats_in_money()
    with _claimed(options, is_headless=True):
        return uvloop.run(_run_headless(options, script, span_s))


@asynccontextmanager
async def assembled(options: Options) -> AsyncIterator[Assembly]:
    """Build the desk on its journal, and close that whatever happens."""
    journal = SqliteJournal(":memory:" if options.recording else options.settings.data_dir / "desk.db")
    await journal.open()
    try:
        yield await _build(options, journal)
    finally:
        await journal.close()


async def _build(options: Options, journal: Journal) -> Assembly:
    """Bring back what was sent and booked, then begin a new epoch."""
    loaded = await journal.load()
    limits = options.settings.limits
    state = checkpoint.restore(loaded.checkpoint, [each.body for each in loaded.records], limits)
    clock, market, instruments = _market(options, state)
    exchange = Exchange(
        instruments=instruments,
        market=market,
        start=clock.now(),
        seed=options.settings.seed,
        latency=Latency(median=millis(options.settings.latency_ms_median)),
        leverage=limits.leverage,
    )
    venue = PaperVenue(exchange)
    if loaded.venue_memo is not None:
        venue.restore(loaded.venue_memo, clock.now())
    epoch = await journal.begin_epoch()
    pump = Pump(Engine(state), clock=clock, venue=venue, journal=journal, sources=[venue], seq=_last_seq(loaded))
    pump.feed(
        Started(clock.now(), epoch, "PAPER" if options.recording is None else "PAPER REPLAY", instruments, limits)
    )
    for sub in options.settings.sub_accounts:
        if sub.id not in state.accounts:
            venue.deposit(sub.wallet)
        pump.feed(SubAccountOpened(clock.now(), sub))
    return Assembly(pump, clock)


def _market(options: Options, state: DeskState) -> tuple[Clock, MarketSource, tuple[Instrument, ...]]:
    if options.recording is not None:
        recorded = RecordedMarket(options.recording, practice_instruments())
        start = recorded.next_at() or Nanos(0)
        traded = tuple(each for each in practice_instruments() if each.symbol in recorded.symbols())
        return _clock(options.speed, start), recorded, traded
    instruments = _instruments((*options.settings.symbols, *_held(state)))
    # The books may not travel back in time, whatever the machine's clock says.
    start = max(WallClock().now(), Nanos(state.now + 1))
    market = GeneratedMarket(instruments, seed=options.settings.seed, start=start)
    return _clock(options.speed, start), market, instruments


def _clock(speed: int | None, start: Nanos) -> Clock:
    return VirtualClock(start) if speed is None else WallClock(start=start, speed=speed)


def _instruments(symbols: tuple[Symbol, ...]) -> tuple[Instrument, ...]:
    known = {each.symbol: each for each in practice_instruments()}
    unknown = [symbol for symbol in symbols if symbol not in known]
    if unknown:
        raise BadInput(f"symbols: expected some of {', '.join(known)} on the practice exchange, found {unknown[0]}")
    return tuple(known[symbol] for symbol in dict.fromkeys(symbols))


def _held(state: DeskState) -> tuple[Symbol, ...]:
    """The symbols of positions and open orders: they are traded on, whatever the settings say now."""
    held = [
        symbol for each in state.accounts.values() for symbol, position in each.positions.items() if position.quantity
    ]
    return (*held, *(order.spec.symbol for order in state.open.values()))


def _last_seq(loaded: Loaded) -> int:
    return loaded.records[-1].seq if loaded.records else loaded.checkpoint_seq


@contextmanager
def _claimed(options: Options, *, is_headless: bool) -> Iterator[None]:
    """Take the data directory for this desk alone and log there; a replay leaves nothing behind."""
    if options.recording is not None:
        with logged(None, is_headless=is_headless):
            yield
        return
    directory = options.settings.data_dir
    with DirectoryLock(directory), logged(directory, is_headless=is_headless):
        yield


async def _serve(options: Options, hand_over: Callable[[DeskHandle], None]) -> None:
    async with assembled(options) as assembly:
        pump = assembly.pump
        handle = DeskHandle(pump, get_running_loop())
        handed: list[DeskHandle] = []

        def hand_over_once(state: DeskState) -> None:
            if not handed:  # the first turn has made the instruments known: now there is something to show
                handed.append(handle)
                pump.publish()
                hand_over(handle)

        pump.observe(hand_over_once)
        await pump.run()


async def _run_headless(options: Options, script: Script, span_s: int | None) -> DeskView:
    async with assembled(options) as assembly:
        pump = assembly.pump
        for number in (signal.SIGINT, signal.SIGTERM):
            get_running_loop().add_signal_handler(number, pump.stop)

        def follow(state: DeskState) -> None:
            if state.mode is DeskMode.RUNNING and script.is_due(state.now):
                pump.publish()
                for command in script.advance(pump.view):
                    pump.command(command)
            if state.link is LinkState.ENDED or script.complaint is not None or script.wants_quit:
                pump.stop()

        pump.observe(follow)
        await pump.run(None if span_s is None else Nanos(assembly.clock.now() + span_s * SECOND))
        return pump.view


def _show(options: Options, engine: EngineThread) -> None:
    for name, value in SCREEN_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from desk.ui.app import DeskApp  # deferred: the screen is loaded while the engine already runs
    from desk.ui.arming import KeyMode

    settings = options.settings
    handle = engine.handle()
    traded = handle.latest().instruments[0]
    app = DeskApp(
        handle,
        confirm_above=settings.confirm_above,
        sizes=settings.sizes,
        start_sub=settings.sub_accounts[0].id,
        start_symbol=traded.symbol,
        key_mode=KeyMode(settings.key_mode),
    )
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    app.run(mouse=False)  # every motion would be reported upstream, over SSH


def _forbid_floats_in_money() -> None:
    """Make mixing a float into a Decimal an error, in this thread and in every thread to come."""
    decimal.DefaultContext.traps[decimal.FloatOperation] = True
    decimal.setcontext(decimal.DefaultContext.copy())
