"""The consequence behind the preview."""

from desk.model.command import StartRun
from desk.model.order import Side
from desk.model.program import ScaleSpec
from desk.model.view import Consequence, RehearsedOrder
from desk.ui.foretelling import foretell, is_refusal
from tests.kit.views import D, desk_view
from tests.ui.seat import BUY_AT_BID, FakeDesk, press, said, seat


def consequence(**changes):
    made = {
        "command": BUY_AT_BID,
        "ratio_before": D("0.006184"),
        "ratio_after": D("0.01273"),
        "venue_ratio_after": D("0.0031"),
        "liquidation_price": D("24310.4"),
        "venue_liquidation_price": None,
        "fee_maker": D("0.12"),
        "fee_taker": D("0.31"),
        "margin_worst": D("1607.9"),
        "equity": D("10000.05"),
        "orders_used": 12,
        "orders_max": 210,
        "check": "",
        "refusal": "",
    }
    return Consequence(**{**made, **changes})


def test_the_ratio_the_end_the_margin_and_the_rate():
    view = desk_view(consequence=consequence())

    assert foretell(BUY_AT_BID, view) == (
        ", ratio 0.6% to 1.3% (venue 0.3%), L 24,310.4 (venue none), margin 1,608 of 10,000, orders 12/210"
    )


def test_the_refusal_stands_in_front_of_everything():
    no = consequence(check="margin", refusal="buy 9 BTCUSDT: margin at 10x: expected at most 1, found 2")
    view = desk_view(consequence=no)

    assert foretell(BUY_AT_BID, view) == ", THE GATE WOULD REFUSE (margin): margin at 10x: expected at most 1, found 2"
    assert is_refusal(BUY_AT_BID, view)


def test_the_orders_of_a_run_are_told_ten_at_most():
    spec = ScaleSpec(sub="1", symbol="BTCUSDT", side=Side.BUY, quantity=D(1), low=D(1), high=D(2), count=12)
    orders = tuple(RehearsedOrder(Side.BUY, D(61_000 + number), D("0.010")) for number in range(12))
    view = desk_view(consequence=consequence(command=StartRun(spec), orders=orders))

    told = foretell(StartRun(spec), view)
    assert ". 12 orders: 0.01@61,000.0 0.01@61,001.0 " in told
    assert told.endswith("0.01@61,009.0 and 2 more")


def test_of_another_command_nothing_is_told():
    assert foretell(BUY_AT_BID, desk_view()) == ""
    assert foretell("something", desk_view(consequence=consequence())) == ""


async def test_the_line_asks_while_it_is_written_and_shows_the_answer():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(200, 50)) as pilot:
        await press(pilot, ["colon", "type buy 0.01 @61843.1"])
        app.trade.show(desk.view, app.trade._pulse)
        assert desk.considered == BUY_AT_BID

        desk.view = desk_view(consequence=consequence())
        app.trade.show(desk.view, app.trade._pulse)
        assert "ratio 0.6% to 1.3%" in said(app)

        await press(pilot, ["escape"])
        app.trade.show(desk.view, app.trade._pulse)
        assert desk.considered is None


async def test_the_line_asks_for_what_a_run_would_lead_to_as_well():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["colon", "type scale buy 0.05 from 61000 to 61800 in 5"])
        app.trade.show(desk.view, app.trade._pulse)

        assert isinstance(desk.considered, StartRun)
