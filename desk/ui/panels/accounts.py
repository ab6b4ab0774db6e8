"""The sub-accounts beside the venue's account, with the proof that they add up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from desk.model.instrument import Instrument
from desk.model.units import UNALLOCATED, ZERO, SubId
from desk.model.view import AccountView, ProofRow, ProofState, ProofView
from desk.ui import format
from desk.ui.cellgrid import Line, Run
from desk.ui.panels.base import Panel
from desk.ui.panels.table import Cell, Column, Table
from desk.ui.theme import Ink

_COLUMNS: Final = (
    Column("account", 11, is_numeric=False),
    Column("position", 9),
    Column("unreal.", 10, rank=2),
    Column("equity", 12, rank=3),
    Column("margin", 6, rank=1),
    Column("wallet", 12, rank=4),
)
_STAMPS: Final = {
    ProofState.PROVEN: Run(" ✓ proven ", Ink.CALM),
    ProofState.CHECKING: Run(" ~ checking ", Ink.CAUTION),
    ProofState.BROKEN: Run(" ✗ BROKEN ", Ink.ALARM),
}
_SIGNS: Final = {
    ProofState.PROVEN: Run(" ✓ ", Ink.OK),
    ProofState.CHECKING: Run(" ~ ", Ink.WARN),
    ProofState.BROKEN: Run(" ✗ ", Ink.DANGER),
}
_ROOMY: Final = 45
"""From this width on a sum is written with air around its signs."""


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
        """Return a row for each account, then the proof, which is never crowded out."""
        proof = proof_lines(section, width)
        accounts = account_lines(section, width)[: max(0, height - len(proof))]
        return [*accounts, *proof]


def account_lines(section: AccountsSection, width: int) -> list[Line]:
    """Return the heading, each of our accounts, and the venue's."""
    table = Table(_COLUMNS, width)
    lines = [table.heading()]
    for sub in section.subs:
        is_current = sub.id == section.sub
        lines.append(table.row(_cells(sub, section, is_current=is_current), ground=Ink.CURSOR if is_current else None))
    if all(sub.id != UNALLOCATED for sub in section.subs):
        held = next((row.unallocated for row in section.proof.rows if row.symbol == section.instrument.symbol), ZERO)
        blank = Cell("-", Ink.FAINT)
        lines.append(table.row([Cell("UNALLOCATED", Ink.DIM), _held(held, section.instrument), *[blank] * 4]))
    lines.append(table.row(_cells(section.account, section, is_current=False, name_ink=Ink.MARK)))
    return lines


def proof_lines(section: AccountsSection, width: int) -> list[Line]:
    """Return the proof: its state, one sum for each symbol, and the equity."""
    proof = section.proof
    decimals = {each.symbol: each.quantity_decimals for each in section.instruments}
    title = " Σ subs + UNALLOCATED = venue " if width >= _ROOMY else " Σ = venue "
    lines: list[Line] = [[Run(title, Ink.DIM), _STAMPS[proof.state]]]
    lines += [_sum(row, decimals.get(row.symbol, 3), proof.state, width) for row in proof.rows]
    ours, venue = format.money(proof.equity_ours), format.money(proof.equity_venue)
    equals = "=" if proof.equity else "≠"
    text = f"{ours} {equals} {venue}" if width >= _ROOMY else ours if proof.equity else f"{ours}≠{venue}"
    lines.append([_SIGNS[_state(proof.equity, proof.state)], Run(f"{'equity':8} {text}")])
    return lines


def _sum(row: ProofRow, decimals: int, state: ProofState, width: int) -> Line:
    subs, venue = (format.number(each, decimals, signed=True) for each in (row.subs, row.venue))
    rest = format.number(row.unallocated, decimals, signed=True)
    air = " " if width >= _ROOMY else ""
    plus = f"{air}+{air}{rest}" if row.unallocated or air else ""
    is_equal = row.subs + row.unallocated == row.venue
    name = format.fit_left(format.sanitise(row.symbol), 8)
    sum_ = f"{name} {subs}{plus}{air}{'=' if is_equal else '≠'}{air}{venue}"
    if row.since is None:
        return [_SIGNS[_state(is_equal, state)], Run(sum_)]
    kind = "halted" if row.is_halted else "reduce-only"
    return [_SIGNS[ProofState.BROKEN], Run(sum_), Run(f" {kind} since {format.clock(row.since)}, w", Ink.DANGER)]


def _state(is_equal: bool, state: ProofState) -> ProofState:
    # A symbol that adds up is proven even while another one is being checked.
    if is_equal:
        return ProofState.PROVEN
    return ProofState.BROKEN if state is ProofState.BROKEN else ProofState.CHECKING


def _cells(
    account: AccountView, section: AccountsSection, *, is_current: bool, name_ink: Ink = Ink.TEXT
) -> Sequence[Cell]:
    symbol = section.instrument.symbol
    held = next((row.quantity for row in account.positions if row.symbol == symbol), ZERO)
    gain = account.unrealised_pnl
    name = format.sanitise(account.name, 24)
    return (
        Cell(f">{name}" if is_current else name, name_ink),
        _held(held, section.instrument),
        Cell(format.money(gain, signed=True), Ink.OK if gain > 0 else Ink.DANGER if gain < 0 else Ink.DIM),
        Cell(format.money(account.equity)),
        Cell(format.percent(account.margin_ratio), Ink.DIM),
        Cell(format.money(account.wallet), Ink.DIM),
    )


def _held(quantity: Decimal, instrument: Instrument) -> Cell:
    ink = Ink.BID if quantity > 0 else Ink.ASK if quantity < 0 else Ink.FAINT
    return Cell(format.quantity(quantity, instrument, signed=True), ink)
