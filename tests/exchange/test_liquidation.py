"""An account that cannot bear its positions any more."""

from decimal import Decimal

from desk.model.event import OrderFilled
from desk.model.units import SECOND, Nanos
from tests.exchange.scripted import BTC, BUY, IOC, SELL, START, Session, book, mark, told
from tests.exchange.test_members import House


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


def _insured(asks="60001.0x1"):
    """A floor with a fund: one member long 1 at 20x and hardly anything, another short 1."""
    house = House(asks=asks, is_insured=True)
    house.traders[0].account.wallet = Decimal(3_100)
    house.place(1, "short", SELL, "1", "60000.5")
    house.place(0, "long", BUY, "1", "60001.0", IOC)
    house.heard(0), house.heard(1)
    return house


def test_what_no_book_takes_goes_to_the_winner_at_the_price_that_leaves_nothing():
    house = _insured()

    later = Nanos(START + SECOND)
    house.market.due.append((later, [book("40000.0x1", "57001.0x9"), mark("57000")]))
    house.floor.advance(later)

    # Bought at 60,000.5 with 3,100: nothing is left at 56,900.5.
    loser, winner = house.heard(0), house.heard(1)
    assert loser[-1].endswith("1@56900.50 #2")
    assert winner[0].startswith("accepted adl_autoclose-")
    assert winner[1].endswith("1@56900.50 #2")
    assert house.traders[0].account.wallet == 0
    assert [each.account.quantity(BTC) for each in house.traders] == [0, 0]


def test_where_nobody_wins_the_fund_takes_it_and_bears_what_is_owed():
    house = House(asks="60001.0x2", is_insured=True)
    house.traders[0].account.wallet = Decimal(3_100)
    house.place(0, "long", BUY, "1", "60001.0", IOC)
    house.heard(0)

    later = Nanos(START + SECOND)
    house.market.due.append((later, [book("55000.0x0.5", "55001.0x9"), mark("55000")]))
    house.floor.advance(later)

    told = house.heard(0)
    assert house.traders[0].account.quantity(BTC) == 0
    assert house.traders[0].account.wallet == 0
    assert [each.split()[0] for each in told][-1] in ("taker", "bailed")
