from desk.exchange.depth_chain import DepthChain
from desk.exchange.market import Notice
from tests.exchange.recorded import answer, delta, ticker
from tests.exchange.scripted import BTC, book, change, touch


def _synced(last_id=100, bids="60000.0x2 59999.9x3", asks="60000.1x1 60000.2x4"):
    chain = DepthChain(BTC)
    chain.on_snapshot(answer(last_id, bids, asks))
    return chain


def test_deltas_wait_for_the_depth_answer_and_older_ones_are_dropped():
    chain = DepthChain(BTC)

    early = [
        *chain.on_delta(delta(80, 89, 79, bids="1.0x1")),
        *chain.on_delta(delta(95, 105, 89, bids="60000.0x9")),
        *chain.on_delta(delta(107, 110, 105, asks="60000.1x0")),
    ]
    records = chain.on_snapshot(answer(100, "60000.0x2", "60000.1x1"))

    assert early == []
    assert records == [book("60000.0x2", "60000.1x1"), change(bids="60000.0x9"), change(asks="60000.1x0")]


def test_a_delta_that_does_not_enclose_the_answers_id_is_a_gap():
    chain = _synced(100)

    (notice, _) = chain.on_delta(delta(102, 105, 101, bids="60000.0x9"))

    assert isinstance(notice, Notice)
    assert not chain.is_synced


def test_a_delta_must_name_the_one_before():
    chain = _synced(100)
    chain.on_delta(delta(99, 105, 98))

    (notice, left) = chain.on_delta(delta(110, 115, 109, bids="60000.0x9"))

    assert notice == Notice(
        "BTCUSDT: gap in the recorded depth: expected previous id 105, found 109; "
        "only the touch is known until the next depth answer"
    )
    assert left == book("", "", is_whole=False)


def test_after_a_gap_the_touch_goes_on_and_the_next_answer_mends_the_book():
    chain = _synced(100)
    chain.on_delta(delta(99, 105, 98))
    chain.on_delta(delta(110, 115, 109, bids="60000.0x9"))

    blind = chain.on_ticker(ticker(116, "60000.0x8", "60000.3x1"))
    waiting = chain.on_delta(delta(117, 120, 115, bids="59999.0x1"))
    mended = chain.on_snapshot(answer(118, "60000.0x7 59999.9x3", "60000.3x1"))

    assert blind == [book("60000.0x8", "60000.3x1", is_whole=False)]
    assert waiting == []
    assert mended == [book("60000.0x7 59999.9x3", "60000.3x1"), change(bids="59999.0x1")]
    assert chain.is_synced


def test_a_newer_ticker_tells_only_the_side_that_changed():
    chain = _synced(100)

    first = chain.on_ticker(ticker(101, "60000.0x2", "60000.1x0.5"))
    second = chain.on_ticker(ticker(102, "60000.0x2", "60000.1x0.4"))
    third = chain.on_ticker(ticker(103, "60000.0x2", "60000.1x0.4"))

    assert first == [touch("60000.0x2", "60000.1x0.5")]
    assert second == [touch(None, "60000.1x0.4")]
    assert third == []


def test_a_late_delta_does_not_undo_a_newer_ticker():
    chain = _synced(100)
    chain.on_ticker(ticker(120, "59999.9x3", "60000.2x4"))

    records = chain.on_delta(
        delta(99, 110, 98, bids="60000.0x5 59999.9x1 59999.8x7", asks="60000.1x2 60000.2x1 60000.3x8")
    )

    assert records == [change(bids="59999.8x7", asks="60000.3x8")]


def test_a_ticker_older_than_the_depth_is_not_believed():
    chain = _synced(100)
    chain.on_delta(delta(99, 130, 98, bids="60000.0x5"))

    assert chain.on_ticker(ticker(120, "59990.0x1", "60000.1x1")) == []


def test_a_touch_the_depth_has_changed_since_is_told_again():
    chain = _synced(100)
    chain.on_ticker(ticker(101, "60000.0x2", "60000.1x1"))
    chain.on_delta(delta(99, 105, 98, bids="60000.0x5"))

    assert chain.on_ticker(ticker(106, "60000.0x2", "60000.1x1")) == [touch("60000.0x2", None)]


def test_an_answer_older_than_the_ticker_takes_its_touch_from_the_ticker():
    chain = DepthChain(BTC)
    chain.on_ticker(ticker(120, "59999.9x9", "60000.2x4"))

    (full,) = chain.on_snapshot(answer(100, "60000.0x2 59999.9x3 59999.8x1", "60000.1x1 60000.3x2"))

    assert full == book("59999.9x9 59999.8x1", "60000.2x4 60000.3x2")


def test_an_answer_that_is_behind_a_proven_book_changes_nothing():
    chain = _synced(100)
    chain.on_delta(delta(99, 105, 98))

    assert chain.on_snapshot(answer(104, "1.0x1", "2.0x1")) == []
    assert chain.is_synced


def test_what_waited_for_an_answer_in_vain_waits_once_for_the_next():
    chain = DepthChain(BTC)
    chain.on_delta(delta(102, 105, 101, bids="60000.0x9"))
    chain.on_snapshot(answer(100, "60000.0x2", "60000.1x1"))

    mended = chain.on_snapshot(answer(103, "60000.0x3", "60000.1x1"))

    assert mended == [book("60000.0x3", "60000.1x1"), change(bids="60000.0x9")]
    assert chain.is_synced
