"""The view for other programs."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.ui.document import _text, document, quotient_text
from tests.kit.views import desk_view

SUB = {"id", "wallet", "equity", "margin_ratio", "adl_tier", "positions"}
POSITION = {"symbol", "quantity", "entry_price", "unrealised_pnl", "realised_pnl", "liquidation_price"}
FILL = {"trade_id", "sub", "symbol", "side", "quantity", "price", "fee", "maker", "order_id", "time"}


def test_the_keys_that_others_rely_on_are_there():
    made = document(desk_view())

    assert {"now", "mode", "subs", "venue", "orders", "fills", "algos", "proof"} <= made.keys()
    assert made["subs"]
    assert all(sub.keys() >= SUB for sub in made["subs"])
    assert made["venue"].keys() >= {"wallet", "equity", "positions"}
    positions = [row for sub in made["subs"] for row in sub["positions"]]
    assert positions
    assert all(row.keys() >= POSITION for row in positions)
    assert made["fills"]
    assert all(row.keys() >= FILL for row in made["fills"])
    assert made["proof"].keys() >= {"quantity", "equity"}


def test_it_can_be_written_as_json_and_no_number_of_money_is_a_float():
    text = json.dumps(document(desk_view()))

    def no_float(literal):
        raise AssertionError(f"a float: {literal}")

    assert json.loads(text, parse_float=no_float)["proof"]["quantity"] is True


def test_times_are_iso_8601_in_utc():
    made = document(replace(desk_view(), now=1_723_161_255_030_314_667))

    assert made["now"] == "2024-08-08T23:54:15.030Z"


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+2", "100"), ("0.0500", "0.05"), ("-0.10", "-0.1"), ("0E-8", "0"), ("Infinity", "Infinity"), ("120", "120")],
)
def test_a_decimal_is_written_plainly(number, text):
    assert _text(Decimal(number)) == text


def test_a_quotient_is_written_to_ten_decimals_and_nothing_as_nothing():
    assert quotient_text(Decimal(1) / 3) == "0.3333333333"
    assert quotient_text(Decimal("Infinity")) == "Infinity"
    assert quotient_text(None) is None
