"""The eye on the brackets sees what is offered and not held, held and not offered, and a stop passed by."""

from desk.model.units import AlgoId
from desk.sim import guards
from tests.kit import builders
from tests.kit.builders import D, at
from tests.kit.story import tell

RUN = AlgoId("bracket-1")


def guarded():
    desk = tell("""
           0ms  buy 1.0 @100.0 tp=40 sl=50     => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => place sell 1.0 @100.4 gtc reduce-only
         540ms  accepted #2
    """).rig
    desk.state.now = at(9_000)
    return desk


def profit(desk):
    return next(each for each in desk.state.orders_of(RUN).values() if each.spec.leg == 1)


def test_a_bracket_that_does_its_work_is_in_order():
    assert list(guards.problems(guarded().state)) == []


def test_more_offered_than_held_is_seen():
    desk = guarded()
    profit(desk).quantity = D("1.5")

    assert next(guards.problems(desk.state)) == "bracket-1 offers 1.5 and holds 1.0"


def test_less_offered_than_held_is_seen():
    desk = guarded()
    profit(desk).quantity = D("0.5")

    assert list(guards.problems(desk.state)) == ["bracket-1 holds 1.0 and offers 0.5"]


def test_a_stop_passed_by_is_seen():
    desk = guarded()
    desk.state.markets[builders.BTC].quote = builders.quote("99.0/99.1", 8_900)
    desk.state.markets[builders.BTC].mark = builders.mark("99.0", 8_900)

    assert list(guards.problems(desk.state)) == ["bracket-1 holds 1.0 beyond its stop"]


def test_nothing_is_asked_of_one_that_is_parked():
    desk = guarded()
    profit(desk).quantity = D("0.5")
    desk.state.runs[RUN].park("parked")

    assert list(guards.problems(desk.state)) == []
