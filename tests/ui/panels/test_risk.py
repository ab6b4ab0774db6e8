from decimal import Decimal as D

import pytest

from desk.model.tier import AdlTier
from desk.model.view import AdlLevel
from desk.ui.panels.risk import RiskPanel, RiskSection, gauge_runs
from desk.ui.theme import Ink
from tests.kit.views import account, desk_view, position
from tests.ui.stage import Stage


def section(**changes):
    view = desk_view()
    return RiskSection(**{**{"subs": view.subs, "account": view.account, "instruments": view.instruments}, **changes})


def tiers():
    ratios = zip(AdlTier, ("0.1", "0.74", "0.91", "0.93", "0.96"), strict=True)
    return tuple(account(tier, f"sub {tier}", adl_tier=tier, margin_ratio=D(ratio)) for tier, ratio in ratios)


@pytest.fixture
async def risk():
    app = Stage(RiskPanel(id="risk"), section())
    async with app.run_test(size=(72, 12)) as pilot:
        await pilot.pause()
        yield app.panel


def test_risk_of_a_calm_and_a_strained_account(snap_compare):
    assert snap_compare(Stage(RiskPanel(id="risk"), section()), terminal_size=(72, 12))


def test_risk_in_every_tier(snap_compare):
    assert snap_compare(Stage(RiskPanel(id="risk"), section(subs=tiers())), terminal_size=(72, 9))


def test_risk_in_a_small_terminal(snap_compare):
    assert snap_compare(Stage(RiskPanel(id="risk"), section()), terminal_size=(32, 10))


async def test_a_position_tells_its_liquidation_price_and_how_far_it_is(risk):
    # |63,020.0 - 61,842.7| / 61,842.7 = 1.9037 %
    assert risk.text()[3].split() == ["BTCUSDT", "-0.100", "liq", "63,020.0", "1.9%", "away"]


async def test_a_position_that_no_price_liquidates_says_so(risk):
    assert risk.text()[-4].split() == ["BTCUSDT", "+0.150", "liq", "none"]


async def test_each_tier_has_its_own_glyph(risk):
    risk.show(section(subs=tiers()))

    glyphs = [line[13] for line in risk.text() if line.strip().startswith("sub")]
    assert len(set(glyphs)) == len(AdlTier)


async def test_an_account_whose_equity_is_gone_is_shown_full(risk):
    risk.show(section(subs=(account(margin_ratio=D("Infinity"), adl_tier=AdlTier.T3),)))

    assert ">999%" in risk.text()[0]
    assert "│" not in risk.text()[0]


async def test_without_a_mark_the_ratio_is_not_known(risk):
    held = position(mark=None)

    risk.show(section(subs=(account(margin_ratio=None, positions=(held,)),)))

    assert " - free" in risk.text()[0]
    assert risk.text()[1].split()[-2:] == ["-", "away"]


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ("0", "··············│···││"),
        ("0.5", "██████████····│···││"),
        ("0.51", "██████████▏···│···││"),
        ("0.72", "██████████████▍···││"),
        ("1", "████████████████████"),
        ("7", "████████████████████"),
        ("-1", "··············│···││"),
    ],
)
def test_a_gauge_fills_from_zero_to_liquidation(ratio, text):
    runs = gauge_runs(D(ratio), 20)

    assert "".join(run.text for run in runs) == text


@pytest.mark.parametrize(
    ("ratio", "ink"), [("0.699", Ink.OK), ("0.7", Ink.WARN), ("0.899", Ink.WARN), ("0.9", Ink.DANGER)]
)
def test_a_gauge_warns_where_the_tiers_begin(ratio, ink):
    assert gauge_runs(D(ratio), 20)[0].ink is ink


async def test_gauges_come_before_positions_where_room_is_short():
    app = Stage(RiskPanel(), section())
    async with app.run_test(size=(72, 6)) as pilot:
        await pilot.pause()

        assert [line.split()[0] for line in app.panel.text()] == ["alpha", "bravo", "charlie", "venue"]


async def test_no_number_is_cut_in_a_narrow_panel():
    app = Stage(RiskPanel(), section())
    async with app.run_test(size=(32, 12)) as pilot:
        await pilot.pause()

        assert " BTCUSDT  -0.100 L 63,020.0" in app.panel.text()


@pytest.mark.parametrize("size", [(10, 4), (3, 3)])
async def test_it_survives_a_tiny_terminal(size):
    app = Stage(RiskPanel(), section(subs=tiers()))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        assert app.panel.rows == size[1] - 2


async def test_a_position_tells_where_it_will_be_acted_on(risk):
    level = AdlLevel(symbol="BTCUSDT", tier=AdlTier.T1, price=D("62400.0"), closes=(("BTCUSDT", D("0.030")),))
    short = position("-0.100", liquidation_price=D("63020.0"))
    risk.show(section(subs=(account(positions=(short,), levels=(level,)),)))

    assert risk.text()[1].split()[-2:] == ["T1", "62,400.0"]


async def test_what_is_being_done_stands_under_the_gauge(risk):
    risk.show(section(subs=(account(adl_tier=AdlTier.T2, note="held: the venue cannot be asked"),)))

    assert risk.text()[1].strip() == "held: the venue cannot be asked"


async def test_several_positions_have_a_common_shock(risk):
    pair = (position("0.1"), position("-0.2", symbol="ETHUSDT"))
    risk.show(section(subs=(account(positions=pair, shock=D("-0.0312")),)))

    assert "all prices together: -3.1 %" in risk.text()[3]


async def test_where_not_every_gauge_has_room_the_endangered_are_shown():
    calm = [account(str(n), f"calm{n}", positions=()) for n in range(4)]
    panel = RiskPanel(id="risk")
    subs = (*calm, account("9", "hot", adl_tier=AdlTier.T1, margin_ratio=D("0.91")))
    app = Stage(panel, section(subs=subs))
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        names = [line.split()[0] for line in panel.text()]
    assert names == ["calm0", "hot", "venue"]
