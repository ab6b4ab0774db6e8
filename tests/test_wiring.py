"""The whole desk on the practice exchange, in virtual time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from desk.config import Settings
from desk.model.error import BadInput
from desk.model.event import SubAccount
from desk.model.order import OrderStatus, Side
from desk.model.units import SubId, Symbol
from desk.model.view import AlgoState, DeskMode, ProofState
from desk.ui.script import Script
from desk.wiring import Options, run_headless
from tests.kit.builders import D

BTC = Symbol("BTCUSDT")
ROOT = Path(__file__).parents[1]


class Desk:
    """One data directory, opened and left again and again."""

    def __init__(self, directory):
        self.settings = Settings(data_dir=directory, symbols=(BTC,))

    def run(self, line, seconds=3, **changes):
        self.settings = replace(self.settings, **changes)
        script = Script(line, SubId("1"), BTC)
        view = run_headless(Options(settings=self.settings, speed=None), script, seconds)
        assert script.complaint is None, script.complaint.text
        assert script.is_done
        return view


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "data")


def held(view):
    return {account.id: {row.symbol: row.quantity for row in account.positions} for account in view.subs}


def open_orders(view):
    return [row for row in view.orders if not row.status.is_terminal]


def test_two_sub_accounts_on_opposite_sides_of_one_symbol_tie_out_to_the_venue(desk):
    view = desk.run("buy 0.05 btc market; sub 2; sell 0.02 btc market")

    assert held(view) == {"1": {BTC: D("0.05")}, "2": {BTC: D("-0.02")}, "3": {}}
    assert [row.quantity for row in view.account.positions] == [D("0.03")]
    assert view.proof.state is ProofState.PROVEN
    assert view.proof.equity_ours == view.proof.equity_venue


def test_a_taker_pays_the_taker_fee_on_what_it_walked_through(desk):
    view = desk.run("buy 0.05 btc market")

    value = sum((fill.price * fill.quantity for fill in view.fills), D(0))
    assert sum(fill.fee for fill in view.fills) == pytest.approx(value * D("0.0005"), abs=D("0.00000002"))
    assert view.subs[0].wallet == D(50_000) - sum(fill.fee for fill in view.fills)


def test_flatten_closes_what_is_open_and_cancels_the_rest(desk):
    view = desk.run("buy 0.05 btc market; buy 0.01 btc @60000; wait 1s; flatten", seconds=4)

    assert held(view)["1"].get(BTC, 0) == 0
    assert open_orders(view) == []
    assert view.proof.state is ProofState.PROVEN


def test_what_was_left_behind_is_there_at_the_next_start(desk):
    first = desk.run("buy 0.05 btc market; sub 2; buy 0.02 btc @60000; sub 3; sell 0.03 btc market")

    second = desk.run("", seconds=2)

    assert second.epoch == first.epoch + 1
    assert held(second) == held(first)
    assert [row.id for row in open_orders(second)] == [row.id for row in open_orders(first)]
    assert {(fill.symbol, fill.trade) for fill in second.fills} == {(fill.symbol, fill.trade) for fill in first.fills}
    assert second.proof.state is ProofState.PROVEN


def test_a_running_chase_comes_back_parked_and_finishes_its_size_to_the_lot(desk):
    first = desk.run("chase buy 0.3 btc join offset 300t; wait 1s; amend last 0.3", seconds=3)
    (before,) = first.algos
    assert before.state is not AlgoState.DONE

    parked = desk.run("", seconds=2)
    (waiting,) = parked.algos
    done = desk.run("resume chase-1; wait 2s; stop chase-1; wait 1s; chase buy 0.3 btc opp", seconds=20)

    assert waiting.state is AlgoState.PARKED
    assert [row.id for row in open_orders(parked)] == [row.id for row in open_orders(first)]
    assert held(done)["1"] == {BTC: D("0.3")}
    assert {row.id: row.state for row in done.algos} == {"chase-1": AlgoState.DONE, "chase-2": AlgoState.DONE}
    assert done.proof.state is ProofState.PROVEN


def test_no_order_id_is_ever_used_twice(desk):
    ids = [row.id for _ in range(3) for row in desk.run("buy 0.01 btc @60000").orders]

    opened = set(ids)
    assert len(opened) == 3


def test_a_sub_account_that_is_new_in_the_settings_brings_its_cash(desk):
    desk.run("", seconds=1)
    more = (*desk.settings.sub_accounts, SubAccount(SubId("4"), "new", D(7_000)))

    view = desk.run("", seconds=1, sub_accounts=more)

    assert view.subs[-1].wallet == D(7_000)
    assert view.account.wallet == D(107_000)
    assert view.proof.state is ProofState.PROVEN


def test_a_symbol_that_left_the_settings_is_still_traded_while_it_is_held(desk):
    desk.run("buy 1 eth market", symbols=(BTC, Symbol("ETHUSDT")))

    view = desk.run("flatten all", seconds=4, symbols=(BTC,))

    assert {each.symbol for each in view.instruments} == {"BTCUSDT", "ETHUSDT"}
    assert held(view)["1"].get("ETHUSDT", 0) == 0
    assert {fill.side for fill in view.fills} == {Side.BUY, Side.SELL}


def test_the_same_seed_gives_the_same_fills(tmp_path):
    fills = [
        [(fill.price, fill.quantity, fill.side) for fill in Desk(tmp_path / name).run("buy 0.5 btc market").fills]
        for name in ("a", "b")
    ]

    assert fills[0] == fills[1]
    assert {side for _, _, side in fills[0]} == {Side.BUY}


def test_an_order_the_gate_refuses_leaves_no_trace_but_a_sentence(desk):
    view = desk.run("buy 10 btc market")

    assert view.orders == ()
    assert any("order value: expected at most 250000" in alert.text for alert in view.alerts)


def test_a_symbol_the_practice_exchange_does_not_know_is_one_sentence(desk):
    with pytest.raises(BadInput, match="found DOGEUSDT"):
        desk.run("", symbols=(Symbol("DOGEUSDT"),))


def test_a_second_desk_on_the_same_directory_is_told_who_has_it(desk):
    command = [sys.executable, "-m", "desk", "--headless", "--data", str(desk.settings.data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as first:
        log = desk.settings.data_dir / "desk.log"
        while not (log.exists() and "to running" in log.read_text()):
            assert first.poll() is None, first.stderr.read()

        with pytest.raises(BadInput, match=f"another desk \\(process {first.pid}\\)"):
            desk.run("")
        first.send_signal(signal.SIGTERM)

        assert first.wait(20) == 0


def test_a_desk_killed_while_it_trades_comes_back_whole(desk):
    orders = "; ".join(f"buy 0.01 btc market; sell 0.00{n} btc market; wait 50ms" for n in range(1, 9))
    command = [sys.executable, "-m", "desk", "--headless", "--data", str(desk.settings.data_dir)]
    log = desk.settings.data_dir / "desk.log"
    with subprocess.Popen(
        [*command, "-c", f"chase buy 0.5 btc join offset 50t; {orders}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
    ) as live:
        while not (log.exists() and log.read_text().count("sold") >= 3):
            assert live.poll() is None
        live.kill()

    view = desk.run("", seconds=2)

    assert view.proof.state is ProofState.PROVEN
    assert view.mode is DeskMode.RUNNING
    assert [row.state for row in view.algos] == [AlgoState.PARKED]
    assert sum(fill.quantity for fill in view.fills if fill.side is Side.SELL) >= D("0.006")
    assert all(row.status is not OrderStatus.UNKNOWN for row in view.orders)
