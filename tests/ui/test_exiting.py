"""Profit and stop, read and told."""

import pytest

from desk.model.exits import Exits, Trigger
from desk.ui.complaint import Misread
from desk.ui.exiting import read_exits, tell_exits
from tests.kit.builders import D


@pytest.mark.parametrize(
    ("texts", "exits", "told"),
    [
        ({}, None, ""),
        ({"tp": "40bps"}, Exits(profit_bps=D(40)), "profit at +40bps"),
        (
            {"tp": "62000", "sl": "20bps", "trigger": "touch"},
            Exits(profit_price=D(62000), stop_bps=D(20), trigger=Trigger.TOUCH),
            "profit at 62000, stop at -20bps of the touch, at the venue 25bps further",
        ),
        (
            {"sl": "@61500", "net": "40bps"},
            Exits(stop_price=D(61500), net_bps=D(40)),
            "stop at 61500 of the mark, at the venue 40bps further",
        ),
        (
            {"sl": "@61500", "net": "none"},
            Exits(stop_price=D(61500), net_bps=None),
            "stop at 61500 of the mark, none at the venue",
        ),
    ],
)
def test_exits_are_read_and_told(texts, exits, told):
    assert read_exits(texts) == exits
    assert tell_exits(exits) == told


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ({"trigger": "mark"}, "trigger: expected an sl beside it, found none"),
        ({"sl": "20bps", "trigger": "last"}, "trigger: expected mark or touch, found last"),
        ({"tp": "far"}, "tp: expected"),
        ({"tp": "40bps", "net": "20bps"}, "net: expected an sl beside it, found none"),
        ({"sl": "40bps", "net": "far"}, "net: expected Nbps or none, found far"),
    ],
)
def test_what_cannot_be_meant_is_said(texts, complaint):
    with pytest.raises(Misread) as misread:
        read_exits(texts)
    assert misread.value.of("").text.lstrip(": ").startswith(complaint)
