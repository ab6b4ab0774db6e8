"""Which part of the view each panel is shown."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.price import Via
from desk.model.units import ZERO
from desk.model.view import AdlLevel, DeskView, PositionRow
from desk.ui.panels.accounts import AccountsSection
from desk.ui.panels.blotter import BlotterSection
from desk.ui.panels.charts import ChartSection
from desk.ui.panels.ladder import LadderSection
from desk.ui.panels.risk import RiskSection
from desk.ui.panels.status import AlertsSection, StatusSection
from desk.ui.panels.tape import TapeSection
from desk.ui.preview import sub_name
from desk.ui.session import Chosen

RATIO_LINE: Final = Decimal(90)
"""The margin ratio, in percent, from which our own deleverage acts whatever the distance."""


class Pulse(Struct, frozen=True):
    """How the screen itself is doing."""

    fps: int = 0
    paint_ms: int = 0
    silent_ms: int = 0


def ladder_section(view: DeskView, chosen: Chosen) -> LadderSection | None:
    """Return the ladder's section; None: the desk does not trade the chosen symbol."""
    instrument, market = view.instrument(chosen.symbol), view.market(chosen.symbol)
    if instrument is None or market is None:
        return None
    here = [row for row in view.orders if row.symbol == chosen.symbol and not row.status.is_terminal]
    return LadderSection(
        instrument=instrument,
        market=market,
        orders=tuple(row for row in here if row.sub == chosen.sub),
        other_orders=tuple(row for row in here if row.sub != chosen.sub),
        position=_position(view, chosen),
        levels=_levels(view, chosen),
        venue_liquidation=next(
            (row.liquidation_price for row in view.account.positions if row.symbol == chosen.symbol), None
        ),
        stops=_stops(view, chosen),
        now=view.now,
        mode=chosen.key_mode,
        size=chosen.size,
        sub_name=sub_name(chosen.sub, view),
    )


def _stops(view: DeskView, chosen: Chosen) -> tuple[Decimal, ...]:
    here = (row for row in view.algos if (row.sub, row.symbol) == (chosen.sub, chosen.symbol))
    return tuple(row.stop_price for row in here if row.stop_price is not None)


def status_section(view: DeskView, chosen: Chosen, pulse: Pulse) -> StatusSection:
    """Return the status line's section."""
    market = view.market(chosen.symbol)
    quote = market.quote if market is not None else None
    mark = market.mark if market is not None else None
    return StatusSection(
        now=view.now,
        venue=view.venue,
        epoch=view.epoch,
        mode=view.mode,
        mode_reason=view.mode_reason,
        mode_since=view.mode_since,
        mode_lift=view.mode_lift,
        link=view.link,
        link_reason=view.link_reason,
        symbol=chosen.symbol,
        quote_ts=quote.ts if quote is not None else None,
        quote_via=quote.via if quote is not None else Via.STREAM,
        mark_via=mark.via if mark is not None else Via.STREAM,
        mark_source=mark.source if mark is not None else None,
        loop_lag_p99=view.health.loop_lag_p99,
        key_mode=chosen.key_mode,
        sub_name=sub_name(chosen.sub, view),
        fps=pulse.fps,
        paint_ms=pulse.paint_ms,
        silent_ms=pulse.silent_ms,
        meters=view.meters,
    )


def accounts_section(view: DeskView, chosen: Chosen) -> AccountsSection | None:
    """Return the accounts' section; None: the desk does not trade the chosen symbol."""
    instrument = view.instrument(chosen.symbol)
    if instrument is None:
        return None
    return AccountsSection(
        subs=view.subs,
        account=view.account,
        proof=view.proof,
        instrument=instrument,
        instruments=view.instruments,
        sub=chosen.sub,
    )


def risk_section(view: DeskView) -> RiskSection:
    """Return the risk panel's section."""
    return RiskSection(subs=view.subs, account=view.account, instruments=view.instruments)


def blotter_section(view: DeskView) -> BlotterSection:
    """Return the blotter's section."""
    return BlotterSection(
        now=view.now,
        instruments=view.instruments,
        subs=view.subs,
        account=view.account,
        orders=view.orders,
        algos=view.algos,
        fills=view.fills,
        cards=view.cards,
        streams=view.streams,
        lines=view.health.lines,
    )


def tape_section(view: DeskView, chosen: Chosen) -> TapeSection | None:
    """Return the tape's section; None: the desk does not trade the chosen symbol."""
    instrument, market = view.instrument(chosen.symbol), view.market(chosen.symbol)
    if instrument is None or market is None:
        return None
    return TapeSection(instrument=instrument, tape=market.tape)


def alerts_section(view: DeskView) -> AlertsSection:
    """Return the alert line's section."""
    return AlertsSection(now=view.now, alerts=view.alerts)


def price_section(view: DeskView, chosen: Chosen) -> ChartSection | None:
    """Return the price chart's section; None: the desk does not trade the chosen symbol."""
    instrument, market = view.instrument(chosen.symbol), view.market(chosen.symbol)
    if instrument is None or market is None:
        return None
    position = _position(view, chosen)
    return ChartSection(
        title=f"{chosen.symbol} mid",
        decimals=instrument.price_decimals,
        samples=market.prices,
        level=position.entry_price if position is not None else None,
    )


def account_section(view: DeskView, chosen: Chosen) -> ChartSection | None:
    """Return the section of the account's chart, equity or margin ratio; None: there is no such sub-account."""
    account = view.sub(chosen.sub)
    if account is None:
        return None
    if chosen.is_ratio_charted:
        return ChartSection(
            title=f"margin ratio % {account.name}", decimals=1, samples=account.ratios, level=RATIO_LINE
        )
    return ChartSection(title=f"equity {account.name}", decimals=2, samples=account.equities)


def _levels(view: DeskView, chosen: Chosen) -> tuple[AdlLevel, ...]:
    account = view.sub(chosen.sub)
    return tuple(each for each in account.levels if each.symbol == chosen.symbol) if account is not None else ()


def _position(view: DeskView, chosen: Chosen) -> PositionRow | None:
    account = view.sub(chosen.sub)
    rows = account.positions if account is not None else ()
    return next((row for row in rows if row.symbol == chosen.symbol and row.quantity != ZERO), None)
