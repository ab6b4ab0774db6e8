from decimal import Decimal

from desk.exchange.validation import AMENDS_MAX
from tests.exchange.scripted import BUY, GTX, IOC, SELL, Session, change, told, trade


def test_a_cancelled_order_is_gone():
    session = Session()
    session.place("a", BUY, "1", "59990.0")

    assert told(session.cancel("a")) == ["cancelled a"]
    assert session.truth.orders == ()


def test_a_cancel_of_what_is_not_open_is_refused():
    session = Session()
    session.place("a", BUY, "1", "60000.1", IOC)

    assert told(session.cancel("a")) == ["cancelrejected a -2011"]


def test_an_amendment_of_what_is_not_open_is_refused():
    assert told(Session().amend("a", "59990.0", "1")) == ["amendrejected a -2013"]


def test_an_amendment_that_changes_nothing_is_refused():
    session = Session()
    session.place("a", BUY, "1", "59990.0")

    assert told(session.amend("a", "59990.0", "1")) == ["amendrejected a -5027"]


def test_an_amendment_that_breaks_a_rule_leaves_the_order_as_it_was():
    session = Session()
    session.place("a", BUY, "1", "59990.0")

    heard = session.amend("a", "59990.05", "1")

    assert told(heard) == ["amendrejected a -4014"]
    assert session.truth.orders[0].spec.price == 59990


def test_an_amendment_to_what_is_filled_already_cancels():
    session = Session(bids="60000.0x1")
    session.place("a", BUY, "2", "60000.0")
    session.crowd(trade("60000.0", "1.5", SELL))

    heard = session.amend("a", "60000.0", "0.5")

    assert told(heard) == ["cancelled a"]
    assert heard[0].filled == Decimal("0.5")


def test_a_post_only_order_amended_into_the_other_side_is_refused_and_cancelled():
    session = Session(asks="60000.1x1")
    session.place("a", BUY, "1", "59990.0", GTX)

    assert told(session.amend("a", "60000.1", "1")) == ["amendrejected a -5022", "cancelled a"]


def test_the_margin_an_order_holds_already_is_not_asked_for_again_when_it_is_amended():
    session = Session(wallet="60000")
    session.place("a", BUY, "20", "59990.0")

    assert told(session.amend("a", "59991.0", "20")) == ["amended a 20@59991.0"]
    assert told(session.amend("a", "59991.0", "21")) == ["amendrejected a -2019"]


def test_what_an_amended_order_has_filled_counts_as_position_not_as_order():
    session = Session(bids="60000.0x1", wallet="60000")
    session.place("a", BUY, "20", "60000.0")
    session.crowd(trade("60000.0", "11", SELL))

    # 10 are position, 10 are open: 20 in all, not 30. The maker's fee of 120 leaves equity just below the margin.
    assert told(session.amend("a", "59999.9", "19.9")) == ["amended a 19.9@59999.9"]


def test_a_reduce_only_order_may_be_amended_up_to_the_position():
    session = Session()
    session.place("open", BUY, "1", "60000.1", IOC)
    session.place("exit", SELL, "0.5", "60010.0", reduce_only=True)

    assert told(session.amend("exit", "60010.0", "1.001")) == ["amendrejected exit -2022"]
    assert told(session.amend("exit", "60010.0", "1")) == ["amended exit 1@60010.0"]


def test_an_order_is_amended_only_so_often():
    session = Session()
    session.place("a", BUY, "1", "59990.0")
    session.exchange._reporter.open["a"].amends = AMENDS_MAX

    assert told(session.amend("a", "59991.0", "1")) == ["amendrejected a -5026"]


def test_venue_order_ids_grow_by_one_and_refusals_take_none():
    session = Session()

    first = session.place("a", BUY, "1", "59990.0")[0]
    session.place("b", BUY, "1", "59990.05")
    second = session.place("c", BUY, "1", "59990.0")[0]

    assert (first.venue_order, second.venue_order) == (1, 2)


def test_a_crowd_that_comes_to_an_amended_price_fills_it():
    session = Session()
    session.place("a", SELL, "1", "60100.0")
    session.amend("a", "60050.0", "1")

    assert told(session.crowd(change(bids="60050.0x1", asks="60000.1x0 60000.2x0"))) == ["filled a 1@60050.0 maker"]
