"""When our books and the venue's do not add up."""

import pytest

from desk.core import breaks
from desk.model.command import PlaceOrder, Requery
from desk.model.effect import RequestTruth, SendOrder
from desk.model.event import AccountReported
from desk.model.order import Side
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
