"""Runs edited while they work: the order follows, the parent is never exceeded, the journal remembers."""

import pytest
from msgspec.structs import replace

from desk.core import checkpoint, editing
from desk.core.state import sight
from desk.model.command import ChaseSpec, EditRun, Peg, StartRun
from desk.model.effect import RunEdited, SendAmend, SendCancel, SendOrder
from desk.model.event import AmendRejected, OrderAccepted, OrderAmended, OrderFilled
from desk.model.order import Side
from desk.model.program import ScaleSpec, ScalperSpec, TwapSpec
from desk.model.units import ZERO, AlgoId
from tests.kit import rig
from tests.kit.builders import ALPHA, BTC, D, at
from tests.kit.story import tell

CHASE = AlgoId("chase-1")
SCALE = ScaleSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), low=D(96), high=D(99), count=4)


def chasing(**changes):
    return tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         500ms  fill #1 0.4
    """).rig


def edit(desk, run=CHASE, **changes):
    before = len(desk.effects)
    desk.command(EditRun(run, replace(desk.state.runs[run].spec, **changes)))
    return desk.effects[before:]


def amends(effects):
    return [(each.price, each.quantity) for each in effects if isinstance(each, SendAmend)]


def test_a_larger_chase_asks_for_the_new_total():
    desk = chasing()

    assert amends(edit(desk, quantity=D("1.5"))) == [(D("100.0"), D("1.5"))]
    assert desk.state.runs[CHASE].quantity == D("1.5")
    assert desk.alerts[-1] == "chase-1 edited: quantity 1.0 to 1.5"


def test_a_smaller_chase_asks_for_the_new_total():
    assert amends(edit(chasing(), quantity=D("0.6"))) == [(D("100.0"), D("0.6"))]


def test_a_chase_is_not_made_smaller_than_it_has_filled():
    desk = chasing()

    assert amends(edit(desk, quantity=D("0.4"))) == []
    assert desk.alerts[-1] == "edit chase-1: quantity: expected more than 0.4, found 0.4"


def test_fills_that_overtake_the_smaller_total_end_the_chase_where_they_are():
    desk = chasing()
    edit(desk, quantity=D("0.6"))
    (order,) = desk.state.open
    desk.step(OrderFilled(at(600), order, BTC, 9, D(100), D("0.5"), ZERO, True, D("0.9"), at(600)))
    last = desk.step(AmendRejected(at(640), order, -2013, "no", at(640)))

    assert any(isinstance(each, SendCancel) for each in last)
    assert not any(isinstance(each, SendOrder) for each in last)


def test_another_peg_moves_the_order():
    desk = chasing()
    desk.step(rig.builders.quote("100.0/100.4", 600))

    assert amends(edit(desk, peg=Peg.MID)) == [(D("100.2"), D("1.0"))]


def test_a_time_to_live_counts_from_the_start():
    desk = chasing()
    edit(desk, ttl_ms=2_000)
    fired = [effect for when, effects in desk.wait(at(1_999)) for effect in effects if isinstance(effect, SendCancel)]
    assert not fired
    fired = [effect for when, effects in desk.wait(at(2_000)) for effect in effects if isinstance(effect, SendCancel)]
    assert len(fired) == 1


def test_a_time_to_live_that_was_taken_away_does_not_end_it():
    desk = chasing()
    edit(desk, ttl_ms=2_000)
    edit(desk, ttl_ms=None)
    list(desk.wait(at(3_000)))

    assert not desk.state.runs[CHASE].is_done


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"side": Side.SELL}, "side: expected buy as it was, found sell"),
        ({"throttle_ms": 1}, "throttle: expected at least 50 ms, found 1 ms"),
        ({}, "expected a change, found none"),
    ],
)
def test_what_cannot_be_changed_is_refused_and_nothing_is_sent(changes, reason):
    desk = chasing()

    assert amends(edit(desk, **changes)) == []
    assert desk.alerts[-1] == f"edit chase-1: {reason}"


def test_a_run_stays_of_its_kind():
    desk = chasing()
    desk.command(EditRun(CHASE, TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), span_ms=9, slices=1)))
    assert desk.alerts[-1] == "edit chase-1: expected parameters of the same kind of algo"
    desk.command(EditRun(AlgoId("chase-9"), ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1))))
    assert desk.alerts[-1] == "chase-9: no running algo of that name"


def test_an_edit_outlives_a_restart_by_journal_and_by_checkpoint():
    desk = chasing()
    edit(desk, quantity=D("1.5"), cap_bps=D(30))

    for state in (
        checkpoint.restore(None, desk.journal, desk.state.limits),
        checkpoint.restore(checkpoint.save(desk.state), (), desk.state.limits),
    ):
        assert (state.runs[CHASE].spec.quantity, state.runs[CHASE].spec.cap_bps) == (D("1.5"), D(30))
    assert sum(isinstance(each, RunEdited) for each in desk.journal) == 1


# Scale


def scaling():
    desk = rig.started()
    desk.command(StartRun(SCALE))
    for number, order in enumerate(list(desk.state.open), 1):
        desk.step(OrderAccepted(at(40), order, number, ZERO, at(40)))
    return desk, AlgoId("scale-1")


def test_a_scale_moves_its_orders_and_places_what_is_new():
    desk, run = scaling()
    made = edit(desk, run, low=D(95), count=5)
    for each in [each for each in made if isinstance(each, SendAmend)]:
        made += desk.step(OrderAmended(at(90), each.order, each.price, each.quantity, ZERO, at(90)))

    assert amends(made) == [(D("95.0"), D("0.2")), (D("96.0"), D("0.2")), (D("97.0"), D("0.2")), (D("98.0"), D("0.2"))]
    assert [(each.spec.price, each.spec.quantity) for each in made if isinstance(each, SendOrder)] == [
        (D("99.0"), D("0.2"))
    ]


def test_a_scale_with_fewer_orders_cancels_the_others_first():
    desk, run = scaling()
    made = edit(desk, run, count=2)

    assert [type(each).__name__ for each in made if isinstance(each, SendAmend | SendCancel)][:2] == ["SendCancel"] * 2


def test_a_scale_that_has_filled_is_not_laid_out_anew():
    desk, run = scaling()
    order = next(iter(desk.state.open))
    desk.step(OrderFilled(at(90), order, BTC, 1, D(96), D("0.1"), ZERO, True, D("0.1"), at(90)))
    edit(desk, run, low=D(95))

    assert desk.alerts[-1].startswith("edit scale-1: a scale: expected nothing filled yet, found 0.1")


def test_a_refused_move_is_told_and_not_tried_again_until_a_person_asks():
    desk, run = scaling()
    made = edit(desk, run, low=D("90.0"), high=D("106.0"))
    (refused,) = [each for each in desk.state.runs[run].save().refused.values()][:1]
    assert "price: expected at most" in refused
    assert len(amends(made)) == 3
    assert desk.state.runs[run].save().is_misplaced
    assert "refused" in desk.state.runs[run].view(sight(desk.state, desk.state.runs[run])).note


# TWAP, scalper


def test_a_twap_keeps_its_clock():
    desk = rig.started()
    desk.command(StartRun(TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), span_ms=60_000, slices=6)))
    edit(desk, AlgoId("twap-1"), span_ms=120_000)
    assert desk.alerts[-1] == "edit twap-1: span_ms: expected 60000 as it was, found 120000"
    edit(desk, AlgoId("twap-1"), quantity=D("2.0"))
    assert desk.state.runs[AlgoId("twap-1")].quantity == D("2.0")


def test_a_scalper_takes_other_distances():
    desk = rig.started()
    desk.command(StartRun(ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("1.0"), layers=2)))
    edit(desk, AlgoId("scalper-1"), layers=3)
    assert desk.alerts[-1] == "edit scalper-1: layers: expected 2 as it was, found 3"
    edit(desk, AlgoId("scalper-1"), base_bps=D(5))
    assert desk.state.runs[AlgoId("scalper-1")].spec.base_bps == D(5)


def test_changes_are_told_by_name():
    spec = ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"))

    assert editing.changes(spec, replace(spec, cap_bps=D(20), ttl_ms=5)) == "cap_bps none to 20, ttl_ms none to 5"
