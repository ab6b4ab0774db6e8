"""What positions and orders bind of an account: 20x, worked by hand."""

from decimal import Decimal

from desk.exchange import margin
from tests.exchange.scripted import BTC, BUY, IOC, SELL, Session


def _of(session):
    return session.exchange._floor.pits[BTC], session.exchange._reporter


def test_open_quantity_keeps_plain_and_reduce_only_orders_apart():
    session = Session()
    session.place("open", BUY, "1", "60000.1", IOC)
    session.place("a", SELL, "0.5", "60010.0", reduce_only=True)
    session.place("b", SELL, "2", "60010.0")
    _, member = _of(session)

    assert margin.open_quantity(member, BTC, SELL, reduce_only=False) == 2
    assert margin.open_quantity(member, BTC, SELL, reduce_only=True) == Decimal("0.5")
    assert margin.open_quantity(member, BTC, BUY, reduce_only=False) == 0


def test_the_worse_side_binds_initial_margin_and_the_tier_maintenance():
    # Long 1 and 2 for sale: at worst 1 short. Long 1 and 1 more to buy: 2 long. At 60,000 and 20x that is 6,000.
    session = Session()
    session.place("open", BUY, "1", "60000.1", IOC)
    pit, member = _of(session)
    assert margin.initial(pit, member) == 3_000

    session.place("a", SELL, "2", "60010.0")
    assert margin.initial(pit, member) == 3_000

    session.place("b", BUY, "1", "59990.0")
    assert margin.initial(pit, member) == 6_000
    assert margin.maintenance(pit, member) == Decimal("240")  # 60,000 at 0.4 %
