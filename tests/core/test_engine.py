"""The engine, told as stories: starting, stopping, and reports that come as they please."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core.engine import PULSE
from desk.model.command import CancelAll
from desk.model.effect import Alert, ArmTimer, RequestDepth, RequestTruth, SendCancel, Severity
from desk.model.error import InvariantBroken
from desk.model.event import (
    AccountReported,
    FundingPaid,
    LinkChanged,
    LinkState,
    OpenOrder,
    OrderAccepted,
    Started,
    SubAccount,
    SubAccountOpened,
    Submitted,
    TimerFired,
    TimerKey,
    TruthLearned,
)
from desk.model.order import OrderStatus, Side
from desk.model.view import DeskMode
from tests.kit import builders, rig
from tests.kit.builders import BTC, EPOCH, at
from tests.kit.rig import Rig
from tests.kit.story import tell

D = Decimal


def kinds(effects):
    return [type(each).__name__ for each in effects]


# Starting


def test_a_start_asks_for_the_truth_and_for_the_depth_of_what_is_looked_at():
    desk = rig.begun(instruments=[builders.instrument("BTCUSDT"), builders.instrument("ETHUSDT")])

    assert [each.symbol for each in desk.effects if isinstance(each, RequestDepth)] == ["BTCUSDT", "ETHUSDT"]
    assert len([each for each in desk.effects if isinstance(each, RequestTruth)]) == 1
    assert ArmTimer(EPOCH, PULSE, at(1000)) in desk.effects


def test_a_desk_runs_when_link_truth_depth_mark_and_touch_are_there():
    desk = rig.begun()
    steps = [
        LinkChanged(EPOCH, LinkState.UP, ""),
        TruthLearned(EPOCH, rig.truth(D(200_000))),
        builders.depth("5@100.0", "5@100.1"),
        builders.mark("100.0"),
        builders.quote("100.0/100.1"),
    ]
    reasons = []
    for event in steps:
        reasons.append(desk.state.mode_reason)
        assert desk.state.mode is DeskMode.STARTING
        desk.step(event)

    assert desk.state.mode is DeskMode.RUNNING
    assert reasons == [
        "waiting for the first market data",
        "waiting for the venue's account",
        "BTCUSDT: waiting for a provable book",
        "BTCUSDT: waiting for touch and mark",
        "BTCUSDT: waiting for touch and mark",
    ]


def test_an_order_is_refused_while_the_desk_is_starting():
    player = tell("   0ms  buy 1.0 @100.0", rig.begun())

    assert player.rig.alerts[-1] == "buy 1.0 BTCUSDT: the desk is starting (waiting for the first market data)"


def test_a_start_in_a_new_epoch_numbers_its_orders_from_one_again():
    desk = rig.started()
    desk.step(Started(at(10), 2, "PAPER", (builders.instrument(),), builders.limits()))
    desk.step(TruthLearned(at(10), rig.truth(D(200_000))))
    rig.show(desk, "100.0/100.1", millis=10)

    player = tell("  20ms  buy 1.0 @100.0   => place buy 1.0 @100.0 gtc", desk)

    assert player.sent[0].id == "PMS0001_MAN002000000_00001"


# The market


def test_a_gap_asks_for_the_depth_again_and_degrades_the_desk():
    desk = rig.started()

    effects = desk.step(builders.delta("20-21 after 19", "1@100.0", millis=5))

    assert kinds(effects) == ["RequestDepth", "Alert"]
    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.DEGRADED, "BTCUSDT: waiting for a provable book")


def test_a_depth_that_never_comes_is_asked_for_at_every_pulse():
    desk = rig.started()
    desk.step(builders.delta("20-21 after 19", millis=5))

    asked = [each for _, effects in desk.wait(at(3000)) for each in effects if isinstance(each, RequestDepth)]

    assert [each.ts for each in asked] == [at(1000), at(2000), at(3000)]


def test_a_truth_that_never_comes_is_asked_for_again():
    desk = rig.begun()
    desk.step(LinkChanged(EPOCH, LinkState.UP, "connected"))

    early = desk.step(TimerFired(at(900), PULSE))
    late = desk.step(TimerFired(at(1900), PULSE))

    assert "RequestTruth" not in kinds(early)
    assert "RequestTruth" in kinds(late)


def test_a_stale_mark_degrades_the_desk_at_the_next_pulse_and_a_fresh_one_brings_it_back():
    desk = Rig(rig.started().engine, keeps_marks=False)
    desk.timers[PULSE] = at(1000)

    list(desk.wait(at(4000)))
    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.DEGRADED, "BTCUSDT: the stream's mark is 4 s old")

    desk.step(builders.mark("100.0", 4500))
    list(desk.wait(at(5000)))
    assert desk.state.mode is DeskMode.RUNNING


def test_a_degraded_desk_moves_no_chase_and_goes_on_when_it_runs_again():
    tell("""
           0ms  chase buy 1.0 throttle_ms=100   => place buy 1.0 @100.0 gtx
          40ms  accepted #1
         100ms  link down
         500ms  quote 100.2/100.3
         900ms  link up                         => truth?
        1100ms  quote 100.2/100.3
        1200ms  truth                           => amend #1 100.2 x1.0
    """)


def test_a_trade_of_the_market_moves_the_tape_and_the_queue():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
    """)
    assert player.order(1).ahead == D(5)

    player.rig.step(builders.trade("100.0", "2", Side.SELL, 50))

    assert player.order(1).ahead == D(3)
    assert player.rig.state.markets[BTC].tape[0].quantity == D(2)


# Reports


def test_an_order_goes_from_command_to_fill():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          90ms  fill #1 1.0
    """)

    assert player.order(1).status is OrderStatus.FILLED
    assert player.rig.state.fills[0].quantity == D("1.0")
    assert player.rig.alerts == ["bought 1.0 BTCUSDT @100.0 maker, sub-account 1"]


def test_a_cancel_that_overtakes_its_order_is_sent_again_once_the_order_rests():
    tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          10ms  cancel #1                       => cancel #1
          20ms  cancel-rejected #1
          40ms  accepted #1                     => cancel #1
          80ms  cancelled #1
    """)


def test_a_cancel_whose_refusal_comes_after_the_acknowledgement_is_sent_again():
    tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          10ms  cancel #1                       => cancel #1
          40ms  accepted #1
          50ms  cancel-rejected #1              => cancel #1
    """)


def test_a_cancel_asked_for_twice_is_sent_once():
    tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          50ms  cancel #1                       => cancel #1
          60ms  cancel #1
    """)


def test_a_report_of_an_order_we_do_not_know_is_told_and_changes_nothing():
    desk = rig.started()

    ours = "PMS0001_MAN001000000_00009"
    effects = desk.step(OrderAccepted(at(5), ours, 9, D(0), at(5)))

    assert effects == [Alert(at(5), Severity.ERROR, f"{ours}: OrderAccepted for an order we do not know")]
    assert desk.state.orders == {}


def test_a_trade_of_an_order_we_do_not_know_is_told():
    desk = rig.started()

    desk.step(builders.fill(builders.spec("web_1"), 7, "1.0", "1.0"))

    assert desk.alerts == ["web_1: trade 7 of an order we do not know"]
    assert desk.state.accounts["1"].positions == {}


def test_a_report_that_is_not_possible_is_told_and_changes_nothing():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  rejected #1 -2010 no
          50ms  fill #1 1.0
    """)

    assert player.rig.alerts[-1] == "PMS0001_MAN001000000_00001: trade 1 while rejected: not possible"
    assert player.rig.state.fills == type(player.rig.state.fills)()


def test_a_trade_told_twice_is_booked_once():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          90ms  fill #1 0.4
          95ms  fill #1 0.4 trade=1
    """)

    assert player.order(1).filled == D("0.4")
    assert len(player.rig.state.fills) == 1
    assert player.rig.state.accounts["1"].quantity(BTC) == D("0.4")


def test_a_fill_after_the_cancel_still_counts():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          50ms  cancel #1                       => cancel #1
          90ms  cancelled #1 filled=0.4
          95ms  fill #1 0.4
    """)

    assert (player.order(1).status, player.order(1).is_settled) == (OrderStatus.CANCELLED, True)
    assert player.rig.state.accounts["1"].quantity(BTC) == D("0.4")


def test_more_than_an_order_asked_for_breaks_the_books():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
    """)

    with pytest.raises(InvariantBroken, match=r"filled 1\.1 of 1\.0 BTCUSDT"):
        player.rig.step(builders.fill(player.sent[0], 1, "1.1", "1.1", ts=at(50)))


def test_an_outcome_that_is_unknown_is_asked_for_and_never_sent_again():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  unknown #1                      => truth?
         340ms  (timer)                         => truth?
         940ms  (timer)                         => truth?
        1500ms  accepted #1
        3000ms  (timer)
    """)

    assert player.order(1).status is OrderStatus.WORKING


# The account


def test_a_lost_link_asks_for_the_truth_before_the_desk_trades_again():
    desk = rig.started()
    desk.step(LinkChanged(at(10), LinkState.DOWN, "socket closed"))
    assert desk.state.mode is DeskMode.DEGRADED

    effects = desk.step(LinkChanged(at(20), LinkState.UP, "connected"))
    assert "RequestTruth" in kinds(effects)
    assert desk.state.mode_reason == "waiting for the venue's account"

    desk.step(TruthLearned(at(30), rig.truth(D(200_000))))
    assert desk.state.mode is DeskMode.RUNNING


def test_an_order_of_somebody_else_is_told_and_left_alone():
    desk = rig.started()
    foreign = builders.spec("web_1")
    truth = rig.truth(D(200_000), 10)

    effects = desk.step(TruthLearned(at(10), replace(truth, orders=(OpenOrder(foreign, 9, D(0)),))))

    assert kinds(effects) == ["Alert"]
    assert desk.alerts == ["web_1: open at the venue, not an order of this desk; left alone"]


def test_funding_is_shared_and_told():
    desk = rig.started()
    desk.state.accounts["1"].position(BTC).quantity = D("2.0")

    desk.step(FundingPaid(at(5), BTC, D("-0.02"), D("0.0001"), D(100), at(5)))

    assert desk.state.accounts["1"].wallet == D("99999.98")
    assert desk.alerts == ["funding BTCUSDT: -0.02 at 0.01%"]


def test_funding_that_is_told_again_is_booked_once():
    desk = rig.started()
    desk.state.accounts["1"].position(BTC).quantity = D("2.0")
    payment = FundingPaid(at(5), BTC, D("-0.02"), D("0.0001"), D(100), at(5))

    desk.step(payment)
    desk.step(payment)

    assert desk.state.accounts["1"].wallet == D("99999.98")
    assert len(desk.alerts) == 1


def test_funding_that_nobody_told_is_found_in_the_venues_truth():
    desk = rig.started()
    desk.state.accounts["1"].position(BTC).quantity = D("2.0")
    payment = FundingPaid(at(5), BTC, D("-0.02"), D("0.0001"), D(100), at(5))

    desk.step(TruthLearned(at(9), replace(rig.truth(D("199999.98"), 8), payments=(payment,))))

    assert desk.state.accounts["1"].wallet == D("99999.98")


def test_a_statement_is_kept():
    desk = rig.started()

    desk.step(AccountReported(at(5), D(199), (builders.held(BTC, "1", "100"),), at(4)))

    assert (desk.state.account.wallet, desk.state.account.quantity(BTC)) == (D(199), D(1))


def test_a_sub_account_opens_with_its_cash_once():
    desk = rig.started(subs=("1",), wallet="50")

    desk.step(SubAccountOpened(at(5), SubAccount("1", "renamed", D(70))))

    assert [(each.name, each.wallet) for each in desk.state.subs()] == [("renamed", D(50))]


# Time


def test_time_never_runs_backwards():
    desk = rig.started()
    desk.step(builders.quote("100.0/100.1", 50))

    desk.step(builders.quote("100.1/100.2", 40))

    assert desk.state.now == at(50)


def test_nothing_to_do_is_the_same_empty_answer():
    desk = rig.started()

    assert desk.step(builders.quote("100.1/100.2", 40)) is desk.step(builders.quote("100.0/100.1", 50))


def test_a_timer_of_a_run_that_is_gone_wakes_nobody():
    desk = rig.started()

    assert desk.step(TimerFired(at(5), TimerKey("chase-9", "reprice"))) == ()


def test_a_command_is_obeyed_at_the_time_it_came():
    desk = rig.started()

    desk.step(Submitted(at(77), CancelAll()))

    assert desk.state.now == at(77)
    assert not any(isinstance(each, SendCancel) for each in desk.effects)
