"""What the trader hears of a stop that the venue holds."""

import pytest

from desk.model.event import GuardReported
from desk.model.guard import GuardState
from desk.model.units import ClientOrderId
from tests.core.test_guards import HELD, only
from tests.kit import rig
from tests.kit.builders import at
from tests.kit.story import tell


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (GuardState.TRIGGERED, "", "the stop at the venue of bracket-1 is triggered at 98.5"),
        (GuardState.ENDED, "expired", "bracket-1 has no stop at the venue: expired"),
    ],
)
def test_what_matters_is_told(state, reason, said):
    desk = rig.started()
    tell(HELD, desk)

    desk.step(GuardReported(at(900), only(desk).spec.id, state, reason, at(900)))

    assert said in desk.alerts


def test_what_has_been_let_go_of_is_not_news():
    desk = rig.started()
    tell(HELD, desk)
    only(desk).leaving_since = at(600)
    before = len(desk.alerts)

    desk.step(GuardReported(at(900), only(desk).spec.id, GuardState.ENDED, "cancelled", at(900)))

    assert len(desk.alerts) == before


def test_anothers_stop_is_nobodys_business():
    desk = rig.started()

    assert desk.step(GuardReported(at(1), ClientOrderId("web_1"), GuardState.HELD, "", at(1))) == ()
