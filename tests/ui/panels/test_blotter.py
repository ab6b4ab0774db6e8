from decimal import Decimal as D

import pytest

from desk.model.following import Reason
from desk.model.order import OrderKind, OrderStatus, Side
from desk.model.units import AlgoId
from desk.ui.panels.blotter import BlotterPanel, BlotterSection, Tab
from desk.ui.panels.blotter_rows import HeldPosition
from tests.kit.views import (
    ALPHA,
    ETH,
    account,
    algo,
    card,
    desk_view,
    fill,
    layer,
    line,
    order,
    orders,
    position,
    stream,
)
from tests.ui.stage import Stage


def section(**changes):
    view = desk_view()
    names = ("now", "instruments", "subs", "account", "orders", "algos", "fills")
    shown = {name: getattr(view, name) for name in names} | {
        "cards": (card(),),
        "streams": (stream(), stream(symbol=ETH, is_followed=False, reasons=(Reason.WATCHLIST,))),
        "lines": (line(),),
    }
    return BlotterSection(**(shown | changes))


@pytest.fixture
async def blotter():
    app = Stage(BlotterPanel(id="blotter"), section())
    async with app.run_test(size=(140, 12)) as pilot:
        await pilot.pause()
        yield app.panel


@pytest.mark.parametrize("tab", list(Tab))
def test_blotter_tab(snap_compare, tab):
    panel = BlotterPanel(id="blotter")
    panel.select(tab)

    assert snap_compare(Stage(panel, section()), terminal_size=(140, 12))


def test_blotter_in_a_small_terminal(snap_compare):
    assert snap_compare(Stage(BlotterPanel(id="blotter"), section()), terminal_size=(80, 7))


async def test_the_cursor_starts_on_the_first_row(blotter):
    assert blotter.selected() == orders()[0]


async def test_the_cursor_stays_between_the_ends(blotter):
    blotter.move_cursor(-3)
    assert blotter.selected() == orders()[0]

    blotter.move_cursor(99)
    assert blotter.selected() == orders()[-1]


async def test_the_cursor_stays_with_its_order_when_a_newer_one_comes(blotter):
    blotter.move_cursor(2)
    chosen = blotter.selected()

    blotter.show(section(orders=(order(8), *orders())))

    assert blotter.selected() == chosen


async def test_the_cursor_stays_with_its_order_across_a_look_at_another_tab(blotter):
    blotter.move_cursor(2)
    chosen = blotter.selected()

    blotter.select(Tab.FILLS)
    blotter.show(section(orders=(order(8), *orders())))
    blotter.select(Tab.ORDERS)
    blotter.show(section(orders=(order(9), order(8), *orders())))

    assert blotter.selected() == chosen


async def test_an_untouched_cursor_stays_with_the_order_it_is_drawn_on(blotter):
    chosen = blotter.selected()

    blotter.show(section(orders=(order(8), *orders())))

    assert blotter.selected() == chosen


async def test_a_row_that_is_gone_leaves_the_cursor_in_its_place(blotter):
    blotter.move_cursor(1)

    blotter.show(section(orders=(orders()[0], *orders()[2:])))

    assert blotter.selected() == orders()[2]


async def test_an_empty_table_has_nothing_to_act_on(blotter):
    blotter.show(section(orders=()))

    assert blotter.selected() is None
    assert blotter.text()[2].strip() == "no orders"


async def test_positions_stand_by_sub_account_and_the_venue_s_below(blotter):
    blotter.select(Tab.POSITIONS)

    assert [line.split()[:3] for line in blotter.text()[2:5]] == [
        ["alpha", "BTCUSDT", "+0.250"],
        ["bravo", "BTCUSDT", "-0.100"],
        ["venue", "BTCUSDT", "+0.150"],
    ]
    assert blotter.selected() == HeldPosition(ALPHA, "alpha", position())


async def test_the_venue_s_position_is_nobody_s_to_flatten(blotter):
    blotter.select(Tab.POSITIONS)

    blotter.move_cursor(2)

    assert blotter.selected().sub is None


async def test_an_account_without_position_or_result_has_no_row(blotter):
    flat = position("0", realised_pnl=D(0))
    blotter.select(Tab.POSITIONS)

    blotter.show(section(subs=(account(positions=(flat,)),), account=account(positions=())))

    assert blotter.selected() is None


async def test_the_tabs_count_what_is_live(blotter):
    tabs = "positions 2 orders 5 algos 1 fills layers 0 cards streams"

    assert blotter.text()[0].split() == tabs.split()


async def test_the_cursor_s_row_is_always_in_sight():
    app = Stage(BlotterPanel(), section(orders=tuple(order(number) for number in range(50))))
    async with app.run_test(size=(120, 9)) as pilot:
        await pilot.pause()

        app.panel.move_cursor(30)

        assert app.panel.selected().id == order(30).id
        assert len([line for line in app.panel.text() if "BTCUSDT" in line]) == 5
        assert app.panel._inks[6][0] == "cursor"


async def test_a_reason_with_markup_and_escapes_is_shown_as_it_is(blotter):
    odd = order(status=OrderStatus.REJECTED, reason="[red]no\x1b[2J[/red]")

    blotter.show(section(orders=(odd,)))

    assert "[red]no[2J[/red]" in blotter.text()[2]


async def test_a_cell_that_does_not_fit_leaves_its_neighbours_in_place(blotter):
    blotter.show(section(orders=(order(), order(2, quantity=D("123456789.123")))))

    first, second = blotter.text()[2:4]
    assert "########" in second
    assert first.index("working") == second.index("working")


async def test_a_symbol_the_desk_does_not_trade_is_left_out(blotter):
    blotter.show(section(instruments=()))

    assert not [line for line in blotter.text() if "BTCUSDT" in line]


async def test_a_run_tells_why(blotter):
    blotter.show(section(algos=(algo(note="holds at its cap 61850.0", rejects=2),)))

    blotter.select(Tab.ALGOS)

    assert "holds at its cap 61850.0" in blotter.text()[2]
    assert blotter.selected().id == "chase-3"


async def test_fills_are_told_apart_by_symbol_and_trade(blotter):
    blotter.select(Tab.FILLS)
    blotter.move_cursor(1)

    blotter.show(section(fills=(fill(9002), *desk_view().fills)))

    assert blotter.selected().trade == 9000


@pytest.mark.parametrize("size", [(10, 4), (4, 2), (30, 3)])
async def test_it_survives_a_tiny_terminal(size):
    app = Stage(BlotterPanel(), section())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        for tab in Tab:
            app.panel.select(tab)
            app.panel.move_cursor(1)

        app.panel.select(Tab.FILLS)
        assert app.panel.selected() is not None


def scalping():
    layers = (
        layer(),
        layer(1, price=D("61800.0"), size=D("0.040"), level=3, next="enters in 4.2 s"),
        layer(
            0, Side.SELL, price=None, size=D(0), held=D("0.020"), entry=D("61855.2"), exit_price=D("61830.4"),
            bps=D("-2.02"), next="waits for its exit",
        ),
    )  # fmt: skip
    return section(algos=(algo(id=AlgoId("scalper-4"), kind=OrderKind.SCALPER, layers=layers),))


def test_the_layers_of_a_scalper(snap_compare):
    panel = BlotterPanel(id="blotter")
    panel.tab = Tab.LAYERS
    assert snap_compare(Stage(panel, scalping()), terminal_size=(140, 9))


async def test_a_layer_says_what_it_holds_and_what_it_waits_for():
    panel = BlotterPanel(id="blotter")
    panel.tab = Tab.LAYERS
    app = Stage(panel, scalping())
    async with app.run_test(size=(140, 9)) as pilot:
        await pilot.pause()

        assert panel.text()[0].split()[-4:] == ["layers", "3", "cards", "streams"]
        assert panel.text()[3].split()[-5:] == ["x4", "enters", "in", "4.2", "s"]
        held = panel.text()[4].split()
        assert held[4:12] == ["1", "-", "-", "0.020", "61,855.2", "61,830.4", "-2.0", "-"]
