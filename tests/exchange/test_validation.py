import pytest

from desk.model.event import OrderRejected
from desk.model.order import OrderType
from desk.model.units import Symbol
from tests.exchange.scripted import BUY, IOC, SELL, Session, mark, told


@pytest.mark.parametrize(
    ("side", "quantity", "price", "code", "reason"),
    [
        (BUY, "1", "0", -4001, "Price less than 0."),
        (BUY, "1", "59999.95", -4014, "Price not increased by tick size."),
        (BUY, "0.0015", "59999.9", -4023, "Qty not increased by step size."),
        (BUY, "0", "59999.9", -4004, "Quantity less than min quantity."),
        (BUY, "1000.001", "59999.9", -4005, "Quantity greater than max quantity."),
        # 0.001 * 49999.9 is 49.9999; but the collar would refuse that price too: the notional is judged first.
        (BUY, "0.001", "49999.9", -4164, "Order's notional must be no smaller than 50 (unless you choose reduce only)"),
        (BUY, "0.01", "63000.1", -4016, "Limit price can't be higher than 63000.0."),
        (SELL, "0.01", "56999.9", -4024, "Limit price can't be lower than 57000.0."),
        # 334 * 60000 / 20 is 1,002,000 of a wallet of 1,000,000
        (BUY, "334", "59999.9", -2019, "Margin is insufficient."),
        (SELL, "334", "60000.1", -2019, "Margin is insufficient."),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused_with_the_venues_words(side, quantity, price, code, reason):
    session = Session()

    (refusal,) = session.place("a", side, quantity, price)

    assert isinstance(refusal, OrderRejected)
    assert (refusal.code, refusal.reason) == (code, reason)


def test_prices_on_the_collar_and_the_last_affordable_quantity_pass():
    assert told(Session().place("a", BUY, "0.01", "63000.0", IOC))[0] == "accepted a"
    assert told(Session().place("a", SELL, "0.01", "57000.0", IOC))[0] == "accepted a"
    assert told(Session().place("a", BUY, "333", "59999.9"))[0] == "accepted a"


def test_a_market_order_has_its_own_largest_quantity():
    session = Session()

    assert told(session.place("a", BUY, "120.001", "60100.0", type=OrderType.MARKET)) == ["rejected a -4005"]


def test_a_symbol_that_is_not_listed_is_refused():
    assert told(Session().place("a", BUY, "1", "1", symbol=Symbol("DOGEUSDT"))) == ["rejected a -1121"]


def test_a_symbol_that_has_no_price_yet_is_refused():
    assert told(Session().place("a", BUY, "1", "2600", symbol=Symbol("ETHUSDT"))) == ["rejected a -1122"]


def test_an_id_may_not_be_used_twice_while_open():
    session = Session()
    session.place("a", BUY, "1", "59990.0")

    assert told(session.place("a", BUY, "1", "59990.0")) == ["rejected a -4116"]


def test_a_reduce_only_order_needs_something_to_reduce():
    session = Session()
    session.place("open", BUY, "1", "60000.1", IOC)

    assert told(session.place("a", BUY, "1", "59990.0", reduce_only=True)) == ["rejected a -2022"]
    assert told(session.place("b", SELL, "1.001", "60010.0", reduce_only=True)) == ["rejected b -2022"]
    assert told(session.place("c", SELL, "0.6", "60010.0", reduce_only=True)) == ["accepted c"]
    assert told(session.place("d", SELL, "0.5", "60010.0", reduce_only=True)) == ["rejected d -4118"]


def test_closing_needs_no_margin():
    session = Session(asks="60000.1x20", wallet="60100", leverage=20)
    session.place("open", BUY, "20", "60000.1", IOC)

    # The mark has fallen: equity of 7,498 bears the positions (5,962) and can open nothing; closing still passes.
    session.crowd(mark("57400"))
    refused = session.place("more", BUY, "1", "57300.0")
    closed = session.place("close", SELL, "20", "59999.9")

    assert told(refused) == ["rejected more -2019"]
    assert told(closed)[0] == "accepted close"


def test_resting_orders_hold_margin_too():
    session = Session(wallet="60000")
    session.place("a", BUY, "15", "59990.0")

    # 15 + 6 would need 21 * 60000 / 20; the other side needs only its own 6.
    assert told(session.place("b", BUY, "6", "59990.0")) == ["rejected b -2019"]
    assert told(session.place("c", SELL, "6", "60010.0")) == ["accepted c"]


def test_leverage_caps_the_notional():
    session = Session(wallet="100000000", leverage=100)

    # Leverage 100 is granted up to 800,000.
    assert told(session.place("a", BUY, "14", "59990.0")) == ["rejected a -2027"]
    assert told(session.place("b", BUY, "13", "59990.0")) == ["accepted b"]


def test_no_more_than_two_hundred_orders_rest_in_a_symbol():
    session = Session()
    for number in range(200):
        session.place(f"o{number}", BUY, "0.001", "59990.0")

    assert told(session.place("a", BUY, "0.001", "59990.0")) == ["rejected a -2025"]


def test_a_position_can_be_closed_without_margin_only_once():
    session = Session(asks="60000.1x20", wallet="60100", leverage=20)
    session.place("open", BUY, "20", "60000.1", IOC)
    session.crowd(mark("57100"))

    beyond = session.place("a", SELL, "20.001", "59952.0")
    session.place("b", SELL, "15", "59952.0")
    again = session.place("c", SELL, "5.001", "59953.0")

    # 5 of b have traded: 15 are left, and the 10 that rest are promised to close them.
    assert session.position == 15
    assert told(beyond) == ["rejected a -2019"]
    assert told(again) == ["rejected c -2019"]
