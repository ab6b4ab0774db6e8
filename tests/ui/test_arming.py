"""The policy of the key modes, as the trader would state it."""

import pytest
from msgspec.structs import replace

from desk.model.command import CancelAll, Command, Flatten, PlaceOrder
from desk.model.event import LinkState
from desk.model.order import Side
from desk.model.view import DeskMode
from desk.ui.arming import (
    RISKS,
    HeldKey,
    KeyMode,
    Origin,
    Risk,
    TypeAheadGuard,
    Verdict,
    judge,
    reason_to_disarm,
    risk_of,
)
from tests.kit.views import ALPHA, BTC, D, before, desk_view, market

ORDER = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.01"))


def test_every_command_has_a_risk():
    assert set(RISKS) == set(Command.__args__)


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("mode", KeyMode)
def test_taking_orders_back_is_never_barred_and_never_asked_about(mode, origin):
    assert judge(risk_of(CancelAll()), mode, origin, is_large=True) is Verdict.ACT


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("mode", KeyMode)
def test_closing_is_never_refused(mode, origin):
    expected = Verdict.ACT if mode is KeyMode.ARMED else Verdict.ASK

    assert judge(risk_of(Flatten()), mode, origin, is_large=False) is expected


@pytest.mark.parametrize(
    ("mode", "origin", "verdict"),
    [
        (KeyMode.SAFE, Origin.KEY, Verdict.REFUSE),
        (KeyMode.SAFE, Origin.WRITTEN, Verdict.REFUSE),
        (KeyMode.CONFIRM, Origin.KEY, Verdict.ASK),
        (KeyMode.CONFIRM, Origin.WRITTEN, Verdict.ACT),
        (KeyMode.ARMED, Origin.KEY, Verdict.ACT),
        (KeyMode.ARMED, Origin.WRITTEN, Verdict.ACT),
    ],
)
def test_an_opening_order_obeys_the_key_mode(mode, origin, verdict):
    assert judge(risk_of(ORDER), mode, origin, is_large=False) is verdict


def test_a_large_order_is_asked_about_even_when_armed():
    assert judge(Risk.OPENS, KeyMode.ARMED, Origin.KEY, is_large=True) is Verdict.ASK


def test_a_reduce_only_order_counts_as_closing():
    assert risk_of(replace(ORDER, reduce_only=True)) is Risk.CLOSES


def test_the_modes_go_round_from_safe_to_armed():
    assert [mode.next for mode in KeyMode] == [KeyMode.CONFIRM, KeyMode.ARMED, KeyMode.SAFE]


@pytest.mark.parametrize(
    ("changes", "silent_ms", "reason"),
    [
        ({}, 0, ""),
        ({"mode": DeskMode.HALTED, "mode_reason": "books broke"}, 0, "the desk is halted: books broke"),
        ({"link": LinkState.DOWN}, 0, "the link is down"),
        ({}, 2_500, "the engine has been silent for 2.5 s"),
        ({"markets": ()}, 0, "BTCUSDT has no quote"),
    ],
)
def test_the_desk_disarms_when_it_cannot_be_trusted(changes, silent_ms, reason):
    assert reason_to_disarm(desk_view(**changes), BTC, silent_ms) == reason


def test_the_desk_disarms_on_a_quote_older_than_two_seconds():
    # The hand-made quote is 120 ms old; this one is 2.1 s.
    old = replace(market().quote, ts=before(2_100))

    assert reason_to_disarm(desk_view(markets=(market(quote=old),)), BTC, 0) == "the BTCUSDT quote is 2.1 s old"


def test_three_order_keys_at_once_are_a_stuck_link_and_not_a_person():
    guard = TypeAheadGuard()

    assert [guard.admits(at) for at in (1000, 1010, 1020, 1021, 1300)] == [True, True, False, False, False]


def test_keys_count_again_after_a_silence():
    guard = TypeAheadGuard()
    for at in (1000, 1010, 1020):
        guard.admits(at)

    assert guard.admits(1320)


def test_a_fast_person_is_not_a_burst():
    guard = TypeAheadGuard()

    assert all(guard.admits(at) for at in range(1000, 2000, 30))


def test_the_time_of_the_first_key_may_be_zero():
    assert TypeAheadGuard().admits(0)


def test_a_key_that_is_held_is_not_a_key_that_is_tapped():
    held, tapped = HeldKey(), HeldKey()

    # A terminal repeats after half a second, and then thirty times a second.
    assert [held.press(at) for at in (0, 500, 533, 566, 600, 633)] == [5, 4, 3, 2, 1, 0]
    assert held.press(666) == 5
    assert {tapped.press(at) for at in range(0, 10_000, 700)} == {5}
