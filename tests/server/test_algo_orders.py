"""A conditional order in its shapes."""

from decimal import Decimal
from itertools import count

from desk.exchange.conditional import Condition, ConditionKind
from desk.exchange.resting import SelfTrade
from desk.exchange.rules import practice_instruments
from desk.model.order import Side
from desk.server import algo_orders
from desk.server.algo_orders import AlgoOrder

_numbers = count(1)


def sleeping(**changes):
    """A stop to sell 0.01 at 59,000, of alice."""
    fields = {
        "id": 0,
        "account": "alice",
        "client_id": f"s{next(_numbers)}",
        "condition": Condition(
            symbol="BTCUSDT", side=Side.SELL, kind=ConditionKind.STOP_MARKET, trigger=Decimal(59_000)
        ),
        "quantity": Decimal("0.01"),
        "price": Decimal(0),
        "tif": "GTC",
        "reduce_only": False,
        "closes_position": False,
        "protects_price": False,
        "price_match": "NONE",
        "self_trade": SelfTrade.EXPIRE_MAKER,
        "good_till": 0,
        "placed": 1,
        "updated": 1,
    }
    return AlgoOrder(**{**fields, **changes})


def test_it_is_shown_with_what_it_has_become_and_acknowledged_without():
    rules = practice_instruments()[0]
    order = sleeping(status="TRIGGERED", became=77, became_price=Decimal("58990.5"), became_quantity=Decimal("0.01"))

    row, ack = algo_orders.row(order, rules), algo_orders.ack(order, rules)

    assert (row.actual_order_id, row.actual_price, row.actual_qty, row.actual_type) == (
        "77",
        "58990.50000",
        "0.01000",
        "MARKET",
    )
    assert (ack.trigger_price, ack.quantity, ack.price) == ("59000.0", "0.010", "0.0")
    assert not hasattr(ack, "actual_order_id")


def test_the_stream_tells_it_short():
    told = algo_orders.told(sleeping(client_id="s", reason="no margin", status="REJECTED"))

    assert (told.caid, told.X, told.rm, told.ai, told.q, told.tp) == ("s", "REJECTED", "no margin", "", "0.01", "59000")
    assert not sleeping(status="REJECTED").is_asleep
