"""The venue as a whole."""

from decimal import Decimal

from desk.model.units import SECOND, Nanos
from tests.exchange.scripted import BTC, ScriptedMarket
from tests.server.counter import Counter


def test_an_account_is_opened_once():
    counter = Counter()

    assert counter.venue.join("alice", Decimal(1)) is counter.seat()
    assert counter.seat().account.wallet == 100_000
    assert counter.venue.join("carol", Decimal(5)).number == 2


def test_a_status_is_told_to_who_listens_and_shown_in_the_rules():
    counter = Counter()
    counter.hub.wanted.add("!contractInfo")

    counter.venue.set_status(BTC, "TRADING_HALT")

    ((_, event),) = counter.hub.market
    assert (event.s, event.cs) == (BTC, "TRADING_HALT")
    assert counter.send("GET", "/fapi/v1/exchangeInfo")[1]["symbols"][0]["status"] == "TRADING_HALT"


def test_funding_can_be_paid_out_of_turn():
    counter = Counter()
    counter.order(type="MARKET", quantity="1")
    counter.told()

    counter.venue.fund_now(BTC, Decimal("-0.001"))

    assert counter.told()[0]["a"]["B"][0]["bc"] == "60"
    assert counter.venue.tapes[BTC].fundings[0].funding_rate == "-0.00100000"


def test_no_cash_is_made_or_lost_between_accounts_beyond_fees():
    counter = Counter(bids="59000.0x1", asks="61000.0x1")
    for number in range(20):
        counter.order(side="SELL", price=f"{60000 + number}", quantity="0.1", account="bob")
    counter.order(price="60019", quantity="2")
    counter.order(side="SELL", price="59500", quantity="2", account="alice")
    counter.order(price="59500", quantity="2", account="bob")

    wallets = sum(each.account.wallet for each in counter.venue.seats.values())
    fees = sum(Decimal(trade.commission) for each in counter.venue.seats.values() for trade in each.trades)
    assert wallets + fees == 200_000
    assert [each.account.quantity(BTC) for each in counter.venue.seats.values()] == [0, 0]


def test_a_market_that_says_nothing_more_goes_on_with_its_bells():
    counter = Counter()
    assert isinstance(counter.market, ScriptedMarket)

    counter.pass_time(Nanos(10 * SECOND))

    assert counter.venue.next_at() is not None
    assert counter.venue.open_interest(BTC) == 0
