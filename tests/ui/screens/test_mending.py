"""A symbol that does not add up, and the four ways to deal with it."""

import pytest
from msgspec.structs import replace

from desk.model.command import FlattenVenue, Requery
from desk.ui.screens.mending import Mending
from tests.kit.views import D, before, desk_view, proof
from tests.ui.seat import FakeDesk, press, seat


def broken():
    whole = proof("broken")
    rows = (
        replace(whole.rows[0], subs=D("0.150"), unallocated=D(0), venue=D("0.140"), since=before(9_000)),
        *whole.rows[1:],
    )
    return desk_view(proof=replace(whole, rows=rows))


async def played(keys, view=None):
    desk = FakeDesk(view or broken())
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, keys)
        shown = [str(each.render()) for each in app.screen.query(".dialog-line")]
        return desk.commands, isinstance(app.screen, Mending) and shown, app.trade._line._line.value


async def test_the_sum_and_the_ways_are_shown():
    _, shown, _ = await played(["w"])

    (line,) = shown
    assert line.startswith("sub-accounts 0.150 + UNALLOCATED 0, the venue holds 0.140, quarantined since ")


async def test_the_account_is_asked_for_with_one_key():
    sent, _, _ = await played(["w", "q"])

    assert sent == [Requery()]


async def test_the_venue_is_flattened_only_after_a_question():
    sent, _, _ = await played(["w", "v"])
    assert sent == []

    sent, _, _ = await played(["w", "v", "enter"])
    assert sent == [FlattenVenue("BTCUSDT")]


async def test_an_adjustment_is_begun_and_wants_its_reason():
    sent, _, line = await played(["w", "a"])

    assert sent == []
    assert line.startswith("adjust unallocated BTCUSDT -0.010 @")
    assert line.endswith(" because ")


@pytest.mark.parametrize("no", ["escape", "n"])
async def test_it_may_be_left_alone(no):
    assert (await played(["w", no]))[:2] == ([], False)


async def test_where_all_adds_up_there_is_nothing_to_mend():
    assert (await played(["w"], desk_view()))[:2] == ([], False)


def test_the_break_and_its_ways(snap_compare):
    assert snap_compare(seat(FakeDesk(broken())), press=["w"], terminal_size=(80, 24))
