from decimal import Decimal as D

import pytest

from desk.model.market import Level
from desk.model.order import OrderStatus, Side
from desk.ui.panels.ladder_rows import (
    Own,
    Sight,
    Window,
    centred,
    followed,
    moved,
    price_rows,
    regrouped,
    ticks,
    touch,
)
from tests.kit.views import instrument, market, order, position, prints

AT = 618431


def sight(**changes):
    made = {"instrument": instrument(), "market": market(), "orders": (), "other_orders": (), "position": None}
    return Sight(**{**made, **changes})


def row_at(rows, price):
    return next(row for row in rows if row.low <= D(price) <= row.high)


def test_a_price_between_ticks_belongs_to_the_tick_below():
    assert ticks(D("61843.19"), instrument()) == 618431


def test_the_touch_is_the_quote_and_else_the_book():
    assert touch(market(), instrument()) == 618431
    assert touch(market(quote=None, bids=()), instrument()) == 618432
    assert touch(market(quote=None, bids=(), asks=()), instrument()) is None


def test_the_first_price_sets_the_window_and_the_cursor():
    window = followed(Window(), AT, 20, is_still=True)

    assert window == Window(middle=AT, cursor=AT)


def test_the_market_may_wander_a_quarter_of_the_height():
    window = Window(middle=AT, cursor=AT)

    assert followed(window, AT + 5, 20, is_still=False) is window
    assert followed(window, AT + 6, 20, is_still=False).middle == AT + 6


def test_a_recentred_window_leaves_the_cursor_at_its_price():
    window = followed(Window(middle=AT, cursor=AT), AT + 50, 20, is_still=False)

    assert window.cursor == AT
    assert not window.has(AT, 20)


def test_no_row_moves_while_the_window_must_stay_still():
    window = Window(middle=AT, cursor=AT)

    assert followed(window, AT + 500, 20, is_still=True) is window


def test_a_window_scrolled_by_hand_waits_to_be_centred():
    window = moved(Window(middle=AT, cursor=AT), 30, 20)

    assert followed(window, AT - 100, 20, is_still=False) is window
    assert centred(window, AT - 100) == Window(middle=AT - 100, cursor=AT - 100)


def test_the_cursor_moves_by_rows_of_the_grouping():
    window = moved(Window(middle=61843, cursor=618437, grouping=10), 1, 20)

    assert window.cursor == 618440
    assert not window.is_held


def test_the_window_follows_a_cursor_that_is_pushed_over_its_edge():
    # 21 rows around 100: the top row is 110, the bottom row 90.
    window = moved(Window(middle=100, cursor=109), 3, 21)

    assert (window.cursor, window.middle, window.is_held) == (112, 102, True)


def test_the_window_follows_a_cursor_that_is_pushed_under_its_edge():
    window = moved(Window(middle=100, cursor=92), -5, 21)

    assert (window.cursor, window.middle, window.is_held) == (87, 97, True)


@pytest.mark.parametrize(("cursor", "back_at"), [(500, 110), (3, 90)])
def test_a_cursor_out_of_sight_comes_back_at_the_edge_it_left_by(cursor, back_at):
    window = moved(Window(middle=100, cursor=cursor), 1, 21)

    assert window.cursor == back_at
    assert window.middle == 100


def test_a_window_without_a_price_has_no_cursor_to_move():
    assert moved(Window(), 1, 20) == Window()


def test_a_coarser_grouping_keeps_the_cursor_s_price():
    window = regrouped(Window(middle=AT, cursor=AT), 1, AT)

    assert window == Window(middle=AT // 2, cursor=AT, grouping=2)


def test_the_groupings_end_at_both_ends():
    assert regrouped(Window(middle=1, cursor=1), -1, 1).grouping == 1
    assert regrouped(Window(middle=1, cursor=1, grouping=1000), 1, 1).grouping == 1000


def test_there_are_no_rows_before_the_first_price():
    assert price_rows(sight(), Window(), 10) == []


def test_the_highest_price_is_on_top_and_every_tick_has_a_row():
    rows = price_rows(sight(), Window(middle=AT), 5)

    assert [row.low for row in rows] == [D("61843.3"), D("61843.2"), D("61843.1"), D("61843.0"), D("61842.9")]


def test_sizes_stand_at_their_price():
    rows = price_rows(sight(), Window(middle=AT), 10)

    assert row_at(rows, "61843.1").bid == D("0.842")
    assert row_at(rows, "61843.2").ask == D("0.310")
    assert row_at(rows, "61843.5").ask == 0


def test_a_group_adds_up_the_sizes_of_its_ticks():
    bids = (Level(D("61843.1"), D("0.5")), Level(D("61843.0"), D("0.25")), Level(D("61842.9"), D("4")))
    rows = price_rows(sight(market=market(bids=bids)), Window(middle=61843, grouping=10), 3)

    row = row_at(rows, "61843.4")
    assert (row.low, row.high) == (D("61843.0"), D("61843.9"))
    assert row.bid == D("0.75")


def test_the_touch_is_marked_by_the_quote():
    rows = price_rows(sight(), Window(middle=AT), 10)

    assert [row.low for row in rows if row.is_best_bid] == [D("61843.1")]
    assert [row.low for row in rows if row.is_best_ask] == [D("61843.2")]


def test_own_orders_stand_on_their_side_with_what_is_left_of_them():
    orders = (
        order(1, Side.BUY, "61843.0", quantity=D("0.050"), filled=D("0.020")),
        order(2, Side.SELL, "61843.4", queue_ahead=None),
    )
    rows = price_rows(sight(orders=orders), Window(middle=AT), 10)

    assert row_at(rows, "61843.0").buys == Own(D("0.030"), 1, D("1.205"), "")
    assert row_at(rows, "61843.0").sells is None
    assert row_at(rows, "61843.4").sells == Own(D("0.050"), 1, None, "")


def test_two_orders_at_one_price_show_the_one_that_is_served_first():
    orders = (order(1, queue_ahead=D("3")), order(2, queue_ahead=D("2")))
    rows = price_rows(sight(orders=orders), Window(middle=AT), 10)

    assert row_at(rows, "61842.9").buys == Own(D("0.100"), 2, D("2"), "")


def test_an_order_that_has_ended_is_not_on_the_ladder():
    rows = price_rows(sight(orders=(order(status=OrderStatus.CANCELLED),)), Window(middle=AT), 10)

    assert row_at(rows, "61842.9").buys is None


@pytest.mark.parametrize(
    ("changes", "letter"),
    [
        ({"status": OrderStatus.UNKNOWN}, "?"),
        ({"status": OrderStatus.SUBMITTED}, "."),
        ({"pending": "cancel"}, "x"),
        ({"pending": "amend"}, "~"),
    ],
)
def test_what_is_on_its_way_has_its_letter(changes, letter):
    rows = price_rows(sight(orders=(order(**changes),)), Window(middle=AT), 10)

    assert row_at(rows, "61842.9").buys.pending == letter


def test_orders_of_other_sub_accounts_are_kept_apart():
    rows = price_rows(sight(other_orders=(order(),)), Window(middle=AT), 10)

    assert row_at(rows, "61842.9").buys is None
    assert row_at(rows, "61842.9").other_buys == D("0.050")


def test_mark_entry_and_liquidation_share_a_row_when_they_meet():
    held = position(entry_price=D("61842.7"), liquidation_price=D("61842.7"))
    rows = price_rows(sight(position=held), Window(middle=AT), 10)

    assert row_at(rows, "61842.7").marks == "MEL"


def test_a_flat_position_has_no_entry():
    rows = price_rows(sight(position=position("0")), Window(middle=AT), 20)

    assert [row.marks for row in rows if row.marks] == ["M"]


def test_the_last_trade_shows_who_took():
    rows = price_rows(sight(market=market(last=prints(("61843.0", "1", Side.SELL))[0])), Window(middle=AT), 10)

    assert {row.low: row.last for row in rows if row.last} == {D("61843.0"): Side.SELL}
