"""The sub-accounts beside the venue's account, with the proof that they add up."""

from collections.abc import Sequence

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.units import SubId
from desk.model.view import AccountView, ProofView
from desk.ui.cellgrid import Line
from desk.ui.panels.base import Panel


class AccountsSection(Struct, frozen=True, kw_only=True):
    """What the accounts panel shows."""

    subs: tuple[AccountView, ...]
    """UNALLOCATED and HOUSE among them, where the view has them."""
    account: AccountView
    proof: ProofView
    instrument: Instrument
    """The symbol whose positions stand beside the accounts."""
    instruments: tuple[Instrument, ...]
    sub: SubId
    """The sub-account that is traded now."""


class AccountsPanel(Panel[AccountsSection]):
    """Cash, equity and position of each account, and the live proof."""

    TITLE = "accounts"

    def draw(self, section: AccountsSection, width: int, height: int) -> Sequence[Line]:
        """Return a row for each account, then the proof."""
        return ()
