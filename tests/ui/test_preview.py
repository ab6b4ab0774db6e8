"""What the echo and the questions say."""

import pytest

from desk.model.command import AmendOrder, CancelAll, CancelLevel, Flatten, StopAlgo
from desk.model.market import Level
from desk.ui.grammar import parse_line
from desk.ui.preview import describe, notional_of, walk_book
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BTC, D, desk_view

VIEW = desk_view()


def say(line):
    (command,) = parse_line(line, Context(VIEW, ALPHA, BTC)).steps
    return describe(command, VIEW)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        # 0.310 at 61843.2 and 0.190 at 61843.3: 19171.392 + 11750.227 = 30921.619, of which 0.05 % is 15.46.
        (
            "buy 0.5 market",
            "alpha: BUY 0.500 BTCUSDT market, to 61,843.3 in this book, ≈ 30,921.62 USDT, taker fee ≈ 15.46",
        ),
        # 0.01 * 61800 = 618; 0.02 % is 0.1236 and 0.05 % is 0.309.
        (
            "buy 0.01 @61800 post",
            "alpha: BUY 0.010 BTCUSDT @61,800.0 post-only, ≈ 618.00 USDT, maker fee ≈ 0.12, taker ≈ 0.31",
        ),
        ("buy 0.01 @61850", "alpha: BUY 0.010 BTCUSDT @61,850.0, ≈ 618.50 USDT, TAKES, taker fee ≈ 0.31"),
        (
            "buy 0.01 @61850 post",
            "alpha: BUY 0.010 BTCUSDT @61,850.0 post-only, ≈ 618.50 USDT, would take: the venue will refuse it",
        ),
        (
            "close 50%",
            "alpha: SELL 0.125 BTCUSDT market reduce-only, to 61,843.1 in this book, ≈ 7,730.39 USDT, taker fee ≈ 3.87",
        ),
        (
            "chase sell 0.1 improve 2 trail cap 20bps oncap cross ttl 30s",
            "alpha: CHASE SELL 0.100 BTCUSDT improve 2t, trail, cap 20bps then cross, ttl 30s then cancel, ≈ 6,184.31 USDT",
        ),
        (
            "chase buy 0.1 opp",
            "alpha: CHASE BUY 0.100 BTCUSDT opp, maintain, no cap, no ttl, may take, ≈ 6,184.32 USDT",
        ),
    ],
)
def test_the_echo_says_what_the_order_would_do(line, text):
    assert say(line) == text


def test_a_market_order_beyond_the_visible_book_says_so():
    assert "THE BOOK SHOWS ONLY" in say("buy 100 market")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (
            Flatten(sub=ALPHA, symbol=BTC),
            "FLATTEN alpha in BTCUSDT: 4 orders cancelled, then sell 0.25 BTCUSDT of alpha",
        ),
        (CancelAll(), "CANCEL 5 orders of EVERY sub-account in every symbol; their runs are stopped"),
        (
            CancelLevel(ALPHA, BTC, D("61800"), D("61800.4")),
            "CANCEL the orders of alpha in BTCUSDT at 61,800.0 to 61,800.4",
        ),
        (StopAlgo("chase-3"), "STOP chase-3"),
        (
            AmendOrder(order="PMS0001_MAN0000006", price=D("61842.5")),
            "AMEND BUY 0.05 BTCUSDT @61,842.9 of alpha: price 61,842.5; it loses its place in the queue",
        ),
    ],
)
def test_a_question_names_what_will_be_touched(command, text):
    assert describe(command, VIEW) == text


def test_walking_stops_at_the_level_that_fills_it():
    walk = walk_book(D("0.5"), (Level(D(10), D("0.3")), Level(D(11), D("0.3")), Level(D(12), D(9))))

    # 0.3 * 10 + 0.2 * 11 = 5.2
    assert (walk.filled, walk.worst, walk.notional) == (D("0.5"), D(11), D("5.2"))


def test_only_what_opens_risk_has_a_notional():
    assert notional_of(Flatten(), VIEW) is None
