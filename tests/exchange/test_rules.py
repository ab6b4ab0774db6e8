from decimal import Decimal

import msgspec

from desk.exchange.rules import first_broken_bracket, practice_instruments


def test_margin_brackets_are_continuous():
    for instrument in practice_instruments():
        assert first_broken_bracket(instrument.brackets) is None


def test_a_bracket_that_breaks_the_continuity_is_found():
    brackets = list(practice_instruments()[0].brackets)
    brackets[3] = msgspec.structs.replace(brackets[3], cum=brackets[3].cum + 1)

    assert first_broken_bracket(brackets) == brackets[3]


def test_a_bracket_that_leaves_a_hole_is_found():
    brackets = list(practice_instruments()[2].brackets)
    del brackets[1]

    assert first_broken_bracket(brackets) == brackets[1]


def test_the_practice_instruments_have_the_venues_grid():
    grid = {each.symbol: (each.tick_size, each.lot_size, each.notional_min) for each in practice_instruments()}

    assert grid == {
        "BTCUSDT": (Decimal("0.10"), Decimal("0.001"), 50),
        "ETHUSDT": (Decimal("0.01"), Decimal("0.001"), 20),
        "SOLUSDT": (Decimal("0.01"), Decimal("0.01"), 5),
    }
