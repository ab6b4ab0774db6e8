"""Depth and trades are followed where somebody has a reason; touch and mark are there always."""

import pytest

from desk.core import following
from desk.model.effect import Follow, RequestDepth
from desk.model.event import LookedAt, OrderCancelled, Started, TruthLearned
from desk.model.following import Reason
from desk.model.order import Side
from desk.model.view import DeskMode
from tests.kit import builders, rig
from tests.kit.builders import BTC, at
from tests.kit.story import tell

ETH = builders.instrument("ETHUSDT").symbol
TWO = [builders.instrument("BTCUSDT"), builders.instrument("ETHUSDT")]


def desk_that_looks_away():
    """Return a running desk of two symbols whose screen has said at 0 s for the last time what it looks at."""
    desk = rig.started(instruments=TWO)
    desk.look_at_all = lambda now: None
    return desk


def follows(effects):
    return [each.symbols for each in effects if isinstance(each, Follow)]


def pass_seconds(desk, until):
    return [each for _, effects in desk.wait(at(until * 1_000)) for each in effects]


def reasons(desk, symbol):
    return desk.state.demand.reasons(symbol)


def test_a_desk_that_holds_nothing_and_is_not_looked_at_follows_nothing():
    desk = rig.Rig(rig.begun().engine)
    desk.state.looked_at.clear()

    desk.step(Started(at(1), 2, "PAPER", tuple(TWO), builders.limits()))

    assert follows(desk.effects) == [()]
    assert not [each for each in desk.effects if isinstance(each, RequestDepth)]


def test_without_a_look_a_market_runs_on_touch_and_mark():
    desk = rig.started(instruments=TWO)
    desk.state.looked_at.clear()
    desk.step(Started(at(1), 2, "PAPER", tuple(TWO), builders.limits()))
    for symbol in (BTC, ETH):
        desk.step(builders.mark("100.0", 1, symbol))
        desk.step(builders.quote("100.0/100.1", 1, symbol))
    desk.step(TruthLearned(at(1), rig.truth(builders.D(200_000))))

    assert desk.state.mode is DeskMode.RUNNING


def test_what_is_looked_at_is_followed_at_once_and_its_depth_asked_for():
    desk = rig.started(instruments=TWO)
    desk.state.looked_at.clear()
    desk.step(Started(at(1), 2, "PAPER", tuple(TWO), builders.limits()))

    effects = desk.step(LookedAt(at(2), ETH))

    assert follows(effects) == [(ETH,)]
    assert [each.symbol for each in effects if isinstance(each, RequestDepth)] == [ETH]
    assert desk.step(LookedAt(at(3), ETH)) == ()


def test_a_screen_that_is_gone_is_forgotten_after_twenty_seconds_and_the_symbol_half_a_minute_later():
    desk = desk_that_looks_away()

    assert follows(pass_seconds(desk, 49)) == []
    assert reasons(desk, BTC) == frozenset()
    assert desk.state.markets[BTC].is_followed

    assert follows(pass_seconds(desk, 51)) == [()]
    assert not desk.state.markets[BTC].is_followed


def test_what_is_let_go_of_shows_nothing_old_and_takes_nothing_late():
    desk = desk_that_looks_away()
    desk.step(builders.trade("100.1", "1", Side.BUY, 10))
    pass_seconds(desk, 60)
    market = desk.state.markets[BTC]

    for late in (
        builders.trade("100.1", "1", Side.BUY, 60_001),
        builders.delta("11-11 after 10", "1@99.9", millis=60_001),
    ):
        desk.step(late)

    assert (market.last, list(market.tape), market.depth_ts, market.book.synced) == (None, [], None, False)
    assert desk.state.mode is DeskMode.RUNNING
    assert market.quote is not None


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ("     0ms  buy 1.0 @90.0   => place buy 1.0 @90.0 gtc", Reason.ORDER),
        ("     0ms  chase buy 1.0  => place buy 1.0 @100.0 gtx", Reason.ALGO),
    ],
)
def test_what_works_is_followed_without_a_look(story, reason):
    desk = desk_that_looks_away()

    tell(story, desk)
    pass_seconds(desk, 60)

    assert reason in reasons(desk, BTC)
    assert (desk.state.markets[BTC].is_followed, desk.state.markets[ETH].is_followed) == (True, False)


def test_what_is_held_is_followed_and_for_half_a_minute_after_it_is_closed():
    desk = desk_that_looks_away()
    bought = tell("     0ms  buy 1.0 @100.0   => place buy 1.0 @100.0 gtc", desk).sent[0]
    desk.step(builders.fill(bought, 1, "1", "1", ts=at(10)))
    pass_seconds(desk, 100)
    assert reasons(desk, BTC) == {Reason.POSITION}

    sold = tell("100010ms  sell 1.0 @100.1   => place sell 1.0 @100.1 gtc", desk).sent[0]
    desk.step(builders.fill(sold, 2, "1", "1", ts=at(100_020)))

    pass_seconds(desk, 130)
    assert desk.state.markets[BTC].is_followed
    assert desk.state.demand.release_at(BTC) == at(131_000)
    pass_seconds(desk, 131)
    assert not desk.state.markets[BTC].is_followed


def test_an_order_that_ends_releases_its_symbol():
    desk = desk_that_looks_away()
    player = tell("     0ms  buy 1.0 @90.0   => place buy 1.0 @90.0 gtc", desk)
    pass_seconds(desk, 100)

    desk.step(OrderCancelled(at(100_000), player.sent[0].id, builders.D(0), at(100_000)))
    pass_seconds(desk, 132)

    assert not desk.state.markets[BTC].is_followed


def test_a_book_that_is_newly_followed_degrades_nothing_until_it_is_late():
    desk = desk_that_looks_away()
    pass_seconds(desk, 60)

    desk.step(LookedAt(at(60_000), BTC))
    pass_seconds(desk, 65)
    assert desk.state.mode is DeskMode.RUNNING

    pass_seconds(desk, 66)
    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.DEGRADED, "BTCUSDT: waiting for a provable book")


def test_a_book_that_was_proven_and_breaks_degrades_the_desk_at_once():
    desk = rig.started()

    desk.step(builders.delta("20-21 after 19", "1@100.0", millis=5))

    assert desk.state.mode is DeskMode.DEGRADED


def test_a_symbol_that_is_not_traded_is_nobodys_business():
    desk = rig.started()

    assert desk.step(LookedAt(at(1), ETH)) == ()


def test_every_row_tells_its_reasons_and_when_each_stream_spoke():
    desk = rig.started(instruments=TWO)
    desk.step(builders.trade("100.1", "1", Side.BUY, 7))
    desk.step(builders.delta("11-11 after 10", "1@99.9", millis=9))
    tell("    10ms  buy 1.0 @90.0   => place buy 1.0 @90.0 gtc", desk)

    btc, eth = following.rows(desk.state)

    assert btc.reasons == (Reason.ORDER, Reason.FOCUS, Reason.WATCHLIST)
    assert (btc.touch_ts, btc.mark_ts, btc.depth_ts, btc.trade_ts) == (at(0), at(0), at(9), at(7))
    assert (eth.reasons, eth.depth_ts, eth.trade_ts) == ((Reason.FOCUS, Reason.WATCHLIST), None, None)
