import pytest

from desk.model.effect import Severity
from desk.model.event import LinkState
from desk.model.limits import Meter
from desk.model.market import MarkSource
from desk.model.price import Via
from desk.model.view import AlertRow, DeskMode
from desk.ui.arming import KeyMode
from desk.ui.panels.status import AlertsPanel, AlertsSection, StatusPanel, StatusSection
from desk.ui.theme import Ink
from tests.kit.views import BTC, NOW, alert, before, desk_view
from tests.ui.stage import Stage


def section(**changes):
    made = {
        "now": NOW,
        "venue": "PAPER",
        "epoch": 4,
        "mode": DeskMode.RUNNING,
        "mode_reason": "",
        "mode_since": before(12_000),
        "mode_lift": "",
        "link": LinkState.UP,
        "link_reason": "",
        "symbol": BTC,
        "quote_ts": before(120),
        "quote_via": Via.STREAM,
        "mark_source": MarkSource.VENUE,
        "mark_via": Via.STREAM,
        "loop_lag_p99": 1_400_000,
        "key_mode": KeyMode.CONFIRM,
        "sub_name": "alpha",
        "fps": 20,
        "paint_ms": 3,
    }
    return StatusSection(**{**made, **changes})


TROUBLED = {
    "mode": DeskMode.DEGRADED,
    "mode_reason": "no quote for 2.1 s",
    "mode_lift": "lifts itself",
    "link": LinkState.DOWN,
    "link_reason": "closed by the venue",
    "quote_ts": before(2_100),
    "mark_source": MarkSource.MID,
}


def words(section, width=140):
    return "".join(run.text for run in StatusPanel().draw(section, width, 1)[0])


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("calm", {}),
        ("troubled", TROUBLED),
        (
            "halted",
            {
                "mode": DeskMode.HALTED,
                "mode_reason": "books do not add up",
                "mode_lift": "lifted by `resume desk`",
                "key_mode": KeyMode.SAFE,
            },
        ),
        ("silent", {"silent_ms": 3_200}),
    ],
)
def test_status_line(snap_compare, name, changes):
    assert snap_compare(Stage(StatusPanel(id="status", classes="line"), section(**changes)), terminal_size=(140, 3))


def test_a_calm_desk_tells_what_there_is_to_know():
    assert words(section()).split() == (
        [
            "PAPER",
            "RUNNING",
            "CONFIRM",
            "link",
            "up",
            "BTCUSDT",
            "0.1s",
            "lag",
            "1.4ms",
            "ui",
            "20fps",
            "3ms",
            "alpha",
            "epoch",
            "4",
            "00:00:00",
        ]
    )


def test_a_mark_that_is_not_the_venue_s_is_said():
    assert "mark=mid" in words(section(mark_source=MarkSource.MID))
    assert "mark" not in words(section())


def test_a_price_that_no_stream_has_told_names_its_way():
    line = words(section(quote_via=Via.REST, mark_via=Via.SHARED))

    assert "BTCUSDT 0.1s by rest" in line
    assert "mark by shared" in line


def test_trouble_is_told_with_its_reason():
    line = words(section(**TROUBLED))

    assert "DEGRADED 12s: no quote for 2.1 s" in line
    assert "link down: closed by the venue" in line
    assert "BTCUSDT 2.1s stale" in line


def test_an_engine_that_publishes_nothing_is_said_first():
    assert words(section(silent_ms=3_200)).startswith(" ENGINE SILENT 3.2s ")
    assert "SILENT" not in words(section(silent_ms=1_000))


@pytest.mark.parametrize("width", range(1, 140, 7))
def test_the_line_fits_and_what_matters_most_stays(width):
    line = words(section(**TROUBLED, silent_ms=5_000), width)

    assert len(line) <= width or line == " ENGINE SILENT 5.0s "
    assert "ENGINE SILENT" in line


def test_in_eighty_columns_mode_keys_link_and_age_are_there():
    line = words(section(), 80)

    assert all(word in line for word in ("PAPER", "RUNNING", "CONFIRM", "link up", "BTCUSDT 0.1s"))


def test_markup_in_a_reason_is_shown_as_it_is():
    assert "[red]x[2J" in words(section(mode=DeskMode.HALTED, mode_reason="[red]x\x1b[2J"))


def test_alerts_line(snap_compare):
    alerts = (alert(), alert(2, Severity.WARN, "bravo: ADL watch"), alert(3, Severity.ERROR, "books do not add up"))

    panel = AlertsPanel(id="alerts")
    assert snap_compare(Stage(panel, AlertsSection(now=NOW, alerts=alerts)), terminal_size=(100, 3))


def _alerts(*rows, height=1):
    return AlertsPanel().draw(AlertsSection(now=NOW, alerts=rows), 80, height)


def test_the_latest_alert_comes_first():
    lines = _alerts(*desk_view().alerts, height=5)

    assert [line[1].text.strip() for line in lines] == [
        "!  bravo: margin ratio 74.0 %, ADL watch",
        "chase-3 filled 0.020 at 61842.4",
    ]


def test_one_line_holds_one_alert():
    assert len(_alerts(*desk_view().alerts)) == 1


def test_an_alert_grows_dim_but_keeps_its_glyph():
    (line,) = _alerts(AlertRow(1, before(31_000), Severity.ERROR, "old"))

    assert (line[1].text, line[1].ink) == ("!! old ", Ink.DIM)


def test_no_alert_is_said_too():
    assert _alerts()[0][0].text == " no alerts"


def test_a_mode_that_is_not_the_ordinary_one_says_why_since_when_and_what_lifts_it():
    text = words(
        section(
            mode=DeskMode.KILLED,
            mode_reason="killed by hand",
            mode_since=before(12_000),
            mode_lift="lifted by `revive x`",
        )
    )

    assert "KILLED 12s: killed by hand" in text
    assert "lifted by `revive x`" in text


def test_the_meters_are_shown_and_come_forward_when_one_is_scarce():
    calm = section(meters=(Meter("10s", 12, 300), Meter("1m", 40, 1200), Meter("w", 310, 2400)))
    scarce = section(meters=(Meter("10s", 200, 300, 5), Meter("1m", 200, 1200, 50), Meter("w", 28, 2400)))

    assert "10s 12/300 · 1m 40/1200 · w 310/2400" in words(calm, 200)
    assert "10s" not in words(calm, 80)
    assert "10s 200/300 full in 5s" in words(scarce, 140)
