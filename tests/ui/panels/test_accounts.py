from decimal import Decimal as D

import pytest

from desk.model.view import ProofRow, ProofState
from desk.ui import format
from desk.ui.panels.accounts import AccountsPanel, AccountsSection, proof_lines
from tests.kit.views import ALPHA, BTC, ETH, before, desk_view, proof
from tests.ui.stage import Stage


def section(**changes):
    view = desk_view()
    made = {
        "subs": view.subs,
        "account": view.account,
        "proof": view.proof,
        "instrument": view.instruments[0],
        "instruments": view.instruments,
        "sub": ALPHA,
    }
    return AccountsSection(**{**made, **changes})


def broken():
    rows = (
        ProofRow(symbol=BTC, subs=D("0.150"), unallocated=D("0.010"), venue=D("0.150")),
        ProofRow(symbol=ETH, subs=D("2"), unallocated=D("-1"), venue=D("1")),
    )
    return proof(ProofState.BROKEN, rows=rows, equity_venue=D("15100.00"))


@pytest.fixture
async def accounts():
    app = Stage(AccountsPanel(id="accounts"), section())
    async with app.run_test(size=(72, 12)) as pilot:
        await pilot.pause()
        yield app.panel


@pytest.mark.parametrize("state", list(ProofState))
def test_accounts_in_each_state_of_the_proof(snap_compare, state):
    proofs = {
        ProofState.PROVEN: proof(),
        ProofState.BROKEN: broken(),
        ProofState.CHECKING: proof(
            ProofState.CHECKING,
            rows=(ProofRow(symbol=BTC, subs=D("0.170"), unallocated=D(0), venue=D("0.150")),),
        ),
    }

    assert snap_compare(Stage(AccountsPanel(id="accounts"), section(proof=proofs[state])), terminal_size=(72, 12))


def test_accounts_in_a_small_terminal(snap_compare):
    assert snap_compare(Stage(AccountsPanel(id="accounts"), section()), terminal_size=(32, 9))


async def test_positions_of_sub_accounts_stand_beside_the_venue_s(accounts):
    assert [line.split()[:2] for line in accounts.text()[1:6]] == [
        [">alpha", "+0.250"],
        ["bravo", "-0.100"],
        ["charlie", "0.000"],
        ["UNALLOCATED", "0.000"],
        ["venue", "+0.150"],
    ]


async def test_the_proof_is_told_in_numbers(accounts):
    assert accounts.text()[6:9] == [
        " Σ subs + UNALLOCATED = venue  ✓ proven",
        " ✓ BTCUSDT  +0.150 + 0.000 = +0.150",
        " ✓ equity   15,125.78 = 15,125.78",
    ]


async def test_a_broken_proof_says_which_symbol_broke(accounts):
    accounts.show(section(proof=broken()))

    assert [line[1] for line in accounts.text()[7:10]] == ["✗", "✓", "✗"]
    assert "✗ BROKEN" in accounts.text()[6]
    assert "+0.150 + +0.010 ≠ +0.150" in accounts.text()[7]


async def test_unallocated_has_a_row_even_when_it_is_no_account_of_the_view(accounts):
    rows = (ProofRow(symbol=BTC, subs=D("0.150"), unallocated=D("0.020"), venue=D("0.170")),)

    accounts.show(section(subs=desk_view().subs[:3], proof=proof(rows=rows)))

    assert [line.split()[:2] for line in accounts.text() if line.strip().startswith("UNALLOC")] == [
        ["UNALLOCATED", "+0.020"]
    ]


async def test_the_proof_is_not_crowded_out_by_many_accounts():
    many = section(subs=desk_view().subs * 5)
    app = Stage(AccountsPanel(), many)
    async with app.run_test(size=(72, 10)) as pilot:
        await pilot.pause()

        assert [line[:10].strip() for line in app.panel.text()[-3:]] == ["Σ subs +", "✓ BTCUSDT", "✓ equity"]


async def test_no_number_is_cut_in_a_narrow_panel():
    app = Stage(AccountsPanel(), section())
    async with app.run_test(size=(32, 12)) as pilot:
        await pilot.pause()

        assert " ✓ BTCUSDT  +0.150=+0.150" in app.panel.text()
        assert " ✓ equity   15,125.78" in app.panel.text()


@pytest.mark.parametrize("size", [(10, 4), (3, 3)])
async def test_it_survives_a_tiny_terminal(size):
    app = Stage(AccountsPanel(), section(proof=broken()))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        assert app.panel.rows == size[1] - 2


@pytest.mark.parametrize(("is_halted", "word"), [(False, "reduce-only"), (True, "halted")])
def test_a_quarantined_symbol_is_red_and_says_since_when(is_halted, word):
    rows = (
        ProofRow(symbol=BTC, subs=D("0.6"), unallocated=D(0), venue=D("0.5"), since=before(5_000), is_halted=is_halted),
    )

    line = proof_lines(section(proof=proof(ProofState.CHECKING, rows=rows)), 80)[1]

    assert line[0].text == " ✗ "
    assert "".join(run.text for run in line).endswith(f"≠ +0.500 {word} since {format.clock(before(5_000))}, w")
