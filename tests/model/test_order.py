"""Sides and states."""

import pytest

from desk.model.order import OrderStatus, Side


def test_a_side_has_a_sign_and_an_opposite():
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)
    assert (Side.BUY.opposite, Side.SELL.opposite) == (Side.SELL, Side.BUY)


@pytest.mark.parametrize(
    ("status", "is_terminal"),
    [
        (OrderStatus.SUBMITTED, False),
        (OrderStatus.WORKING, False),
        (OrderStatus.UNKNOWN, False),
        (OrderStatus.FILLED, True),
        (OrderStatus.CANCELLED, True),
        (OrderStatus.EXPIRED, True),
        (OrderStatus.REJECTED, True),
    ],
)
def test_an_order_whose_fate_is_not_known_has_not_ended(status, is_terminal):
    assert status.is_terminal is is_terminal
