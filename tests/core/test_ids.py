"""Client order ids: written, read back, never twice."""

import pytest

from desk.core import ids
from desk.core.ids import IdParts
from desk.model.order import OrderKind
from desk.model.units import UNALLOCATED

PARTS = IdParts(sub="1", kind=OrderKind.CHASE, epoch=46_655, parent=37, leg=35, seq=60_466_175)


def test_an_id_is_read_back_as_it_was_written():
    text = ids.order_id(PARTS)

    assert text == "PMS0001_CHSZZZ0011" + "0Z_ZZZZZ"
    assert ids.parse(text) == PARTS


def test_unallocated_has_a_place_that_no_sub_account_can_take():
    parts = IdParts(sub=UNALLOCATED, kind=OrderKind.FLATTEN, epoch=1, parent=0, leg=0, seq=7)

    text = ids.order_id(parts)

    assert text == "PMS0000_FLT001000000_00007"
    assert ids.parse(text) == parts


def test_the_smallest_id_is_read_back_too():
    parts = IdParts(sub="1", kind=OrderKind.MANUAL, epoch=0, parent=0, leg=0, seq=0)

    assert ids.parse(ids.order_id(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web_8f3a",
        "PMS0001_CHS0010001",
        "PMS0001_XYZ001000000_00001",
        "PMS0001_MAN001000000_0000a",
        "PMS0001_MAN001000000_00001 ",
    ],
)
def test_an_id_of_another_shape_is_not_ours(text):
    assert ids.parse(text) is None


def test_a_counter_that_has_run_out_is_said_rather_than_cut():
    with pytest.raises(OverflowError):
        ids.order_id(IdParts(sub="1", kind=OrderKind.MANUAL, epoch=46_656, parent=0, leg=0, seq=1))


@pytest.mark.parametrize(("algo", "number"), [(None, 0), ("chase-3", 3), ("chase-41", 41)])
def test_a_run_has_its_number(algo, number):
    assert ids.run_number(algo) == number
