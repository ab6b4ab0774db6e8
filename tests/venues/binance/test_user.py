"""Frames of the account's stream, as documented."""

import pytest

from desk.model.event import (
    AccountReported,
    FundingPaid,
    GuardReported,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    VenuePosition,
)
from desk.model.guard import GuardState
from desk.model.market import MarkPrice, MarkSource
from desk.model.order import Side
from desk.model.units import Nanos, Symbol
from desk.venues.binance.codec import Mangled
from desk.venues.binance.user import CashCame, Hint, KeyExpired, Notice, Statement
from tests.kit.builders import D

BTC = Symbol("BTCUSDT")
TS = Nanos(1_568_879_465_700_000_000)
AT = Nanos(1_568_879_465_650_000_000)


def order(execution, status, **more):
    fields = {
        "s": '"BTCUSDT"',
        "c": '"c1"',
        "S": '"BUY"',
        "q": '"0.010"',
        "p": '"83000"',
        "x": f'"{execution}"',
        "X": f'"{status}"',
        "i": "8389765739703625592",
        "l": '"0"',
        "z": '"0"',
        "L": '"0"',
        "T": "1568879465650",
        "t": "0",
        "m": "false",
        "er": '"0"',
    } | more
    inside = ",".join(f'"{name}":{value}' for name, value in fields.items())
    return f'{{"e":"ORDER_TRADE_UPDATE","T":1568879465650,"E":1568879465651,"o":{{{inside}}}}}'.encode()


def account(reason, balances="", positions="", more=""):
    return (
        f'{{"e":"ACCOUNT_UPDATE","E":1568879465651,"T":1568879465650,'
        f'"a":{{"m":"{reason}","B":[{balances}],"P":[{positions}]{more}}}}}'
    ).encode()


@pytest.fixture
def statement():
    found = Statement("USDT")
    found.begin(D("1000"), (VenuePosition(BTC, D("0.002"), D("80000"), D("160")),), Nanos(1))
    return found


TRADE = {
    "l": '"0.004"',
    "z": '"0.004"',
    "L": '"83000"',
    "N": '"USDT"',
    "n": '"0.06640000"',
    "t": "12345678",
    "m": "true",
}


def test_a_trade_is_told_with_its_fee_and_its_cumulative_quantity(statement):
    assert statement.read(order("TRADE", "PARTIALLY_FILLED", **TRADE), TS) == [
        OrderFilled(TS, "c1", BTC, 12345678, D("83000"), D("0.004"), D("0.0664"), True, D("0.004"), AT, Side.BUY)
    ]


@pytest.mark.parametrize(
    ("frame", "report"),
    [
        (order("NEW", "NEW"), OrderAccepted(TS, "c1", 8389765739703625592, D(0), AT)),
        (order("CANCELED", "CANCELED", z='"0.004"'), OrderCancelled(TS, "c1", D("0.004"), AT)),
        (order("EXPIRED", "EXPIRED", er='"2"'), OrderExpired(TS, "c1", D(0), "ioc remainder", AT)),
        (order("EXPIRED", "EXPIRED_IN_MATCH"), OrderExpired(TS, "c1", D(0), "self-trade prevention", AT)),
        (order("EXPIRED", "EXPIRED", er='"77"'), OrderExpired(TS, "c1", D(0), "reason 77", AT)),
        (
            order("AMENDMENT", "NEW", p='"83001"', q='"0.020"'),
            OrderAmended(TS, "c1", D("83001"), D("0.020"), D(0), AT),
        ),
    ],
)
def test_what_happens_to_an_order(statement, frame, report):
    assert statement.read(frame, TS) == [report]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("NEW", GuardState.HELD),
        ("TRIGGERING", GuardState.TRIGGERED),
        ("TRIGGERED", GuardState.TRIGGERED),
        ("CANCELED", GuardState.ENDED),
        ("EXPIRED", GuardState.ENDED),
        ("REJECTED", GuardState.ENDED),
        ("FINISHED", None),
        ("NOVELTY", None),
    ],
)
def test_what_becomes_of_a_conditional_order(statement, status, told):
    frame = (
        '{"e":"ALGO_UPDATE","T":1568879465650,"E":1568879465651,"o":{"caid":"c1","aid":2148719,"at":"CONDITIONAL",'
        f'"o":"STOP_MARKET","s":"BTCUSDT","S":"SELL","X":"{status}","ai":"","rm":"","tp":"75000"}}}}'
    ).encode()

    assert [each.state for each in statement.read(frame, TS)] == ([] if told is None else [told])


def test_a_conditional_order_that_is_denied_says_why(statement):
    frame = (
        b'{"e":"ALGO_UPDATE","T":1568879465650,"E":1,"o":{"caid":"c1","X":"REJECTED","rm":"Margin is insufficient."}}'
    )

    assert statement.read(frame, TS) == [GuardReported(TS, "c1", GuardState.ENDED, "Margin is insufficient.", AT)]


def test_a_liquidation_is_a_trade_of_an_order_that_is_not_ours(statement):
    frame = order("CALCULATED", "NEW_INSURANCE", c='"autoclose-1"', **TRADE)

    (fill,) = statement.read(frame, TS)

    assert (fill.order, fill.quantity, fill.side) == ("autoclose-1", D("0.004"), Side.BUY)


def test_a_fee_in_another_asset_is_told_and_not_booked_as_ours(statement):
    fill, notice = statement.read(order("TRADE", "FILLED", **TRADE | {"N": '"BNB"', "n": '"0.0001"'}), TS)

    assert fill.fee == 0
    assert notice == Notice("a fee of 0.0001 BNB: expected USDT; switch the discount off")


def test_an_execution_nobody_knows_is_said(statement):
    assert statement.read(order("NOVELTY", "NEW"), TS) == [
        Notice("order c1: the venue tells `NOVELTY`, which we do not know")
    ]


def test_the_statement_is_whole_though_the_venue_tells_only_changes(statement):
    frame = account(
        "ORDER",
        '{"a":"USDT","wb":"998.50","cw":"998.50","bc":"0"}',
        '{"s":"ETHUSDT","pa":"-1.5","ep":"3000.0","up":"0","mt":"cross","iw":"0","ps":"BOTH"}',
    )

    assert statement.read(frame, TS) == [
        AccountReported(
            TS,
            D("998.50"),
            (
                VenuePosition(BTC, D("0.002"), D("80000"), D("160")),
                VenuePosition(Symbol("ETHUSDT"), D("-1.5"), D("3000.0"), D("-4500.00")),
            ),
            AT,
        )
    ]


def test_a_position_that_is_closed_leaves_the_statement(statement):
    frame = account("ORDER", "", '{"s":"BTCUSDT","pa":"0","ep":"0.0","ps":"BOTH"}')

    (told,) = statement.read(frame, TS)

    assert told.positions == ()


def test_nothing_is_stated_before_the_first_answer():
    frame = account("ORDER", "", '{"s":"BTCUSDT","pa":"1","ep":"2","ps":"BOTH"}')

    assert Statement("USDT").read(frame, TS) == []


def test_an_answer_that_is_older_than_the_stream_does_not_turn_it_back(statement):
    statement.read(account("ORDER", '{"a":"USDT","wb":"998.50"}'), TS)
    statement.begin(D("1000"), (), Nanos(AT - 1))

    (told,) = statement.read(account("ORDER", "", '{"s":"BTCUSDT","pa":"1","ep":"2","ps":"BOTH"}'), TS)

    assert told.wallet == D("998.50")


def test_a_venue_whose_clock_runs_ahead_does_not_outrun_an_answer_asked_for_later(statement):
    heard = Nanos(AT - 800_000_000)
    (stated,) = statement.read(account("ORDER", '{"a":"USDT","wb":"998.50"}'), heard)
    statement.begin(D("1000"), (), Nanos(heard + 1))

    (told,) = statement.read(account("ORDER", "", '{"s":"BTCUSDT","pa":"1","ep":"2","ps":"BOTH"}'), Nanos(heard + 2))

    assert stated.venue_ts == heard
    assert (told.wallet, told.venue_ts) == (D("1000"), heard + 2)


def test_funding_is_paid_at_the_mark_that_was_told(statement):
    statement.on_mark(
        MarkPrice(TS, BTC, D("83000"), D("83000"), D("0.0001"), Nanos(0), MarkSource.VENUE, Nanos(TS - 1))
    )
    frame = account("FUNDING_FEE", '{"a":"USDT","wb":"991.7","bc":"-8.3"}', more=',"S":"BTCUSDT"')

    paid, told = statement.read(frame, TS)

    assert paid == FundingPaid(TS, BTC, D("-8.3"), D("0.0001"), D("83000"), AT)
    assert told.wallet == D("991.7")


def test_funding_without_its_symbol_is_booked_to_nobody(statement):
    notice, _ = statement.read(account("FUNDING_FEE", '{"a":"USDT","wb":"991.7","bc":"-8.3"}'), TS)

    assert notice == Notice("funding of -8.3 USDT without its symbol or mark")


def test_cash_that_comes_from_elsewhere_is_told(statement):
    cash, _ = statement.read(account("DEPOSIT", '{"a":"USDT","wb":"1500","bc":"500"}'), TS)

    assert cash == CashCame("deposit", D(500), AT)


def test_a_fill_told_early_is_a_hint(statement):
    frame = (
        b'{"e":"TRADE_LITE","E":1568879465651,"T":1568879465650,"s":"BTCUSDT","q":"0.001","p":"0","m":false,"c":"c1",'
        b'"S":"BUY","L":"64089.20","l":"0.020","t":109100866,"i":8886774}'
    )

    assert statement.read(frame, TS) == [Hint("c1", BTC, 109100866, D("64089.20"), D("0.020"), AT)]


def test_an_expired_key_is_told_even_where_its_time_is_a_text(statement):
    assert statement.read(b'{"e":"listenKeyExpired","E":"1736996475556","listenKey":"WsCMN0a4"}', TS) == [KeyExpired()]


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (b'{"e":"MARGIN_CALL","E":1,"cw":"3.1","p":[]}', "the venue calls for margin"),
        (
            b'{"e":"ACCOUNT_CONFIG_UPDATE","E":1,"T":1,"ac":{"s":"BTCUSDT","l":25}}',
            "leverage of BTCUSDT at the venue is 25",
        ),
        (b'{"e":"ACCOUNT_CONFIG_UPDATE","E":1,"T":1,"ai":{"j":true}}', "margin mode has been changed"),
    ],
)
def test_what_a_person_should_know_is_said(statement, frame, text):
    (notice,) = statement.read(frame, TS)

    assert text in notice.text


@pytest.mark.parametrize("frame", [b'{"e":"STRATEGY_UPDATE","su":{}}', b'{"result":null,"id":1}'])
def test_what_concerns_us_not_is_passed_over(statement, frame):
    assert statement.read(frame, TS) == []


@pytest.mark.parametrize(
    "frame",
    [
        b"<html>",
        order("TRADE", "FILLED", **TRADE | {"L": '"NaN"'}),
        order("TRADE", "FILLED", **TRADE | {"n": '"Infinity"'}),
        order("NEW", "NEW", z='"NaN"'),
        account("ORDER", '{"a":"USDT","wb":"NaN"}'),
        account("ORDER", "", '{"s":"BTCUSDT","pa":"sNaN","ep":"1","ps":"BOTH"}'),
        account("ORDER", "", '{"s":"BTCUSDT","pa":"1","ep":"1","ps":"LONG"}'),
        b'{"e":"ORDER_TRADE_UPDATE","o":{}}',
    ],
)
def test_a_frame_that_cannot_be_right_is_refused(statement, frame):
    with pytest.raises(Mangled):
        statement.read(frame, TS)
