"""Words to drafts: order does not matter, repetition does."""

import pytest

from desk.model.order import Side, TimeInForce
from desk.ui.complaint import Misread
from desk.ui.drafting import draft_chase, draft_order, instrument_named
from desk.ui.lexing import Amount, Token, split_words
from desk.ui.resolve import Context, OrderDraft
from tests.kit.views import ALPHA, BTC, ETH, D, desk_view

CONTEXT = Context(desk_view(), ALPHA, BTC)


def words(text):
    return split_words(Token(text, 0))


@pytest.mark.parametrize("text", ["1 eth @3400 post", "1 post @3400 eth", "1 @3400 ETHUSDT post"])
def test_the_words_behind_the_quantity_stand_in_any_order(text):
    assert draft_order(Side.BUY, words(text), CONTEXT, {}) == OrderDraft(
        symbol=ETH, side=Side.BUY, amount=Amount(D(1)), price=D(3400), tif=TimeInForce.GTX
    )


def test_a_close_is_reduce_only_and_at_the_market_unless_priced():
    draft = draft_order(None, words("50%"), CONTEXT, {})

    assert (draft.side, draft.price, draft.reduce_only) == (None, None, True)


@pytest.mark.parametrize(
    "text", ["buy 1 ttl 5s ttl 6s", "buy 1 join opp", "buy 1 reduce reduce", "buy 1 maintain trail"]
)
def test_no_part_of_a_chase_is_said_twice(text):
    with pytest.raises(Misread):
        draft_chase(words(text), CONTEXT, {})


def test_each_part_is_placed_for_a_complaint():
    places = {}

    draft_order(Side.BUY, words("1 @3400"), CONTEXT, places)

    assert places == {"quantity": 0, "price": 2}


def test_an_instrument_answers_to_its_symbol_and_its_base_in_any_case():
    assert {instrument_named(name, CONTEXT.view).symbol for name in ("eth", "ETH", "ethusdt")} == {ETH}
    assert instrument_named("USDT", CONTEXT.view) is None
