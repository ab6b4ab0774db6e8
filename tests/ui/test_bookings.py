"""Bookings as they are typed."""

import pytest

from desk.model.command import Adjust, Allocate, Cross, RevertAdjust, Transfer
from desk.model.units import UNALLOCATED
from desk.ui.complaint import Complaint
from desk.ui.grammar import parse_line
from desk.ui.preview import describe
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BRAVO, BTC, ETH, D, desk_view

VIEW = desk_view()
CONTEXT = Context(VIEW, ALPHA, BTC)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("transfer 500usd from 1 to 2", Transfer(source=ALPHA, target=BRAVO, amount=D(500))),
        ("transfer $0.5 from alpha to unallocated", Transfer(source=ALPHA, target=UNALLOCATED, amount=D("0.5"))),
        ("transfer 12 from unallocated to bravo", Transfer(source=UNALLOCATED, target=BRAVO, amount=D(12))),
        (
            "cross 0.01 btc from 1 to 2 @61800",
            Cross(seller=ALPHA, buyer=BRAVO, symbol=BTC, quantity=D("0.01"), price=D(61800)),
        ),
        (
            "cross 0.01btc from Bravo to Alpha @ 61800",
            Cross(seller=BRAVO, buyer=ALPHA, symbol=BTC, quantity=D("0.01"), price=D(61800)),
        ),
        ("allocate 0.1 to 2", Allocate(target=BRAVO, symbol=BTC, quantity=D("0.1"))),
        ("allocate 1 eth to 2", Allocate(target=BRAVO, symbol=ETH, quantity=D(1))),
        (
            "adjust 2 btc -0.1 @61800 because the venue closed it",
            Adjust(sub=BRAVO, symbol=BTC, quantity=D("-0.1"), price=D(61800), reason="the venue closed it"),
        ),
        (
            "adjust unallocated +0.1 @61800 because lost",
            Adjust(sub=UNALLOCATED, symbol=BTC, quantity=D("0.1"), price=D(61800), reason="lost"),
        ),
        ("revert adjust 3", RevertAdjust(3)),
    ],
)
def test_a_booking_is_read_as_it_is_written(line, command):
    assert parse_line(line, CONTEXT).steps == (command,)


@pytest.mark.parametrize(
    "line",
    [
        "transfer",
        "transfer 500usd",
        "transfer 500btc from 1 to 2",
        "transfer 500 from 1 to 7",
        "transfer 500 to 1 from 2",
        "transfer 500 from 1 to 2 now",
        "cross 0.01 from 1 to 2",
        "cross 0.01 doge from 1 to 2 @61800",
        "cross 0.00001 from 1 to 2 @61800",
        "cross 500usd from 1 to 2 @61800",
        "cross 0.01 from 1 to 2 61800",
        "allocate 0.1 2",
        "allocate 0.1 btc to",
        "allocate 0.1 btc 2",
        "adjust 2 btc 0.1 @61800 because x",
        "adjust 2 btc -0.1 @61800 because",
        "adjust 2 btc -0.1 @61800 as told before",
        "adjust 2 -0.1 61800 because x",
        "adjust 2 btc eth -0.1 @61800 because",
        "revert 3",
        "revert adjust",
        "revert adjust x",
        "revert adjust 3 4",
    ],
)
def test_what_is_not_quite_a_booking_is_a_complaint(line):
    assert isinstance(parse_line(line, CONTEXT), Complaint)


def test_a_complaint_points_at_the_word_that_is_wrong():
    complaint = parse_line("transfer 500 from 1 to 7", CONTEXT)

    assert complaint.at == len("transfer 500 from 1 to ")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("transfer 1500usd from 1 to 2", "TRANSFER 1,500 from alpha to bravo"),
        ("cross 0.01 from 1 to 2 @61800", "CROSS: alpha sells 0.01 BTCUSDT @61,800.0 to bravo, no fee"),
        ("allocate 0.1 to 2", "ALLOCATE 0.1 BTCUSDT of UNALLOCATED to bravo at its entry price"),
        ("adjust 2 -0.1 @61800 because x y", "ADJUST bravo by -0.1 BTCUSDT @61,800.0, booked as EST: x y"),
        ("revert adjust 3", "REVERT the estimate 3"),
    ],
)
def test_the_echo_says_what_would_be_booked(line, text):
    (command,) = parse_line(line, CONTEXT).steps

    assert describe(command, VIEW) == text
