"""Questions to the venue, paced."""

from desk.core import asking
from desk.core.limiter import WEIGHT
from desk.model.effect import RequestDepth, RequestTruth
from desk.model.units import SECOND
from tests.kit import rig
from tests.kit.builders import BTC, at


def test_a_question_that_may_not_be_asked_is_asked_later():
    desk = rig.started()
    acts = desk.engine._acts
    desk.state.limiter.note_weight(WEIGHT.most, at(0))
    desk.state.truth_known = desk.state.truth_asked = False

    asking.ask_truth(acts)
    assert acts.out == []

    desk.state.now = at(70_000)
    asking.ask_truth(acts)
    asking.ask_truth(acts)
    assert [type(each) for each in acts.out] == [RequestTruth]


def test_a_depth_is_asked_for_by_its_symbol():
    desk = rig.started()

    asking.ask_depth(desk.engine._acts, BTC)

    assert desk.engine._acts.out == [RequestDepth(desk.state.now, BTC)]


def test_a_truth_that_is_not_known_is_asked_for_every_second_and_then_now_and_then():
    desk = rig.started()
    assert asking.truth_pause(desk.state) == asking.TRUTH_PAUSE

    desk.state.truth_known = False

    assert asking.truth_pause(desk.state) == SECOND
