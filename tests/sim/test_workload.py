"""The simulated trader wishes for everything a trader wishes for, from what the desk shows."""

from random import Random

from desk.model.command import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    Flatten,
    PlaceOrder,
    ResumeDesk,
    StartChase,
    StopAlgo,
)
from desk.model.view import DeskMode
from desk.sim.workload import Trader
from tests.kit import rig
from tests.kit.builders import BTC, D


def wishes(made, seed=1, count=3_000):
    trader = Trader(Random(seed))
    asked = []
    for _ in range(count):
        command = trader.act(made.state)
        if command is not None:
            asked.append(command)
            made.command(command)
    return asked


def test_every_kind_of_command_is_wished_for():
    kinds = {type(command) for command in wishes(rig.started(), count=6_000)}

    assert {AmendOrder, CancelAll, CancelOrder, Flatten, PlaceOrder, StartChase, StopAlgo} <= kinds


def test_some_orders_are_large_enough_to_meet_a_limit():
    made = rig.started(wallet="20000", touches={BTC: "61800.0/61800.1"})

    wishes(made)

    assert any("expected at most" in alert for alert in made.alerts)


def test_a_halted_desk_is_resumed():
    made = rig.started()
    made.take(made.engine.halt(made.state.now, "test"))

    assert made.state.mode is DeskMode.HALTED
    assert isinstance(Trader(Random(1)).act(made.state), ResumeDesk)


def test_a_slip_of_the_hand_is_never_let_through():
    made = rig.started()
    trader = Trader(Random(1))

    for _ in range(50):
        made.command(trader.fat_finger(made.state))

    assert made.state.orders == {}


def test_sizes_are_whole_lots():
    sizes = [command.quantity for command in wishes(rig.started()) if isinstance(command, PlaceOrder)]

    assert all(size % D("0.001") == 0 for size in sizes)
