"""The touch."""

from decimal import Decimal

from desk.model.market import Quote


def test_the_mid_lies_halfway_and_the_spread_between():
    quote = Quote(1, "BTCUSDT", Decimal("67000.0"), Decimal(1), Decimal("67000.1"), Decimal(2), 1)

    assert (quote.mid, quote.spread) == (Decimal("67000.05"), Decimal("0.1"))
