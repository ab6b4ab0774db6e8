"""How far each sub-account is from trouble."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.tier import AdlTier
from desk.model.units import Symbol
from desk.model.view import AccountView, AdlLevel, PositionRow
from desk.ui import format
from desk.ui.cellgrid import Line, Run
from desk.ui.panels.base import Panel
from desk.ui.theme import Ink

TIER_MARKS: Final = (Decimal("0.7"), Decimal("0.9"), Decimal("0.925"), Decimal("0.95"))
"""Margin ratios at which our own auto-deleverage begins to watch and to act: marks on the gauge."""
_TIERS: Final = {
    AdlTier.NONE: Run("· -    ", Ink.DIM),
    AdlTier.WATCH: Run("▂ watch", Ink.WARN),
    AdlTier.T1: Run("▄ T1   ", Ink.CAUTION),
    AdlTier.T2: Run("▆ T2   ", Ink.DANGER),
    AdlTier.T3: Run("█ T3   ", Ink.ALARM),
}
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_NEAR: Final = Decimal("0.05")
_FAR: Final = Decimal("0.15")
_ROOMY: Final = 52
"""From this width on the distance to a liquidation price is told too."""


class RiskSection(Struct, frozen=True, kw_only=True):
    """What the risk panel shows."""

    subs: tuple[AccountView, ...]
    account: AccountView
    """The venue's own account."""
    instruments: tuple[Instrument, ...]


class RiskPanel(Panel[RiskSection]):
    """Margin ratio, ADL tier and liquidation prices of each sub-account."""

    TITLE = "risk"

    def draw(self, section: RiskSection, width: int, height: int) -> Sequence[Line]:
        """Return a gauge for each account with its positions under it; gauges alone where room is short.

        Where not even the gauges have room, those of the accounts in most danger are shown.
        """
        instruments = {each.symbol: each for each in section.instruments}
        accounts = [sub for sub in section.subs if _is_shown(sub)]
        accounts = [*_most_endangered(accounts, height - 1), section.account]
        gauges = [gauge_line(each, width, is_venue=each is section.account) for each in accounts]
        details = [_details(each, instruments, width) for each in accounts]
        has_room = len(gauges) + sum(len(lines) for lines in details) <= height
        lines: list[Line] = []
        for gauge, under in zip(gauges, details, strict=True):
            lines += [gauge, *(under if has_room else ())]
        return lines


def _most_endangered(accounts: list[AccountView], count: int) -> list[AccountView]:
    if len(accounts) <= count:
        return accounts
    chosen = sorted(accounts, key=lambda each: (-each.adl_tier.rank, -(each.margin_ratio or 0)))[: max(0, count)]
    return [each for each in accounts if each in chosen]


def _details(account: AccountView, instruments: Mapping[Symbol, Instrument], width: int) -> list[Line]:
    lines: list[Line] = []
    if account.note:
        lines.append([Run("   ", Ink.TEXT), Run(format.sanitise(account.note, max(4, width - 4)), Ink.CAUTION)])
    if account.locked:
        lines.append(
            [Run("   ", Ink.TEXT), Run(format.sanitise(f"LOCKED {account.locked}", max(4, width - 4)), Ink.ALARM)]
        )
    for row in _open(account):
        nearest = next((each for each in account.levels if each.symbol == row.symbol), None)
        lines.append(position_line(row, nearest, instruments, width))
    if account.shock is not None and len(_open(account)) > 1:
        text = f"   all prices together: {account.shock * 100:+.1f} %"
        lines.append([Run(text, Ink.DANGER if abs(account.shock) < _NEAR else Ink.DIM)])
    return lines


def gauge_line(account: AccountView, width: int, *, is_venue: bool) -> Line:
    """Return name, ADL tier, gauge, margin ratio and free margin; the gauge takes what room there is."""
    name = Run(f" {format.fit_left(format.sanitise(account.name, 24), 11)} ", Ink.MARK if is_venue else Ink.TEXT)
    tier = Run(" " * 7, Ink.TEXT) if is_venue else _TIERS[account.adl_tier]
    ratio = Run(format.fit_right(format.percent(account.margin_ratio), 7), _ratio_ink(account.margin_ratio))
    free = Run(f" free {format.fit_right(format.money(account.free_margin), 11)}", Ink.DIM)
    used = len(name.text) + len(tier.text) + len(ratio.text) + 1
    if width < used + len(free.text) + 8:
        free = Run("")
    room = width - used - len(free.text)
    gauge = gauge_runs(account.margin_ratio, room) if room >= 4 else []
    return [name, tier, Run(" "), *gauge, ratio, free]


def gauge_runs(ratio: Decimal | None, width: int) -> list[Run]:
    """Return a bar from 0 to 100 % in `width` cells, its tier marks visible where it is empty."""
    full = min(max(ratio, Decimal(0)), Decimal(1)) if ratio is not None and not ratio.is_nan() else Decimal(0)
    eighths = int(full * width * 8)
    whole, part = divmod(eighths, 8)
    bar = "█" * whole + (_EIGHTHS[part] if part else "")
    marks = {min(width - 1, int(mark * width)) for mark in TIER_MARKS}
    rest = "".join("│" if cell in marks else "·" for cell in range(len(bar), width))
    return [Run(bar, _ratio_ink(ratio)), Run(rest, Ink.FAINT)]


def position_line(
    row: PositionRow, nearest: AdlLevel | None, instruments: Mapping[Symbol, Instrument], width: int
) -> Line:
    """Return a position with its liquidation price, how far the mark is from it, and where a tier begins before."""
    instrument = instruments.get(row.symbol)
    if instrument is None:
        return ()
    held = format.quantity(row.quantity, instrument, signed=True)
    symbol = format.fit_left(format.sanitise(row.symbol), 9)
    side = Ink.BID if row.quantity > 0 else Ink.ASK
    liquidation = format.price(row.liquidation_price, instrument)
    if width < _ROOMY:
        return [Run(f" {symbol}", Ink.DIM), Run(f"{held} ", side), Run(f"L {liquidation}", _near_ink(row))]
    line = [Run(f"   {symbol} ", Ink.DIM), Run(format.fit_right(held, 9), side)]
    if row.liquidation_price is None:
        return [*line, Run("  liq none", Ink.DIM)]
    line.append(Run(f"  liq {liquidation}  {format.percent(_away(row))} away", _near_ink(row)))
    if nearest is not None:
        text = f"  {nearest.tier} {format.price(nearest.price, instrument)}"
        if sum(len(run.text) for run in line) + len(text) <= width:
            line.append(Run(text, Ink.WARN))
    return line


def _away(row: PositionRow) -> Decimal | None:
    if row.liquidation_price is None or not row.mark:
        return None
    return abs(row.liquidation_price - row.mark) / row.mark


def _near_ink(row: PositionRow) -> Ink:
    away = _away(row)
    return Ink.DIM if away is None or away >= _FAR else Ink.DANGER if away < _NEAR else Ink.WARN


def _ratio_ink(ratio: Decimal | None) -> Ink:
    if ratio is None:
        return Ink.DIM
    return Ink.OK if ratio < TIER_MARKS[0] else Ink.WARN if ratio < TIER_MARKS[1] else Ink.DANGER


def _open(account: AccountView) -> list[PositionRow]:
    return [row for row in account.positions if row.quantity]


def _is_shown(sub: AccountView) -> bool:
    return bool(sub.equity or _open(sub))
