"""The forms of the programs: untouched, filled in, and with a fault that names its field."""

import pytest

from desk.model.command import StartRun
from desk.model.order import Side
from desk.model.program import Child, OnEnd, Quoting, ScaleSpec, ScalperSpec, Sizes, TwapSpec
from desk.ui.complaint import Complaint
from desk.ui.forms import filled_in
from desk.ui.program_forms import PROGRAM_FORMS, SCALE_FORM, SCALPER_FORM, TWAP_FORM
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BTC, D, desk_view
from tests.ui.seat import FakeDesk, press, seat

CONTEXT = Context(desk_view(), ALPHA, BTC)


def read(form, **written):
    start = filled_in(form, Side.BUY, D("0.5"), D(61_800))
    return form.read(start | {name.replace("_", " "): text for name, text in written.items()}, CONTEXT)


def test_untouched_they_are_what_the_line_makes_of_their_defaults():
    assert read(TWAP_FORM) == StartRun(
        TwapSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.5"), span_ms=600_000, slices=20)
    )
    assert read(SCALPER_FORM) == StartRun(ScalperSpec(sub=ALPHA, symbol=BTC, quantity=D("0.5")))
    assert read(SCALE_FORM, to="61000") == StartRun(
        ScaleSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.5"), low=D(61_000), high=D(61_800), count=5)
    )


def test_every_choice_is_read():
    twap = read(TWAP_FORM, side="sell", child="chase", end="cross", limit="61000").spec
    scale = read(SCALE_FORM, to="61000", sizes="exp", ratio="2", may_take="yes").spec
    scalper = read(SCALPER_FORM, quoting="asks", skew="-0.5", ema="apply", hold="90s").spec

    assert (twap.side, twap.child, twap.on_end, twap.limit) == (Side.SELL, Child.CHASE, OnEnd.CROSS, D(61_000))
    assert (scale.sizes, scale.ratio, scale.post_only) == (Sizes.EXP, 2, False)
    assert (scalper.quoting, scalper.skew, scalper.ema, scalper.hold_ms) == (Quoting.ASKS, D("-0.5"), "apply", 90_000)


@pytest.mark.parametrize(
    ("form", "written", "which"),
    [
        (TWAP_FORM, {"over": "soon"}, "over"),
        (TWAP_FORM, {"quantity": "much"}, "quantity"),
        (SCALE_FORM, {"to": ""}, "to"),
        (SCALPER_FORM, {"layers": "2.5"}, "layers"),
    ],
)
def test_a_fault_names_its_field(form, written, which):
    found = read(form, **written)

    assert isinstance(found, Complaint)
    assert found.which == which


def test_nothing_that_is_written_can_begin_a_second_command():
    found = read(TWAP_FORM, limit="61000; kill")

    assert isinstance(found, Complaint)


@pytest.mark.parametrize(("key", "form"), zip("nlm", PROGRAM_FORMS, strict=True))
async def test_each_has_its_key(key, form):
    app = seat(FakeDesk())
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, [key])

        assert app.trade._ticket._open.form is form
