"""The ways to sit in front of a desk: its own screen, none at all, or the screen of another process."""

import decimal
import gc
import os
import signal
import sys
import threading
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from random import Random
from typing import Final

import uvloop

from desk.config import OnDetach, Settings
from desk.core.state import DeskState
from desk.model.command import CancelAll, Command, Flatten, KillDesk, LeaveDesk, Leaving, PauseAlgo, RestrictDesk
from desk.model.event import LinkState
from desk.model.units import SECOND, Nanos
from desk.model.view import AlgoState, DeskMode, DeskView
from desk.runtime.doorway import Doorway, socket_path
from desk.runtime.guard import one_sentence
from desk.runtime.handle import DeskHandle
from desk.runtime.killfile import KILL_FILE, killed_by_file
from desk.runtime.logs import logged
from desk.runtime.supervisor import Supervisor
from desk.runtime.thread import EngineThread
from desk.runtime.visitor import Visitor
from desk.runtime.watchdog import Watchdog
from desk.stores.lock import DirectoryLock
from desk.stores.notes import NoteFile
from desk.ui.script import Script
from desk.wiring import Assembly, Options, assembled

SWITCH_INTERVAL_S: Final = 1e-4
"""The default of 5 ms would make every tick wait for the screen's turn."""
SCREEN_ENVIRONMENT: Final = {"TEXTUAL_FPS": "120", "TEXTUAL_ANIMATIONS": "none", "ESCDELAY": "25"}
"""A late paint waits half as long, nothing moves for show, and Esc is not held back; the trader's own values win."""
_LOOK_S: Final = 0.5
"""How often a desk without a terminal looks whether its engine has ended."""
DETACHED: Final = "detached"
"""How the screen ends when its terminal is gone: the engine goes on."""


def run_screen(options: Options) -> None:
    """Open the desk full screen; return when the trader quits, or, after a lost terminal, when the process is told to."""
    _forbid_floats_in_money()
    with _claimed(options, is_headless=False):
        engine = EngineThread(lambda hand_over: _serve(options, hand_over))
        engine.start()
        try:
            if _show(options.settings, engine.handle, is_over=lambda: engine.is_over) == DETACHED:
                _go_on_alone(options.settings, engine.handle(), lambda: engine.is_over)
        finally:
            engine.stop()


def run_attached(settings: Settings, *, controls: bool) -> None:
    """Open a screen on the desk that another process runs on the data directory, to control or only to watch it."""
    # The desk's own log is the other process's to write and to rotate.
    log = settings.data_dir / "screen.log"
    with (
        Visitor(socket_path(settings.data_dir), controls=controls) as visitor,
        logged(log, is_headless=False),
        one_sentence(log),
    ):
        _show(settings, lambda: visitor, is_watching=not controls)


def read_view(settings: Settings) -> DeskView:
    """Return the present view of the desk that runs on the data directory."""
    with Visitor(socket_path(settings.data_dir), controls=False) as visitor:
        return visitor.latest()


def run_headless(options: Options, script: Script, span_s: int | None) -> DeskView:
    """Run without a screen for `span_s` desk seconds (None: until the market or a signal ends it); return the end."""
    _forbid_floats_in_money()
    with _claimed(options, is_headless=True):
        return uvloop.run(_run_headless(options, script, span_s))


@contextmanager
def _claimed(options: Options, *, is_headless: bool) -> Iterator[None]:
    """Take the data directory for this desk alone and log there; a replay leaves nothing behind."""
    if options.recording is not None:
        with logged(None, is_headless=is_headless), one_sentence(None):
            yield
        return
    directory = options.settings.data_dir
    log = directory / "desk.log"
    with DirectoryLock(directory), logged(log, is_headless=is_headless), one_sentence(log):
        yield


@asynccontextmanager
async def _attended(options: Options, assembly: Assembly) -> AsyncIterator[None]:
    """Run what belongs beside a desk: its venue's feeds, the measure of its loop, its doorway, the eye on the kill file."""
    pump, feeds = assembly.pump, assembly.feeds

    def give_up(name: str, reason: str) -> None:
        pump.command(RestrictDesk(on=True, reason=reason))

    loop = get_running_loop()
    # In virtual time the loop turns as fast as it can, and how late a beat is means nothing.
    watched = options.speed is not None
    watchdog = Watchdog(pump.beaten_ns, lambda: loop.call_soon_threadsafe(pump.report_stall))
    async with Supervisor(chance=Random(options.settings.seed), give_up=give_up) as beside:
        beside.run("gauges", pump.beat, resync=_nothing_missed)
        for name, feed, resync in feeds:
            beside.run(name, feed, resync=resync)
        if options.recording is None:
            directory = options.settings.data_dir
            beside.run("doorway", Doorway(socket_path(directory), pump).run, resync=_nothing_missed)
            beside.run("kill file", lambda: killed_by_file(directory / KILL_FILE, pump), resync=_nothing_missed)
        with watchdog if watched else nullcontext():
            yield


def _nothing_missed() -> None:
    """These feeds carry nothing that has to be asked for again."""


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
        async with _attended(options, assembly):
            await pump.run()


async def _run_headless(options: Options, script: Script, span_s: int | None) -> DeskView:
    async with assembled(options) as assembly:
        pump = assembly.pump
        wish = _wish_to_leave(options.settings, pump.command, pump.stop)
        for number in (signal.SIGINT, signal.SIGTERM):
            get_running_loop().add_signal_handler(number, Insistence(wish, number))
        get_running_loop().add_signal_handler(signal.SIGUSR1, pump.command, KillDesk("SIGUSR1"))

        def look(now: Nanos) -> None:
            symbol = script.looks_at(now)
            if symbol is not None:
                pump.look_at(symbol)

        def follow(state: DeskState) -> None:
            look(state.now)
            if state.mode is DeskMode.RUNNING and script.is_due(state.now):
                pump.publish()
                for command in script.advance(pump.view):
                    pump.command(command)
            if state.link is LinkState.ENDED or script.complaint is not None:
                pump.stop()
            elif script.wants_quit and not state.leaving:
                wish()

        look(assembly.clock.now())
        pump.observe(follow)
        async with _attended(options, assembly):
            await pump.run(None if span_s is None else Nanos(assembly.clock.now() + span_s * SECOND))
        return pump.view


def _show(
    settings: Settings,
    desk: Callable[[], DeskHandle | Visitor],
    *,
    is_watching: bool = False,
    is_over: Callable[[], bool] = lambda: False,
) -> str | None:
    """Run the screen until it or the desk ends; return DETACHED if its terminal went away; raise what broke it."""
    for name, value in SCREEN_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from desk.ui.app import DeskApp  # deferred: the screen is loaded while the engine already runs
    from desk.ui.arming import KeyMode
    from desk.ui.presets import Presets

    seat = desk()
    app = DeskApp(
        seat,
        confirm_above=settings.confirm_above,
        sizes=settings.sizes,
        start_sub=settings.sub_accounts[0].id,
        start_symbol=seat.latest().instruments[0].symbol,
        key_mode=KeyMode(settings.key_mode),
    )
    app.remember_in(Presets(NoteFile(settings.data_dir / "presets.json")))
    if is_watching:
        app.only_watch()
    app.is_over = is_over
    app.on_quit = Leaving(settings.on_quit) if settings.on_quit != "keep" else None
    app.signals = {
        signal.SIGHUP: lambda: app.exit(DETACHED),
        signal.SIGTERM: Insistence(_wish_to_leave(settings, seat.submit, lambda: app.exit("stopped")), signal.SIGTERM),
        signal.SIGUSR1: lambda: seat.submit(KillDesk("SIGUSR1")),
    }
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    how = app.run(mouse=False)  # every motion would be reported upstream, over SSH
    if app.failure is not None:
        raise app.failure
    return how


def _go_on_alone(settings: Settings, handle: DeskHandle, is_over: Callable[[], bool]) -> None:
    """Let the engine go on without a terminal, as the policy says, until SIGTERM or SIGINT."""
    stopped = threading.Event()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    wish = _wish_to_leave(settings, handle.submit, stopped.set)
    for number in (signal.SIGTERM, signal.SIGINT):
        insistence = Insistence(wish, number)
        signal.signal(number, lambda *_, insistence=insistence: insistence())
    signal.signal(signal.SIGUSR1, lambda *_: handle.submit(KillDesk("SIGUSR1")))
    _forget_terminal()
    for command in _on_detach(settings.on_detach, handle.latest()):
        handle.submit(command)
    while not stopped.wait(_LOOK_S) and not is_over():
        pass


def _wish_to_leave(
    settings: Settings, submit: Callable[[Command], object], leave_at_once: Callable[[], object]
) -> Callable[[], object]:
    """Return what a wish to leave does, by the settings."""
    if settings.on_quit == "keep":
        return leave_at_once
    command = LeaveDesk(Leaving(settings.on_quit), "told to stop")
    return lambda: submit(command)


class Insistence:
    """A signal that asks the first time and, the second time, does not wait: recovery does the work then."""

    def __init__(self, ask: Callable[[], object], number: int) -> None:
        self._ask = ask
        self._number = number
        self._has_asked = False

    def __call__(self) -> None:
        """Take the signal."""
        if self._has_asked:
            os._exit(128 + self._number)
        self._has_asked = True
        self._ask()


def _on_detach(policy: OnDetach, view: DeskView) -> list[Command]:
    match policy:
        case "keep":
            return []
        case "pause":
            return [PauseAlgo(row.id) for row in view.algos if row.state is not AlgoState.DONE]
        case "cancel":
            return [CancelAll()]
        case "flatten":
            return [Flatten()]


def _forget_terminal() -> None:
    """Point the standard streams at nothing: writing to a terminal that is gone would block or fail."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _forbid_floats_in_money() -> None:
    """Make mixing a float into a Decimal an error, in this thread and in every thread to come."""
    decimal.DefaultContext.traps[decimal.FloatOperation] = True
    decimal.setcontext(decimal.DefaultContext.copy())
