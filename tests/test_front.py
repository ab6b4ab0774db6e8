"""The whole desk on the practice exchange, in virtual time."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from desk.cli import main
from desk.config import Settings
from desk.front import Insistence, read_view, run_headless
from desk.model.command import CancelAll
from desk.model.error import BadInput
from desk.model.event import SubAccount
from desk.model.order import OrderStatus, Side
from desk.model.units import SECOND, Nanos, SubId, Symbol
from desk.model.view import AlgoState, DeskMode, ProofState
from desk.runtime.doorway import socket_path
from desk.runtime.visitor import Visitor
from desk.ui.script import Script
from desk.wiring import Options
from tests.bench.terminal import Terminal
from tests.kit.builders import D

BTC = Symbol("BTCUSDT")
OPENING = Nanos(1_795_000_000 * SECOND)
"""The market of the tests opens here, whatever the time of day: its path is then the same in every run."""
ROOT = Path(__file__).parents[1]


class Desk:
    """One data directory, opened and left again and again."""

    def __init__(self, directory):
        self.settings = Settings(data_dir=directory, symbols=(BTC,))

    def run(self, line, seconds=3, begin=OPENING, **changes):
        self.settings = replace(self.settings, **changes)
        script = Script(line, SubId("1"), BTC)
        view = run_headless(Options(settings=self.settings, speed=None, begin=begin), script, seconds)
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
    first = desk.run("chase buy 0.3 btc join offset 5000t ttl 10s onttl cross", seconds=3)
    parked = desk.run("", seconds=20)

    done = desk.run("resume chase-1", seconds=3)

    assert [row.state for row in first.algos] == [AlgoState.WORKING]
    assert [row.state for row in parked.algos] == [AlgoState.PARKED]
    assert [row.id for row in open_orders(parked)] == [row.id for row in open_orders(first)]
    assert [(row.id, row.state, row.filled) for row in done.algos] == [("chase-1", AlgoState.DONE, D("0.3"))]
    assert held(done)["1"] == {BTC: D("0.3")}
    assert open_orders(done) == []
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


@pytest.fixture
def in_background(desk):
    """Start a desk without a screen in a process of its own; it is gone when the test is."""
    started = []

    def start(line=""):
        command = [sys.executable, "-m", "desk", "--headless", "--data", str(desk.settings.data_dir), "-c", line]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def live(desk, in_background):
    """A desk in a process of its own with an order that rests."""
    process = in_background("buy 0.01 btc @60000")
    _until(lambda: _looks(desk, open_orders), process)
    return process


def _until(happens, process, seconds=20.0):
    end = time.monotonic() + seconds
    while not happens():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def _looks(desk, sees):
    try:
        return sees(read_view(desk.settings))
    except BadInput:
        return False


def test_a_second_desk_on_the_same_directory_is_told_who_has_it(desk, live):
    with pytest.raises(BadInput, match=f"another desk \\(process {live.pid}\\)"):
        desk.run("")
    live.send_signal(signal.SIGTERM)

    assert live.wait(20) == 0


def test_a_desk_killed_while_it_trades_comes_back_whole(desk, in_background):
    orders = "; ".join(f"buy 0.01 btc market; sell 0.00{n} btc market; wait 50ms" for n in range(1, 9))
    trading = in_background(f"chase buy 0.5 btc join offset 5000t; {orders}")
    _until(lambda: _looks(desk, lambda view: sum(fill.side is Side.SELL for fill in view.fills) >= 3), trading)
    trading.kill()
    trading.wait()

    view = desk.run("", seconds=3, begin=None)

    assert view.proof.state is ProofState.PROVEN
    assert view.mode is DeskMode.RUNNING
    assert [row.state for row in view.algos] == [AlgoState.PARKED]
    assert sum(fill.quantity for fill in view.fills if fill.side is Side.SELL) >= D("0.006")
    assert all(row.status is not OrderStatus.UNKNOWN for row in view.orders)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_desk_that_is_to_cancel_when_it_is_left_leaves_nothing_open(desk, in_background, number, monkeypatch):
    monkeypatch.setenv("DESK_ON_QUIT", "cancel")
    process = in_background("buy 0.01 btc @60000")
    _until(lambda: _looks(desk, open_orders), process)

    process.send_signal(number)

    assert process.wait(20) == 0
    assert open_orders(desk.run("", seconds=2, begin=None)) == []


def test_a_desk_is_flattened_before_it_is_left_when_told_so(desk):
    view = desk.run("buy 0.05 btc market; wait 1s; quit flatten", seconds=30)

    assert held(view)["1"].get(BTC, 0) == 0
    assert view.mode is DeskMode.STOPPING


def test_whoever_insists_is_not_kept_waiting(monkeypatch):
    asked = []
    insistence = Insistence(lambda: asked.append(None), signal.SIGINT)
    monkeypatch.setattr("os._exit", sys.exit)

    insistence()
    with pytest.raises(SystemExit, match="130"):
        insistence()

    assert len(asked) == 1


def test_another_process_reads_the_status_of_a_running_desk(desk, live, capsys):
    code = main(["status", "--json", "--data", str(desk.settings.data_dir)])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["mode"] == "running"
    assert [row["price"] for row in told["orders"]] == ["60000"]


def test_without_a_desk_there_is_no_status_but_a_sentence(desk, capsys):
    code = main(["status", "--data", str(desk.settings.data_dir)])

    assert code == 2
    assert "desk.sock: expected a running desk, found: no such file" in capsys.readouterr().err


def test_a_visitor_in_control_trades_on_the_running_desk(desk, live):
    with Visitor(socket_path(desk.settings.data_dir), controls=True) as visitor:
        visitor.submit(CancelAll())
        _until(lambda: not open_orders(visitor.latest()), live)


@pytest.mark.parametrize("how", ["file", "signal"])
def test_a_kill_from_outside_cancels_everything_and_holds_over_a_restart(desk, live, how):
    if how == "file":
        (desk.settings.data_dir / "kill").touch()
    else:
        live.send_signal(signal.SIGUSR1)
    _until(lambda: _looks(desk, lambda view: view.mode is DeskMode.KILLED and not open_orders(view)), live)
    live.send_signal(signal.SIGTERM)
    assert live.wait(20) == 0

    view = desk.run("", seconds=2, begin=None)

    assert view.mode is DeskMode.KILLED


@pytest.fixture
def on_a_terminal(desk):
    """Open a desk full screen on the data directory and wait until it trades; it is gone when the test is."""
    opened = []

    def open_desk(**environment):
        surroundings = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment}
        command = [sys.executable, "-m", "desk", "--data", str(desk.settings.data_dir)]
        opened.append(Terminal(command, surroundings))
        opened[-1].read_until(b"RUNNING", 20)
        return opened[-1]

    yield open_desk
    for terminal in opened:
        terminal.close()


@pytest.mark.parametrize(("policy", "left"), [("keep", 1), ("cancel", 0)])
def test_after_a_lost_terminal_the_engine_goes_on_by_policy_until_it_is_told_to_stop(desk, on_a_terminal, policy, left):
    desk.run("buy 0.01 btc @60000")
    terminal = on_a_terminal(DESK_ON_DETACH=policy)

    terminal.hang_up()
    end = time.monotonic() + 20
    while len(open_orders(read_view(desk.settings))) != left:
        assert time.monotonic() < end
        time.sleep(0.02)
    alone = read_view(desk.settings)
    later = alone
    while later.seq == alone.seq:
        assert time.monotonic() < end
        later = read_view(desk.settings)
    os.kill(terminal.pid, signal.SIGTERM)

    assert later.mode is DeskMode.RUNNING
    assert terminal.wait() == 0


def test_a_second_screen_on_a_held_directory_only_watches(desk, live, on_a_terminal):
    terminal = on_a_terminal()

    terminal.type(b"S")
    terminal.read_until(b"only watches", 20)

    assert read_view(desk.settings).fills == ()
