"""Which runs look at the touch when."""

from desk.core import waking
from desk.core.acting import Acts
from tests.kit import builders, rig
from tests.kit.story import tell

TWO = """
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
          10ms  buy 1.0 @99.0 sl=50             => place buy 1.0 @99.0 gtc
"""


def woken(desk):
    seen = []
    acts = Acts(desk.state)
    acts.drive = lambda run, event: seen.append((run.id, event.bid))
    return seen, acts


def test_all_of_them_when_the_desk_runs_again():
    desk = rig.started()
    tell(TWO, desk)
    seen, acts = woken(desk)

    waking.wake_all(acts)

    assert seen == [("chase-1", 100), ("bracket-2", 100)]


def test_the_brackets_alone_where_only_closing_passes():
    desk = rig.started()
    tell(TWO, desk)
    seen, acts = woken(desk)

    waking.wake_brackets(acts, builders.quote("99.5/99.6"))

    assert seen == [("bracket-2", builders.D("99.5"))]
