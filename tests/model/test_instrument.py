"""Rounding to what the venue trades."""

from decimal import Decimal

import msgspec
import pytest

from desk.model.instrument import first_broken_bracket
from tests.kit.builders import BRACKETS
from tests.kit.views import instrument


@pytest.mark.parametrize(
    ("price", "below", "above"), [("67000.15", "67000.1", "67000.2"), ("67000.1", "67000.1", "67000.1")]
)
def test_a_price_is_rounded_to_the_tick_on_the_side_that_is_named(price, below, above):
    rules = instrument()

    assert rules.round_down_to_tick(Decimal(price)) == Decimal(below)
    assert rules.round_up_to_tick(Decimal(price)) == Decimal(above)


def test_a_quantity_is_rounded_to_the_lot_on_the_side_that_is_named():
    rules = instrument(lot_size=Decimal("0.005"))

    assert rules.round_down_to_lot(Decimal("0.0149")) == Decimal("0.010")
    assert rules.round_up_to_lot(Decimal("0.0101")) == Decimal("0.015")


def test_down_is_towards_minus_infinity_for_a_price_below_zero_too():
    assert instrument().round_down_to_tick(Decimal("-0.15")) == Decimal("-0.2")


def test_a_price_between_two_ticks_is_not_on_the_grid():
    rules = instrument()

    assert rules.is_on_tick(Decimal("67000.10"))
    assert not rules.is_on_tick(Decimal("67000.15"))
    assert rules.is_on_lot(Decimal("0.002"))
    assert not rules.is_on_lot(Decimal("0.0025"))


@pytest.mark.parametrize(("step", "decimals"), [("0.1", 1), ("0.0010", 3), ("1", 0), ("10", 0)])
def test_decimals_are_those_of_the_step(step, decimals):
    rules = instrument(tick_size=Decimal(step), lot_size=Decimal(step))

    assert (rules.price_decimals, rules.quantity_decimals) == (decimals, decimals)


@pytest.mark.parametrize("number", ["1E+26", "-1E+26", "99999999999999999999999999999"])
def test_a_number_of_more_steps_than_can_be_counted_is_on_no_grid(number):
    rules = instrument()

    assert not rules.is_on_tick(Decimal(number) * 10)
    assert not rules.is_on_lot(Decimal(number))


def test_a_bracket_that_breaks_the_continuity_is_found():
    brackets = list(BRACKETS)
    brackets[3] = msgspec.structs.replace(brackets[3], cum=brackets[3].cum + 1)

    assert first_broken_bracket(BRACKETS) is None
    assert first_broken_bracket(brackets) == brackets[3]


def test_a_bracket_that_leaves_a_hole_is_found():
    brackets = list(BRACKETS)
    del brackets[1]

    assert first_broken_bracket(brackets) == brackets[1]
