"""Cards as text: exact numbers, empty where nothing is known."""

import csv
import io
import json

from desk.ui.cardfile import as_csv, as_json, as_lines
from tests.kit.views import card


def test_json_has_decimals_as_strings_and_nothing_for_the_unknown():
    (made,) = json.loads(as_json([card()]))

    assert made["average_price"] == "61842.4"
    assert made["cost"] == "1.261848"
    assert (made["markout_1s_bps"], made["markout_5s_bps"], made["markout_30s_bps"]) == ("0.4", "-1.2", None)
    assert made["kind"] == "chase"
    assert made["ended"].endswith("Z")


def test_csv_reads_back():
    (made,) = csv.DictReader(io.StringIO(as_csv([card(reason='gave up, "refused"')])))

    assert (made["algo"], made["filled"], made["markout_30s_bps"]) == ("chase-3", "0.1", "")
    assert made["reason"] == 'gave up, "refused"'


def test_csv_of_nothing_has_its_names():
    assert as_csv([]).startswith("algo,kind,sub,symbol,side,quantity,filled,")


def test_lines_are_for_people():
    head, line = as_lines([card()]).splitlines()

    assert "slip bps" in head
    assert "+0.04" in line
    assert "100 %" in line
    assert as_lines([]) == "no algo has ended yet"
