"""One line about the desk itself, and one for its latest alert."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from desk.model.event import LinkState
from desk.model.market import MarkSource
from desk.model.units import Nanos, Symbol
from desk.model.view import AlertRow, DeskMode
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel

if TYPE_CHECKING:
    from desk.ui.arming import KeyMode


class StatusSection(Struct, frozen=True, kw_only=True):
    """What the status line shows."""

    now: Nanos
    venue: str
    epoch: int
    mode: DeskMode
    mode_reason: str
    link: LinkState
    link_reason: str
    symbol: Symbol
    quote_ts: Nanos | None
    """None: no quote yet."""
    mark_source: MarkSource | None
    loop_lag_p99: int
    """Nanoseconds."""
    key_mode: "KeyMode"
    sub_name: str
    fps: int = 0
    """Frames a second the screen draws."""
    paint_ms: int = 0
    silent_ms: int = 0
    """How long the engine has published nothing, by the screen's own clock."""


class StatusPanel(Panel[StatusSection]):
    """One line: venue, mode, link, ages, lag, key mode."""

    def draw(self, section: StatusSection, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        return ()


class AlertsSection(Struct, frozen=True, kw_only=True):
    """What the alert line shows."""

    now: Nanos
    alerts: tuple[AlertRow, ...]
    """Oldest first."""


class AlertsPanel(Panel[AlertsSection]):
    """The latest alert, and as many before it as there is room for."""

    def draw(self, section: AlertsSection, width: int, height: int) -> Sequence[Line]:
        """Return the latest alerts, newest first."""
        return ()
