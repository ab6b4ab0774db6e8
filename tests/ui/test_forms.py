"""Forms as values: what is written in them to a command or a complaint."""

import pytest

from desk.model.command import ChaseSpec, OnCap, OnTtl, Peg, PlaceOrder, StartChase
from desk.model.order import OrderType, Side, TimeInForce
from desk.ui.complaint import Complaint
from desk.ui.forms import CHASE_FORM, ORDER_FORM, filled_in
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BTC, D, desk_view

CONTEXT = Context(desk_view(), ALPHA, BTC)


def read(form, **written):
    start = filled_in(form, Side.BUY, D("0.01"), D(61800))
    return form.read(start | {name.replace("_", " "): text for name, text in written.items()}, CONTEXT)


def test_an_untouched_order_form_is_a_limit_order_of_the_size_at_the_price():
    assert read(ORDER_FORM) == PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.01"), price=D(61800))


@pytest.mark.parametrize(
    ("word", "tif"), [("post-only", TimeInForce.GTX), ("ioc", TimeInForce.IOC), ("fok", TimeInForce.FOK)]
)
def test_the_type_chooses_how_long_the_order_lives(word, tif):
    assert read(ORDER_FORM, type=word).tif is tif


def test_a_market_order_does_not_read_the_price():
    order = read(ORDER_FORM, type="market", price="rubbish")

    assert (order.type, order.price) == (OrderType.MARKET, None)


def test_the_unit_converts_and_a_written_unit_wins_over_it():
    # 1000 / 61800 = 0.01618...; a quarter of 10000.05 at 61842.7 is 0.04042...
    assert read(ORDER_FORM, quantity="1000", unit="quote").quantity == D("0.016")
    assert read(ORDER_FORM, quantity="25", unit="percent").quantity == D("0.040")
    assert read(ORDER_FORM, quantity="0.02btc", unit="quote").quantity == D("0.02")


def test_an_untouched_chase_form_is_a_plain_chase():
    assert read(CHASE_FORM) == StartChase(ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.01")))


def test_every_field_of_the_chase_form_is_read():
    written = {
        "side": "sell", "peg": "improve", "improve": "2", "offset": "3t", "mode": "trail", "cap": "20bps",
        "on_cap": "cross", "ttl": "30s", "on_ttl": "keep", "slip": "8bps", "throttle": "500ms",
    }  # fmt: skip

    spec = read(CHASE_FORM, **written).spec

    assert (spec.side, spec.peg, spec.peg_ticks, spec.offset_ticks, spec.mode.value) == (
        Side.SELL,
        Peg.IMPROVE,
        2,
        3,
        "trail",
    )
    assert (spec.cap_bps, spec.on_cap, spec.ttl_ms, spec.on_ttl) == (D(20), OnCap.CROSS, 30_000, OnTtl.KEEP)
    assert (spec.cross_slip_bps, spec.throttle_ms) == (D(8), 500)


@pytest.mark.parametrize(
    ("form", "written", "text"),
    [
        (ORDER_FORM, {"quantity": ""}, "order: quantity: expected a value, found nothing"),
        (ORDER_FORM, {"price": ""}, "order: price: expected a value, found nothing"),
        (ORDER_FORM, {"price": "61800.05"}, "order: price: expected a multiple of 0.1, found 61800.05"),
        (ORDER_FORM, {"quantity": "0.0001"}, "order: quantity: expected at least 0.001, found 0.0001"),
        (CHASE_FORM, {"ttl": "soon"}, "chase: ttl: expected a time such as 30s, 500ms or 2m, found soon"),
        (CHASE_FORM, {"peg": "improve", "improve": ""}, "chase: improve: expected a value, found nothing"),
        (
            CHASE_FORM,
            {"cap": "99999.9"},
            "chase: cap: expected at most 64934.8 (the venue's collar for a buy), found 99999.9",
        ),
    ],
)
def test_a_fault_names_its_field(form, written, text):
    complaint = read(form, **written)

    assert isinstance(complaint, Complaint)
    assert complaint.text == text
