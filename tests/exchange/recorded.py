"""Lines of a recording, as a recorder would have written them."""

import json

from desk.exchange.wire import BookTicker, DepthSnapshot, DepthUpdate
from tests.exchange.scripted import BTC, levels

FIRST_NS = 1_723_161_255_030_314_667


def line(number, data, stream="btcusdt@depth@0ms"):
    """Write one enveloped message, received `number` milliseconds after the first."""
    return f"{FIRST_NS + number * 1_000_000} {json.dumps({'stream': stream, 'data': data})}".encode()


def answer_line(number, last_id, bids, asks):
    body = {"lastUpdateId": last_id, "E": 1, "T": 1, "bids": _pairs(bids), "asks": _pairs(asks)}
    return f"{FIRST_NS + number * 1_000_000} {json.dumps(body)}".encode()


def depth_line(number, ids, bids="", asks="", symbol="BTCUSDT", stream="btcusdt@depth@0ms"):
    first, last, previous = ids
    data = {"e": "depthUpdate", "E": 1, "T": 1, "s": symbol, "U": first, "u": last, "pu": previous}
    return line(number, data | {"b": _pairs(bids), "a": _pairs(asks)}, stream)


def ticker_line(number, update_id, bid, ask, symbol="BTCUSDT"):
    (bid_price, bid_size), (ask_price, ask_size) = bid.split("x"), ask.split("x")
    data = {
        "e": "bookTicker",
        "u": update_id,
        "s": symbol,
        "b": bid_price,
        "B": bid_size,
        "a": ask_price,
        "A": ask_size,
    }
    return line(number, data | {"T": 1, "E": 1}, "btcusdt@bookTicker")


def trade_line(number, price, quantity, is_buyer_maker, kind="MARKET", event="trade"):
    data = {"e": event, "E": 1, "T": 1, "s": "BTCUSDT", "t": 7, "p": price, "q": quantity, "m": is_buyer_maker}
    return line(number, data | ({"X": kind} if event == "trade" else {}), f"btcusdt@{event}")


def delta(first, last, previous, bids="", asks=""):
    return DepthUpdate(BTC, first, last, previous, levels(bids), levels(asks))


def ticker(update_id, bid, ask):
    (one,), (other,) = levels(bid), levels(ask)
    return BookTicker(update_id, BTC, one.price, one.size, other.price, other.size)


def answer(last_id, bids, asks):
    return DepthSnapshot(last_id, levels(bids), levels(asks))


def _pairs(text):
    return [each.split("x") for each in text.split()]
