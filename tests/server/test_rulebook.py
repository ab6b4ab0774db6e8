"""Markets for symbols whose rules were recorded."""

import json
from decimal import Decimal

import msgspec
import pytest

from desk.exchange.crowd import Character
from desk.exchange.generator import GeneratedMarket
from desk.model.error import BadInput
from desk.model.instrument import first_broken_bracket
from desk.model.units import Nanos
from desk.server.rulebook import characters, read_rules
from tests.server.counter import Counter
from tests.server.wire.recorded import RULES, load


def own(**changes):
    """The practice exchange's own rules, as it serves them."""
    info = Counter().send("GET", "/fapi/v1/exchangeInfo")[1]
    info["symbols"][0] |= changes
    return json.dumps(info).encode()


def test_the_exchanges_own_rules_come_back():
    (btc, eth, sol) = read_rules(own(), None, ())

    assert [each.symbol for each in (btc, eth, sol)] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert (btc.tick_size, btc.lot_size, btc.notional_min, btc.collar_up) == (
        Decimal("0.1"),
        Decimal("0.001"),
        50,
        Decimal("1.05"),
    )


def test_a_crowd_is_made_for_the_same_money_everywhere():
    rules = own()
    (btc,) = read_rules(rules, None, ["BTCUSDT"])

    # The least price is a tick: five thousand ticks of it are 500.
    assert characters([btc], rules) == {
        "BTCUSDT": Character(home=5_000, touch=50_000, trade=800, reach=500, wildness=1.5)
    }


def test_recorded_rules_and_tiers_trade_also_under_names_that_are_no_ascii():
    path = RULES / "exchangeInfo_2026-03-31_705_symbols.json"
    load(path.name, RULES)
    rules = path.read_bytes()
    tiers = (RULES / "leverageBracket_2026.9_raw_form.json.gz").read_bytes()
    names = ["XRPUSDT", "1000PEPEUSDT", "币安人生USDT"]

    traded = read_rules(rules, tiers, names)
    market = GeneratedMarket(
        traded, seed=1, start=Nanos(1_790_000_000_000_000_000), characters=characters(traded, rules)
    )

    assert {each.symbol for each in market.take()} == set(names)
    for _ in range(500):
        market.take()
    assert all(first_broken_bracket(each.brackets) is None for each in traded)


@pytest.mark.parametrize(
    ("data", "brackets", "names", "complaint"),
    [
        (b"{", None, (), "rules"),
        (own(), b"[]x", (), "tiers"),
        (own(), None, ("NOPE",), "found NOPE"),
        (own(status="BREAK", filters=[]), None, ("BTCUSDT",), "PRICE_FILTER"),
        (b'{"rateLimits": [], "symbols": []}', None, (), "found none"),
        (
            own(),
            msgspec.json.encode(
                [
                    {
                        "symbol": "BTCUSDT",
                        "brackets": [
                            {
                                "bracket": 1,
                                "initialLeverage": 1,
                                "notionalCap": 5,
                                "notionalFloor": 0,
                                "maintMarginRatio": 0.1,
                                "cum": 7,
                            }
                        ],
                    }
                ]
            ),
            (),
            "jumps",
        ),
    ],
)
def test_what_cannot_be_traded_is_one_sentence(data, brackets, names, complaint):
    with pytest.raises(BadInput, match=complaint):
        read_rules(data, brackets, names)
