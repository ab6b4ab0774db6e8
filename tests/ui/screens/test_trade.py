"""Named actions become commands: a trader's stories on a desk without a machine."""

import pytest
from msgspec.structs import replace

from desk.model.command import (
    CancelLevel,
    CancelOrder,
    EditRun,
    Flatten,
    KillDesk,
    PauseAlgo,
    StopAlgo,
)
from desk.model.order import OrderType, Side, TimeInForce
from desk.ui.arming import KeyMode
from tests.kit.views import ALPHA, BRAVO, BTC, ETH, D, algo, desk_view
from tests.ui.seat import BUY_AT_BID, SIZES, FakeDesk, HandClock, played, press, said, seat


async def test_an_order_key_asks_first_and_enter_sends_exactly_what_was_shown():
    assert await played(["b"]) == []
    assert await played(["b", "enter"]) == [BUY_AT_BID]


async def test_an_armed_order_key_acts_at_once():
    assert await played(["b"], mode=KeyMode.ARMED) == [BUY_AT_BID]


async def test_a_safe_desk_refuses_and_says_why():
    desk = FakeDesk()
    app = seat(desk, mode=KeyMode.SAFE)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["b"])

        assert said(app) == "refused: the keys are safe, press a for confirm"
    assert desk.commands == []


async def test_the_cursor_and_the_presets_choose_price_and_size():
    (order,) = await played(["up", "k", "down", "up", "3", "s"], mode=KeyMode.ARMED)

    assert (order.side, order.price, order.quantity) == (Side.SELL, D("61843.3"), D("0.1"))


async def test_shifted_order_keys_take_from_the_market():
    (order,) = await played(["B"], mode=KeyMode.ARMED)

    assert (order.type, order.tif, order.price) == (OrderType.MARKET, TimeInForce.IOC, None)


async def test_an_order_above_the_size_to_confirm_asks_even_when_armed():
    # 0.01 at 61843.1 is 618.431.
    assert await played(["b"], mode=KeyMode.ARMED, confirm_above=D("618.44")) == [BUY_AT_BID]
    assert await played(["b"], mode=KeyMode.ARMED, confirm_above=D("618.43")) == []


async def test_a_key_that_breaks_a_rule_of_the_venue_says_which():
    desk = FakeDesk()
    app = seat(desk, mode=KeyMode.ARMED, sizes={"BTC": (D("0.001"),)})
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["b"])

        assert said(app) == "buy: notional: expected at least 100 USDT, found 61.8431 USDT"
    assert desk.commands == []


async def test_the_cursors_row_and_the_newest_order_can_be_cancelled_in_any_mode():
    assert await played(["x"], mode=KeyMode.SAFE) == [CancelLevel(ALPHA, BTC, D("61843.1"), D("61843.1"))]
    (last,) = await played(["z"], mode=KeyMode.SAFE)
    assert isinstance(last, CancelOrder)


async def test_letters_never_trade_while_someone_writes():
    assert await played(["colon", "type bsxBSzd"], mode=KeyMode.ARMED) == []
    assert await played(["o", "type bs"], mode=KeyMode.ARMED) == []
    # A field of choices keeps its letters, and what is not a letter, too.
    assert await played(["o", "up", "type bsxzdBS", "delete"], mode=KeyMode.ARMED) == []


async def test_escape_gives_the_keys_back():
    assert await played(["o", "escape", "b"], mode=KeyMode.ARMED) == [BUY_AT_BID]
    assert await played(["colon", "escape", "b"], mode=KeyMode.ARMED) == [BUY_AT_BID]
    assert await played(["f1", "escape", "b"], mode=KeyMode.ARMED) == [BUY_AT_BID]


async def test_the_next_sub_account_and_symbol_are_traded_after_their_keys():
    (order,) = await played(["full_stop", "slash", "2", "b"], mode=KeyMode.ARMED)

    assert (order.sub, order.symbol, order.quantity) == (BRAVO, ETH, D(1))


async def test_the_blotters_row_is_ended_as_what_it_is():
    assert await played(["f4", "d"]) == [StopAlgo("chase-3")]
    assert await played(["f2", "d", "enter"]) == [Flatten(sub=ALPHA, symbol=BTC)]
    (cancelled,) = await played(["f3", "shift+down", "d"])
    assert cancelled == CancelOrder("PMS0001_MAN0000006")


async def test_a_run_is_paused_from_its_row():
    assert await played(["f4", "p"]) == [PauseAlgo("chase-3")]


async def test_three_order_keys_at_once_are_dropped_from_the_third_on():
    commands = await played(["b", "b", "b", "b"], mode=KeyMode.ARMED, clock=HandClock(step_ms=1))

    assert commands == [BUY_AT_BID, BUY_AT_BID]


@pytest.mark.parametrize("keys", [[], ["h"], ["f1"], ["f9"], ["colon", "type buy"]])
async def test_no_size_of_terminal_breaks_the_desk(keys):
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, keys)
        for width, height in [*SIZES, (60, 16), (59, 15), (10, 4), (1, 1), (120, 34)]:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            app.show_frame()

            assert app.trade.has_class("-too-small") is (width < 60 or height < 16)


async def test_an_empty_desk_is_shown_without_complaint():
    bare = desk_view(instruments=(), markets=(), subs=(), orders=(), algos=(), fills=(), alerts=())
    app = seat(FakeDesk(bare))
    async with app.run_test(size=(120, 34)) as pilot:
        await press(
            pilot, ["b", "x", "z", "d", "p", "full_stop", "slash", "o", "escape", "colon", "type buy 1 market", "enter"]
        )
        app.show_frame()

        assert said(app).startswith("✗ symbol: expected one, but there are none")


async def test_the_kill_key_kills_when_it_is_held_and_not_when_it_is_tapped():
    assert await played(["f12"] * 5, clock=HandClock(100)) == []
    assert await played(["f12"] * 6, clock=HandClock(100)) == [KillDesk("F12 held")]
    assert await played(["f12"] * 9, clock=HandClock(700)) == []


async def test_the_chart_of_the_account_can_be_its_margin_ratio():
    app = seat(FakeDesk())
    async with app.run_test(size=(200, 50)) as pilot:
        await press(pilot, ["g"])

        assert app.trade._session.chosen.is_ratio_charted
        await press(pilot, ["g"])
        assert not app.trade._session.chosen.is_ratio_charted


async def test_a_run_is_edited_on_the_line_that_opens_with_its_name():
    assert await played(["f4", "e", "type cap 30bps", "enter"]) == [
        EditRun("chase-3", replace(algo().spec, cap_bps=D(30)))
    ]
