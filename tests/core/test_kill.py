"""Kill, revive and restrict: what a person latches holds, over restarts, until it is lifted."""

from decimal import Decimal

import pytest

from desk.core import checkpoint
from desk.model.command import CancelAll, ChaseSpec, KillDesk, PlaceOrder, RestrictDesk, ReviveDesk, StartChase
from desk.model.effect import SendCancel, SendOrder
from desk.model.event import OrderAccepted
from desk.model.order import Side
from desk.model.units import ZERO
from desk.model.view import DeskMode
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC
from tests.kit.rig import show

D = Decimal
BUY = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), price=D("99.0"))
CLOSE = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D(1), price=D("100.0"), reduce_only=True)
CHASE = StartChase(ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1)))
PHRASE = ReviveDesk("trade again")


@pytest.fixture
def desk():
    return rig.started()


def of(kind, effects):
    return [each for each in effects if isinstance(each, kind)]


def accept(desk, effects):
    for sent in of(SendOrder, effects):
        desk.step(OrderAccepted(desk.state.now, sent.spec.id, 1, ZERO, desk.state.now))
    return [sent.spec.id for sent in of(SendOrder, effects)]


def hold(desk, quantity):
    position = desk.state.accounts[ALPHA].position(BTC)
    position.quantity, position.cost = D(quantity), D(quantity) * 100


def test_a_kill_cancels_every_order_and_stops_every_run(desk):
    (by_hand,) = accept(desk, desk.command(BUY))
    (chased,) = accept(desk, desk.command(CHASE))

    effects = desk.command(KillDesk("fat finger"))

    assert {each.order for each in of(SendCancel, effects)} == {by_hand, chased}
    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.KILLED, "fat finger")
    assert desk.alerts[0] == "killed: fat finger; lifted by `revive trade again`"


@pytest.mark.parametrize("command", [BUY, CLOSE, CHASE])
def test_a_killed_desk_creates_no_order_not_even_a_closing_one(desk, command):
    hold(desk, 1)
    desk.command(KillDesk("x"))

    assert of(SendOrder, desk.command(command)) == []


def test_a_quote_wakes_no_run_of_a_killed_desk(desk):
    desk.command(CHASE)
    desk.command(KillDesk("x"))

    assert of(SendOrder, desk.step(builders.quote("101.0/101.1", 600))) == []


def test_a_second_kill_keeps_the_first_reason(desk):
    desk.command(KillDesk("first"))
    desk.command(KillDesk("second"))

    assert desk.state.mode_reason == "first"


def test_good_news_does_not_revive(desk):
    desk.command(KillDesk("x"))

    show(desk, "100.0/100.1", millis=500)

    assert desk.state.mode is DeskMode.KILLED


def test_only_the_whole_phrase_revives(desk):
    desk.command(KillDesk("x"))

    desk.command(ReviveDesk("yes"))
    still = desk.state.mode
    desk.command(PHRASE)

    assert still is DeskMode.KILLED
    assert "revive: expected `trade again`, found `yes`" in desk.alerts
    assert desk.state.mode is DeskMode.RUNNING


def test_a_desk_that_was_not_killed_is_not_revived(desk):
    desk.command(PHRASE)

    assert desk.alerts == ["revive: the desk is running, not killed"]


def test_a_restricted_desk_closes_and_cancels_but_opens_nothing(desk):
    (resting,) = accept(desk, desk.command(BUY))
    hold(desk, 1)
    desk.command(RestrictDesk(on=True))

    opened, closed = desk.command(BUY), desk.command(CLOSE)
    cancelled = desk.command(CancelAll())

    assert desk.state.mode is DeskMode.REDUCE_ONLY
    assert of(SendOrder, opened) == []
    assert [each.spec.closing for each in of(SendOrder, closed)] == [True]
    assert resting in {each.order for each in of(SendCancel, cancelled)}


def test_a_restriction_is_lifted_by_hand(desk):
    desk.command(RestrictDesk(on=True))

    desk.command(RestrictDesk(on=False))
    desk.command(RestrictDesk(on=False))

    assert desk.state.mode is DeskMode.RUNNING
    assert desk.alerts[-1] == "restrict off: the desk is not restricted"


def test_a_kill_outlasts_a_restriction(desk):
    desk.command(RestrictDesk(on=True))
    desk.command(KillDesk("x"))
    killed = desk.state.mode

    desk.command(PHRASE)

    assert killed is DeskMode.KILLED
    assert desk.state.mode is DeskMode.REDUCE_ONLY


@pytest.mark.parametrize(
    ("commands", "latched"),
    [
        ((KillDesk("x"),), {DeskMode.KILLED: "x"}),
        ((KillDesk("x"), PHRASE), {}),
        ((KillDesk("x"), ReviveDesk("no")), {DeskMode.KILLED: "x"}),
        ((RestrictDesk(on=True),), {DeskMode.REDUCE_ONLY: "restricted by hand"}),
        ((RestrictDesk(on=True, reason="doorway failed"),), {DeskMode.REDUCE_ONLY: "doorway failed"}),
        ((RestrictDesk(on=True), RestrictDesk(on=False)), {}),
    ],
)
def test_what_is_latched_comes_back_from_the_journal_and_from_a_checkpoint(desk, commands, latched):
    for command in commands:
        desk.command(command)

    folded = checkpoint.restore(None, desk.journal, builders.limits())
    loaded = checkpoint.restore(checkpoint.save(desk.state), [], builders.limits())

    assert folded.latches == loaded.latches == desk.state.latches == latched
