"""What is looked after once a second; each room's own tests say the rest."""

from desk.model.command import PlaceOrder
from desk.model.effect import SendCancel, SendOrder
from desk.model.event import OrderAccepted
from desk.model.order import Side
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, D, at


def test_a_cancel_that_is_wanted_is_sent_again_while_nothing_is_in_flight():
    desk = rig.started()
    (sent,) = [
        each
        for each in desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), price=D("99.0")))
        if isinstance(each, SendOrder)
    ]
    desk.step(OrderAccepted(at(1), sent.spec.id, 1, D(0), at(1)))
    desk.state.orders[sent.spec.id].is_cancel_wanted = True

    told = [effect for _, effects in desk.wait(at(1_500)) for effect in effects if isinstance(effect, SendCancel)]

    assert [each.order for each in told] == [sent.spec.id]
