from decimal import Decimal

from desk.model.event import OrderFilled
from desk.model.market import BookDelta, Level, Quote
from desk.model.order import OrderType
from tests.exchange.scripted import BUY, FOK, GTX, IOC, SELL, Session, book, change, levels, told, touch, trade


def test_a_taker_walks_the_book_and_pays_for_it():
    session = Session(asks="60000.1x1 60000.2x4")

    heard = session.place("a", BUY, "3", "60000.2")

    assert told(heard) == ["accepted a", "filled a 1@60000.1 taker", "filled a 2@60000.2 taker"]
    # 1 * 60000.1 * 0.0005 and 2 * 60000.2 * 0.0005
    assert [each.fee for each in heard if isinstance(each, OrderFilled)] == [Decimal("30.00005"), Decimal("60.0002")]


def test_what_a_taker_has_eaten_stays_eaten_until_the_crowd_changes_that_level():
    session = Session(asks="60000.1x1 60000.2x4")
    session.place("a", BUY, "3", "60000.2")

    session.crowd(change(asks="60000.3x7"))
    second = session.place("b", BUY, "3", "60000.2", IOC)
    session.crowd(change(asks="60000.2x4"))
    third = session.place("c", BUY, "3", "60000.2", IOC)

    assert told(second) == ["accepted b", "filled b 2@60000.2 taker", "expired b ioc remainder"]
    assert told(third) == ["accepted c", "filled c 3@60000.2 taker"]


def test_the_rest_of_a_limit_order_that_took_rests_at_its_price():
    session = Session(asks="60000.1x1 60000.3x4")

    session.place("a", BUY, "3", "60000.2")

    (order,) = session.truth.orders
    assert order.filled == 1
    assert any(
        isinstance(each, Quote) and (each.bid, each.bid_size) == (Decimal("60000.2"), 2) for each in session.heard
    )


def test_trades_at_our_price_eat_the_queue_in_front_before_they_reach_us():
    session = Session(bids="60000.0x2")
    session.place("a", BUY, "3", "60000.0")

    first = session.crowd(trade("60000.0", "1.5", SELL))
    second = session.crowd(trade("60000.0", "1.5", SELL))

    assert told(first) == []
    assert told(second) == ["filled a 1.0@60000.0 maker"]


def test_two_orders_at_one_price_are_filled_in_the_order_they_came():
    session = Session(bids="60000.0x2")
    session.place("a", BUY, "1", "60000.0")
    session.crowd(change(bids="60000.0x5"))
    session.place("b", BUY, "1", "60000.0")

    heard = session.crowd(trade("60000.0", "3", SELL)) + session.crowd(trade("60000.0", "2.5", SELL))

    # 2 in front of a, a, then the 3 that came before b, of which 2.5 trade.
    assert told(heard) == ["filled a 1@60000.0 maker"]
    assert told(session.crowd(trade("60000.0", "0.75", SELL))) == ["filled b 0.25@60000.0 maker"]


def test_a_cancel_in_the_crowd_moves_us_up_in_proportion():
    session = Session(bids="60000.0x4")
    session.place("a", BUY, "1", "60000.0")
    session.crowd(change(bids="60000.0x8"))

    session.crowd(change(bids="60000.0x6"))
    heard = session.crowd(trade("60000.0", "3.5", SELL))

    # Ahead 4 of 8; a quarter of the level leaves, so 3 remain in front.
    assert told(heard) == ["filled a 0.5@60000.0 maker"]


def test_a_shrinking_that_trades_explain_moves_us_up_only_once():
    session = Session(bids="60000.0x4")
    session.place("a", BUY, "1", "60000.0")

    session.crowd(trade("60000.0", "1", SELL), change(bids="60000.0x3"))

    assert told(session.crowd(trade("60000.0", "3", SELL))) == []
    assert told(session.crowd(trade("60000.0", "1", SELL))) == ["filled a 1@60000.0 maker"]


def test_new_size_in_the_crowd_queues_behind_us():
    session = Session(bids="60000.0x2")
    session.place("a", BUY, "1", "60000.0")

    session.crowd(change(bids="60000.0x50"))

    assert told(session.crowd(trade("60000.0", "3", SELL))) == ["filled a 1@60000.0 maker"]


def test_a_trade_beyond_our_price_has_consumed_our_level():
    session = Session(bids="60000.0x2 59999.9x3")
    session.place("a", BUY, "1", "60000.0")

    heard = session.crowd(trade("59999.9", "0.001", SELL))

    assert told(heard) == ["filled a 1@60000.0 maker"]


def test_an_opposite_touch_that_reaches_our_price_fills_us_at_our_price():
    session = Session(bids="60000.0x2", asks="60000.1x1")
    session.place("a", SELL, "2", "60000.3")

    heard = session.crowd(change(bids="60000.3x1 60000.4x5", asks="60000.1x0 60000.5x1"))

    assert told(heard) == ["filled a 2@60000.3 maker"]


def test_a_touch_clears_what_the_book_has_beyond_it():
    session = Session(bids="60000.0x2 59999.9x3 59999.8x1", asks="60000.1x1")

    session.crowd(touch(bid="59999.9x9"))

    quote = next(each for each in session.heard if isinstance(each, Quote))
    assert (quote.bid, quote.bid_size) == (Decimal("59999.9"), 9)


def test_a_touch_inside_the_other_side_proves_that_side_stale():
    session = Session(bids="60000.0x2", asks="60000.1x1 60000.2x4")

    session.crowd(touch(bid="60000.1x5"))

    quote = next(each for each in session.heard if isinstance(each, Quote))
    assert (quote.bid, quote.ask) == (Decimal("60000.1"), Decimal("60000.2"))


def test_our_own_resting_order_expires_where_we_would_trade_with_ourselves():
    session = Session(asks="60000.1x1 60000.2x4")
    session.place("a", SELL, "2", "60000.1")

    heard = session.place("b", BUY, "3", "60000.2")

    assert told(heard) == [
        "accepted b",
        "filled b 1@60000.1 taker",
        "expired a self-trade prevention",
        "filled b 2@60000.2 taker",
    ]


def test_our_own_resting_order_stays_when_the_crowd_in_front_is_enough():
    session = Session(asks="60000.1x1")
    session.place("a", SELL, "2", "60000.1")

    heard = session.place("b", BUY, "1", "60000.1")

    assert told(heard) == ["accepted b", "filled b 1@60000.1 taker"]
    assert [each.spec.id for each in session.truth.orders] == ["a"]


def test_a_post_only_order_that_would_take_is_refused():
    session = Session(asks="60000.1x1")

    assert told(session.place("a", BUY, "1", "60000.1", GTX)) == ["rejected a -5022"]
    assert told(session.place("b", BUY, "1", "60000.0", GTX)) == ["accepted b"]


def test_a_fill_or_kill_order_is_filled_whole_or_refused():
    session = Session(asks="60000.1x1 60000.2x4")

    assert told(session.place("a", BUY, "5.001", "60000.2", FOK)) == ["rejected a -5021"]
    assert told(session.place("b", BUY, "5", "60000.2", FOK)) == [
        "accepted b",
        "filled b 1@60000.1 taker",
        "filled b 4@60000.2 taker",
    ]


def test_a_market_order_stops_at_its_worst_price():
    session = Session(asks="60000.1x1 60100.0x4")

    heard = session.place("a", BUY, "2", "60050.0", type=OrderType.MARKET)

    assert told(heard) == ["accepted a", "filled a 1@60000.1 taker", "expired a ioc remainder"]


def test_an_amended_order_loses_its_place_in_the_queue():
    session = Session(bids="60000.0x1")
    session.place("a", BUY, "1", "60000.0")
    session.crowd(change(bids="60000.0x4"))

    heard = session.amend("a", "60000.0", "2")

    assert told(heard) == ["amended a 2@60000.0"]
    assert told(session.crowd(trade("60000.0", "4", SELL))) == []
    assert told(session.crowd(trade("60000.0", "1", SELL))) == ["filled a 1@60000.0 maker"]


def test_an_amended_order_that_crosses_takes():
    session = Session(asks="60000.1x1 60000.2x4")
    session.place("a", BUY, "2", "59990.0")

    heard = session.amend("a", "60000.1", "2")

    assert told(heard) == ["amended a 2@60000.1", "filled a 1@60000.1 taker"]
    assert session.truth.orders[0].filled == 1


def test_a_reduce_only_order_expires_when_its_position_is_gone():
    session = Session(bids="60000.0x9")
    session.place("open", BUY, "1", "60000.1", IOC)
    session.place("exit", SELL, "1", "60010.0", reduce_only=True)

    heard = session.place("close", SELL, "1", "60000.0", IOC)

    assert told(heard) == [
        "accepted close",
        "filled close 1@60000.0 taker",
        "expired exit reduce-only without position",
    ]


def test_a_sweep_never_carries_a_reduce_only_order_across_zero():
    session = Session(asks="60000.1x1 60000.2x4")
    session.place("open", BUY, "1", "60000.1", IOC)
    session.place("plain", SELL, "1", "60005.0")
    session.place("exit", SELL, "1", "60006.0", reduce_only=True)

    heard = session.crowd(book("60020.0x1", "60021.0x1"))

    assert told(heard) == ["filled plain 1@60005.0 maker", "expired exit reduce-only without position"]
    assert session.position == 0


def test_the_display_shows_our_order_beside_the_crowd():
    session = Session(bids="60000.0x2")

    session.place("a", BUY, "1.5", "60000.0")

    delta = next(each for each in session.heard if isinstance(each, BookDelta))
    assert delta.bids == (Level(Decimal("60000.0"), Decimal("3.5")),)
    assert delta.asks == levels("")


def test_the_oldest_reduce_only_order_keeps_the_right_to_close():
    session = Session(bids="60000.0x9", asks="60000.1x2")
    session.place("open", BUY, "2", "60000.1", IOC)
    session.place("old", SELL, "1", "60020.0", reduce_only=True)
    session.place("new", SELL, "1", "60010.0", reduce_only=True)

    heard = session.place("close", SELL, "1", "60000.0", IOC)

    assert told(heard)[-1] == "expired new reduce-only without position"
    assert [each.spec.id for each in session.truth.orders] == ["old"]


def test_what_we_take_in_front_of_our_own_order_moves_it_up():
    session = Session(asks="60000.1x3")
    session.place("a", SELL, "2", "60000.1")
    session.place("b", BUY, "2", "60000.1", IOC)

    assert told(session.crowd(trade("60000.1", "2", BUY))) == ["filled a 1@60000.1 maker"]


def test_a_whole_book_replaces_what_was_there():
    session = Session(bids="60000.0x2 59999.9x3", asks="60000.1x1")

    session.crowd(book("59990.0x1", "60000.1x1"))

    quote = next(each for each in session.heard if isinstance(each, Quote))
    assert (quote.bid, quote.bid_size) == (59990, 1)
