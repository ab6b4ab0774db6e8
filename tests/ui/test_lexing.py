"""Single words and what they stand for."""

import pytest

from desk.ui.complaint import Misread
from desk.ui.lexing import Amount, read_amount, read_bps, read_price, read_span_ms, read_ticks, split_parts, split_words
from tests.kit.views import D


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.01", Amount(D("0.01"))),
        (".5", Amount(D("0.5"))),
        ("0.01BTC", Amount(D("0.01"), "btc")),
        ("500usd", Amount(D(500), "usd")),
        ("$500", Amount(D(500), "$")),
        ("25%", Amount(D(25), "%")),
    ],
)
def test_an_amount_keeps_its_unit(text, amount):
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1,000", "1e3", "inf", "$5usd", "5 usd", "½", "１", "0", "0.0", "1_000"]
)
def test_what_is_not_plainly_an_amount_is_refused(text):
    with pytest.raises(Misread):
        read_amount(text)


@pytest.mark.parametrize(
    ("text", "millis"), [("250ms", 250), ("30s", 30_000), ("1.5s", 1_500), ("2m", 120_000), ("1h", 3_600_000)]
)
def test_a_span_is_counted_in_milliseconds(text, millis):
    assert read_span_ms(text, "ttl") == millis


@pytest.mark.parametrize("text", ["5", "0s", "0.5ms", "8d", "200h", "ms", "1..5s"])
def test_a_span_without_a_unit_or_out_of_reason_is_refused(text):
    with pytest.raises(Misread):
        read_span_ms(text, "ttl")


def test_a_bare_number_counts_in_the_unit_that_is_named():
    assert read_span_ms("5", "time", bare="s") == 5_000


def test_distances_are_read_in_bps_and_ticks():
    assert (read_bps("20bps", "cap"), read_bps("2.5bp", "cap")) == (D(20), D("2.5"))
    assert (read_ticks("3t", "offset"), read_ticks("3ticks", "offset"), read_ticks("3", "offset")) == (3, 3, 3)


def test_a_fraction_of_a_tick_is_refused():
    with pytest.raises(Misread):
        read_ticks("1.5t", "offset")


def test_a_price_is_more_than_nothing():
    with pytest.raises(Misread):
        read_price("0")


def test_parts_and_words_know_their_columns():
    parts = split_parts("cancel ;  buy 1 @ 5 ;;")

    assert [(part.text, part.at) for part in parts] == [("cancel", 0), ("buy 1 @ 5", 10)]
    assert [(word.text, word.at) for word in split_words(parts[1])] == [("buy", 10), ("1", 14), ("@5", 17)]
