"""Signs of life: before the first order, every third of the countdown, only from a desk that is well."""

from msgspec.structs import replace

from desk.core import deadman
from desk.model.command import CancelOrder, PlaceOrder
from desk.model.effect import ArmCountdown, SendOrder
from desk.model.event import (
    AccountReported,
    LinkChanged,
    LinkState,
    OpenOrder,
    OrderAccepted,
    OrderCancelled,
    TruthLearned,
)
from desk.model.order import Side
from desk.model.units import ZERO
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at


def desk():
    return rig.started(limits=builders.limits(dead_man_s=60))


def place(made, millis=0):
    made.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("99.0")), millis)
    order = next(reversed(made.state.open.values()))
    made.step(OrderAccepted(made.state.now, order.spec.id, 1, ZERO, made.state.now))
    return order.spec.id


def beats(made):
    return [(each.ts - at(0), each.millis) for each in made.effects if isinstance(each, ArmCountdown)]


def live(made, until):
    """Let seconds pass in which the venue says every now and then how the account is."""
    for second in range((made.state.now - at(0)) // 1_000_000_000 + 1, until + 1):
        for _ in made.wait(at(second * 1_000)):
            pass
        if second % 20 == 0:
            made.step(AccountReported(at(second * 1_000), D(200_000), (), at(second * 1_000)))


def test_the_first_order_of_a_symbol_is_preceded_by_a_countdown():
    made = desk()
    place(made)

    first, second = [each for each in made.effects if isinstance(each, ArmCountdown | SendOrder)]
    assert (first, type(second)) == (ArmCountdown(at(0), BTC, 60_000), SendOrder)
    made.effects.clear()
    place(made, 10)
    assert beats(made) == []


def test_it_beats_every_third_while_orders_are_open_and_is_called_off_then():
    made = desk()
    order = place(made)
    live(made, 45)
    made.command(CancelOrder(order), 45_500)
    made.step(OrderCancelled(at(45_600), order, ZERO, at(45_600)))
    live(made, 50)

    assert beats(made) == [(0, 60_000), (20 * 10**9, 60_000), (40 * 10**9, 60_000), (46 * 10**9, 0)]


def test_a_desk_whose_journal_has_failed_gives_no_sign():
    made = desk()
    place(made)
    made.take(made.engine.report_fault(at(1_000), "journal: disk full"))
    live(made, 60)

    assert beats(made) == [(0, 60_000)]


def test_a_desk_that_hears_nothing_of_its_account_gives_no_sign():
    made = desk()
    place(made)
    for _ in made.wait(at(150_000)):
        pass

    assert [at_ for at_, _ in beats(made)] == [0, 20 * 10**9, 40 * 10**9, 60 * 10**9, 80 * 10**9]


def test_without_a_link_there_is_no_sign_and_with_one_again_at_once():
    made = desk()
    place(made)
    made.step(LinkChanged(at(500), LinkState.DOWN, "gone"))
    live(made, 30)
    made.step(LinkChanged(at(30_500), LinkState.UP, "back"))
    assert beats(made) == [(0, 60_000)]

    (order,) = made.state.open.values()
    known = replace(rig.truth(D(200_000), 30_600), orders=(OpenOrder(order.spec, 1, ZERO),))
    made.step(TruthLearned(made.state.now, known))
    live(made, 31)
    assert beats(made)[-1] == (31 * 10**9, 60_000)


def test_switched_off_it_says_nothing():
    made = rig.started()
    place(made)

    assert beats(made) == []


def test_who_leaves_and_lets_orders_rest_calls_it_off():
    made = desk()
    place(made)

    assert made.engine.part(at(5)) == [ArmCountdown(at(5), BTC, 0)]
    assert deadman.call_off(made.state) == []


def test_it_costs_its_weight():
    made = desk()
    place(made)

    assert list(made.state.limiter.weights)[-1] == (at(0), 10)
