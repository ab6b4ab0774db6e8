from decimal import Decimal

from desk.exchange.rules import practice_instruments
from desk.model.instrument import first_broken_bracket


def test_margin_brackets_are_continuous():
    for instrument in practice_instruments():
        assert first_broken_bracket(instrument.brackets) is None


def test_the_practice_instruments_have_the_venues_grid():
    grid = {each.symbol: (each.tick_size, each.lot_size, each.notional_min) for each in practice_instruments()}

    assert grid == {
        "BTCUSDT": (Decimal("0.10"), Decimal("0.001"), 50),
        "ETHUSDT": (Decimal("0.01"), Decimal("0.001"), 20),
        "SOLUSDT": (Decimal("0.01"), Decimal("0.01"), 5),
    }
