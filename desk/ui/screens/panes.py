"""The panels of the trading screen: where they stand, and which of them is shown its part of the view in which frame."""

from collections.abc import Iterator
from typing import Final, TypeVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from desk.model.view import DeskView
from desk.ui.panels.accounts import AccountsPanel
from desk.ui.panels.base import Panel
from desk.ui.panels.blotter import BlotterPanel
from desk.ui.panels.charts import ChartPanel
from desk.ui.panels.ladder import LadderPanel
from desk.ui.panels.risk import RiskPanel
from desk.ui.panels.status import AlertsPanel, StatusPanel
from desk.ui.panels.tape import TapePanel
from desk.ui.sections import (
    Pulse,
    account_section,
    accounts_section,
    alerts_section,
    blotter_section,
    ladder_section,
    price_section,
    risk_section,
    status_section,
    tape_section,
)
from desk.ui.session import Chosen

GROUPS: Final = 3
"""Panels are shown in turns of this many frames: three short paints delay a key less than one long one."""

CHART_FRAMES: Final = 60
"""Charts take tens of milliseconds to draw: one frame in so many."""

_Section = TypeVar("_Section")


class Panes:
    """Holds the panels and feeds them."""

    def __init__(self) -> None:
        self.status = StatusPanel(id="status", classes="line")
        self.ladder = LadderPanel(id="ladder")
        self.price = ChartPanel(id="chart-price")
        self.equity = ChartPanel(id="chart-equity")
        self.tape = TapePanel(id="tape")
        self.accounts = AccountsPanel(id="accounts")
        self.risk = RiskPanel(id="risk")
        self.blotter = BlotterPanel(id="blotter")
        self.alerts = AlertsPanel(id="alerts", classes="line")

    def compose(self) -> ComposeResult:
        """Lay the panels out in the order of the grid."""
        yield self.status
        with Container(id="body"):
            yield from self._body()
        yield self.alerts

    def show_group(self, group: int, view: DeskView, chosen: Chosen, pulse: Pulse) -> None:
        """Show one group of panels its part of the view."""
        if group % GROUPS == 0:
            _show(self.ladder, ladder_section(view, chosen))
            _show(self.status, status_section(view, chosen, pulse))
        elif group % GROUPS == 1:
            _show(self.blotter, blotter_section(view))
            _show(self.tape, tape_section(view, chosen))
        else:
            _show(self.accounts, accounts_section(view, chosen))
            _show(self.risk, risk_section(view))
            _show(self.alerts, alerts_section(view))

    def show_charts(self, view: DeskView, chosen: Chosen) -> None:
        """Show the charts theirs: too slow for every frame."""
        _show(self.price, price_section(view, chosen))
        _show(self.equity, account_section(view, chosen))

    def _body(self) -> Iterator[Widget]:
        yield from (self.ladder, self.price, self.equity, self.tape, self.accounts, self.risk, self.blotter)


def _show(panel: Panel[_Section], section: _Section | None) -> None:
    if section is not None:
        panel.show(section)
