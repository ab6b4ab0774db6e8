"""The rules every way to an order obeys; the grammar's tests go through most of them."""

import pytest
from msgspec.structs import replace

from desk.model.order import Side
from desk.ui.complaint import Misread
from desk.ui.lexing import Amount
from desk.ui.resolve import Context, OrderDraft, nearest, plain, resolve_amend, resolve_order, traded_subs
from tests.kit.views import ALPHA, BRAVO, BTC, CHARLIE, D, account, desk_view, order

VIEW = desk_view()


def draft(**changes):
    made = OrderDraft(symbol=BTC, side=Side.BUY, amount=Amount(D("0.01")), price=D(61800))
    return replace(made, **changes)


def test_a_reducing_order_may_be_smaller_than_the_least_notional():
    # 0.001 at 61800 is 61.8, below 100; but bravo is short 0.1.
    resolved = resolve_order(draft(amount=Amount(D("0.001")), reduce_only=True), Context(VIEW, BRAVO, BTC))

    assert resolved.quantity == D("0.001")


def test_a_percentage_of_negative_equity_is_nothing():
    ruined = replace(account(), equity=D(-5))

    with pytest.raises(Misread, match=r"quantity: expected at least 0\.001, found 0"):
        resolve_order(draft(amount=Amount(D(50), "%")), Context(desk_view(subs=(ruined,)), ALPHA, BTC))


def test_all_of_the_position_is_exactly_all_of_it():
    resolved = resolve_order(
        draft(side=None, amount=Amount(D(100), "%"), price=None, reduce_only=True), Context(VIEW, ALPHA, BTC)
    )

    assert (resolved.side, resolved.quantity) == (Side.SELL, D("0.250"))


def test_there_is_nothing_to_close_without_a_position():
    with pytest.raises(Misread, match="position: expected one of charlie in BTCUSDT to close, found none"):
        resolve_order(draft(side=None, reduce_only=True), Context(VIEW, CHARLIE, BTC))


def test_there_is_nothing_to_reduce_without_a_position():
    with pytest.raises(
        Misread, match="reduce-only: expected a short position of charlie in BTCUSDT, found no position"
    ):
        resolve_order(draft(reduce_only=True), Context(VIEW, CHARLIE, BTC))


def test_an_amendment_is_held_to_the_same_rules():
    with pytest.raises(Misread, match=r"price: expected a multiple of 0\.1"):
        resolve_amend(order(), D("61842.55"), None, Context(VIEW, ALPHA, BTC))
    with pytest.raises(Misread, match="notional"):
        resolve_amend(order(), None, Amount(D("0.001")), Context(VIEW, ALPHA, BTC))


def test_the_accounts_that_keep_the_books_whole_are_not_traded():
    assert [each.name for each in traded_subs(VIEW)] == ["alpha", "bravo", "charlie"]


def test_the_nearest_word_is_named_first():
    assert nearest("BTCUDST", ["ETHUSDT", "BTCUSDT"]) == "BTCUSDT? (one of ETHUSDT, BTCUSDT)"
    assert nearest("zzz", ["a", "b"]) == "one of a, b"
    assert nearest("zzz", []) == "one, but there are none"


def test_a_plain_number_has_no_exponent_and_no_idle_zeros():
    assert [plain(D(text)) for text in ("0.00000001", "1E+3", "61800.0", "100", "0.250")] == [
        "0.00000001", "1000", "61800", "100", "0.25",
    ]  # fmt: skip
