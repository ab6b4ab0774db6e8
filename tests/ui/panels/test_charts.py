from decimal import Decimal as D

import pytest

from desk.model.units import SECOND
from desk.model.view import Sample
from desk.ui.panels import charts
from desk.ui.panels.charts import ChartPanel, ChartSection, resample
from tests.kit.views import NOW, wave
from tests.ui.stage import Stage


def section(**changes):
    made = {"title": "BTCUSDT mid", "decimals": 1, "samples": wave("61830.0", "0.7")}
    return ChartSection(**{**made, **changes})


@pytest.fixture
def plots(monkeypatch):
    """Return the sections that were plotted, in order."""
    plotted = []

    def plot(section, width, height):
        plotted.append(section)
        return ["⣿"]

    monkeypatch.setattr(charts, "plot", plot)
    return plotted


def test_chart_with_a_level(snap_compare):
    panel = ChartPanel(id="chart-price")

    assert snap_compare(Stage(panel, section(level=D("61835.0"))), terminal_size=(70, 16))


def test_the_axis_is_exact_and_the_times_are_the_samples():
    picture = "\n".join(charts.plot(section(), 70, 14))

    assert "61,830.7" in picture
    assert "61,844.0" in picture
    assert "23:58:00" in picture


def test_a_flat_line_has_room_to_stand_in():
    flat = tuple(Sample(NOW + second * SECOND, D("5")) for second in range(10))

    picture = "\n".join(charts.plot(section(samples=flat, decimals=2), 60, 10))

    assert "4.99" in picture
    assert "5.01" in picture


def test_one_chart_leaves_nothing_in_the_next():
    first = charts.plot(section(), 60, 12)
    charts.plot(section(samples=wave("1.0", "5"), level=D("20")), 40, 9)

    assert charts.plot(section(), 60, 12) == first


def test_every_line_is_as_wide_as_the_panel():
    assert {len(line) for line in charts.plot(section(), 64, 12)} == {64}


def test_a_long_series_is_thinned_evenly_and_keeps_its_ends():
    samples = wave("1", "1", count=1000)

    thinned = resample(samples, 100)

    assert len(thinned) == 100
    assert (thinned[0], thinned[-1]) == (samples[0], samples[-1])


def test_a_short_series_is_left_alone():
    samples = wave("1", "1", count=10)

    assert resample(samples, 100) is samples


async def test_less_than_a_second_of_news_is_not_worth_a_drawing(plots):
    app = Stage(ChartPanel(), section())
    async with app.run_test(size=(70, 16)) as pilot:
        await pilot.pause()
        drawn = len(plots)
        last = section().samples[-1]

        app.panel.show(section(samples=(*section().samples, Sample(last.ts + SECOND - 1, last.value))))
        assert len(plots) == drawn

        app.panel.show(section(samples=(*section().samples, Sample(last.ts + SECOND, last.value))))
        assert len(plots) == drawn + 1


async def test_another_series_is_drawn_at_once(plots):
    app = Stage(ChartPanel(), section())
    async with app.run_test(size=(70, 16)) as pilot:
        await pilot.pause()

        app.panel.show(section(title="equity alpha"))

        assert plots[-1].title == "equity alpha"
        assert app.panel._border_title.plain == "equity alpha"


async def test_before_there_is_a_line_it_waits():
    app = Stage(ChartPanel(), section(samples=()))
    async with app.run_test(size=(70, 16)) as pilot:
        await pilot.pause()

        assert app.panel.text()[0].strip() == "waiting for samples"


@pytest.mark.parametrize("size", [(10, 4), (3, 3), (26, 7)])
async def test_it_survives_a_tiny_terminal(size):
    app = Stage(ChartPanel(), section())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        assert app.panel.rows == size[1] - 2
