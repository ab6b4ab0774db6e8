"""Typed commands without a screen."""

from msgspec.structs import replace

from desk.model.command import CancelAll, PlaceOrder
from desk.model.order import Side
from desk.model.units import SECOND, Nanos, SubId
from desk.ui.script import Script
from tests.kit.views import ALPHA, BTC, NOW, desk_view


def script(line):
    return Script(line, ALPHA, BTC)


def test_commands_are_read_for_the_sub_account_chosen_before_them():
    typed = script("sub 2; buy 0.01 btc market; sub 1; cancel")

    placed, cancelled = typed.advance(desk_view())

    assert isinstance(placed, PlaceOrder)
    assert (placed.sub, placed.side) == (SubId("2"), Side.BUY)
    assert cancelled == CancelAll(sub=ALPHA, symbol=BTC)
    assert typed.is_done


def test_what_follows_a_wait_is_read_when_its_time_has_come():
    typed, view = script("sub 2; wait 2s; cancel"), desk_view()

    at_once = typed.advance(view)
    early = typed.is_due(Nanos(view.now + SECOND))
    late = typed.is_due(Nanos(view.now + 2 * SECOND))
    then = typed.advance(replace(view, now=Nanos(view.now + 2 * SECOND)))

    assert (at_once, early, late) == ([], False, True)
    assert then == [CancelAll(sub=SubId("2"), symbol=BTC)]


def test_a_line_that_cannot_be_meant_sends_nothing_and_says_why():
    typed = script("cancel; flub 3")

    assert typed.advance(desk_view()) == []
    assert "flub" in typed.complaint.text


def test_quit_asks_for_the_end():
    typed = script("quit")

    typed.advance(desk_view())

    assert typed.wants_quit


def test_nothing_to_do_is_done():
    assert script("  ").is_done
    assert not script("  ").is_due(Nanos(0))


def test_it_looks_at_its_symbol_every_five_seconds_until_it_is_done():
    writer = script("wait 20s; buy 0.01 @61000")
    writer.advance(desk_view())

    assert [writer.looks_at(Nanos(NOW + seconds * SECOND)) for seconds in (0, 1, 5, 6)] == [BTC, None, BTC, None]
    writer.advance(desk_view())
    assert writer.looks_at(Nanos(NOW + 30 * SECOND)) is None
