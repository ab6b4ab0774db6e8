"""The story player can fail, and says what it found."""

import pytest

from tests.kit.story import read, tell


def test_a_story_that_went_otherwise_is_told_whole_in_both_versions() -> None:
    with pytest.raises(AssertionError) as failure:
        tell("""
               0ms  buy 1.0 @100.0   => place buy 1.0 @100.0 gtc
              40ms  accepted #1
              50ms  cancel #1
        """)

    assert str(failure.value).splitlines() == [
        "the story went otherwise",
        "told:",
        "       0ms  buy 1.0 @100.0                          => place buy 1.0 @100.0 gtc",
        "      40ms  accepted #1",
        "-     50ms  cancel #1",
        "found:",
        "       0ms  buy 1.0 @100.0                          => place buy 1.0 @100.0 gtc",
        "      40ms  accepted #1",
        "+     50ms  cancel #1                               => cancel #1",
    ]


def test_a_timer_the_story_does_not_tell_fails_it() -> None:
    with pytest.raises(AssertionError, match=r"\+    250ms  \(timer\) .* => amend #1 100.2 x1.0"):
        tell("""
               0ms  chase buy 1.0           => place buy 1.0 @100.0 gtx
              40ms  accepted #1
             100ms  quote 100.2/100.3
             900ms  quote 100.2/100.3
        """)


def test_a_timer_the_story_tells_and_nobody_armed_fails_it() -> None:
    with pytest.raises(AssertionError, match=r"-    500ms  \(timer\)"):
        tell("""
               0ms  buy 1.0 @100.0          => place buy 1.0 @100.0 gtc
             500ms  (timer)                 => cancel #1
        """)


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"found 'soon  buy 1\.0'"):
        read("soon  buy 1.0")
