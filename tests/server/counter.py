"""A practice exchange without sockets: a scripted market, accounts with keys, and requests signed as clients sign them."""

import hmac
import json
from decimal import Decimal
from hashlib import sha256
from itertools import count
from urllib.parse import quote, urlencode

import msgspec

from desk.exchange.rules import practice_instruments
from desk.model.units import MILLISECOND, SECOND, Nanos
from desk.server.admission import Admission
from desk.server.api import Api, Request
from desk.server.keys import ApiKey, HmacCheck, KeyRing
from desk.server.listenkeys import ListenKeys
from desk.server.venue import Venue
from tests.exchange.scripted import BTC, START, ScriptedMarket, book, mark

NOW_MS = START // MILLISECOND
HOST = "10.0.0.1"


class Heard:
    """A hub that keeps what it is told."""

    def __init__(self):
        self.user = []
        self.market = []
        self.wanted = set()

    def wants(self, stream):
        return stream in self.wanted

    def send(self, stream, event):
        self.market.append((stream, event))

    def tell(self, account, event):
        self.user.append((account, event))

    def of(self, account):
        """Return and forget what an account was told."""
        told = [event for name, event in self.user if name == account]
        self.user = [(name, event) for name, event in self.user if name != account]
        return told


class Counter:
    """The exchange, open: `alice` and `bob` have an account and a key each, named like them."""

    def __init__(self, bids="60000.0x2 59999.9x3", asks="60000.1x1 60000.2x4", wallet="100000", marked="60000"):
        self.market = ScriptedMarket()
        self.now = START
        self.hub = Heard()
        self.market.due.append((START, [book(bids, asks), *([mark(marked)] if marked else [])]))
        self.venue = Venue(instruments=practice_instruments(), market=self.market, start=START, hub=self.hub)
        self.keys = KeyRing()
        numbers = count(1)
        self.listen_keys = ListenKeys(lambda: f"listen-{next(numbers)}")
        self.admission = Admission()
        self.api = Api(self.venue, self.keys, self.admission, self.listen_keys)
        for name in ("alice", "bob"):
            self.venue.join(name, Decimal(wallet))
            self.keys.add(ApiKey(name, name, HmacCheck(f"secret of {name}")))
        self.venue.advance(START)

    def pass_time(self, span=SECOND):
        self.now = Nanos(self.now + span)
        self.venue.advance(self.now)

    def crowd(self, *records):
        self.now = Nanos(self.now + MILLISECOND)
        self.market.due.append((self.now, list(records)))
        self.venue.advance(self.now)

    def seat(self, name="alice"):
        return self.venue.seats[name]

    def ask(self, method, path, account="alice", **params):
        """Send a signed request with the parameters in the query; return status and decoded answer."""
        query = urlencode({**params, "timestamp": self.now // MILLISECOND}, quote_via=quote).encode()
        return self.send(method, path, query + b"&signature=" + self.sign(query, account), key=account)

    def send(self, method, path, query=b"", body=b"", *, key="", host=HOST):
        answer = self.api.answer(Request(method, path, query, body, key, host), self.now)
        self.headers = dict(answer.headers)
        return answer.status, json.loads(answer.body)

    def sign(self, payload, account="alice"):
        return hmac.new(f"secret of {account}".encode(), payload, sha256).hexdigest().encode()

    def order(self, side="BUY", quantity="1", price="59990.0", account="alice", **more):
        """Place an order, a limit order good till cancelled unless told otherwise."""
        params = {"symbol": BTC, "side": side, "type": "LIMIT", "quantity": quantity}
        if more.get("type", "LIMIT") == "LIMIT":
            params |= {"timeInForce": "GTC", "price": price}
        return self.ask("POST", "/fapi/v1/order", account, **{**params, **more})

    def told(self, account="alice"):
        """Return what the account's user stream said, as JSON, and forget it."""
        return [json.loads(msgspec.json.encode(each)) for each in self.hub.of(account)]


def kinds(events):
    """Return what user events are: of orders, what happened."""
    return [each["o"]["x"] if each["e"] == "ORDER_TRADE_UPDATE" else each["e"] for each in events]
