"""Writing orders and chases into forms."""

from msgspec.structs import replace

from desk.model.command import (
    ChaseSpec,
    Peg,
    StartChase,
)
from desk.model.order import Side, TimeInForce
from desk.ui.panels.ticket import FormPanel
from tests.kit.views import ALPHA, BTC, D
from tests.ui.seat import BUY_AT_BID, FakeDesk, played, press, seat


async def test_the_order_form_sends_what_is_written_in_it():
    # It opens in the quantity, with the size and the cursor's price at hand; `up` twice is the type, `p` picks post-only.
    commands = await played(["o", "type 0.02", "up", "p", "enter"])

    assert commands == [replace(BUY_AT_BID, quantity=D("0.02"), tif=TimeInForce.GTX)]


async def test_the_chase_form_sends_a_chase():
    (start,) = await played(["h", "type 0.05", "down", "down", "right", "enter"])

    assert start == StartChase(ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.05"), peg=Peg.IMPROVE))


async def test_a_form_with_a_fault_in_it_sends_nothing_and_stays():
    desk = FakeDesk()
    app = seat(desk)
    async with app.run_test(size=(120, 34)) as pilot:
        await press(pilot, ["o", "type 0.0001", "enter"])

        preview = str(app.trade.query_one(".form-preview").render())
        assert preview == "✗ quantity: expected at least 0.001, found 0.0001"
        assert app.trade.query_one("#field-quantity").has_class("-wrong")
    assert desk.commands == []


async def test_a_form_remembers_what_was_sent_and_a_preset_by_its_name():
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 44)) as pilot:
        await press(pilot, ["h", "type 0.05", "enter", "h"])
        form = next(each for each in app.trade.query(FormPanel) if each.display)
        assert form.values["quantity"] == "0.05"

        form.preset.focus()
        await press(pilot, ["type calm", "ctrl+s"])
        assert str(form.query_one(".form-preview").render()) == "kept as `calm`"
        form.fill(form.values | {"quantity": "0.07"})
        form.preset.value = ""
        await press(pilot, ["ctrl+o"])
        assert (form.values["quantity"], form.preset.value) == ("0.05", "calm")

        await press(pilot, ["ctrl+x", "ctrl+o"])
        assert form.preset.value == ""
        assert str(form.query_one(".form-preview").render()).startswith("no preset of this form yet")


async def test_in_a_small_terminal_the_arrows_reach_every_field_and_the_preview_stays():
    app = seat(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, ["h", "type 0.05", *["down"] * 13, "type 40bps"])
        form = next(each for each in app.trade.query(FormPanel) if each.display)

        assert form.values["tp"] == "40bps"
        preview = form.query_one(".form-preview")
        assert preview.region.bottom <= 24
        assert "profit at +40bps" in str(preview.render())
