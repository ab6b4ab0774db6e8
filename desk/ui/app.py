"""The Textual app: the trading screen, the way out over everything, and the frames."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from pathlib import PurePath
from typing import ClassVar, Final

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.notifications import SeverityLevel

from desk.model.command import Leaving
from desk.model.effect import Severity
from desk.model.units import ZERO, SubId, Symbol
from desk.ui.alarms import Alarms
from desk.ui.arming import KeyMode
from desk.ui.format import sanitise
from desk.ui.keymap import panic_bindings
from desk.ui.presets import Presets
from desk.ui.screens.panes import GROUPS
from desk.ui.screens.trade import TradeScreen
from desk.ui.sections import Pulse
from desk.ui.session import Chosen, ClockMs, Desk, Session, Sizes
from desk.ui.shims import install
from desk.ui.theme import DESK_THEME, HEIGHT_CLASSES, WIDTH_CLASSES, stylesheets

FRAMES_PER_SECOND: Final = 20
"""How often each panel is shown the newest view."""
PASTE_MAX: Final = 1_000
"""Characters of a pasted line."""
_TOASTS: Final[dict[Severity, SeverityLevel]] = {
    Severity.INFO: "information",
    Severity.WARN: "warning",
    Severity.ERROR: "error",
}


def monotonic_ms() -> int:
    """Return milliseconds that never go back."""
    return time.monotonic_ns() // 1_000_000


class DeskApp(App[str]):
    """Reads the desk's view and submits commands; it knows nothing else of the machine."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [*stylesheets()]
    BINDINGS: ClassVar[list[BindingType]] = panic_bindings()
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = WIDTH_CLASSES
    VERTICAL_BREAKPOINTS = HEIGHT_CLASSES

    def __init__(
        self,
        desk: Desk,
        *,
        start_sub: SubId,
        start_symbol: Symbol,
        sizes: Sizes,
        confirm_above: Decimal | None = None,
        key_mode: KeyMode = KeyMode.CONFIRM,
        clock_ms: ClockMs = monotonic_ms,
        has_frames: bool = True,
    ) -> None:
        """`has_frames` False: the view is shown once, and again only when the trader does something."""
        super().__init__()
        chosen = Chosen(sub=start_sub, symbol=start_symbol, key_mode=key_mode, size=ZERO)
        self._session = Session(desk, chosen, sizes, confirm_above=confirm_above)
        self._session.choose_symbol(start_symbol)
        self._clock_ms = clock_ms
        self._has_frames = has_frames
        self._alarms = Alarms()
        self.signals: dict[int, Callable[[], object]] = {}
        """What to do on a signal; set before the app runs, as only its own loop may be told."""
        self.is_over: Callable[[], bool] = lambda: False
        """Tells that the desk behind the screen has ended: then there is nothing left to show."""
        self.on_quit: Leaving | None = None
        """What becomes of what is open when the desk is left; None: it is kept."""
        self.failure: Exception | None = None
        """What broke this screen."""
        self._frame = 0
        self._painted_ms: deque[int] = deque(maxlen=FRAMES_PER_SECOND * GROUPS)
        self._took_ms: deque[int] = deque(maxlen=FRAMES_PER_SECOND * GROUPS)
        self.trade = TradeScreen(self._session, clock_ms)
        self.register_theme(DESK_THEME)
        self.theme = DESK_THEME.name

    def remember_in(self, memory: Presets) -> None:
        """Let the forms remember over the end of the screen; to be said before the app runs."""
        self._session.memory = memory

    def only_watch(self) -> None:
        """Send nothing from this screen: the desk is another's."""
        self._session.is_watching = True

    def on_load(self) -> None:
        """Repair Textual before anything is drawn."""
        install()

    def get_default_screen(self) -> TradeScreen:
        """Start with the desk."""
        return self.trade

    def on_ready(self) -> None:
        """Draw everything once, then start the frames."""
        for number, act in self.signals.items():
            asyncio.get_running_loop().add_signal_handler(number, act)
        self.trade.show(self._session.view, Pulse())
        if self._has_frames:
            self.set_interval(1 / (FRAMES_PER_SECOND * GROUPS), self.show_frame)

    def show_frame(self) -> None:
        """Look at the desk once, and show one group of panels what it sees."""
        if self.is_over():
            self.exit()
            return
        now_ms = self._clock_ms()
        view = self._session.view
        pulse = Pulse(
            fps=self._fps(now_ms), paint_ms=max(self._took_ms, default=0), silent_ms=self.trade.dealer.watch()
        )
        self.trade.show(view, pulse, self._frame)
        for row in self._alarms.take(view.alerts, now_ms):
            self.notify(sanitise(row.text), severity=_TOASTS[row.severity], markup=False, timeout=6)
        self._frame += 1
        self._took_ms.append(self._clock_ms() - now_ms)

    def action_panic(self, what: str) -> None:
        """Take the way out, whatever has the focus."""
        self.trade.panic(what)

    async def on_event(self, event: events.Event) -> None:
        """Take what is pasted without what would steer the terminal: it may have been copied anywhere."""
        if isinstance(event, events.Paste):
            event.text = "\n".join(sanitise(line, PASTE_MAX) for line in event.text.splitlines())
        await super().on_event(event)

    def on_app_blur(self) -> None:
        """Disarm: a key that arrives while another window has the focus is not meant for us."""
        self.trade.dealer.disarm("the terminal lost the focus")

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without Textual's traceback, which prints local variables: whoever runs us says what happened."""
        self._close_messages_no_wait()

    async def action_quit(self) -> None:
        """Ask before leaving, whichever way it was asked for."""
        self.trade.panic("leave")

    def _fps(self, now_ms: int) -> int:
        """Return how often each panel was shown over the last second."""
        self._painted_ms.append(now_ms)
        span_ms = now_ms - self._painted_ms[0]
        return round((len(self._painted_ms) - 1) * 1000 / span_ms / GROUPS) if span_ms else 0
