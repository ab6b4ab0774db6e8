"""Typing commands."""

from desk.model.command import (
    CancelAll,
    PlaceOrder,
)
from desk.model.order import Side
from desk.ui.arming import KeyMode
from tests.kit.views import ALPHA, CHARLIE, ETH, D
from tests.ui.seat import FakeDesk, played, press, said, seat


async def test_a_typed_line_is_sent_with_its_chain_in_order():
    commands = await played(["colon", "type sub 3; symbol eth; buy 0.1 @3400; cancel", "enter"])

    order = PlaceOrder(sub=CHARLIE, symbol=ETH, side=Side.BUY, quantity=D("0.1"), price=D(3400))
    assert commands == [order, CancelAll(sub=CHARLIE, symbol=ETH)]


async def test_a_typed_line_with_a_fault_stays_and_says_it():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["colon", "type buy 0.0001 market", "enter"])

        assert said(app) == "✗ quantity: expected at least 0.001, found 0.0001"
        assert app.focused is app.trade.query_one("#line")
    assert desk.commands == []


async def test_the_echo_shows_the_resolved_order_before_enter():
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["colon", "type buy 500usd btc market"])

        # 0.008 * 61843.2 = 494.7456, of which 0.05 % is 0.247.
        assert (
            said(app) == "→ alpha: BUY 0.008 BTCUSDT market, to 61,843.2 in this book, ≈ 494.75 USDT, taker fee ≈ 0.25"
        )


async def test_tab_completes_and_the_arrow_recalls():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["colon", "type canc", "tab", "type  al", "tab", "enter"])
        await press(pilot, ["colon", "up", "enter"])

    assert desk.commands == [CancelAll(sub=ALPHA), CancelAll(sub=ALPHA)]


async def test_a_safe_desk_refuses_a_written_order_too():
    assert await played(["colon", "type buy 0.01 market", "enter"], mode=KeyMode.SAFE) == []
