"""A journal cut anywhere, with a checkpoint anywhere before: the same state, and every prefix is one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.core import checkpoint
from desk.model.error import BadInput
from desk.model.journal import is_journalled
from desk.stores import records
from tests.kit import builders, rig
from tests.kit.story import tell

STORY = """
   0ms  chase buy 1.0 throttle_ms=500 cap_bps=20 => place buy 1.0 @100.0 gtx
  40ms  accepted #1
 100ms  fill #1 0.25
 200ms  sell 2.0 @101.0 sub=2     => place sell 2.0 @101.0 gtc
 240ms  accepted #2
 600ms  quote 100.1/100.2         => amend #1 100.1 x1.0
 640ms  amended #1
 700ms  cancel #2                 => cancel #2
 720ms  fill #2 0.5
 740ms  cancelled #2
 800ms  sell 0.1 @101.5           => place sell 0.1 @101.5 gtc
 840ms  unknown #3                => truth?
"""


@pytest.fixture(scope="module")
def journal():
    desk = rig.started()
    tell(STORY, desk)
    assert all(is_journalled(each) for each in desk.journal)
    return desk.journal


def folded(memo, tail):
    return checkpoint.save(checkpoint.restore(memo, tail, builders.limits()))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(cuts=st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_a_checkpoint_anywhere_and_the_rest_is_the_whole(journal, cuts):
    middle, end = sorted(min(cut, len(journal)) for cut in cuts)

    memo = folded(None, journal[:middle])

    assert folded(memo, journal[middle:end]) == folded(None, journal[:end])


def test_every_prefix_is_a_state_and_none_turns_back(journal):
    fills = []
    for end in range(len(journal) + 1):
        state = checkpoint.restore(None, journal[:end], builders.limits())
        fills.append(len(state.trades))

    assert fills == sorted(fills)
    assert fills[-1] == 2


@settings(max_examples=200, deadline=None, derandomize=True)
@given(which=st.integers(0, 60), at=st.integers(0, 400), flip=st.integers(1, 255))
def test_a_damaged_record_is_refused_or_another_record_but_never_a_crash(journal, which, at, flip):
    data = bytearray(records.encode(journal[which % len(journal)]))
    data[at % len(data)] ^= flip

    try:
        found = records.decode(bytes(data))
    except BadInput:
        return
    assert is_journalled(found)
