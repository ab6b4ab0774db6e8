"""Two desks on one account: the older one sends nothing more."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core import ids
from desk.core.ids import IdParts
from desk.model.command import CancelAll, KillDesk, PlaceOrder
from desk.model.effect import SendAmend, SendCancel, SendOrder
from desk.model.event import OpenOrder, OrderAccepted, TruthLearned
from desk.model.order import OrderKind, OrderSpec, OrderType, Side, TimeInForce
from desk.model.units import ZERO
from desk.model.view import DeskMode
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC

D = Decimal
BUY = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), price=D("99.0"))


@pytest.fixture
def desk():
    return rig.started()


def order_of(desk, epochs_ahead):
    epoch = desk.state.epoch + epochs_ahead
    return ids.order_id(IdParts(sub=ALPHA, kind=OrderKind.MANUAL, epoch=epoch, parent=0, leg=0, seq=40_000))


def hear_of(desk, order_id):
    return desk.step(OrderAccepted(desk.state.now, order_id, 77, ZERO, desk.state.now))


def sent(effects):
    return [each for each in effects if isinstance(each, SendOrder | SendCancel | SendAmend)]


def test_an_order_of_a_newer_epoch_fences_the_desk_off_and_says_so(desk):
    hear_of(desk, order_of(desk, 1))

    assert desk.state.mode is DeskMode.FENCED
    assert (
        desk.state.mode_reason == f"another desk with a newer epoch: {desk.state.epoch + 1}, ours is {desk.state.epoch}"
    )
    assert any(text.startswith("fenced off: another desk") for text in desk.alerts)


@pytest.mark.parametrize("command", [BUY, CancelAll(), KillDesk("x")])
def test_a_fenced_desk_sends_nothing_not_even_a_cancel(desk, command):
    (mine,) = sent(desk.command(BUY))
    hear_of(desk, mine.spec.id)
    hear_of(desk, order_of(desk, 1))

    assert sent(desk.command(command)) == []


def test_a_fenced_desk_stays_fenced_whatever_else_it_hears(desk):
    hear_of(desk, order_of(desk, 1))

    rig.show(desk, "100.0/100.1")
    hear_of(desk, order_of(desk, 2))

    assert desk.state.mode is DeskMode.FENCED
    assert sum(text.startswith("fenced off") for text in desk.alerts) == 1


def test_an_order_in_the_venues_truth_fences_as_well(desk):
    spec = OrderSpec(
        id=order_of(desk, 1),
        sub=ALPHA,
        symbol=BTC,
        side=Side.BUY,
        type=OrderType.LIMIT,
        tif=TimeInForce.GTC,
        quantity=D(1),
        price=D("99.0"),
    )

    desk.step(TruthLearned(desk.state.now, replace(rig.truth(D(200_000)), orders=(OpenOrder(spec, 77, ZERO),))))

    assert desk.state.mode is DeskMode.FENCED


@pytest.mark.parametrize("epochs_ahead", [0, -1])
def test_an_order_of_our_own_or_an_earlier_epoch_does_not_fence(desk, epochs_ahead):
    hear_of(desk, order_of(desk, epochs_ahead))

    assert desk.state.mode is DeskMode.RUNNING


def test_an_order_of_another_program_does_not_fence(desk):
    hear_of(desk, "web_ZZZZZZZZ")

    assert desk.state.mode is DeskMode.RUNNING
