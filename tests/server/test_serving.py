"""The exchange as a whole, on loopback: addresses, keys, faults that happen by themselves, and the report."""

import asyncio
import socket
from decimal import Decimal

import pytest

from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.units import Nanos
from desk.server.serving import KeySpec, Options, Server, read_keys
from desk.venues.binance.signing import signer_for
from desk.venues.secret import Secret
from tests.exchange.scripted import ScriptedMarket
from tests.server.live import PATIENCE, opened


async def test_the_greeting_says_where_everything_is_and_the_report_what_was_done():
    async with opened(has_ed25519=True) as live:
        assert live.at.ws_api == f"{live.at.ws}/ws-fapi/v1"
        assert live.at.rest.startswith("http://127.0.0.1:")
        await live.order()
        signature = signer_for(Secret(live.at.ed25519_private.encode())).sign(b"x")
        assert live.server.api.keys.find(live.at.ed25519_key).check(b"x", signature)

    usage = live.report.clients["127.0.0.1"]
    assert (usage.requests, usage.orders, usage.orders_worst_10s, usage.errors) == (1, 1, 1, {})


async def test_keys_of_a_file_are_the_only_ones():
    specs = (KeySpec("alice", "k1", "s1", "500"), KeySpec("alice", "k2", "s2"))
    async with opened(keys=specs) as live:
        assert live.at.key == ""
        _, balance = await live.ask("GET", "/fapi/v3/balance", "k2", "s2")
        assert balance[0]["balance"] == "500.00000000"
        assert (await live.ask("GET", "/fapi/v3/balance", "k1", "s2"))[1]["code"] == -1022


async def test_a_planned_fault_happens_by_itself():
    async with opened(plan=[{"kind": "status", "symbol": "BTCUSDT", "text": "TRADING_HALT", "at": 0.001}]) as live:
        async with asyncio.timeout(PATIENCE):
            while (await live.http.get("/fapi/v1/exchangeInfo")).json()["symbols"][0]["status"] == "TRADING":
                pass
    assert live.report.faults == {"status": 1}


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        ({"kind": "cash", "amount": "-40000"}, ("GET", "/fapi/v3/balance", "balance", "60000.00000000")),
        (
            {"kind": "cash", "amount": "5", "account": "nobody"},
            ("GET", "/fapi/v3/balance", "balance", "100000.00000000"),
        ),
        ({"kind": "status", "symbol": "NOPE", "text": "x"}, ("GET", "/fapi/v3/balance", "balance", "100000.00000000")),
    ],
)
async def test_a_fault_changes_what_it_names_and_one_that_names_nothing_changes_nothing(fault, shown):
    method, path, field, expected = shown
    async with opened() as live:
        await live.fault(**fault)
        assert (await live.ask(method, path))[1][0][field] == expected


async def test_filters_may_become_coarser_and_funding_be_paid_and_the_clock_jump():
    async with opened() as live:
        await live.fault(kind="filters", symbol="BTCUSDT", amount="10")
        assert (await live.order(quantity="0.011"))[1]["code"] == -1111
        await live.order(quantity="0.01", type="MARKET", timeInForce="", price="")
        await live.fault(kind="funding", symbol="BTCUSDT", amount="0.01")
        rows = (await live.ask("GET", "/fapi/v1/income", incomeType="FUNDING_FEE"))[1]
        assert rows[0]["income"] == "-6.00000000"
        await live.fault(kind="depth-gap", symbol="BTCUSDT")

        await live.fault(kind="clock", ms=10_000)
        assert (await live.order())[1]["code"] == -1021


async def test_a_revoked_key_is_let_in_no_more():
    async with opened() as live:
        await live.fault(kind="revoke", text=live.at.key)
        assert (await live.order())[1]["code"] == -2015


async def test_silence_ends():
    async with opened() as live, live.stream("/market/ws/btcusdt@markPrice@1s") as ear:
        await live.fault(kind="market-silent", ms=1)
        assert (await ear.hear())["e"] == "markPriceUpdate"


async def test_a_port_that_is_taken_is_bad_input():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(practice_instruments(), ScriptedMarket(), Options(port=port), Nanos(1))
        with pytest.raises(BadInput, match=f"port {port} of 127.0.0.1: Address already in use"):
            await server.serve(lambda greeting: None)


def test_a_key_file_is_read_and_one_that_is_none_is_told_without_what_is_in_it():
    keys = read_keys(b'[{"account": "a", "key": "k", "secret": "s", "wallet": "12.5"}]')
    assert (keys[0].account, Decimal(keys[0].wallet)) == ("a", Decimal("12.5"))

    for wrong in (b"[]", b"{}", b'[{"account": "a", "key": "k", "secret": "hidden", "x": 1}]', b"\xff"):
        with pytest.raises(BadInput) as caught:
            read_keys(wrong)
        assert "hidden" not in str(caught.value)
    with pytest.raises(BadInput, match="amount"):
        read_keys(b'[{"account": "a", "key": "k", "secret": "s", "wallet": "much"}]')
