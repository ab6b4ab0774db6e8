"""An account that cannot bear its positions any more."""

from decimal import Decimal

from desk.model.event import OrderFilled
from tests.exchange.scripted import BUY, IOC, SELL, Session, book, mark, told


def leveraged(wallet="2000", quantity="1"):
    """One BTC bought at 60,000.1, 30.00005 of fee paid."""
    session = Session(bids="60000.0x9 59000.0x9", asks="60000.1x9", wallet=wallet, leverage=50)
    session.place("a", BUY, quantity, "60000.1", IOC)
    return session


def test_above_the_maintenance_margin_nothing_happens():
    session = leveraged()

    # 1,969.99995 - (60,000.1 - m) = 0.4 % of m at 58,263.12...
    assert told(session.crowd(mark("58264"))) == []
    assert session.position == 1


def test_at_the_maintenance_margin_orders_go_first_and_the_position_after():
    session = leveraged()
    session.place("rest", BUY, "0.001", "58000.0")

    events = session.crowd(book("58261.0x9", "58262.0x9"), mark("58262"))

    first, accepted, filled = [line for line in told(events)]
    assert first == "expired rest liquidation"
    assert accepted.startswith("accepted autoclose-")
    assert filled.endswith(" 1@58261.0 taker")
    assert (session.position, session.exchange.liquidator.count) == (0, 1)


def test_the_exchange_takes_its_fee_for_it():
    session = leveraged()

    events = session.crowd(book("58261.0x9", "58262.0x9"), mark("58262"))

    (fill,) = [each for each in events if isinstance(each, OrderFilled)]
    assert fill.fee == Decimal("58261.0") * (Decimal("0.0005") + Decimal("0.0125"))


def test_what_the_book_cannot_take_is_closed_at_the_next_mark():
    session = leveraged()

    session.crowd(book("58261.0x0.4", "58262.0x9"), mark("58262"))
    assert session.position == Decimal("0.6")
    session.crowd(book("58250.0x9", "58262.0x9"), mark("58255"))

    assert session.position == 0


def test_a_short_is_bought_back():
    session = Session(bids="60000.0x9", asks="60000.1x9", wallet="2000", leverage=50)
    session.place("a", SELL, "1", "60000.0", IOC)

    session.crowd(book("61800.0x9", "61801.0x9"), mark("61800"))

    assert session.position == 0


def test_flat_and_broke_there_is_nothing_to_close():
    session = Session(wallet="0")

    assert told(session.crowd(mark("50000"))) == []
