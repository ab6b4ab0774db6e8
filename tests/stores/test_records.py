"""The codec of the journal."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.model.effect import RunEnded
from desk.model.error import BadInput, JournalFailed
from desk.model.event import FundingPaid, Started
from desk.model.journal import record
from desk.model.limits import Limits
from desk.stores.records import check_order, decode, encode


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_money_comes_back_with_the_very_digits_it_had(amount, mark):
    paid = FundingPaid(1, "BTCUSDT", amount, Decimal("0.0001"), mark, 1)

    back = decode(encode(paid))

    assert (back.amount.as_tuple(), back.mark.as_tuple()) == (amount.as_tuple(), mark.as_tuple())


def test_a_message_comes_back_as_its_own_type():
    messages = (
        Started(1, 2, "PAPER", (), Limits(order_value_max=Decimal(1), market_slip_bps=Decimal(50))),
        RunEnded(1, "chase-1", "filled"),
    )

    back = tuple(decode(encode(each)) for each in messages)

    assert back == messages


@pytest.mark.parametrize("body", [b"", b"\xc1", msgspec.msgpack.encode({"type": "OrderTeleported"})])
def test_bytes_that_are_no_message_of_ours_are_bad_input(body):
    with pytest.raises(BadInput, match=r"journal body: expected a message of this version"):
        decode(body)


def test_records_of_one_batch_must_go_forward_too():
    first, second = (record(seq, RunEnded(1, "chase-1", "x")) for seq in (7, 7))

    with pytest.raises(JournalFailed, match=r"record 7: expected a seq above 7"):
        check_order(6, (first, second))
