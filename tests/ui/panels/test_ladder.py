from decimal import Decimal as D

import pytest

from desk.model.order import Side
from desk.model.tier import AdlTier
from desk.model.view import AdlLevel
from desk.ui.arming import KeyMode
from desk.ui.panels.ladder import CursorRow, LadderPanel, LadderSection, own_text
from desk.ui.panels.ladder_rows import Own
from desk.ui.theme import Ink
from tests.kit.views import BRAVO, BTC, ETH, NOW, before, eth_market, instrument, market, order, orders, position
from tests.ui.stage import Stage


def section(**changes):
    made = {
        "instrument": instrument(),
        "market": market(),
        "orders": tuple(row for row in orders() if row.sub != BRAVO),
        "other_orders": tuple(row for row in orders() if row.sub == BRAVO),
        "position": position(),
        "now": NOW,
        "mode": KeyMode.CONFIRM,
        "size": D("0.010"),
        "sub_name": "alpha",
    }
    return LadderSection(**{**made, **changes})


def moved_market(price):
    quote = market().quote
    return market(
        quote=type(quote)(before(120), quote.symbol, D(price), D("1"), D(price) + D("0.1"), D("1"), before(130))
    )


@pytest.fixture
async def ladder():
    panel = LadderPanel(id="ladder")
    app = Stage(panel, section())
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        yield panel


def line_of(panel, price):
    return next(line for line in panel.text()[2:] if price in line)


@pytest.mark.parametrize("mode", list(KeyMode))
def test_ladder_in_each_key_mode(snap_compare, mode):
    assert snap_compare(Stage(LadderPanel(id="ladder"), section(mode=mode)), terminal_size=(60, 40))


def test_ladder_with_a_stale_quote(snap_compare):
    stale = section(now=NOW + 2_000_000_000)

    assert snap_compare(Stage(LadderPanel(id="ladder"), stale), terminal_size=(60, 24))


def test_ladder_in_a_small_terminal(snap_compare):
    assert snap_compare(Stage(LadderPanel(id="ladder"), section()), terminal_size=(48, 14))


def test_ladder_grouped_by_ten_ticks(snap_compare):
    panel = LadderPanel(id="ladder")

    async def group(pilot):
        for _ in range(3):
            panel.group(1)

    assert snap_compare(Stage(panel, section()), terminal_size=(60, 24), run_before=group)


async def test_an_own_order_shows_its_size_and_its_queue_beside_its_level(ladder):
    assert line_of(ladder, "61,842.9").split() == ["0.050", "q≈1.205", "1.205", "61,842.9"]


async def test_an_order_of_another_sub_account_shows_its_size_only(ladder):
    assert line_of(ladder, "61,844.0").split() == ["61,844.0", "4.460", "0.150"]


async def test_the_header_says_who_trades_how_much(ladder):
    assert ladder.text()[0].split() == ["CONFIRM", "alpha", "0.010", "×1", "spr", "0.1", "0.1s"]


async def test_the_border_says_the_key_mode(ladder):
    ladder.show(section(mode=KeyMode.ARMED))

    assert ladder.has_class("armed")
    assert not ladder.has_class("confirm")
    assert ladder.border_subtitle == "ARMED"


async def test_a_stale_quote_greys_every_price(ladder):
    ladder.show(section(now=NOW + 2_000_000_000))

    assert "stale 2.1s" in ladder.text()[0]
    assert {ink for inks in ladder._inks[2:-1] for ink in inks} == {Ink.STALE, Ink.CURSOR}


async def test_a_quote_of_exactly_half_a_second_is_fresh(ladder):
    ladder.show(section(now=before(120) + 500_000_000))
    assert "stale" not in ladder.text()[0]

    ladder.show(section(now=before(120) + 501_000_000))
    assert "stale" in ladder.text()[0]


async def test_without_a_price_it_waits(ladder):
    ladder.show(section(instrument=instrument(ETH), market=market(symbol=ETH, quote=None, bids=(), asks=())))

    assert "waiting for the book" in "".join(ladder.text())
    assert ladder.cursor_price() is None


async def test_the_cursor_starts_on_the_best_bid(ladder):
    assert ladder.cursor_price() == CursorRow(D("61843.1"), D("61843.1"))


async def test_the_cursor_goes_up_with_the_price(ladder):
    ladder.move_cursor(2)

    assert ladder.cursor_price().low == D("61843.3")
    assert ">" in line_of(ladder, "61,843.3")


async def test_a_grouped_row_spans_its_ticks_and_orders_at_the_end_away_from_the_market(ladder):
    for _ in range(3):
        ladder.group(1)

    row = ladder.cursor_price()

    assert row == CursorRow(D("61843.0"), D("61843.9"))
    assert (row.price(Side.BUY), row.price(Side.SELL)) == (D("61843.0"), D("61843.9"))


async def test_an_armed_ladder_stays_still_and_says_how_to_find_the_market(ladder):
    ladder.show(section(mode=KeyMode.ARMED))
    window = ladder.window

    ladder.show(section(mode=KeyMode.ARMED, market=moved_market("61900.0")))

    assert ladder.window == window
    assert line_of(ladder, "61,843.1").count(">") == 1
    assert "c: centre" in ladder.text()[0]


async def test_a_ladder_that_follows_loses_the_cursor_rather_than_move_it(ladder):
    ladder.show(section(market=moved_market("61900.0")))

    assert line_of(ladder, "61,900.0")
    assert ladder.cursor_price() is None


async def test_centre_brings_touch_and_cursor_back(ladder):
    ladder.show(section(mode=KeyMode.ARMED, market=moved_market("61900.0")))

    ladder.centre()

    assert ladder.cursor_price().low == D("61900.0")
    assert "c: centre" not in ladder.text()[0]


async def test_another_symbol_has_its_own_window(ladder):
    ladder.move_cursor(5)

    ladder.show(section(instrument=instrument(ETH), market=eth_market(), orders=(), other_orders=(), position=None))

    assert ladder.cursor_price().low == D("3401.25")


async def test_markup_in_a_name_is_shown_not_interpreted(ladder):
    odd = instrument(symbol="[red]X\x1b[0m")
    ladder.show(section(instrument=odd, market=market(symbol=odd.symbol), sub_name="[b]\x1b]a"))

    assert "[b]]a" in ladder.text()[0]
    assert "\\[red]X[0m" in ladder.border_title


@pytest.mark.parametrize("size", [(10, 4), (20, 3), (30, 9), (3, 2)])
async def test_it_survives_a_tiny_terminal(size):
    app = Stage(LadderPanel(id="ladder"), section())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        app.panel.move_cursor(-1)
        app.panel.centre()
        app.panel.group(1)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()

        assert line_of(app.panel, "61,843")


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (14, "2×0.050x≈1.205"),
        (16, "2×0.050x q≈1.205"),
        (11, "0.05x≈1.205"),
        (9, "0.05x≈1.2"),
        (8, "2×0.050x"),
        (5, "0.05x"),
        (3, "###"),
    ],
)
def test_our_order_is_told_as_fully_as_fits(width, text):
    own = Own(D("0.050"), 2, D("1.205"), "x")

    assert own_text(own, instrument(), width) == text


async def test_an_equal_section_draws_nothing(ladder, monkeypatch):
    monkeypatch.setattr(LadderPanel, "draw", lambda *_: pytest.fail("drawn again"))

    ladder.show(section())


async def test_a_buy_and_a_sell_of_ours_stand_on_their_sides(ladder):
    ladder.show(section(orders=(order(1, Side.BUY, "61843.0"), order(2, Side.SELL, "61843.4"))))

    assert line_of(ladder, "61,843.0").index("0.050") < line_of(ladder, "61,843.0").index("61,843.0")
    assert line_of(ladder, "61,843.4").index("0.050") > line_of(ladder, "61,843.4").index("61,843.4")


LEVELS = (
    AdlLevel(symbol=BTC, tier=AdlTier.T1, price=D("61842.4"), closes=((BTC, D("-0.072")),)),
    AdlLevel(symbol=BTC, tier=AdlTier.T2, price=D("61500.0"), closes=((BTC, D("-0.125")),)),
    AdlLevel(symbol=BTC, tier=AdlTier.T3, price=D("61400.0"), closes=((BTC, D("-0.250")), (ETH, D("1.5")))),
)


def endangered(**changes):
    held = position(liquidation_price=D("61224.3"))
    return section(position=held, levels=LEVELS, venue_liquidation=D("58000.0"), **changes)


async def test_the_foot_says_where_it_will_be_acted_and_where_it_ends(ladder):
    ladder.show(endangered())

    # |61,224.3 - 61,842.7| / 61,842.7 = 1.0 %
    assert ladder.text()[-1].split() == [
        "▼",
        "T1",
        "61,842.4",
        "-0.072",
        "T2",
        "61,500.0",
        "-0.125",
        "L",
        "61,224.3",
        "1.0%",
    ]


async def test_where_there_is_room_the_foot_has_the_venues_price_too():
    panel = LadderPanel(id="ladder")
    app = Stage(panel, endangered())
    async with app.run_test(size=(110, 20)) as pilot:
        await pilot.pause()
        assert panel.text()[-1].rstrip().endswith("T3 61,400.0 -0.250 +1.5 ETH L 61,224.3 1.0% V 58,000.0")


async def test_a_price_in_sight_at_which_something_is_closed_says_what(ladder):
    ladder.show(endangered(orders=(), other_orders=()))

    line = next(line for line in ladder.text()[2:-1] if "61,842.4" in line)
    assert line.split()[-2:] == ["T1", "-0.072"]
    assert " 1 " in line


async def test_without_danger_there_is_no_foot(ladder):
    rows = ladder.price_height
    ladder.show(section(position=None))

    assert ladder.price_height == rows + 1


def test_ladder_in_danger(snap_compare):
    assert snap_compare(Stage(LadderPanel(id="ladder"), endangered()), terminal_size=(60, 24))
