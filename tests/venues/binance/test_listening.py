"""The account's stream over real sockets."""

import asyncio
import time
from random import Random

import pytest

from desk.model.event import AccountReported, CashArrived, LinkChanged, LinkState, OrderAccepted, OrderFilled
from desk.model.units import Nanos
from desk.venues.binance.listening import UserStream
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.rest import Rest
from desk.venues.binance.signing import signer_for
from desk.venues.binance.site import hosts_of
from desk.venues.binance.user import Statement
from desk.venues.secret import Secret
from tests.server.live import PATIENCE, opened


def now():
    return Nanos(time.time_ns())


class Desk:
    """Who is told."""

    def __init__(self):
        self.heard = []
        self.links = []
        self._woken = asyncio.Event()

    def tell(self, event):
        self.heard.append(event)
        self._woken.set()

    def link(self, is_up, reason):
        self.links.append(is_up)
        self._woken.set()

    async def until(self, wanted):
        """Wait until something is true."""
        async with asyncio.timeout(PATIENCE):
            while not wanted():
                self._woken.clear()
                await self._woken.wait()


@pytest.fixture
async def listening():
    """A desk that listens to an open exchange's account."""
    async with opened() as live:
        key = Secret(live.at.key.encode())
        signer = signer_for(Secret(live.at.secret.encode()))
        hosts = hosts_of(f"loopback:{live.at.rest.rpartition(':')[2]}")
        hosts = type(hosts)(rest=live.at.rest, stream=live.at.ws, session=live.at.ws_api, is_real_money=False)
        rest, desk = Rest(hosts.rest, key=key, signer=signer, server_clock=ServerClock(), now=now), Desk()
        stream = UserStream(
            rest, hosts, Statement("USDT"), tell=desk.tell, on_link=desk.link, now=now, chance=Random(1)
        )
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(stream.run())
            await desk.until(lambda: desk.links == [True])
            yield live, desk, stream
            running.cancel()
        await rest.close()


def kinds(desk):
    return [type(each) for each in desk.heard]


async def test_orders_and_fills_are_heard(listening):
    live, desk, stream = listening

    await live.order(type="MARKET", timeInForce="", price="", newClientOrderId="c1")
    await desk.until(lambda: OrderFilled in kinds(desk))

    fill = next(each for each in desk.heard if isinstance(each, OrderFilled))
    assert (fill.order, str(fill.price), str(fill.quantity)) == ("c1", "60000.1", "0.01")
    assert kinds(desk).index(OrderAccepted) < kinds(desk).index(OrderFilled)
    assert stream.spoken >= 4


async def test_the_account_is_stated_after_the_trade_that_changed_it(listening):
    live, desk, _ = listening

    await live.order(type="MARKET", timeInForce="", price="", quantity="1.5")
    await desk.until(lambda: kinds(desk).count(AccountReported) == 2)

    told = [each for each in kinds(desk) if each in (OrderFilled, AccountReported)]
    assert told == [OrderFilled, AccountReported] * 2


async def test_cash_that_comes_is_heard(listening):
    live, desk, _ = listening

    await live.fault(kind="cash", amount="250")
    await desk.until(lambda: CashArrived in kinds(desk))

    (cash,) = [each for each in desk.heard if isinstance(each, CashArrived)]
    assert (cash.amount, cash.reason) == (250, "deposit")


async def test_a_key_that_runs_out_is_replaced_and_nothing_later_is_missed(listening):
    live, desk, _ = listening

    await live.fault(kind="key-expired")
    await desk.until(lambda: len(desk.links) >= 2)
    await live.order(newClientOrderId="later")
    await desk.until(lambda: any(isinstance(each, OrderAccepted) and each.order == "later" for each in desk.heard))

    assert desk.links[-1] is True


async def test_what_cannot_be_read_makes_the_desk_ask(listening, monkeypatch):
    live, desk, stream = listening
    monkeypatch.setattr(stream._statement, "read", _mangle)

    await live.order()
    await desk.until(lambda: len(desk.heard) >= 2)

    assert [each.state for each in desk.heard[:2] if isinstance(each, LinkChanged)] == [LinkState.DOWN, LinkState.UP]
    assert stream.line().mangled >= 1


def _mangle(frame, ts):
    from desk.venues.binance.codec import Mangled

    raise Mangled("an order without a name")
