"""Scale: a total at several prices, in part refused, placed again, stopped, brought back."""

from msgspec.structs import replace

from desk.core import checkpoint
from desk.core.algos import scale
from desk.core.state import sight
from desk.model.command import CancelOrder, ResumeAlgo, StartRun, StopAlgo
from desk.model.effect import SendCancel, SendOrder
from desk.model.event import OrderAccepted, OrderCancelled, OrderFilled, OrderRejected
from desk.model.order import Side, TimeInForce
from desk.model.program import ScaleSpec, Sizes
from desk.model.units import ZERO, AlgoId
from desk.model.view import AlgoState
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at

SPEC = ScaleSpec(
    sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), low=D("96"), high=D("100"), count=5, sizes=Sizes.ASC
)
RUN = AlgoId("scale-1")


def begun(**changes):
    desk = rig.started()
    desk.command(StartRun(replace(SPEC, **changes)))
    return desk


def sent(desk):
    return [each.spec for each in desk.effects if isinstance(each, SendOrder)]


def accept(desk, specs):
    for number, spec in enumerate(specs, 1):
        desk.step(OrderAccepted(at(40), spec.id, number, ZERO, at(40)))


def row(desk):
    return desk.state.runs[RUN].view(sight(desk.state, desk.state.runs[RUN]))


def test_every_layer_is_placed_at_once():
    desk = begun()

    assert [(spec.quantity, spec.price, spec.tif, spec.leg) for spec in sent(desk)] == [
        (D("0.1"), D(96), TimeInForce.GTX, 0),
        (D("0.15"), D(97), TimeInForce.GTX, 1),
        (D("0.2"), D(98), TimeInForce.GTX, 2),
        (D("0.25"), D(99), TimeInForce.GTX, 3),
        (D("0.3"), D(100), TimeInForce.GTX, 4),
    ]
    accept(desk, sent(desk))
    assert (row(desk).state, row(desk).note, row(desk).order_price) == (AlgoState.WORKING, "5 of 5 at rest", D(100))


def test_layers_on_one_tick_are_one_order():
    made = scale.layers(
        replace(SPEC, low=D("99.94"), high=D("100.06"), count=4, sizes=Sizes.FLAT), builders.instrument()
    )

    assert made == [(D("99.9"), D("0.5")), (D("100.0"), D("0.5"))]


def test_sells_are_rounded_up():
    made = scale.layers(
        replace(SPEC, side=Side.SELL, low=D("100.21"), high=D("101"), count=2, sizes=Sizes.FLAT), builders.instrument()
    )

    assert [price for price, _ in made] == [D("100.3"), D(101)]


def test_it_is_over_when_all_of_it_is_filled():
    desk = begun(count=2, sizes=Sizes.FLAT)
    accept(desk, sent(desk))
    for number, spec in enumerate(sent(desk), 1):
        desk.step(
            OrderFilled(at(90), spec.id, BTC, number, spec.price, spec.quantity, ZERO, True, spec.quantity, at(90))
        )

    assert (row(desk).state, row(desk).note, row(desk).average_price) == (AlgoState.DONE, "filled", D(98))


def test_what_is_refused_is_said_and_placed_again_when_resumed():
    desk = begun()
    *good, bad = sent(desk)
    accept(desk, good)
    desk.step(OrderRejected(at(40), bad.id, -5022, "would take", at(40)))
    assert row(desk).note == "4 of 5 at rest, 1 refused, e.g. 5: would take; resume places them again"
    desk.effects.clear()

    desk.command(ResumeAlgo(RUN))

    assert [(spec.quantity, spec.price, spec.leg) for spec in sent(desk)] == [(D("0.3"), D(100), 4)]


def test_what_the_gate_refuses_is_said_too():
    desk = rig.started(limits=builders.limits(order_value_max=D("27")))
    desk.command(StartRun(SPEC))

    assert len(sent(desk)) == 4
    assert "1 refused, e.g. 5: buy 0.3 BTCUSDT: order value: expected at most 27, found 30.0" in row(desk).note


def test_a_layer_that_a_person_cancels_stops_the_run():
    desk = begun()
    specs = sent(desk)
    accept(desk, specs)

    desk.command(CancelOrder(specs[0].id))

    cancelled = [each.order for each in desk.effects if isinstance(each, SendCancel)]
    assert sorted(cancelled) == sorted(spec.id for spec in specs)


def test_a_stopped_one_ends_when_its_orders_have():
    desk = begun(count=2)
    specs = sent(desk)
    accept(desk, specs)
    desk.command(StopAlgo(RUN))
    assert row(desk).state is AlgoState.CANCELLING

    for spec in specs:
        desk.step(OrderCancelled(at(90), spec.id, ZERO, at(90)))
    assert (row(desk).state, row(desk).note) == (AlgoState.DONE, "stopped by hand")


def test_it_comes_back_with_its_orders_and_places_none_twice():
    desk = begun()
    accept(desk, sent(desk))
    state = checkpoint.restore(checkpoint.save(desk.state), (), builders.limits())
    run = state.runs[RUN]

    assert (run.save().spec, run.save().is_parked) == (SPEC, True)
    assert sorted(each.spec.leg for each in state.orders_of(RUN).values()) == [0, 1, 2, 3, 4]
