"""The composition root: builds a desk from its rooms, and knows them all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from desk.config import Settings
from desk.core import checkpoint
from desk.core.engine import Engine
from desk.core.state import DeskState
from desk.exchange.crash import Crash
from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.latency import Latency
from desk.exchange.live import LiveMarket
from desk.exchange.market import MarketSource
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.event import CashArrived, Started, SubAccountOpened
from desk.model.instrument import Instrument
from desk.model.journal import Loaded
from desk.model.units import ZERO, Nanos, Symbol, millis
from desk.runtime.clocks import VirtualClock, WallClock
from desk.runtime.ports import Clock, Journal
from desk.runtime.pump import Pump
from desk.stores.sqlite import SqliteJournal
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.site import Site
from desk.venues.paper import PaperVenue

if TYPE_CHECKING:
    from desk.venues.binance.recorder import Recorder
    from desk.venues.binance.venue import BinanceVenue

ROUNDING: Final = Decimal("0.01")
"""By how much the equity a venue outside tells may differ from ours: it rounds entry prices and what is realised."""


class Options(Struct, frozen=True, kw_only=True):
    """How this desk is to be run."""

    settings: Settings
    recording: Path | None = None
    """None: the generated practice market."""
    crash: str | None = None
    """How the practice market falls a minute after the start, e.g. `cascade`; None: it does not."""
    speed: int | None = 1
    """Desk seconds per second; None: as fast as it goes, in virtual time."""
    live: Hosts | None = None
    """Whose public market the practice exchange plays; None: a generated or a recorded one."""
    venue: Site | None = None
    """None: the practice exchange in this process."""
    begin: Nanos | None = None
    """When a practice market opens at the earliest; None: now. With one, two runs in virtual time are the same run."""


Feed = tuple[str, Callable[[], Awaitable[None]], Callable[[], None]]
"""Something that runs beside the engine: its name, what runs, and what to do before it is run again."""


class Assembly(Struct, frozen=True):
    """A desk put together and not yet running."""

    pump: Pump
    clock: Clock
    feeds: tuple[Feed, ...] = ()


@asynccontextmanager
async def assembled(options: Options) -> AsyncIterator[Assembly]:
    """Build the desk on its journal, and close that whatever happens."""
    journal = SqliteJournal(":memory:" if options.recording else options.settings.data_dir / "desk.db")
    await journal.open()
    try:
        if options.venue is None:
            yield await _build(options, journal)
            return
        async with _build_remote(options, options.venue, journal) as assembly:
            yield assembly
    finally:
        await journal.close()


async def _build(options: Options, journal: Journal) -> Assembly:
    """Bring back what was sent and booked, then begin a new epoch."""
    loaded = await journal.load()
    limits = options.settings.limits
    state = checkpoint.restore(loaded.checkpoint, [each.body for each in loaded.records], limits)
    ground = await _ground(options, state)
    clock, market, instruments = ground.clock, ground.market, ground.instruments
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
    pump.feed(Started(clock.now(), epoch, ground.name, instruments, limits))
    for sub in options.settings.sub_accounts:
        if sub.id not in state.accounts:
            venue.deposit(sub.wallet)
        pump.feed(SubAccountOpened(clock.now(), sub))
    return Assembly(pump, clock, ground.feeds(pump))


class _Ground(Struct, frozen=True):
    """What a practice exchange is played on."""

    name: str
    clock: Clock
    market: MarketSource
    instruments: tuple[Instrument, ...]
    feeds: Callable[[Pump], tuple[Feed, ...]]


async def _ground(options: Options, state: DeskState) -> _Ground:
    if options.live is not None:
        return await _live_ground(options.live, options, state)
    name = "PAPER" if options.recording is None else "PAPER REPLAY"
    return _Ground(name, *_market(options, state), lambda pump: ())


async def _live_ground(hosts: Hosts, options: Options, state: DeskState) -> _Ground:
    """The public market of a venue: its rules as anybody may read them, and margin tiers of our own."""
    from desk.venues.binance.public import public_rules
    from desk.venues.binance.recorder import Recorder

    clock = WallClock()
    symbols = tuple(dict.fromkeys((*options.settings.symbols, *_held(state))))
    tiers = {each.symbol: each.brackets for each in practice_instruments()}
    usual = practice_instruments()[-1].brackets
    instruments = tuple(
        replace(each, brackets=tiers.get(each.symbol, usual)) for each in await public_rules(hosts, symbols, clock.now)
    )
    market = LiveMarket(symbols)

    def feeds(pump: Pump) -> tuple[Feed, ...]:
        return tuple(_live_feed(Recorder, hosts, symbol, market, pump) for symbol in symbols)

    return _Ground("PAPER LIVE", clock, market, instruments, feeds)


def _live_feed(make: "type[Recorder]", hosts: Hosts, symbol: Symbol, market: LiveMarket, pump: Pump) -> Feed:
    def write(line: bytes) -> None:
        if market.hear(symbol, line):
            recorder.want_depth()
        pump.wake()

    recorder = make(hosts, symbol, write, WallClock().now)
    return f"live {symbol}", recorder.run, recorder.want_depth


@asynccontextmanager
async def _build_remote(options: Options, site: Site, journal: Journal) -> AsyncIterator[Assembly]:
    """Build the desk on a venue outside this process: its rules first, then the books, then its streams."""
    # Only who trades elsewhere pays for the clients of the network.
    from desk.venues.binance.venue import BinanceVenue

    loaded = await journal.load()
    settings = options.settings
    state = checkpoint.restore(loaded.checkpoint, [each.body for each in loaded.records], settings.limits)
    clock = WallClock()
    venue = BinanceVenue(site.hosts, site.credentials, now=clock.now, chance=Random())
    try:
        symbols = tuple(dict.fromkeys((*settings.symbols, *_held(state))))
        instruments = await venue.open(symbols, settings.limits.leverage, may_withdraw=site.may_withdraw)
        opening = await _opening_cash(settings, state, venue, clock.now())
        epoch = await journal.begin_epoch()
        pump = Pump(Engine(state), clock=clock, venue=venue, journal=journal, sources=[], seq=_last_seq(loaded))
        venue.attach(pump.feed, [each.spec for each in state.orders.values()], state.began or clock.now())
        pump.feed(Started(clock.now(), epoch, site.name, instruments, settings.limits, ROUNDING))
        for sub in settings.sub_accounts:
            pump.feed(SubAccountOpened(clock.now(), sub))
        if opening is not None:
            pump.feed(opening)
        yield Assembly(pump, clock, venue.feeds())
    finally:
        await venue.close()


async def _opening_cash(settings: Settings, state: DeskState, venue: "BinanceVenue", now: Nanos) -> CashArrived | None:
    """Return what the venue's account has beyond the sub-accounts' cash when the books begin; None: they have begun.

    Raises BadInput where the sub-accounts have more than there is.
    """
    new = [each for each in settings.sub_accounts if each.id not in state.accounts]
    if state.began:
        if new:
            raise BadInput(f"sub-account {new[0].id}: expected one of the books' first start, found a new one")
        return None
    wallet = await venue.wallet(now)
    given = sum((each.wallet for each in new), ZERO)
    if given > wallet:
        raise BadInput(
            f"sub-accounts: expected at most the venue's {wallet:.2f} together, found {given:.2f}: give them less in "
            "the settings"
        )
    return CashArrived(now, wallet - given, "opening balance", now)


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
