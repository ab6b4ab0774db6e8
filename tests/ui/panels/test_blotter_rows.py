from decimal import Decimal as D

import pytest

from desk.model.effect import Booking
from desk.model.order import OrderStatus, OrderType, TimeInForce
from desk.ui.panels.blotter_rows import COLUMNS, HeldPosition, cells
from desk.ui.theme import Ink
from tests.kit.views import ALPHA, NOW, algo, before, card, fill, instrument, layer, order, position

NAMES = {ALPHA: "alpha"}
ROWS = {
    "positions": HeldPosition(ALPHA, "alpha", position()),
    "orders": order(),
    "algos": algo(),
    "fills": fill(),
    "layers": layer(),
    "cards": card(),
}


def told(tab, row):
    heads = [column.head for column in COLUMNS[tab]]
    return dict(zip(heads, cells(row, NAMES, instrument(), NOW), strict=True))


@pytest.mark.parametrize("tab", ROWS)
def test_every_column_has_its_cell(tab):
    assert told(tab, ROWS[tab])


def test_an_order_tells_its_queue_as_an_estimate():
    assert told("orders", order())["queue"].text == "≈1.205"
    assert told("orders", order(queue_ahead=None))["queue"].text == "-"


@pytest.mark.parametrize(
    ("status", "pending", "text", "ink"),
    [
        (OrderStatus.WORKING, "", "working", Ink.OK),
        (OrderStatus.WORKING, "cancel", "cancelling", Ink.OK),
        (OrderStatus.WORKING, "amend", "amending", Ink.OK),
        (OrderStatus.UNKNOWN, "", "unknown", Ink.CAUTION),
        (OrderStatus.REJECTED, "", "rejected", Ink.DANGER),
        (OrderStatus.CANCELLED, "cancel", "cancelled", Ink.DIM),
    ],
)
def test_an_order_s_state_is_one_word(status, pending, text, ink):
    cell = told("orders", order(status=status, pending=pending))["status"]

    assert (cell.text, cell.ink) == (text, ink)


def test_an_order_says_how_it_was_sent_and_by_whom():
    row = told("orders", order(type=OrderType.MARKET, tif=TimeInForce.IOC, reduce_only=True, algo="chase-3"))

    assert row["how"].text == "mkt ioc red"
    assert row["owner"].text == "chase-3"


def test_a_short_position_shows_its_sign_and_its_results():
    held = HeldPosition(ALPHA, "alpha", position("-0.100", unrealised_pnl=D("-1.5"), realised_pnl=D(0)))
    row = told("positions", held)

    assert (row["position"].text, row["position"].ink) == ("-0.100", Ink.ASK)
    assert (row["unrealised"].text, row["unrealised"].ink) == ("-1.50", Ink.DANGER)
    assert (row["realised"].text, row["realised"].ink) == ("0.00", Ink.DIM)


def test_a_run_that_is_over_keeps_the_time_it_took():
    row = told("algos", algo(started=before(90_000), ended=before(60_000)))

    assert row["age"].text == "30s"


def test_an_arrival_between_two_ticks_is_told_exactly():
    assert told("algos", algo(arrival_mid=D("61842.15")))["arrival"].text == "61,842.15"


def test_a_fill_tells_its_fee_to_four_decimals_and_its_side_of_the_book():
    row = told("fills", fill(fee=D("0.24736960"), maker=False))

    assert row["fee"].text == "0.2474"
    assert row[""].text == "taker"


@pytest.mark.parametrize(
    ("booking", "word"), [(Booking.CROSS, "cross"), (Booking.ESTIMATE, "EST"), (Booking.REVERT, "undo")]
)
def test_a_booking_that_is_no_trade_says_so_and_why(booking, word):
    row = told("fills", fill(trade=3, booking=booking, reason="closed by the venue", algo=None))

    assert (row[""].text, row[""].ink, row["trade"].text) == (word, Ink.WARN, "3")
    assert row["owner"].text == "closed by the venue"


def test_a_sub_account_without_a_name_is_told_by_its_id():
    row = cells(order(sub="77"), NAMES, instrument(), NOW)

    assert row[1].text == "77"


def test_a_card_tells_what_it_cost_against_crossing_and_what_the_price_did():
    row = told("cards", card())

    assert (row["cost"].text, row["crossed"].text) == ("+1.26", "+3.10")
    assert (row["slip bps"].text, row["maker"].text, row["took"].text) == ("+0.0", "100 %", "1m")
    assert [(row[name].text, row[name].ink) for name in ("+1s", "+5s", "+30s")] == [
        ("+0.4", Ink.OK),
        ("-1.2", Ink.DANGER),
        ("-", Ink.FAINT),
    ]


def test_a_card_of_nothing_shows_no_price():
    row = told("cards", card(filled=D(0), average_price=None))

    assert (row["avg"].text, row["slip bps"].text, row["maker"].text) == ("-", "-", "-")
