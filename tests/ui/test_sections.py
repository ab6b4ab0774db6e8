"""Which part of the view goes where."""

from desk.ui.arming import KeyMode
from desk.ui.sections import (
    Pulse,
    account_section,
    accounts_section,
    ladder_section,
    price_section,
    status_section,
    tape_section,
)
from desk.ui.session import Chosen
from tests.kit.views import ALPHA, BRAVO, BTC, CHARLIE, ETH, D, desk_view

VIEW = desk_view()


def chosen(sub=ALPHA, symbol=BTC):
    return Chosen(sub=sub, symbol=symbol, key_mode=KeyMode.ARMED, size=D("0.01"))


def test_the_ladder_tells_our_open_orders_from_the_other_sub_accounts():
    section = ladder_section(VIEW, chosen())

    assert [row.id[-1] for row in section.orders] == ["7", "6", "5", "3"]
    assert [row.id[-1] for row in section.other_orders] == ["4"]


def test_the_ladder_marks_the_position_of_the_chosen_sub_account_alone():
    assert ladder_section(VIEW, chosen(BRAVO)).position.quantity == D("-0.100")
    assert ladder_section(VIEW, chosen(CHARLIE)).position is None
    assert ladder_section(VIEW, chosen(symbol=ETH)).position is None


def test_the_status_line_ages_the_quote_of_the_chosen_symbol():
    section = status_section(VIEW, chosen(symbol=ETH), Pulse(fps=20, silent_ms=7))

    assert section.quote_ts == VIEW.market(ETH).quote.ts
    assert (section.fps, section.silent_ms, section.key_mode) == (20, 7, KeyMode.ARMED)


def test_a_symbol_that_is_not_traded_has_no_sections():
    lost = chosen(symbol="DOGEUSDT")

    assert (ladder_section(VIEW, lost), accounts_section(VIEW, lost), tape_section(VIEW, lost)) == (None, None, None)
    assert price_section(VIEW, lost) is None
    assert account_section(VIEW, chosen("9")) is None


def test_the_price_chart_draws_a_line_at_the_entry():
    assert price_section(VIEW, chosen()).level == D("61842.5")


def test_equal_views_make_equal_sections():
    assert ladder_section(desk_view(), chosen()) == ladder_section(VIEW, chosen())
