"""Pictures of the whole desk, from a hand-made view and without frames: nothing in them moves by itself."""

import pytest
from msgspec.structs import replace

from desk.model.effect import Severity
from desk.model.event import LinkState
from desk.model.view import DeskMode
from desk.ui.arming import KeyMode
from tests.kit.views import D, alert, before, desk_view, market, proof
from tests.ui.seat import SIZES, FakeDesk, seat

BROKEN = desk_view(
    mode=DeskMode.HALTED,
    mode_reason="BTCUSDT: our 0.150 is the venue's 0.140",
    link=LinkState.DOWN,
    link_reason="no answer in 5 s",
    markets=(market(quote=replace(market().quote, ts=before(4_200)), book_synced=False),),
    proof=proof("broken"),
    alerts=(alert(3, Severity.ERROR, "halted: BTCUSDT: our 0.150 is the venue's 0.140"),),
)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_desk(snap_compare, size):
    assert snap_compare(seat(FakeDesk()), terminal_size=size)


def test_the_desk_armed(snap_compare):
    assert snap_compare(seat(FakeDesk(), mode=KeyMode.ARMED), terminal_size=(120, 34))


def test_the_desk_when_everything_is_wrong(snap_compare):
    assert snap_compare(seat(FakeDesk(BROKEN), mode=KeyMode.SAFE), terminal_size=(120, 34))


def test_the_question_before_an_order(snap_compare):
    assert snap_compare(seat(FakeDesk(), sizes={"BTC": (D("0.5"),)}), press=["up", "b"], terminal_size=(120, 34))


def test_the_question_before_everything_is_flattened(snap_compare):
    assert snap_compare(seat(FakeDesk()), press=["f10"], terminal_size=(80, 24))


def test_the_help(snap_compare):
    assert snap_compare(seat(FakeDesk()), press=["f1"], terminal_size=(120, 34))


def test_the_order_form_with_a_fault(snap_compare):
    assert snap_compare(seat(FakeDesk()), press=["o", *"0.0001"], terminal_size=(120, 34))


def test_the_chase_form(snap_compare):
    assert snap_compare(seat(FakeDesk()), press=["h"], terminal_size=(80, 24))


def test_the_command_line(snap_compare):
    line = ["space" if letter == " " else letter for letter in "chase buy 0.1 join cap 20bps t"]
    assert snap_compare(seat(FakeDesk()), press=["colon", *line], terminal_size=(120, 34))


def test_a_refusal(snap_compare):
    assert snap_compare(seat(FakeDesk(), mode=KeyMode.SAFE), press=["b"], terminal_size=(80, 24))


def test_a_terminal_that_is_too_small(snap_compare):
    assert snap_compare(seat(FakeDesk()), terminal_size=(50, 10))
