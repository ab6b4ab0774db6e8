"""A book is complete by proof, or it is not used."""

from decimal import Decimal

import pytest

from desk.core.book import Book, Sync
from desk.model.order import Side
from tests.kit.builders import delta, depth, levels

D = Decimal


def synced(bids="5@100.0 3@99.9", asks="4@100.1 2@100.2", last_id=10):
    book = Book()
    book.on_snapshot(depth(bids, asks, last_id))
    return book


def test_a_book_shows_its_levels_from_the_best_outwards():
    book = synced("3@99.9 5@100.0", "2@100.2 4@100.1")

    assert book.top(Side.BUY, 10) == levels("5@100.0 3@99.9")
    assert book.top(Side.SELL, 1) == levels("4@100.1")
    assert book.best(Side.SELL) == levels("4@100.1")[0]


def test_a_depth_with_a_size_of_zero_has_no_such_level():
    assert synced("0@100.0 3@99.9").best(Side.BUY) == levels("3@99.9")[0]


def test_a_delta_replaces_sizes_adds_prices_and_removes_what_is_zero():
    book = synced()

    taken = book.on_delta(delta("11-12 after 10", "0@100.0 7@99.9 1@99.95", "6@100.15"))

    assert taken is Sync.APPLIED
    assert book.top(Side.BUY, 10) == levels("1@99.95 7@99.9")
    assert book.top(Side.SELL, 10) == levels("4@100.1 6@100.15 2@100.2")


def test_removing_a_price_that_is_not_there_changes_nothing():
    book = synced()

    book.on_delta(delta("11-11 after 10", "0@98.0"))

    assert book.top(Side.BUY, 10) == levels("5@100.0 3@99.9")


def test_a_missing_delta_makes_the_book_useless_until_a_new_depth():
    book = synced()

    taken = book.on_delta(delta("14-15 after 13", "9@100.0"))

    assert taken is Sync.GAP
    assert (book.synced, book.best(Side.BUY)) == (False, None)


def test_a_delta_that_is_already_known_is_left_out():
    book = synced()

    assert book.on_delta(delta("9-10 after 8", "9@100.0")) is Sync.STALE
    assert book.size(Side.BUY, D("100.0")) == D(5)


def test_deltas_that_came_before_the_depth_are_applied_after_it():
    book = Book()
    book.on_delta(delta("9-12 after 8", "1@100.0"))
    book.on_delta(delta("13-14 after 12", "2@99.9"))

    taken = book.on_snapshot(depth("5@100.0", "4@100.1", 10))

    assert taken is Sync.APPLIED
    assert book.top(Side.BUY, 10) == levels("1@100.0 2@99.9")
    assert book.on_delta(delta("15-15 after 14", "3@99.8")) is Sync.APPLIED


@pytest.mark.parametrize("first", ["9-12 after 8", "11-12 after 10", "10-11 after 9"])
def test_the_first_delta_spans_or_follows_the_depth(first):
    book = Book()
    book.on_delta(delta(first, "1@100.0"))

    assert book.on_snapshot(depth("5@100.0", "4@100.1", 10)) is Sync.APPLIED


def test_a_depth_older_than_the_deltas_held_is_refused_and_they_are_kept():
    book = Book()
    book.on_delta(delta("13-14 after 12", "1@100.0"))

    assert book.on_snapshot(depth("5@100.0", "4@100.1", 10)) is Sync.GAP
    assert book.on_snapshot(depth("5@100.0", "4@100.1", 13)) is Sync.APPLIED
    assert book.size(Side.BUY, D("100.0")) == D(1)


def test_a_gap_among_the_deltas_held_is_found():
    book = Book()
    book.on_delta(delta("9-12 after 8", "1@100.0"))
    book.on_delta(delta("15-16 after 14", "2@100.0"))

    assert book.on_snapshot(depth("5@100.0", "4@100.1", 10)) is Sync.GAP
    assert not book.synced


def test_a_second_depth_that_arrives_late_does_not_turn_the_book_back():
    book = synced(last_id=10)
    book.on_delta(delta("11-12 after 10", "7@100.0"))

    taken = book.on_snapshot(depth("5@100.0", "4@100.1", 11))

    assert taken is Sync.STALE
    assert book.size(Side.BUY, D("100.0")) == D(7)
    assert book.on_delta(delta("13-13 after 12", "8@100.0")) is Sync.APPLIED


def test_the_best_price_without_ours_is_the_first_that_others_share():
    book = synced("1@100.0 2@99.9 3@99.8", "4@100.1")

    assert book.best_without(Side.BUY, {D("100.0"): D(1)}) == D("99.9")
    assert book.best_without(Side.BUY, {D("100.0"): D("0.5")}) == D("100.0")
    assert book.best_without(Side.SELL, {D("100.1"): D(4)}) is None


def test_every_change_of_the_levels_has_its_version():
    book = synced()
    before = book.version

    book.on_delta(delta("11-11 after 10", "9@100.0"))
    book.on_delta(delta("9-9 after 8", "1@100.0"))

    assert book.version == before + 1
