"""When our books and the venue's do not add up."""

import pytest

from desk.core import breaks, checkpoint
from desk.core.proof import prove
from desk.model.command import Adjust, FlattenVenue, PlaceOrder, Requery
from desk.model.effect import RequestTruth, SendCancel, SendOrder
from desk.model.event import AccountReported, OrderAccepted
from desk.model.order import OrderType, Side
from desk.model.units import UNALLOCATED, ZERO
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at

ALERT = "BTCUSDT: our accounts hold 1.0, the venue 0.6; quarantined: it can only be reduced until they agree"


@pytest.fixture
def desk():
    made = rig.started()
    position = made.state.accounts[ALPHA].position(BTC)
    position.quantity, position.cost = D("1.0"), D(100)
    return made


def tell(desk, quantity, millis):
    positions = (builders.held(BTC, quantity, "100"),) if quantity else ()
    return desk.step(AccountReported(at(millis), D(200_000), positions, at(millis)))


def broken(desk):
    tell(desk, "0.6", 1_000)
    tell(desk, "0.6", 3_000)
    desk.effects.clear()
    return desk


def buy(desk, **changes):
    order = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(1), price=D("99.0"))
    return [each for each in desk.command(order) if isinstance(each, SendOrder)]


def test_two_looks_two_seconds_apart_make_a_break_and_it_is_told_once(desk):
    tell(desk, "0.6", 1_000)
    tell(desk, "0.6", 3_000)
    tell(desk, "0.6", 6_000)

    assert desk.alerts == [ALERT]
    assert desk.state.breaks == {BTC: at(3_000)}


@pytest.mark.parametrize("second", [1_500, 2_999])
def test_looks_close_together_are_one(desk, second):
    tell(desk, "0.6", 1_000)
    tell(desk, "0.6", second)

    assert desk.state.breaks == {}


def test_a_statement_at_odds_makes_the_desk_ask_each_second_until_it_is_cleared_up(desk):
    assert not [each for _, effects in desk.wait(at(1_600)) for each in effects if isinstance(each, RequestTruth)]
    tell(desk, "0.6", 1_600)

    asked = [now for now, effects in desk.wait(at(4_000)) if any(isinstance(each, RequestTruth) for each in effects)]
    tell(desk, "1.0", 4_100)
    asked_later = [
        now for now, effects in desk.wait(at(9_000)) if any(isinstance(each, RequestTruth) for each in effects)
    ]

    assert asked == [at(2_000), at(3_000), at(4_000)]
    assert asked_later == []
    assert desk.state.breaks == {}


def test_a_statement_that_came_before_its_trade_is_no_look(desk):
    # Twice the venue states the account a moment before it tells the trade, five seconds apart.
    for number, (stated, millis) in enumerate((("1.4", 1_000), ("1.8", 6_000)), 1):
        tell(desk, stated, millis)
        order = builders.spec(f"web_{number}")
        trade = builders.fill(order, number, "0.4", "0.4", ts=at(millis), venue_ts=at(millis), side=Side.BUY)
        desk.step(trade)

    assert desk.state.net(BTC) == D("1.8")
    assert desk.state.breaks == {}


def test_a_mismatch_that_goes_away_is_no_break(desk):
    tell(desk, "0.6", 1_000)
    tell(desk, "1.0", 2_000)
    tell(desk, "0.6", 4_000)

    assert desk.state.breaks == {}


def test_nothing_is_judged_while_an_order_is_on_its_way(desk):
    buy(desk)

    tell(desk, "0.6", 1_000)
    tell(desk, "0.6", 3_000)

    assert desk.state.breaks == {}


def test_a_statement_older_than_our_last_trade_says_nothing(desk):
    desk.state.account.fill_as_of = at(10_000)

    tell(desk, "0.6", 1_000)
    tell(desk, "0.6", 3_000)

    assert desk.state.breaks == {}


def test_an_empty_answer_while_we_hold_something_is_a_missing_answer(desk):
    tell(desk, "", 1_000)
    tell(desk, "", 3_000)

    assert desk.state.breaks == {}


def test_a_quarantined_symbol_is_not_opened_and_the_refusal_has_both_numbers(desk):
    broken(desk)

    assert buy(desk) == []
    assert desk.alerts == ["buy 1 BTCUSDT: quarantined: BTCUSDT: our accounts hold 1.0, the venue 0.6"]


def test_a_quarantined_symbol_may_be_reduced(desk):
    broken(desk)
    close = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.5"), price=D("100.0"), reduce_only=True)

    sent = [each for each in desk.command(close) if isinstance(each, SendOrder)]

    assert [each.spec.closing for each in sent] == [True]


def test_two_good_looks_heal_it(desk):
    broken(desk)

    tell(desk, "1.0", 5_000)
    early = dict(desk.state.breaks)
    tell(desk, "1.0", 7_000)
    desk.step(builders.mark("100.0", 7_000))

    assert early == {BTC: at(3_000)}
    assert desk.state.breaks == {}
    assert desk.alerts == ["BTCUSDT: our accounts and the venue agree again"]
    assert len(buy(desk)) == 1


def test_our_books_are_never_changed_to_fit(desk):
    broken(desk)

    assert desk.state.accounts[ALPHA].quantity(BTC) == D("1.0")


def test_the_venue_is_asked_again_when_a_person_wants_it(desk):
    assert RequestTruth(desk.state.now) in desk.command(Requery())


def test_what_does_not_add_up_is_said_with_both_numbers(desk):
    tell(desk, "0.6", 1_000)

    assert breaks.describe(desk.state, BTC) == "BTCUSDT: our accounts hold 1.0, the venue 0.6"


HALT = (
    "BTCUSDT: our accounts hold 1.0, the venue 0.6; halted: no trade explains it."
    " `requery`, `adjust unallocated BTCUSDT ...`, or `flatten venue BTCUSDT`"
)


def halted(desk):
    broken(desk)
    for second in (8, 13, 18):
        tell(desk, "0.6", second * 1_000)
    return desk


def close(desk):
    order = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.5"), price=D("100.0"), reduce_only=True)
    return [each for each in desk.command(order) if isinstance(each, SendOrder)]


def test_a_break_that_three_rounds_do_not_explain_halts_the_symbol(desk):
    broken(desk)

    tell(desk, "0.6", 8_000)
    tell(desk, "0.6", 13_000)
    after_two = dict(desk.state.halts)
    tell(desk, "0.6", 18_000)
    tell(desk, "0.6", 23_000)

    assert after_two == {}
    assert desk.state.halts == {BTC: at(18_000)}
    assert desk.alerts == [HALT]


def test_statements_close_together_are_one_round(desk):
    broken(desk)

    for millis in range(3_500, 12_000, 500):
        tell(desk, "0.6", millis)

    assert desk.state.halts == {}


def test_nothing_but_cancels_passes_in_a_halted_symbol(desk):
    halted(desk)

    assert close(desk) == []
    assert desk.alerts[-1] == "sell 0.5 BTCUSDT: halted: BTCUSDT: our accounts hold 1.0, the venue 0.6"


def test_a_halted_symbol_is_free_when_two_looks_agree(desk):
    halted(desk)

    tell(desk, "1.0", 20_000)
    tell(desk, "1.0", 22_000)
    desk.step(builders.mark("100.0", 22_000))

    assert (desk.state.breaks, desk.state.halts) == ({}, {})
    assert len(close(desk)) == 1


def test_the_venue_is_asked_every_five_seconds_while_its_trades_may_explain_a_break(desk):
    broken(desk)
    asked = []

    for at_, effects in desk.wait(at(30_000)):
        asked += [at_ for each in effects if isinstance(each, RequestTruth)]

    assert len(asked) >= 5


def test_a_quarantine_outlives_a_restart(desk):
    halted(desk)

    folded = checkpoint.restore(None, desk.journal, builders.limits())
    loaded = checkpoint.restore(checkpoint.save(desk.state), (), builders.limits())

    assert [(each.breaks, each.halts) for each in (folded, loaded)] == [({BTC: at(3_000)}, {BTC: at(18_000)})] * 2


def test_the_proof_says_since_when_a_symbol_is_quarantined(desk):
    halted(desk)

    row = prove(desk.state).rows[0]

    assert (row.since, row.is_halted) == (at(3_000), True)


def test_an_estimate_for_unallocated_heals_it(desk):
    halted(desk)

    desk.command(
        Adjust(sub=UNALLOCATED, symbol=BTC, quantity=D("-0.4"), price=D("100.0"), reason="trades older than a week")
    )
    tell(desk, "0.6", 20_000)
    tell(desk, "0.6", 22_000)

    assert desk.state.breaks == {}


def fresh(desk, millis):
    desk.step(builders.mark("100.0", millis))


def test_the_venues_net_is_flattened_for_unallocated_even_in_a_halted_symbol(desk):
    halted(desk)
    fresh(desk, 18_000)

    sent = [each.spec for each in desk.command(FlattenVenue(BTC)) if isinstance(each, SendOrder)]

    assert [(each.sub, each.side, each.quantity, each.type) for each in sent] == [
        (UNALLOCATED, Side.SELL, D("0.6"), OrderType.MARKET)
    ]
    assert sent[0].reduce_only
    assert sent[0].id.startswith("PMS0000_FLT")


def test_flattening_the_venue_waits_for_the_statement_behind_its_own_trade(desk):
    halted(desk)
    fresh(desk, 18_000)
    (order,) = [each.spec for each in desk.command(FlattenVenue(BTC)) if isinstance(each, SendOrder)]
    desk.effects.clear()

    fill = builders.fill(order, 9, "0.6", "0.6", ts=at(18_100), venue_ts=at(18_100), price=D("100.0"))
    at_the_trade = desk.step(fill)
    tell(desk, "", 18_100)

    assert [each for each in at_the_trade if isinstance(each, SendOrder)] == []
    assert desk.state.accounts[UNALLOCATED].quantity(BTC) == D("-0.6")
    assert desk.alerts[-1] == "flatten BTCUSDT: the venue is flat"
    assert desk.state.flattens == {}


def test_flattening_the_venue_cancels_what_rests_in_the_symbol_first(desk):
    (order,) = buy(desk)
    desk.step(OrderAccepted(at(10), order.spec.id, 1, ZERO, at(10)))
    tell(desk, "1.0", 1_000)

    effects = desk.command(FlattenVenue(BTC))

    assert [each.order for each in effects if isinstance(each, SendCancel)] == [order.spec.id]
    assert [each for each in effects if isinstance(each, SendOrder)] == []


def test_a_venue_that_holds_nothing_is_flat_already(desk):
    desk.state.accounts[ALPHA].positions.clear()
    tell(desk, "", 1_000)

    desk.command(FlattenVenue(BTC))

    assert desk.alerts == ["flatten BTCUSDT: the venue is flat"]
    assert desk.state.net(BTC) == ZERO
