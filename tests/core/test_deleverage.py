"""Deleverage, told as it goes: the vectors A2, A4 and A5, and everything that must hold it back."""

import pytest

from desk.core.adl import tiers
from desk.core.risk import standings
from desk.model.command import KillDesk, PlaceOrder
from desk.model.effect import SendCancel, SendOrder
from desk.model.event import AccountReported, OrderAccepted, OrderCancelled
from desk.model.limits import AdlMode
from desk.model.market import BookDelta
from desk.model.order import OrderKind, Side
from desk.model.tier import AdlTier
from desk.model.units import ZERO, SubId
from tests.kit import builders
from tests.kit.builders import ALPHA, BTC, ETH, D
from tests.kit.danger import Danger


def one_btc(**limits):
    """1 BTC at 60,000 with 3,200 of cash: liquidated at 57,035.18."""
    desk = Danger(**limits)
    desk.hold("1", "1")
    return desk


def orders(sent):
    return [(each.spec.side, each.spec.quantity, each.spec.price) for each in sent if isinstance(each, SendOrder)]


def ratio(desk):
    return round(standings.of_sub(desk.state, ALPHA).ratio, 6)


# A tier is reached


def test_a_fall_is_seen_coming_then_acted_on_then_settled():
    desk = one_btc()
    assert desk.price("58800.0") == []
    assert desk.state.board.tiers[ALPHA] is AdlTier.NONE

    assert desk.price("58700.0") == []
    assert desk.state.board.tiers[ALPHA] is AdlTier.WATCH
    assert desk.rig.alerts[-1] == "sub-account sub 1 is in watch: ratio 12.82 %"

    # 57,600: liquidated 0.98 % below, 1.5 % is the target. With x sold, what is left must survive 56,736:
    # (1 - x) 56,736 * 0.4 % <= 800 - 57.6 x - (1 - x) 864, so x >= 290.944 / 1,033.344 = 0.28156.
    (sent,) = desk.price("57600.0")
    assert (sent.spec.kind, sent.spec.reduce_only) == (OrderKind.DELEVERAGE, True)
    assert orders([sent]) == [(Side.SELL, D("0.282"), D("57542.4"))]
    assert desk.state.episodes[ALPHA].tier is AdlTier.T1

    # Equity 800 less a fee of 8.1216; 0.718 * 57,600 * 0.4 % = 165.4272.
    assert desk.fill(sent.spec, "57600.0") == []
    assert (ratio(desk), desk.state.episodes[ALPHA].is_acting) == (D("0.208905"), False)
    assert desk.rig.alerts[-1] == "sub-account sub 1 T1: sold 0.282 BTCUSDT @57600.0, ratio 29.75 % to 20.89 %"


def test_a_step_that_is_not_enough_is_followed_by_another():
    desk = one_btc()
    (sent,) = desk.price("57500.0")
    assert orders([sent])[0][1] == D("0.300")

    (sent,) = desk.fill(sent.spec, "57500.0")
    assert orders([sent])[0][1] == D("0.069")
    assert desk.fill(sent.spec, "57500.0") == []
    assert tiers.distance(standings.of_sub(desk.state, ALPHA), BTC) > D("0.015")


def test_the_fixed_ladder_sells_its_share_of_the_largest():
    desk = one_btc(adl=AdlMode.CLASSIC)
    assert desk.price("57100.0") == []  # ratio 0.785, and 0.11 % from liquidation

    (sent,) = desk.price("57061.0")
    assert orders([sent])[0][1] == D("0.300")
    desk.fill(sent.spec, "57061.0")

    assert (ratio(desk), desk.state.episodes[ALPHA].is_acting) == (D("0.632904"), False)


def test_a_crash_of_four_tenths_of_a_percent_a_second_is_met_two_seconds_before_it_is_too_late():
    desk, price, seen = one_btc(), D(60_000), {}
    for second in range(1, 14):
        price = (price * D("0.996")).quantize(D("0.1"))
        sent = desk.price(str(price), 1_000)
        tier = desk.state.board.tiers[ALPHA]
        seen.setdefault(tier, second)
        if orders(sent):
            break

    assert (seen[AdlTier.WATCH], second) == (6, 11)
    assert (seen[AdlTier.T1], ratio(desk)) == (11, D("0.387228"))


def test_after_the_target_nothing_more_is_done_below_the_trigger():
    desk = one_btc(adl=AdlMode.CLASSIC)
    (sent,) = desk.price("57061.0")
    desk.fill(sent.spec, "57061.0")

    assert desk.price("56965.0") == []
    assert D("0.85") < ratio(desk) < D("0.9")
    assert desk.wait(20) == []
    assert ALPHA in desk.state.episodes


def test_an_episode_is_over_after_five_calm_seconds():
    desk = one_btc()
    (sent,) = desk.price("57600.0")
    desk.fill(sent.spec, "57600.0")
    desk.price("58500.0")

    desk.wait(4)
    assert ALPHA in desk.state.episodes
    desk.wait(3)
    assert ALPHA not in desk.state.episodes
    assert "is out of danger" in desk.rig.alerts[-1]


def test_the_tier_only_grows_while_it_lasts():
    desk = one_btc()
    (sent,) = desk.price("57600.0")
    desk.price("57300.0")
    assert desk.state.episodes[ALPHA].tier is AdlTier.T2
    desk.price("57600.0")
    assert desk.state.episodes[ALPHA].tier is AdlTier.T2

    (sent,) = desk.fill(sent.spec, "57600.0", "0")
    assert orders([sent])[0][1] < D("0.5")


def test_at_the_last_tier_every_position_is_closed_at_once():
    desk = one_btc()
    desk.hold("1", "-0.1", "3000", ETH)

    sent = desk.price("57040.0")

    assert [(each.spec.symbol, each.spec.side, each.spec.quantity) for each in sent] == [
        (BTC, Side.SELL, D(1)),
        (ETH, Side.BUY, D("0.1")),
    ]


def test_the_other_sub_account_is_left_alone():
    desk = one_btc()
    desk.hold("2", "0.01")

    (sent,) = desk.price("57600.0")

    assert sent.spec.sub == ALPHA
    assert list(desk.state.episodes) == [ALPHA]


# One step after another


def test_while_an_order_is_under_way_nothing_else_is_sent():
    desk = one_btc()
    assert len(desk.price("57600.0")) == 1

    assert [each for price in ("57500.0", "57400.0", "57350.0") for each in desk.price(price)] == []


def test_what_was_not_filled_is_tried_again_and_ten_times_in_ten_seconds_at_most():
    desk = one_btc()
    (sent,) = desk.price("57600.0")
    steps = 1
    while next_sent := orders(desk.fill(sent.spec, "57600.0", "0")):
        assert len(next_sent) == 1
        steps += 1
        sent = next(each for each in reversed(desk.rig.effects) if isinstance(each, SendOrder))

    assert steps == 10
    assert desk.state.episodes[ALPHA].held == "10 orders in 10 s have not been enough"
    assert len(orders(desk.wait(11))) == 1


def test_what_rests_in_the_symbol_is_cancelled_first():
    desk = one_btc()
    desk.rig.command(
        PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.4"), price=D("62000"), reduce_only=True)
    )
    (resting,) = desk.state.open.values()
    desk.rig.step(OrderAccepted(desk.now, resting.spec.id, 7, ZERO, desk.now))

    (cancel,) = desk.price("57600.0")
    assert cancel == SendCancel(desk.now, resting.spec.id, BTC)
    desk.millis += 20
    (sent,) = desk.sent(desk.rig.step(OrderCancelled(desk.now, resting.spec.id, ZERO, desk.now)))
    assert orders([sent])[0][:2] == (Side.SELL, D("0.282"))


def test_what_cannot_be_cancelled_is_waited_for_a_second_and_left_out():
    desk = one_btc()
    desk.rig.command(
        PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.8"), price=D("62000"), reduce_only=True)
    )

    assert orders(desk.price("57600.0")) == []
    assert orders(desk.price("57600.0", 500)) == []
    assert orders(desk.price("57600.0", 600)) == [(Side.SELL, D("0.2"), D("57542.4"))]


def test_an_account_in_a_tier_takes_on_nothing_new():
    desk = one_btc()
    desk.rig.command(PlaceOrder(sub=ALPHA, symbol=ETH, side=Side.BUY, quantity=D("0.01"), price=D("2900")))
    (opening,) = desk.state.open.values()
    desk.rig.step(OrderAccepted(desk.now, opening.spec.id, 8, ZERO, desk.now))

    sent = desk.price("57600.0")
    assert SendCancel(desk.now, opening.spec.id, ETH) in sent

    desk.rig.command(PlaceOrder(sub=ALPHA, symbol=ETH, side=Side.BUY, quantity=D("0.01"), price=D("2900")))
    assert desk.rig.alerts[-1] == "buy 0.01 ETHUSDT: sub-account 1 is being deleveraged (T1): it may only reduce"


# What holds it back


def test_a_mark_that_jumps_alone_moves_nothing():
    desk = one_btc()
    desk.millis += 100
    assert desk.sent(desk.rig.step(builders.mark("48000", desk.millis))) == []
    assert desk.rig.alerts[-1].endswith(
        "in T3 is not deleveraged: BTCUSDT: the mark says 48000, the touch 60000.0/60000.1"
    )


def test_a_mark_that_lies_for_one_tick_begins_nothing():
    desk = one_btc()
    desk.millis += 100
    desk.rig.step(builders.mark("48000", desk.millis))
    assert desk.state.episodes == {}

    assert desk.price("60000.0") == []
    assert desk.state.board.tiers[ALPHA] is AdlTier.NONE
    desk.rig.command(PlaceOrder(sub=ALPHA, symbol=ETH, side=Side.BUY, quantity=D("0.01"), price=D("2900")))
    assert len(desk.state.open) == 1


def test_a_mark_that_lies_makes_no_tier_worse():
    desk = one_btc()
    desk.price("57600.0")
    desk.millis += 10
    desk.rig.step(builders.mark("48000", desk.millis))

    assert desk.state.episodes[ALPHA].tier is AdlTier.T1


def test_a_stale_mark_of_another_position_holds_it_back():
    desk = one_btc()
    desk.hold("1", "0.1", "3000", ETH)

    assert desk.price("57590.0", 3_500) == []
    assert desk.rig.alerts[-1].endswith("ETHUSDT: mark: expected at most 3000 ms old, found 3500 ms")
    desk.millis += 1
    (sent,) = desk.sent(desk.rig.step(builders.mark("3000.0", desk.millis, ETH)))
    assert sent.spec.symbol == BTC


def test_an_empty_account_of_the_venue_holds_it_back():
    desk = one_btc()
    desk.millis += 10
    desk.rig.step(empty_account(desk))

    assert desk.price("57600.0") == []
    assert desk.rig.alerts[-1].endswith("BTCUSDT: our accounts hold 1, the venue says 0")


def empty_account(desk):
    return AccountReported(desk.now, D(6_400), (), desk.now)


def test_equity_that_the_venue_sees_differently_holds_it_back():
    desk = one_btc()
    desk.millis += 10
    positions = tuple(desk.state.account.positions.values())
    desk.rig.step(AccountReported(desk.now, D(9_000), positions, desk.now))

    assert desk.price("57600.0") == []
    assert desk.rig.alerts[-1].endswith("equity: ours is 4000.00, the venue's 6600.00")


def test_a_book_with_a_hole_holds_it_back():
    desk = one_btc()
    desk.rig.step(BookDelta(desk.now, BTC, 90, 95, 89, (), (), desk.now))

    assert desk.price("57600.0") == []
    assert "its book is not proven" in desk.rig.alerts[-1]


@pytest.mark.parametrize("price", ["NaN", "Infinity", "0", "-5"])
def test_what_is_no_price_is_ignored(price):
    desk = one_btc()
    desk.millis += 100

    assert desk.sent(desk.rig.step(builders.mark(price, desk.millis))) == []
    assert desk.rig.alerts[-1] == f"BTCUSDT: mark: expected a price, found {price}; ignored"
    assert desk.state.markets[BTC].mark.price == 60_000


def test_a_killed_desk_says_that_it_does_nothing():
    desk = one_btc()
    desk.rig.command(KillDesk("by hand"))

    assert desk.price("57600.0") == []
    assert desk.rig.alerts[-1].endswith("in T1 is not deleveraged: the desk is killed (by hand)")


def test_switched_off_it_warns_and_does_nothing():
    desk = one_btc(adl=AdlMode.OFF)

    assert desk.price("57600.0") == []
    assert desk.rig.alerts[-1] == "sub-account sub 1 is in T1: ratio 29.75 %, deleverage is off"
    assert desk.state.episodes == {}


def test_the_slip_stays_within_the_venues_collar():
    desk = one_btc(market_slip_bps=D(900))

    (sent,) = desk.price("57600.0")

    assert sent.spec.price == D("54720.0")


def test_the_last_word_is_kept_for_the_screen():
    desk = one_btc()
    (sent,) = desk.price("57600.0")
    desk.fill(sent.spec, "57590.0")

    (done,) = desk.state.deleveraged
    assert (done.sub, done.symbol, done.tier, done.quantity, done.price) == (
        SubId("1"),
        BTC,
        AdlTier.T1,
        D("0.282"),
        D(57_590),
    )
    assert (round(done.ratio_before, 4), round(done.ratio_after, 4)) == (D("0.2975"), D("0.2097"))
