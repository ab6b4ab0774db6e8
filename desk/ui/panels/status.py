"""One line about the desk itself, and a few about its latest alerts."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from desk.model.effect import Severity
from desk.model.event import LinkState
from desk.model.limits import Meter
from desk.model.market import MarkSource
from desk.model.price import Via
from desk.model.units import MILLISECOND, SECOND, Nanos, Symbol
from desk.model.view import AlertRow, DeskMode
from desk.ui import format
from desk.ui.arming import KeyMode
from desk.ui.cellgrid import Line, Run
from desk.ui.panels.base import Panel
from desk.ui.theme import Ink

SILENT_MS_MAX: Final = 1_000
"""An engine that publishes nothing for longer is said to be silent."""
_PRICE_AGE_MS_MAX: Final = 500
_SCARCE, _NEARLY_FULL = 50, 90
"""Percent of a meter from which it is shown before other things, and in alarm."""
_FRESH: Final = 30 * SECOND
"""Alerts older than this are dim."""
_MODES: Final = {
    DeskMode.STARTING: Ink.CAUTION,
    DeskMode.RUNNING: Ink.CALM,
    DeskMode.DEGRADED: Ink.CAUTION,
    DeskMode.REDUCE_ONLY: Ink.CAUTION,
    DeskMode.STOPPING: Ink.CAUTION,
    DeskMode.HALTED: Ink.ALARM,
    DeskMode.FENCED: Ink.ALARM,
    DeskMode.KILLED: Ink.ALARM,
}
_LINKS: Final = {
    LinkState.UP: Ink.OK,
    LinkState.CONNECTING: Ink.WARN,
    LinkState.DOWN: Ink.ALARM,
    LinkState.ENDED: Ink.CAUTION,
}
_KEYS: Final = {KeyMode.ARMED: Ink.ALARM, KeyMode.CONFIRM: Ink.CAUTION, KeyMode.SAFE: Ink.CALM}
_SEVERITIES: Final = {
    Severity.INFO: ("  ", Ink.TEXT),
    Severity.WARN: ("! ", Ink.WARN),
    Severity.ERROR: ("!!", Ink.ALARM),
}


class StatusSection(Struct, frozen=True, kw_only=True):
    """What the status line shows."""

    now: Nanos
    venue: str
    epoch: int
    mode: DeskMode
    mode_reason: str
    mode_since: Nanos
    mode_lift: str
    link: LinkState
    link_reason: str
    symbol: Symbol
    quote_ts: Nanos | None
    """None: no quote yet."""
    quote_via: Via
    mark_source: MarkSource | None
    mark_via: Via
    loop_lag_p99: int
    """Nanoseconds."""
    key_mode: KeyMode
    sub_name: str
    fps: int = 0
    """Frames a second the screen draws."""
    paint_ms: int = 0
    meters: tuple[Meter, ...] = ()
    silent_ms: int = 0
    """How long the engine has published nothing, by the screen's own clock."""


class Part(NamedTuple):
    """A part of the status line; those of the highest rank make room first."""

    rank: int
    run: Run


class StatusPanel(Panel[StatusSection]):
    """One line: venue, mode, link, ages, lag, key mode."""

    def draw(self, section: StatusSection, width: int, height: int) -> Sequence[Line]:
        """Return the one line, with the time at its right end."""
        parts = status_parts(section)
        while len(parts) > 1 and _length(parts) > width:
            parts.remove(max(parts, key=lambda part: part.rank))
        clock = format.clock(section.now)
        gap = width - _length(parts) - len(clock) - 1
        end = [Run(" " * gap), Run(clock, Ink.DIM)] if gap >= 1 else []
        return [[*_spaced(parts), *end]]


def status_parts(section: StatusSection) -> list[Part]:
    """Return what there is to say, from left to right."""
    parts = [
        Part(0, Run(f" {format.sanitise(section.venue, 12)} ", Ink.TAB_ON)),
        Part(1, Run(_because(_mode_text(section), section.mode_reason), _MODES[section.mode])),
        Part(2, Run(f" {section.key_mode.upper()} ", _KEYS[section.key_mode])),
        Part(3 if section.link is LinkState.UP else 1, _link(section)),
        Part(3, _price_age(section)),
        Part(6, Run(f"lag {format.lag(section.loop_lag_p99)}", _lag_ink(section.loop_lag_p99))),
        Part(7, Run(f"ui {section.fps}fps {section.paint_ms}ms", Ink.DIM)),
        Part(5, Run(format.sanitise(section.sub_name, 12), Ink.BRIGHT)),
        Part(8, Run(f"epoch {section.epoch}", Ink.DIM)),
    ]
    if section.meters:
        parts.insert(6, Part(4 if _is_scarce(section.meters) else 6, _meters(section.meters)))
    if section.mode_lift:
        parts.insert(2, Part(4, Run(format.sanitise(section.mode_lift, 60), Ink.WARN)))
    if section.mark_source is not None and section.mark_source is not MarkSource.VENUE:
        parts.insert(5, Part(4, Run(f"mark={section.mark_source}", Ink.WARN)))
    if section.mark_via is not Via.STREAM:
        parts.insert(5, Part(4, Run(f"mark by {section.mark_via}", Ink.WARN)))
    if section.silent_ms > SILENT_MS_MAX:
        silent = f" ENGINE SILENT {format.age(section.silent_ms * MILLISECOND)} "
        parts.insert(0, Part(-1, Run(silent, Ink.ALARM)))
    return parts


def _is_scarce(meters: Sequence[Meter]) -> bool:
    return any(100 * each.used >= _SCARCE * each.most or each.full_in is not None for each in meters)


def _meters(meters: Sequence[Meter]) -> Run:
    """The venue's meters: used of most, and in how many seconds one is full where that is in sight."""
    texts = [
        f"{each.name} {each.used}/{each.most}{'' if each.full_in is None else f' full in {each.full_in}s'}"
        for each in meters
    ]
    share = max(100 * each.used // each.most for each in meters)
    ink = Ink.ALARM if share >= _NEARLY_FULL else Ink.WARN if _is_scarce(meters) else Ink.DIM
    return Run(" · ".join(texts), ink)


def _mode_text(section: StatusSection) -> str:
    """The mode, and since when, where it is not the ordinary one."""
    if section.mode is DeskMode.RUNNING:
        return section.mode.upper()
    return f"{section.mode.upper()} {format.age(section.now - section.mode_since)}"


def _because(word: str, reason: str) -> str:
    return f" {word}: {format.sanitise(reason, 60)} " if reason else f" {word} "


def _link(section: StatusSection) -> Run:
    reason = f": {format.sanitise(section.link_reason, 40)}" if section.link_reason else ""
    is_up = section.link is LinkState.UP
    return Run("link up" if is_up else f" link {section.link}{reason} ", _LINKS[section.link])


def _price_age(section: StatusSection) -> Run:
    symbol = format.sanitise(section.symbol, 14)
    if section.quote_ts is None:
        return Run(f"{symbol} no quote", Ink.WARN)
    age = section.now - section.quote_ts
    is_old, is_asked = age > _PRICE_AGE_MS_MAX * MILLISECOND, section.quote_via is not Via.STREAM
    said = f"{f' by {section.quote_via}' if is_asked else ''}{' stale' if is_old else ''}"
    return Run(f"{symbol} {format.age(age)}{said}", Ink.WARN if is_old or is_asked else Ink.TEXT)


def _lag_ink(nanos: int) -> Ink:
    return Ink.DIM if nanos < 10 * MILLISECOND else Ink.WARN if nanos < 100 * MILLISECOND else Ink.DANGER


def _spaced(parts: Sequence[Part]) -> list[Run]:
    runs = [parts[0].run]
    for part in parts[1:]:
        runs += (Run("  "), part.run)
    return runs


def _length(parts: Sequence[Part]) -> int:
    return sum(len(run.text) for run in _spaced(parts))


class AlertsSection(Struct, frozen=True, kw_only=True):
    """What the alert line shows."""

    now: Nanos
    alerts: tuple[AlertRow, ...]
    """Oldest first."""


class AlertsPanel(Panel[AlertsSection]):
    """The latest alert, and as many before it as there is room for."""

    def draw(self, section: AlertsSection, width: int, height: int) -> Sequence[Line]:
        """Return the latest alerts, newest first."""
        if not section.alerts:
            return [[Run(" no alerts", Ink.FAINT)]]
        return [_alert_line(alert, section.now) for alert in section.alerts[: -height - 1 : -1]]


def _alert_line(alert: AlertRow, now: Nanos) -> Line:
    glyph, ink = _SEVERITIES[alert.severity]
    is_fresh = now - alert.ts <= _FRESH
    return [
        Run(f" {format.clock(alert.ts)} ", Ink.DIM),
        Run(f"{glyph} {format.sanitise(alert.text)} ", ink if is_fresh else Ink.DIM),
    ]
