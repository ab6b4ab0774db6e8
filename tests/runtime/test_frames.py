"""What travels between a desk and a screen attached to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.model.command import CancelAll, KillDesk
from desk.model.error import BadInput
from desk.model.units import SubId
from desk.runtime.frames import (
    COMMAND_MAX,
    LENGTH,
    Glance,
    Hello,
    frame,
    length_of,
    read_hello,
    read_view,
    read_wish,
)
from tests.kit.views import BTC, desk_view


def body(message):
    return frame(message)[LENGTH.size :]


def test_a_view_arrives_equal():
    assert read_view(body(desk_view())) == desk_view()


@pytest.mark.parametrize("command", [CancelAll(sub=SubId("1")), KillDesk("x")])
def test_a_command_arrives_as_its_own_type(command):
    assert read_wish(body(command)) == command


def test_a_glance_arrives():
    assert read_wish(body(Glance(BTC))) == Glance(BTC)


def test_a_greeting_arrives():
    assert read_hello(body(Hello(controls=True))) == Hello(controls=True)


def test_the_length_stands_in_front():
    whole = frame(Hello(controls=False))

    assert length_of(whole[: LENGTH.size], COMMAND_MAX) == len(whole) - LENGTH.size


def test_a_frame_larger_than_the_bound_is_refused():
    with pytest.raises(BadInput, match="expected at most 65536 bytes, found 65537"):
        length_of(LENGTH.pack(COMMAND_MAX + 1), COMMAND_MAX)


@given(st.binary(max_size=200))
def test_bytes_of_another_kind_are_read_or_refused_in_words(noise):
    for read in (read_view, read_wish, read_hello):
        try:
            read(noise)
        except BadInput as refused:
            assert str(refused).startswith("frame: expected")
