"""A price that the streams owe is asked of the next source in good time, and never put in place of a newer one."""

import pytest
from msgspec.structs import replace

from desk.core import prices
from desk.model.effect import RequestPrices
from desk.model.event import LinkChanged, LinkState
from desk.model.price import PriceKind, Purpose, Via
from desk.model.units import Nanos
from desk.model.view import DeskMode
from tests.kit import builders, rig
from tests.kit.builders import BTC, at
from tests.kit.story import tell

TWO = [builders.instrument("BTCUSDT"), builders.instrument("ETHUSDT")]
ETH = TWO[1].symbol


def silent_desk(**kinds):
    """Return a running desk of BTC and ETH whose streams say nothing after 0 s."""
    desk = rig.started(instruments=TWO)
    desk._refresh_marks = lambda now: None
    return desk


def asked(desk, until):
    """Let time pass to `until` s; return when what was asked for, and what it is for."""
    found = [(now, each) for now, effects in desk.wait(at(until * 1_000)) for each in effects]
    return [
        ((now - at(0)) // 1_000_000_000, each.kind, each.purpose, each.symbols)
        for now, each in found
        if isinstance(each, RequestPrices)
    ]


def by_rest(price):
    return replace(price, via=Via.REST)


def test_what_is_only_watched_is_asked_for_after_two_thirds_of_ten_seconds():
    assert asked(silent_desk(), 7) == [
        (7, PriceKind.TOUCH, Purpose.DISPLAY, (BTC, ETH)),
        (7, PriceKind.MARK, Purpose.DISPLAY, (BTC, ETH)),
    ]


def test_the_mark_of_what_is_worked_is_asked_for_after_two_of_three_seconds():
    desk = silent_desk()
    tell("   0ms  buy 1.0 @90.0   => place buy 1.0 @90.0 gtc", desk)

    assert asked(desk, 2) == [(2, PriceKind.TOUCH, Purpose.MARGIN, (BTC,)), (2, PriceKind.MARK, Purpose.MARGIN, (BTC,))]


def test_the_touch_that_a_run_follows_is_asked_for_after_one_second():
    desk = silent_desk()
    tell("   0ms  chase buy 1.0   => place buy 1.0 @100.0 gtx", desk)

    assert asked(desk, 1) == [(1, PriceKind.TOUCH, Purpose.CHASE, (BTC,))]


def test_unanswered_questions_are_further_and_further_apart():
    desk = silent_desk()
    tell("   0ms  chase buy 1.0   => place buy 1.0 @100.0 gtx", desk)

    touches = [when for when, kind, _, _ in asked(desk, 60) if kind is PriceKind.TOUCH]

    assert touches == [1, 2, 4, 8, 16, 32, 48]


def test_an_answer_ends_the_waiting():
    desk = silent_desk()
    tell("   0ms  chase buy 1.0   => place buy 1.0 @100.0 gtx", desk)
    asked(desk, 4)

    desk.step(by_rest(builders.quote("100.0/100.1", 4_500)))

    assert [when for when, kind, _, _ in asked(desk, 8) if kind is PriceKind.TOUCH] == [6, 7]


def test_questions_stop_when_the_streams_speak():
    desk = silent_desk()
    asked(desk, 7)
    for symbol in (BTC, ETH):
        desk.step(builders.mark("100.0", 7_100, symbol))
        desk.step(builders.quote("100.0/100.1", 7_100, symbol))

    assert asked(desk, 13) == []
    assert desk.state.prices_unanswered == {}


@pytest.mark.parametrize("state", [LinkState.ENDED, LinkState.CONNECTING])
def test_a_market_that_is_over_is_not_asked(state):
    desk = silent_desk()
    desk.step(LinkChanged(at(1), state, "the recording has ended"))

    assert asked(desk, 30) == []


def test_a_broken_link_is_a_reason_to_ask():
    desk = silent_desk()
    desk.step(LinkChanged(at(1), LinkState.DOWN, "reset"))

    assert len(asked(desk, 7)) == 2


def test_nothing_is_asked_beyond_the_questions_share_of_the_weight():
    desk = silent_desk()
    desk.state.limiter.note_weight(1_440, at(1))  # 60 % of 2,400

    assert asked(desk, 30) == []


def test_the_weight_of_a_question_is_counted_as_it_leaves():
    desk = silent_desk()
    asked(desk, 6)
    before = sum(weight for _, weight in desk.state.limiter.weights)
    asked(desk, 7)

    # Two touches at 2 each, two marks at 1 each.
    assert sum(weight for _, weight in desk.state.limiter.weights) - before == 6


def test_a_mark_that_was_asked_for_judges_accounts_and_leaves_the_desk_degraded():
    desk = silent_desk()
    tell("   0ms  buy 1.0 @90.0   => place buy 1.0 @90.0 gtc", desk)
    asked(desk, 4)
    desk.step(by_rest(builders.mark("99.0", 4_000)))

    assert desk.state.mark_age(BTC) == 0
    assert desk.state.marks()[BTC] == 99
    assert (desk.state.mode, desk.state.mode_reason) == (DeskMode.DEGRADED, "BTCUSDT: the stream's mark is 4 s old")


HELD = by_rest(builders.mark("100.0", 1_000))


@pytest.mark.parametrize(
    ("held", "told", "is_news"),
    [
        (None, by_rest(builders.mark("99.0", 5)), True),
        (None, builders.mark("99.0", 5), True),
        (HELD, builders.mark("99.0", 1_000), True),
        (HELD, builders.mark("99.0", 999), False),
        (HELD, by_rest(builders.mark("99.0", 999)), False),
        (builders.mark("100.0", 1_000), builders.mark("99.0", 999), True),
        (builders.mark("100.0", 1_000), by_rest(builders.mark("99.0", 999)), False),
        (builders.mark("100.0", 1_000), by_rest(builders.mark("99.0", 1_000)), True),
    ],
)
def test_a_price_that_the_venue_made_earlier_is_not_taken_from_another_way(held, told, is_news):
    assert prices.is_news(rig.started().state, held, told) is is_news


def test_an_old_answer_leaves_the_price_and_its_age():
    desk = silent_desk()
    desk.step(builders.quote("100.2/100.3", 1_000))

    late = replace(builders.quote("100.0/100.1", 1_500), via=Via.REST, venue_ts=Nanos(at(900)))
    desk.step(late)

    assert (desk.state.markets[BTC].quote.bid, desk.state.markets[BTC].quote.ts) == (builders.D("100.2"), at(1_000))
