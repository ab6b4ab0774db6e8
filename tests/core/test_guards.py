"""Stops that the venue holds: let go of until they are gone, found again by the venue's truth, and kept over a restart."""

import pytest
from msgspec.structs import replace

from desk.core import checkpoint, guards
from desk.model.command import CancelAll, Flatten, StopAlgo
from desk.model.effect import DropGuard, Learned, RequestTruth, SendGuard, SendOrder
from desk.model.event import GuardReported, OpenOrder, TruthLearned
from desk.model.guard import GuardState
from desk.model.units import ZERO, AlgoId, ClientOrderId
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at
from tests.kit.story import tell

RUN = AlgoId("bracket-1")
HELD = """
           0ms  buy 1.0 @100.0 sl=50 net=100   => place buy 1.0 @100.0 gtc
          40ms  accepted #1
         500ms  fill #1 1.0                    => hold sell 1.0 @98.5 reduce-only
         520ms  guard held
"""


@pytest.fixture
def desk():
    """A desk that holds 1 BTC whose bracket has a stop at the venue."""
    made = rig.started()
    tell(HELD, made)
    return made


def only(desk):
    (guard,) = desk.state.guards.values()
    return guard


def truth_with(desk, *specs, millis, is_final=False):
    held = (builders.held(BTC, "1", "100.0"),)
    made = replace(rig.truth(D(200_000), millis), guards=specs, positions=held, is_final=is_final)
    return desk.step(TruthLearned(at(millis), made))


def drops(effects):
    return [each for each in effects if isinstance(each, DropGuard)]


def wait(desk, until):
    return [each for _, effects in desk.wait(at(until)) for each in effects]


def test_an_unanswered_request_to_let_go_is_repeated_and_makes_the_desk_ask(desk):
    desk.command(StopAlgo(RUN), 1_000)

    effects = wait(desk, 6_000)

    assert [(each.ts - at(0)) // 1_000_000 for each in drops(effects)] == [3_000, 5_000]
    assert [each for each in effects if isinstance(each, RequestTruth)]


def test_what_cannot_be_let_go_of_is_not_taken_for_gone(desk):
    desk.command(StopAlgo(RUN), 1_000)

    effects = desk.step(
        GuardReported(at(1_020), only(desk).spec.id, GuardState.UNKNOWN, "Unknown order sent.", at(1_020))
    )

    assert [type(each) for each in effects if isinstance(each, RequestTruth)] == [RequestTruth]
    assert only(desk).state is GuardState.UNKNOWN


def test_one_that_two_truths_apart_do_not_know_is_gone(desk):
    first = truth_with(desk, millis=3_000)
    assert not [each for each in first if isinstance(each, Learned)]
    truth_with(desk, millis=4_000)
    assert desk.state.guards

    effects = truth_with(desk, millis=5_000)

    assert [each.guards[0].state for each in effects if isinstance(each, Learned)] == [GuardState.ENDED]
    assert "bracket-1 has no stop at the venue: the venue does not hold it" in desk.alerts


def test_a_truth_of_before_says_nothing(desk):
    truth_with(desk, millis=510, is_final=True)

    assert desk.state.guards


def test_one_whose_answer_was_lost_is_found_by_the_truth():
    desk = rig.started()
    tell(HELD.rpartition("520ms")[0], desk)
    guard = only(desk)
    desk.step(GuardReported(at(600), guard.spec.id, GuardState.UNKNOWN, "no answer", at(600)))

    truth_with(desk, guard.spec, millis=900)

    assert (only(desk).state, only(desk).is_pending) == (GuardState.HELD, False)


def test_one_that_may_still_arrive_is_not_taken_for_gone():
    desk = rig.started()
    tell(HELD.rpartition("520ms")[0], desk)

    for millis in (2_000, 5_000, 8_400):
        truth_with(desk, millis=millis)
    assert desk.state.guards
    for millis in (8_600, 11_000):
        truth_with(desk, millis=millis)

    assert not [each for each in desk.state.guards.values() if each.sent == at(500)]


def test_one_on_its_way_is_not_taken_for_gone_though_the_truth_calls_itself_final():
    desk = rig.started()
    tell(HELD.rpartition("520ms")[0], desk)
    guard = only(desk)

    truth_with(desk, millis=900, is_final=True)

    assert desk.state.guards == {guard.spec.id: guard}


def test_one_that_the_venue_has_open_as_an_order_is_an_order_and_no_longer_a_guard(desk):
    guard = only(desk).spec
    woken = OpenOrder(guard.as_order(guard.trigger), 7, ZERO)
    held = (builders.held(BTC, "1", "100.0"),)

    made = replace(rig.truth(D(200_000), 900), orders=(woken,), positions=held, is_final=False)

    desk.step(TruthLearned(at(900), made))

    assert desk.state.guards == {}
    assert (desk.state.orders[guard.id].status, desk.state.orders[guard.id].venue_order) == ("working", 7)


def test_one_of_ours_that_no_record_knows_is_let_go_of():
    desk = rig.started()
    stranger = only(_held()).spec

    desk.step(TruthLearned(at(1_000), replace(rig.truth(D(200_000), 1_000), guards=(stranger,))))
    effects = wait(desk, 4_000)

    assert [each.order for each in drops(effects)] == [stranger.id]
    assert f"{stranger.id}: a stop at the venue and in no record of ours; it is let go of" in desk.alerts


def test_another_ones_is_left_alone():
    desk = rig.started()
    foreign = replace(only(_held()).spec, id=ClientOrderId("web_1"))

    desk.step(TruthLearned(at(1_000), replace(rig.truth(D(200_000), 1_000), guards=(foreign,))))

    assert drops(wait(desk, 4_000)) == []


def test_a_restart_knows_what_the_venue_holds(desk):
    limits = builders.limits()
    guard = only(desk)

    from_checkpoint = checkpoint.restore(checkpoint.save(desk.state), [], limits)
    from_journal = checkpoint.restore(None, desk.journal, limits)

    assert from_checkpoint.guards == {guard.spec.id: guard}
    assert from_journal.guards == {guard.spec.id: guard}


def test_one_that_was_woken_while_the_desk_was_away_is_the_runs_order_after_the_restart(desk):
    guard = only(desk)
    trade = replace(builders.fill(builders.spec(), 9, "1", "1", price=D("98.3"), ts=at(9_000)), order=guard.spec.id)

    state = checkpoint.restore(None, [*desk.journal, trade], builders.limits())

    assert state.accounts[ALPHA].quantity(BTC) == ZERO
    assert (state.orders[guard.spec.id].filled, state.orders[guard.spec.id].spec.algo) == (D(1), RUN)
    assert state.guards == {}


def test_a_flatten_waits_until_it_is_gone(desk):
    effects = desk.command(Flatten(), 1_000)
    assert (len(drops(effects)), [each for each in effects if isinstance(each, SendOrder)]) == (1, [])

    effects = desk.step(GuardReported(at(1_020), only(desk).spec.id, GuardState.ENDED, "cancelled", at(1_020)))
    sent = [each.spec for each in effects if isinstance(each, SendOrder)]

    assert [(each.side, each.quantity) for each in sent] == [("sell", D(1))]


def test_cancel_all_lets_go(desk):
    assert len(drops(desk.command(CancelAll(), 1_000))) == 1


def test_a_fenced_desk_lets_go_of_nothing(desk):
    desk.state.fence = "another desk with a newer epoch"

    assert guards.let_go(desk.state, RUN) == []


def _held():
    made = rig.started()
    tell(HELD, made)
    return made


def test_the_gate_holds_a_stop_for_no_more_than_is_held(desk):
    assert isinstance(desk.journal[-2], SendGuard)
    assert only(desk).spec.quantity == D(1)
