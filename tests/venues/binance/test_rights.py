"""What the key may do is looked at before the desk begins."""

import httpx
import pytest

from desk.model.error import BadInput
from desk.venues.binance.hosts import DEMO, PRODUCTION
from desk.venues.binance.opening import Opener
from desk.venues.binance.rights import Rights, check, learn_rights
from tests.kit.builders import BTC
from tests.server.live import opened
from tests.venues.binance.test_rest import rest
from tests.venues.binance.test_venue import venue_of

HARMLESS = Rights(enable_withdrawals=False, enable_futures=True)
DANGEROUS = Rights(enable_withdrawals=True, enable_futures=True)
IDLE = Rights(enable_withdrawals=False, enable_futures=False)


@pytest.mark.parametrize(
    ("found", "may_withdraw", "complaint"),
    [
        (DANGEROUS, False, "no right to withdraw, found it: take it away at the venue, or say --allow-withdrawals"),
        (IDLE, False, "one that may trade futures"),
        (IDLE, True, "one that may trade futures"),
        ("Invalid API-key", False, "to tell its rights, found: Invalid API-key; --allow-withdrawals begins without"),
    ],
)
def test_a_key_that_may_too_much_or_too_little_is_refused(found, may_withdraw, complaint):
    with pytest.raises(BadInput, match=complaint):
        check(found, may_withdraw=may_withdraw)


@pytest.mark.parametrize(
    ("found", "may_withdraw"), [(HARMLESS, False), (HARMLESS, True), (DANGEROUS, True), ("?", True)]
)
def test_a_key_that_fits_or_is_meant_to_be_so_passes(found, may_withdraw):
    check(found, may_withdraw=may_withdraw)


async def test_the_wallet_is_asked_at_its_own_address():
    asked = []

    def venue(request):
        asked.append((request.url.host, request.url.path, "signature" in request.url.params))
        return httpx.Response(200, json={"enableWithdrawals": True, "enableFutures": True, "new": 1})

    await Opener(rest(venue), PRODUCTION).check_rights(may_withdraw=True)

    assert asked == [("api.binance.com", "/sapi/v1/account/apiRestrictions", True)]


async def test_where_nobody_tells_nobody_is_asked():
    def venue(request):
        raise AssertionError("the demo has no wallet to ask")

    await Opener(rest(venue), DEMO).check_rights(may_withdraw=False)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(401, json={"code": -2015, "msg": "Invalid API-key, IP, or permissions"}), "Invalid API-key"),
        (httpx.Response(200, text="<html>"), "cannot be read"),
        (httpx.Response(200, json={"enableFutures": True}), "cannot be read"),
    ],
)
async def test_rights_that_are_not_told_are_not_known(answer, why):
    assert why in await learn_rights(rest(lambda request: answer), "https://api.binance.com")


async def test_the_exchange_tells_them_and_the_desk_does_not_begin_with_such_a_key():
    async with opened() as live:
        venue = venue_of(live)
        await venue.open((BTC,), 20)
        for seat in live.server.venue.seats.values():
            seat.may_withdraw = True

        with pytest.raises(BadInput, match="no right to withdraw"):
            await venue.open((BTC,), 20)
        await venue.open((BTC,), 20, may_withdraw=True)
        await venue.close()
