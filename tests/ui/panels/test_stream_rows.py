"""What is followed, as the trader reads it: how long each stream has been silent, and why it is followed."""

import pytest
from msgspec.structs import replace

from desk.model.following import Reason
from desk.model.price import Via
from desk.model.units import SECOND, Nanos
from desk.ui.panels.stream_rows import COLUMNS, stream_cells
from desk.ui.theme import Ink
from tests.kit.views import NOW, line, stream


def ago(seconds):
    return Nanos(NOW - int(seconds * SECOND))


STREAM, LINE = stream(), line()


def told(row):
    heads = [column.head for column in COLUMNS]
    return dict(zip(heads, stream_cells(row, NOW), strict=True))


def texts(row):
    return {head: cell.text for head, cell in told(row).items()}


def test_a_symbol_tells_the_age_of_each_stream_and_its_reasons():
    assert texts(STREAM) == {
        "stream": "BTCUSDT",
        "touch": "0.2s",
        "mark": "1.0s",
        "depth": "0.1s",
        "trades": "12s",
        "why": "order, focus, watchlist",
    }


def test_a_price_that_no_stream_has_told_names_its_way():
    cells = told(replace(STREAM, touch_via=Via.REST, mark_via=Via.SHARED))

    assert [(cells[head].text, cells[head].ink) for head in ("touch", "mark")] == [
        ("0.2s rest", Ink.WARN),
        ("1.0s shared", Ink.WARN),
    ]


def test_what_is_not_followed_is_off_and_not_old():
    row = replace(STREAM, is_followed=False, reasons=(Reason.WATCHLIST,), depth_ts=None, trade_ts=None)

    assert (texts(row)["depth"], texts(row)["trades"]) == ("off", "off")


def test_what_has_never_spoken_has_no_age():
    row = replace(STREAM, touch_ts=None, trade_ts=None)

    assert (texts(row)["touch"], texts(row)["trades"]) == ("-", "-")


def test_what_lingers_says_for_how_long():
    row = replace(STREAM, reasons=(Reason.WATCHLIST,), release_at=Nanos(NOW + 21 * SECOND))

    assert texts(row)["why"] == "watchlist; depth and trades for 21s more"


def test_a_book_that_is_not_proven_is_said_whatever_its_stream_does():
    cell = told(replace(STREAM, is_synced=False))["depth"]

    assert (cell.text, cell.ink) == ("syncing", Ink.WARN)


@pytest.mark.parametrize(("mark_ts", "ink"), [(ago(2), Ink.TEXT), (ago(2.1), Ink.WARN), (None, Ink.WARN)])
def test_a_mark_that_has_missed_its_second_stands_out(mark_ts, ink):
    assert told(replace(STREAM, mark_ts=mark_ts))["mark"].ink is ink


def test_a_connection_tells_how_long_it_is_up_and_what_it_carries():
    assert (texts(LINE)["stream"], texts(LINE)["depth"]) == ("touch and depth", "up 10m")
    assert texts(LINE)["why"] == "8 streams, connection 2"


def test_a_connection_tells_what_went_wrong_on_it():
    row = replace(LINE, is_up=False, since=ago(3), streams=1, mangled=2, resubscribed=1)

    assert (texts(row)["depth"], told(row)["depth"].ink) == ("down 3.0s", Ink.ALARM)
    assert texts(row)["why"] == "1 stream, connection 2, 1 asked for again, 2 unreadable"
