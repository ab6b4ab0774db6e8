"""How far each sub-account is from trouble."""

from collections.abc import Sequence

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.view import AccountView
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel


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
        """Return a gauge for each account with its positions under it."""
        return ()
