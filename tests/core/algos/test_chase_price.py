"""Where a chase wants to rest."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desk.core.algos.base import Sight
from desk.core.algos.chase_price import aim, cap_price, cross_price, is_dust
from desk.core.book import Book
from desk.model.command import ChaseSpec
from desk.model.order import Side
from tests.kit import builders

D = Decimal


def spec(side="buy", **changes):
    return replace(ChaseSpec(sub="1", symbol="BTCUSDT", side=Side(side), quantity=D(1)), **changes)


def sight(touch, size="5", bids="", asks=""):
    book = Book()
    if bids or asks:
        book.on_snapshot(builders.depth(bids, asks))
    return Sight(
        now=builders.EPOCH,
        instrument=builders.instrument(),
        quote=builders.quote(touch, size=size),
        book=book,
        orders={},
    )


def price(wish, touch, rejects=0, own=None):
    return aim(wish, sight(touch), own or {}, D("100.0"), rejects).price


@pytest.mark.parametrize(
    ("side", "peg", "expected"),
    [
        ("buy", "join", "100.0"),
        ("buy", "improve", "100.2"),
        ("buy", "mid", "100.4"),  # 100.45, down
        ("buy", "opp", "100.8"),  # a tick before the touch: it may not take
        ("sell", "join", "100.9"),
        ("sell", "improve", "100.7"),
        ("sell", "mid", "100.5"),  # 100.45, up
        ("sell", "opp", "100.1"),
    ],
)
def test_each_peg_has_its_price(side, peg, expected):
    assert price(spec(side, peg=peg, peg_ticks=2), "100.0/100.9") == D(expected)


def test_without_post_only_the_opposite_peg_takes():
    assert price(spec(peg="opp", post_only=False), "100.0/100.9") == D("100.9")


@pytest.mark.parametrize(("side", "expected"), [("buy", "99.7"), ("sell", "101.2")])
def test_an_offset_keeps_away_from_the_market(side, expected):
    assert price(spec(side, offset_ticks=3), "100.0/100.9") == D(expected)


@pytest.mark.parametrize(("rejects", "expected"), [(0, "100.0"), (1, "100.0"), (2, "99.9"), (3, "99.8")])
def test_each_refusal_after_the_first_keeps_one_tick_more_from_the_touch(rejects, expected):
    assert price(spec(), "100.0/100.1", rejects) == D(expected)


def test_improving_in_a_spread_of_one_tick_only_joins():
    assert price(spec(peg="improve"), "100.0/100.1") == D("100.0")


def test_our_own_quote_is_not_the_market():
    found = aim(spec(), sight("100.0/100.1", "1", "1@100.0 2@99.7", "5@100.1"), {D("100.0"): D(1)}, D(100), 0)

    assert found.price == D("99.7")


def test_improving_does_not_leap_over_our_own_quote():
    found = aim(
        spec(peg="improve"), sight("100.0/100.9", "1", "1@100.0 2@99.9", "5@100.9"), {D("100.0"): D(1)}, D(100), 0
    )

    assert found.price == D("100.0")


def test_someone_beside_us_at_the_touch_makes_it_the_market():
    found = aim(spec(), sight("100.0/100.1", "3", "3@100.0 2@99.7", "5@100.1"), {D("100.0"): D(1)}, D(100), 0)

    assert found.price == D("100.0")


def test_without_anyone_else_on_our_side_there_is_no_price():
    assert aim(spec(), sight("100.0/100.1", "1", "1@100.0", "5@100.1"), {D("100.0"): D(1)}, D(100), 0) is None


def test_a_cap_holds_the_price_back_and_says_so():
    found = aim(spec(cap_price=D("100.3")), sight("100.5/100.6"), {}, D("100.0"), 0)

    assert (found.price, found.is_beyond_cap) == (D("100.3"), True)


@pytest.mark.parametrize(
    ("side", "arrival", "expected"),
    [("buy", "100.0", "100.2"), ("sell", "100.0", "99.8"), ("buy", "100.3", "100.5"), ("sell", "100.3", "100.1")],
)
def test_a_cap_in_bps_is_counted_from_arrival_and_rounded_to_our_side(side, arrival, expected):
    # 100.3 * 1.002 = 100.5006, 100.3 * 0.998 = 100.0994
    assert cap_price(spec(side, cap_bps=D(20)), builders.instrument(), D(arrival)) == D(expected)


def test_without_a_cap_there_is_none():
    assert cap_price(spec(), builders.instrument(), D(100)) is None


@pytest.mark.parametrize(("side", "expected"), [("buy", "100.1"), ("sell", "100.0")])
def test_crossing_pays_up_to_the_slip_beyond_the_opposite_touch(side, expected):
    # 100.1 * 1.0005 = 100.15005, 100.0 * 0.9995 = 99.95
    assert cross_price(spec(side), builders.instrument(), builders.quote("100.0/100.1")) == D(expected)


@pytest.mark.parametrize(
    ("quantity", "reduce_only", "expected"),
    [("0.05", False, False), ("0.049", False, True), ("0.049", True, False), ("0.0009", True, True)],
)
def test_dust_is_below_the_smallest_lot_or_the_smallest_notional(quantity, reduce_only, expected):
    assert is_dust(builders.instrument(), D(quantity), D(100), reduce_only=reduce_only) is expected
