from decimal import Decimal

from desk.model.effect import RequestDepth
from desk.model.market import BookDelta, BookSnapshot, Quote, TradePrint
from desk.model.units import MILLISECOND, Nanos
from tests.exchange.scripted import BTC, BUY, IOC, SELL, Session, book, change, trade


def _only(kind, session):
    return [each for each in session.heard if isinstance(each, kind)]


def _depth(session):
    session.exchange.execute(RequestDepth(session.now, BTC), session.now)
    return next(each for each in session.exchange.advance(session.now) if isinstance(each, BookSnapshot))


def test_every_delta_continues_the_one_before():
    session = Session()
    deltas = []
    for size in range(1, 6):
        session.crowd(change(bids=f"59999.8x{size}"))
        deltas += _only(BookDelta, session)

    assert [each.previous_id for each in deltas[1:]] == [each.last_id for each in deltas[:-1]]


def test_a_depth_answer_lies_within_the_range_of_the_next_delta():
    session = Session()
    session.crowd(change(bids="59999.8x1"))

    first, second = _depth(session), _depth(session)
    session.crowd(change(bids="59999.8x2"))
    (delta,) = _only(BookDelta, session)

    assert delta.first_id <= first.last_update_id < second.last_update_id <= delta.last_id


def test_a_book_kept_from_one_depth_answer_and_deltas_is_the_exchanges_own():
    session = Session()
    answer = _depth(session)
    book = {level.price: level.size for level in answer.bids}
    session.place("a", BUY, "1", "59999.5")
    _apply(book, session)
    session.place("b", SELL, "2.5", "59999.9", IOC)
    _apply(book, session)
    session.amend("a", "59999.6", "2")
    _apply(book, session)

    assert book == {level.price: level.size for level in _depth(session).bids}
    assert book == {Decimal("59999.9"): Decimal("2.5"), Decimal("59999.6"): 2}


def _apply(book, session):
    for delta in _only(BookDelta, session):
        for level in delta.bids:
            book[level.price] = level.size
    for price in [each for each, size in book.items() if not size]:
        del book[price]


def test_a_quote_is_told_only_when_the_touch_changes():
    session = Session()

    session.crowd(change(bids="59999.9x9"))
    quiet = _only(Quote, session)
    session.crowd(change(bids="60000.0x9"))
    loud = _only(Quote, session)

    assert quiet == []
    assert [(each.bid, each.bid_size) for each in loud] == [(60000, 9)]


def test_an_order_of_ours_inside_the_spread_is_the_touch():
    session = Session(bids="60000.0x2", asks="60000.5x1")

    session.place("a", BUY, "1.5", "60000.3")

    assert [(each.bid, each.bid_size, each.ask) for each in _only(Quote, session)] == [
        (Decimal("60000.3"), Decimal("1.5"), Decimal("60000.5"))
    ]


def test_the_tape_shows_the_crowds_trades_and_what_we_take():
    session = Session()

    session.crowd(trade("60000.1", "0.3", BUY))
    crowd = _only(TradePrint, session)
    session.place("a", SELL, "0.5", "60000.0", IOC)
    ours = _only(TradePrint, session)

    assert crowd == [
        TradePrint(Nanos(session.now - 1_000_000), BTC, Decimal("60000.1"), Decimal("0.3"), BUY, crowd[0].ts)
    ]
    assert [(each.price, each.quantity, each.aggressor) for each in ours] == [(60000, Decimal("0.5"), SELL)]


def test_depth_is_not_answered_while_only_the_touch_is_known_and_the_chain_shows_the_break():
    session = Session()
    last_id = _only(BookDelta, session)[-1].last_id
    session.crowd(book("60000.0x2", "60000.1x1", is_whole=False))
    broken = _only(BookDelta, session)[-1]

    session.exchange.execute(RequestDepth(session.now, BTC), session.now)
    session.pass_time(MILLISECOND)
    in_the_dark = session.heard
    session.crowd(book("60000.0x2 59999.8x1", "60000.1x1"))
    answers = [each for each in session.heard if isinstance(each, BookSnapshot)]

    assert broken.previous_id != last_id
    assert in_the_dark == []
    assert [level.price for level in answers[0].bids] == [Decimal("60000.0"), Decimal("59999.8")]
