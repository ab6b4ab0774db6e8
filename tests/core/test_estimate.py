"""What a taking order will probably have done is shown at once, and is in no account."""

import pytest

from desk.core.project import Projector
from desk.model.command import PlaceOrder
from desk.model.effect import Booking
from desk.model.event import OrderExpired
from desk.model.order import OrderType, Side
from desk.model.view import Health
from tests.kit import builders, rig
from tests.kit.builders import ALPHA, BTC, D, at, depth, fill

QUIET = Health(loop_lag_p50=0, loop_lag_p99=0, inbox=0, events=0, conflated=0, journal_p50=0, journal_p99=0)


@pytest.fixture
def desk():
    """5 at 100.1, 5 at 100.2 to be bought."""
    return rig.started()


def buy(desk, quantity):
    desk.command(
        PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D(quantity), type=OrderType.MARKET, price=None)
    )
    return next(reversed(desk.state.orders.values())).spec


def fills(desk):
    return Projector().project(desk.state, QUIET).fills


def test_a_market_order_shows_what_the_book_would_give(desk):
    buy(desk, "6.0")

    (row,) = fills(desk)

    # 5 x 100.1 + 1 x 100.2 = 600.7; the taker's rate is 0.0005
    assert (row.booking, row.quantity, row.fee) == (Booking.EXPECTED, D("6.0"), D("0.30035"))
    assert row.price == D("600.7") / 6


def test_it_is_in_no_account(desk):
    buy(desk, "1.0")

    assert desk.state.accounts[ALPHA].quantity(BTC) == 0
    assert desk.state.accounts[ALPHA].wallet == D("100000")


def test_the_first_trade_takes_its_place_and_keeps_by_how_much_it_was_wrong(desk):
    spec = buy(desk, "1.0")

    desk.step(fill(spec, 7, "1.0", "1.0", price=D("100.2")))

    (row,) = fills(desk)
    assert (row.booking, row.price, row.price_expected) == (Booking.TRADE, D("100.2"), D("100.1"))
    assert row.fee_expected == D("0.05005")


def test_a_part_of_it_is_compared_with_its_part_of_the_fee(desk):
    spec = buy(desk, "2.0")

    desk.step(fill(spec, 7, "0.5", "0.5"))

    (row,) = fills(desk)
    assert row.fee_expected == D("0.025025")


def test_an_order_that_ends_unfilled_takes_its_estimate_away_in_words(desk):
    spec = buy(desk, "1.0")

    desk.step(OrderExpired(at(50), spec.id, D(0), "ioc remainder", at(50)))

    assert fills(desk) == ()
    assert f"{spec.id}: estimated 1.0 @100.1, and nothing was filled" in desk.alerts


def test_an_order_that_rests_is_not_estimated(desk):
    desk.command(PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("1.0"), price=D("100.1")))

    assert fills(desk) == ()


def test_an_empty_book_gives_no_estimate(desk):
    desk.step(depth("5@100.0", "", 11))

    buy(desk, "1.0")

    assert desk.state.estimates == {}


def test_no_more_estimates_are_kept_than_the_screen_shows(desk):
    for number in range(250):
        desk.state.now = at(number * 200)
        desk.step(builders.mark("100.0", number * 200))
        buy(desk, "0.1")

    assert len(desk.state.estimated) <= 200
