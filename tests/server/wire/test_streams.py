"""What the exchange encodes with decodes what was recorded of the venue's market streams."""

import msgspec
import pytest

from desk.server.wire import streams
from tests.server.wire.recorded import load
from tests.server.wire.test_market import decode

ELSEWHERE = {"TestBLVTInfoServe", "TestBLVTKlineServe", "TestWsCompositiveIndexServe"}
"""Leveraged tokens, which are no more, and an index of several coins, which is not traded here."""


def cases():
    return [
        (each["case"], each["payload"])
        for each in load("futures_fixtures.json")
        if "websocket_service" in each["file"] and "UserData" not in each["case"] and each["case"] not in ELSEWHERE
    ]


def test_every_kind_of_stream_that_was_recorded_is_read():
    found = cases()

    assert len(found) > 15
    for _, payload in found:
        event = payload.get("data", payload) if isinstance(payload, dict) else payload
        decode(event, list[streams.MarketEvent] if isinstance(event, list) else streams.MarketEvent)


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        (streams.Subscribed(None, 1), b'{"result":null,"id":1}'),
        (streams.Told(["a"], "x"), b'{"result":["a"],"id":"x"}'),
        (streams.Refusal(streams.Mistake(2, "no")), b'{"error":{"code":2,"msg":"no"}}'),
    ],
)
def test_control_answers_are_written_as_documented(answer, written):
    assert msgspec.json.encode(answer) == written
