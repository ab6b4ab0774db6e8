"""The composition root: builds a desk from its rooms, and knows them all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from desk.config import Settings
from desk.core import checkpoint
from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.exchange.crash import Crash
from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.latency import Latency
from desk.exchange.market import MarketSource
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.event import Started, SubAccountOpened
from desk.model.instrument import Instrument
from desk.model.journal import Loaded
from desk.model.units import Nanos, Symbol, millis
from desk.runtime.clocks import VirtualClock, WallClock
from desk.runtime.ports import Clock, Journal
from desk.runtime.pump import Pump
from desk.stores.sqlite import SqliteJournal
from desk.venues.paper import PaperVenue


class Options(Struct, frozen=True, kw_only=True):
    """How this desk is to be run."""

    settings: Settings
    recording: Path | None = None
    """None: the generated practice market."""
    crash: str | None = None
    """How the practice market falls a minute after the start, e.g. `cascade`; None: it does not."""
    speed: int | None = 1
    """Desk seconds per second; None: as fast as it goes, in virtual time."""
    begin: Nanos | None = None
    """When a practice market opens at the earliest; None: now. With one, two runs in virtual time are the same run."""


class Assembly(Struct, frozen=True):
    """A desk put together and not yet running."""

    pump: Pump
    clock: Clock


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
    begin = WallClock().now() if options.begin is None else options.begin
    start = max(begin, Nanos(state.now + 1))
    market = GeneratedMarket(
        instruments, seed=options.settings.seed, start=start, crash=Crash(options.crash) if options.crash else None
    )
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
