"""What becomes of a run when the desk has been restarted."""

import pytest
from msgspec.structs import replace

from desk.core import checkpoint
from desk.core.engine import Engine
from desk.model.command import ChaseSpec, KillDesk, StartChase
from desk.model.effect import SendCancel, SendOrder
from desk.model.event import LinkChanged, LinkState, OpenOrder, Started, TruthLearned
from desk.model.order import Side
from desk.model.restart import OnRestart
from desk.model.units import ZERO
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, EPOCH, D
from tests.kit.rig import Rig


def chasing(policy):
    """A desk with a chase whose order rests."""
    desk = rig.started()
    desk.command(StartChase(ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), on_restart=policy)))
    return desk


def restarted(dead):
    """The next process: it has the journal of the dead one and nothing else."""
    limits = dead.state.limits
    desk = Rig(Engine(checkpoint.restore(None, dead.journal, limits)))
    desk.step(Started(EPOCH, 2, "PAPER", (builders.instrument(),), limits))
    desk.step(LinkChanged(EPOCH, LinkState.UP, "connected"))
    return desk


def told_the_truth(desk):
    """The venue says that the order rests, and the market is there."""
    (order,) = desk.state.orders.values()
    truth = replace(rig.truth(D("200000")), orders=(OpenOrder(order.spec, 1, ZERO),))
    desk.step(TruthLearned(EPOCH, truth))
    rig.show(desk, "100.0/100.1")


def ways(desk):
    """What the desk has sent since its start."""
    return [type(each) for each in desk.effects if isinstance(each, SendOrder | SendCancel)]


@pytest.mark.parametrize(
    ("policy", "state", "sent"),
    [
        (OnRestart.PARK, AlgoState.PARKED, []),
        (OnRestart.RESUME, AlgoState.WORKING, []),
        (OnRestart.CANCEL, AlgoState.CANCELLING, [SendCancel]),
    ],
)
def test_a_run_comes_back_by_its_policy(policy, state, sent):
    desk = restarted(chasing(policy))

    told_the_truth(desk)

    assert desk.state.runs["chase-1"].save().state is state
    assert ways(desk) == sent


def test_nothing_is_done_before_the_desk_knows_where_it_stands():
    desk = restarted(chasing(OnRestart.CANCEL))

    rig.show(desk, "100.0/100.1")

    assert ways(desk) == []


def test_a_killed_desk_resumes_nothing():
    first = chasing(OnRestart.RESUME)
    first.command(KillDesk("test"))
    desk = restarted(first)

    told_the_truth(desk)

    assert SendOrder not in ways(desk)
    assert desk.state.runs["chase-1"].save().state is not AlgoState.WORKING


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (OnRestart.PARK, "came back parked: chase-1; `resume all` or R lets all of them go on"),
        (OnRestart.RESUME, "resumed after a restart, as they were asked for: chase-1"),
    ],
)
def test_those_that_came_back_are_named(policy, sentence):
    desk = restarted(chasing(policy))

    told_the_truth(desk)

    assert sentence in desk.alerts
