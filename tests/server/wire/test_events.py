"""What the exchange encodes with decodes what was recorded of the venue's user streams."""

import msgspec

from desk.server.wire import events
from tests.server.wire.recorded import user_events
from tests.server.wire.test_market import decode

ELSEWHERE = {"executionReport", "indexPrice_kline"}
"""Of the spot market, and a market stream that a client keeps among its user events."""


def test_every_recorded_event_is_read_and_says_the_same_when_it_is_written_again():
    recorded = [each for each in user_events() if each["e"] not in ELSEWHERE]

    assert {each["e"] for each in recorded} >= {"ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "TRADE_LITE", "MARGIN_CALL"}
    for each in recorded:
        event = decode(each, events.UserEvent)
        written = msgspec.json.decode(msgspec.json.encode(event))
        assert each.items() >= {
            key: value for key, value in written.items() if not isinstance(value, dict | list)
        }.items() - {("listenKey", ""), ("cw", "0")}


def test_what_an_event_does_not_have_is_not_written():
    told = events.ConfigUpdate(1, 1, ac=events.Leverage("BTCUSDT", 25))

    assert msgspec.json.encode(told) == b'{"e":"ACCOUNT_CONFIG_UPDATE","E":1,"T":1,"ac":{"s":"BTCUSDT","l":25}}'
