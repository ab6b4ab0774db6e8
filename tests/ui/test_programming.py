"""TWAPs and scales on the line, from words to parameters and back to words."""

import pytest

from desk.model.command import StartRun
from desk.model.order import Side
from desk.model.program import Child, OnEnd, ScaleSpec, ScalperSpec, Sizes, Spacing, TwapSpec
from desk.ui.complaint import Complaint
from desk.ui.completion import complete
from desk.ui.grammar import parse_line
from desk.ui.preview import describe
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BTC, ETH, D, desk_view

CONTEXT = Context(desk_view(), ALPHA, BTC)


def read(line):
    parsed = parse_line(line, CONTEXT)
    assert not isinstance(parsed, Complaint), parsed.text
    (step,) = parsed.steps
    assert isinstance(step, StartRun)
    return step.spec


def test_a_twap_in_a_few_words():
    assert read("twap buy 0.5 over 10m in 20") == TwapSpec(
        sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.5"), span_ms=600_000, slices=20
    )


def test_a_twap_in_many():
    spec = read("twap sell 2 eth over 90 in 9 chase limit 3300 slip 8bps catchup spread end cross restart resume")

    assert (spec.symbol, spec.span_ms, spec.child, spec.limit) == (ETH, 90_000, Child.CHASE, D(3300))
    assert (spec.slip_bps, spec.catchup, spec.on_end, spec.on_restart) == (D(8), "spread", OnEnd.CROSS, "resume")


def test_a_scale_whose_ends_may_come_in_either_order():
    spec = read("scale buy 0.5 from 61800 to 61000 in 5 asc ratio 2 geom take")

    assert spec == ScaleSpec(
        sub=ALPHA,
        symbol=BTC,
        side=Side.BUY,
        quantity=D("0.5"),
        low=D(61_000),
        high=D(61_800),
        count=5,
        sizes=Sizes.ASC,
        ratio=D(2),
        spacing=Spacing.GEOM,
        post_only=False,
    )


def test_a_scalper_in_a_few_words_and_in_many():
    assert read("scalper 0.5") == ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("0.5"))
    spec = read(
        "scalper 0.5 btc bids layers 3 from 4bps to 16bps target 6bps skew -0.5 ref micro fills 8 loss 20bps stop 40bps"
        " hold 5m delay 2s ema apply inventory 0.8"
    )
    assert (spec.quoting, spec.layers, spec.base_bps, spec.max_bps, spec.target_bps) == ("bids", 3, 4, 16, 6)
    assert (spec.skew, spec.reference, spec.fills_max, spec.loss_bps, spec.stop_bps) == (D("-0.5"), "micro", 8, 20, 40)
    assert (spec.hold_ms, spec.delay_ms, spec.ema, spec.inventory_max) == (300_000, 2_000, "apply", D("0.8"))
    assert read("scalper 0.5 from 50bps").max_bps == 50


def test_the_preview_of_a_scalper():
    assert describe(StartRun(read("scalper 0.5 skew 1")), desk_view()) == (
        "alpha: SCALPER 0.5 BTCUSDT 5 layers on both sides, 2 to 32bps from the mid, taken off at 4bps, entries stop at -30bps,"
        " out at -80bps or after 600s, 20 entries a minute, skew 1, ≈ 30,921.58 USDT a side"
    )


def test_a_quarter_of_the_position_can_be_closed_over_time():
    spec = read("twap sell 100% over 1m in 5 reduce")

    assert (spec.quantity, spec.reduce_only) == (D("0.250"), True)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("twap", "side: expected buy or sell, found nothing"),
        ("twap buy", "quantity: expected an amount such as 0.01, 0.01btc, 500usd or 25%, found nothing"),
        ("twap buy 0.5 over 10m", "in: expected a value, found nothing"),
        ("twap buy 0.5 over 10m in 2.5", "in: expected a whole number from 1 to 1000, found 2.5"),
        ("twap buy 0.5 over 10m in 5 in 6", "in: expected one, found another: in"),
        ("twap buy 0.5 over", "over: expected a value behind it, found nothing"),
        ("twap buy 0.5 over 10m in 5 end soon", "end: expected one of leave, cross, extend, found soon"),
        ("scale buy 0.5 from 61000 in 5", "to: expected a value, found nothing"),
        ("scale buy 0.5 from 0 to 61000 in 5", "from: expected more than 0, found 0"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(line, sentence):
    parsed = parse_line(line, CONTEXT)

    assert isinstance(parsed, Complaint)
    assert parsed.brief == sentence


def test_the_preview_says_every_part():
    view = desk_view()

    assert describe(StartRun(read("twap buy 0.5 over 10m in 20 chase limit 62000 end cross")), view) == (
        "alpha: TWAP BUY 0.5 BTCUSDT in 20 slices of ≈ 0.025, one every 30 s, each rests at the touch, the rest is taken,"
        " up to 5bps beyond the touch, never beyond 62000, then cross, ≈ 30,921.58 USDT, maker fee ≈ 6.18, taker ≈ 15.46"
    )
    assert describe(StartRun(read("scale sell 0.5 from 62000 to 63000 in 5 exp geom")), view) == (
        "alpha: SCALE SELL 0.5 BTCUSDT in 5 orders from 62000 to 63000, sizes exp 1:3, by equal factors, post-only,"
        " ≈ 31,250.00 USDT, maker fee ≈ 6.25, taker ≈ 15.62"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("twap ", ("twap buy", "twap sell")),
        ("twap buy 0.5 o", ("twap buy 0.5 over",)),
        (
            "twap buy 0.5 over 1m end ",
            tuple(f"twap buy 0.5 over 1m end {each}" for each in ("leave", "cross", "extend")),
        ),
        ("scale buy 0.5 fl", ("scale buy 0.5 flat",)),
    ],
)
def test_tab_offers_what_may_follow(line, expected):
    assert complete(line, CONTEXT) == expected
