"""A desk that stood still risks nothing new until it has caught up."""

from decimal import Decimal

import pytest

from desk.model.command import PlaceOrder
from desk.model.effect import SendOrder
from desk.model.order import Side
from desk.model.view import DeskMode
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, at

D = Decimal
BUY = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), price=D("99.0"))


@pytest.fixture
def desk():
    made = rig.started()
    made.take(made.engine.report_stall(at(1_000)))
    return made


def orders(effects):
    return [each for each in effects if isinstance(each, SendOrder)]


def test_after_a_stall_the_desk_is_degraded_and_says_why(desk):
    assert (desk.state.mode, desk.state.mode_reason) == (
        DeskMode.DEGRADED,
        "the engine stood still for more than 2 s",
    )
    assert orders(desk.command(BUY)) == []


def test_five_seconds_after_it_the_desk_runs_again_by_itself(desk):
    modes = [desk.state.mode for at_ns, _ in desk.wait(at(6_500)) if at_ns in (at(5_000), at(6_000))]

    assert modes == [DeskMode.DEGRADED, DeskMode.RUNNING]
    assert len(orders(desk.command(BUY))) == 1


def test_another_stall_meanwhile_begins_the_wait_anew(desk):
    desk.take(desk.engine.report_stall(at(4_000)))

    modes = [desk.state.mode for at_ns, _ in desk.wait(at(9_500)) if at_ns in (at(8_000), at(9_000))]

    assert modes == [DeskMode.DEGRADED, DeskMode.RUNNING]
