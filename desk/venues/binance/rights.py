"""What the key itself may do, beyond what the account may: a desk needs no right to withdraw, so it refuses one.

The futures API tells of the account alone; the key's own rights are told by the wallet's (GET /sapi/v1/account/apiRestrictions).
"""

from typing import Final

import msgspec
from msgspec import Struct

from desk.model.error import BadInput
from desk.venues.binance.rest import Call, Rest
from desk.venues.binance.site import OVERRIDE
from desk.venues.outcomes import classify

PATH: Final = "/sapi/v1/account/apiRestrictions"


class Rights(Struct, frozen=True, rename="camel"):
    """As the venue tells them."""

    enable_withdrawals: bool
    enable_futures: bool
    ip_restrict: bool = False
    """It is bound to addresses."""


async def learn_rights(rest: Rest, wallet: str) -> Rights | str:
    """Ask what the key may do; return why it is not known where the venue does not tell."""
    reply = await rest.send(Call("GET", PATH, {}, base=wallet))
    if reply.answer.status != 200:
        return classify(reply.answer).reason or "no answer"
    try:
        return msgspec.json.decode(reply.answer.body, type=Rights)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "an answer that cannot be read"


def check(found: Rights | str, *, may_withdraw: bool) -> None:
    """Raise BadInput for a key that may do what a desk does not need, or not what it needs, or nobody knows what."""
    if isinstance(found, str):
        if not may_withdraw:
            raise BadInput(
                f"key: expected the venue to tell its rights, found: {found}; {OVERRIDE} begins without knowing"
            )
        return
    if not found.enable_futures:
        raise BadInput("key: expected one that may trade futures, found one that may not: allow it at the venue")
    if found.enable_withdrawals and not may_withdraw:
        raise BadInput(f"key: expected no right to withdraw, found it: take it away at the venue, or say {OVERRIDE}")
