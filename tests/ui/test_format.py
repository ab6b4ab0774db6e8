from decimal import Decimal as D

import pytest

from desk.ui import format
from tests.kit.views import instrument


def test_a_price_has_the_decimals_of_its_tick():
    shown = format.price(D("61843"), instrument())

    assert shown == "61,843.0"


def test_a_number_is_exact_where_a_float_would_not_be():
    shown = format.number(D("123456789012345678.123"), 3)

    assert shown == "123,456,789,012,345,678.123"


def test_a_signed_amount_shows_its_plus():
    assert format.money(D("1234.5"), signed=True) == "+1,234.50"
    assert format.money(D("-0.005001"), signed=True) == "-0.01"


def test_what_rounds_to_nothing_has_no_sign():
    assert format.money(D("-0.001")) == "0.00"
    assert format.money(D("0"), signed=True) == "0.00"


def test_what_is_not_known_is_a_dash():
    assert format.price(None, instrument()) == "-"
    assert format.percent(None) == "-"


@pytest.mark.parametrize(
    ("ratio", "shown"), [("0.4151", "41.5%"), ("9.999", "999.9%"), ("10", ">999%"), ("Infinity", ">999%")]
)
def test_a_ratio_is_shown_in_percent(ratio, shown):
    assert format.percent(D(ratio)) == shown


@pytest.mark.parametrize(
    ("nanos", "shown"),
    [
        (-5, "0.0s"),
        (199_999_999, "0.1s"),
        (9_950_000_000, "9.9s"),
        (10_000_000_000, "10s"),
        (59_999_999_999, "59s"),
        (60_000_000_000, "1m"),
        (7_200_000_000_000, "2h"),
        (172_800_000_000_000, "2d"),
    ],
)
def test_an_age_is_told_in_its_largest_unit_and_never_rounded_up(nanos, shown):
    assert format.age(nanos) == shown


@pytest.mark.parametrize(
    ("size", "shown"), [("0.842", "0.842"), ("12.44", "12.4"), ("842.6", "843"), ("1250", "1.2k"), ("3400000", "3.4M")]
)
def test_a_compact_size_has_about_four_digits(size, shown):
    assert format.compact(D(size)) == shown


def test_a_lag_is_told_in_milliseconds():
    assert format.lag(1_449_999) == "1.4ms"
    assert format.lag(14_900_000) == "14ms"


def test_the_clock_is_utc():
    assert format.clock(1_764_028_800_000_000_000 + 3_661_000_000_000) == "01:01:01"


def test_a_foreign_string_cannot_steer_the_terminal_or_the_eye():
    shown = format.sanitise("a\x1b[31mb\x9bc\u202ed\u200be\nf[red]")

    assert shown == "a[31mbcdef[red]"


def test_a_foreign_string_is_cut_to_its_length():
    assert format.sanitise("x" * 10, 4) == "xxx…"


def test_a_number_that_does_not_fit_is_never_shown_in_part():
    assert format.fit_right("1234567", 5) == "#####"
    assert format.fit_right("12", 5) == "   12"


def test_words_that_do_not_fit_say_so():
    assert format.fit_left("UNALLOCATED", 5) == "UNAL…"
    assert format.fit_left("abc", 0) == ""
