"""Before the first order: the venue's clock, rules, tiers, fees and the account's settings, each loaded and looked at.

What does not fit is one sentence that names what was expected and what was found; nothing is set right behind the trader's
back where real money is at stake.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from desk.model.error import BadInput, VenueError
from desk.model.instrument import Bracket, Instrument, first_broken_bracket
from desk.model.units import ZERO, Symbol
from desk.venues.binance import rights
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.rest import Call, Reply, Rest, Security
from desk.venues.outcomes import classify

CLOCK_SAMPLES: Final = 5
_TRADING: Final = "TRADING"
_FEES_UNKNOWN: Final = (Decimal("0.0002"), Decimal("0.0005"))

T = TypeVar("T")


class _Filter(Struct, rename="camel"):
    filter_type: str
    tick_size: Decimal = ZERO
    min_qty: Decimal = ZERO
    max_qty: Decimal = ZERO
    step_size: Decimal = ZERO
    notional: Decimal = ZERO
    multiplier_up: Decimal = ZERO
    multiplier_down: Decimal = ZERO


class _Symbol(Struct, rename="camel"):
    symbol: str
    status: str
    contract_type: str
    base_asset: str
    quote_asset: str
    filters: list[_Filter]
    liquidation_fee: Decimal = ZERO


class _Rules(Struct, rename="camel"):
    symbols: list[_Symbol]


class _Tier(Struct, rename="camel"):
    initial_leverage: int
    notional_cap: Decimal
    notional_floor: Decimal
    maint_margin_ratio: Decimal
    cum: Decimal


class _Tiers(Struct, rename="camel"):
    symbol: str
    brackets: list[_Tier]


class _Time(Struct, rename="camel"):
    server_time: int


class _Mode(Struct, rename="camel"):
    dual_side_position: bool


class _Config(Struct, rename="camel"):
    symbol: str
    leverage: int
    margin_type: str


class _Fees(Struct, rename="camel"):
    maker_commission_rate: Decimal
    taker_commission_rate: Decimal


class Opener:
    """Asks what a desk must know before it begins."""

    def __init__(self, rest: Rest, hosts: Hosts) -> None:
        self._rest = rest
        self._hosts = hosts

    async def learn_clock(self) -> None:
        """Sample the venue's clock; raises VenueError in a trader's words where the venue cannot be reached."""
        call = Call("GET", "/fapi/v1/time", {}, Security.NONE)
        for _ in range(CLOCK_SAMPLES):
            reply = await self._rest.learn_time(call, _server_time)
            if reply.answer.status != 200:
                raise VenueError(self._unreachable(reply))

    async def check_rights(self, *, may_withdraw: bool) -> None:
        """Look at what the key may do; raises BadInput for one that may do too much or too little."""
        if self._hosts.wallet is not None:
            rights.check(await rights.learn_rights(self._rest, self._hosts.wallet), may_withdraw=may_withdraw)

    async def public_rules(self, symbols: Sequence[Symbol]) -> tuple[Instrument, ...]:
        """Return the symbols' rules as anybody may read them; raises BadInput for one that is not traded."""
        rules = await self._ask(Call("GET", "/fapi/v1/exchangeInfo", {}, Security.NONE), _Rules)
        listed = {each.symbol: each for each in rules.symbols}
        for symbol in symbols:
            found = listed.get(symbol)
            if found is None or found.contract_type != "PERPETUAL":
                raise BadInput(f"symbols: expected perpetuals of the venue, found {symbol}")
        return tuple(_instrument(listed[symbol], (), _FEES_UNKNOWN) for symbol in symbols)

    async def inspect(self, symbols: Sequence[Symbol], leverage: int) -> tuple[Instrument, ...]:
        """Look whether the account is set as the desk needs it, and change nothing; raises BadInput where it is not."""
        instruments = await self.public_rules(symbols)
        await self._check_mode()
        if self._hosts.is_real_money:  # elsewhere the desk sets it right itself
            await self._check_leverage(symbols, leverage, may_set=False)
        return instruments

    async def rules(self, symbols: Sequence[Symbol], leverage: int) -> tuple[Instrument, ...]:
        """Return the symbols' rules with the account's tiers and fees; the account must be set as the desk needs it."""
        instruments = await self.public_rules(symbols)
        tiers = await self._tiers()
        await self._check_mode()
        await self._check_leverage(symbols, leverage, may_set=not self._hosts.is_real_money)
        traded = []
        for each in instruments:
            fees = await self._ask(Call("GET", "/fapi/v1/commissionRate", {"symbol": each.symbol}, weight=20), _Fees)
            traded.append(
                msgspec.structs.replace(
                    each,
                    brackets=tiers[each.symbol],
                    maker_fee=fees.maker_commission_rate,
                    taker_fee=fees.taker_commission_rate,
                )
            )
        return tuple(traded)

    async def _tiers(self) -> Mapping[str, tuple[Bracket, ...]]:
        rows = await self._ask(Call("GET", "/fapi/v1/leverageBracket", {}), list[_Tiers])
        found = {}
        for each in rows:
            tiers = tuple(
                Bracket(row.notional_floor, row.notional_cap, row.maint_margin_ratio, row.cum, row.initial_leverage)
                for row in each.brackets
            )
            broken = first_broken_bracket(tiers)
            if broken is not None:
                raise VenueError(f"margin tiers of {each.symbol}: maintenance margin jumps at {broken.floor}")
            found[each.symbol] = tiers
        return found

    async def _check_mode(self) -> None:
        mode = await self._ask(Call("GET", "/fapi/v1/positionSide/dual", {}, weight=30), _Mode)
        if mode.dual_side_position:
            raise BadInput("position mode: expected one-way mode at the venue, found hedge mode: change it there")

    async def _check_leverage(self, symbols: Sequence[Symbol], leverage: int, *, may_set: bool) -> None:
        configs = {
            each.symbol: each
            for each in await self._ask(Call("GET", "/fapi/v1/symbolConfig", {}, weight=5), list[_Config])
        }
        for symbol in symbols:
            found = configs.get(symbol)
            if found is not None and found.margin_type.upper() not in ("CROSSED", "CROSS"):
                raise BadInput(f"margin of {symbol}: expected cross margin at the venue, found {found.margin_type}")
            if found is None or found.leverage == leverage:
                continue
            if not may_set:
                raise BadInput(
                    f"leverage of {symbol}: expected {leverage} as in the settings, found {found.leverage} at the venue: "
                    "change one of them"
                )
            await self._ask(Call("POST", "/fapi/v1/leverage", {"symbol": symbol, "leverage": leverage}), _Leverage)

    async def _ask(self, call: Call, kind: type[T]) -> T:
        reply = await self._rest.send(call)
        if reply.answer.status != 200:
            raise VenueError(self._unreachable(reply, call.path))
        try:
            return msgspec.json.decode(reply.answer.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise VenueError(f"{call.path}: expected the venue's answer, found something else ({error})") from None

    def _unreachable(self, reply: Reply, path: str = "/fapi/v1/time") -> str:
        answer = reply.answer
        if answer.status is None:
            kind = answer.body.decode(errors="replace")
            return (
                f"{self._hosts.rest}: expected the venue, found no way to it ({kind}); is the network there? "
                "`desk` alone opens the practice exchange, which needs none"
            )
        verdict = classify(answer)
        return f"{path}: expected an answer, found {answer.status}: {verdict.reason or 'no reason given'}"


class _Leverage(Struct):
    leverage: int


def _server_time(body: bytes) -> int:
    try:
        return msgspec.json.decode(body, type=_Time).server_time
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise VenueError(f"/fapi/v1/time: expected the venue's time, found something else ({error})") from None


def _instrument(found: _Symbol, tiers: tuple[Bracket, ...], fees: tuple[Decimal, Decimal]) -> Instrument:
    filters = {each.filter_type: each for each in found.filters}
    missing = {"PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE", "MIN_NOTIONAL", "PERCENT_PRICE"} - filters.keys()
    if missing or found.status != _TRADING:
        what = f"without {min(missing)}" if missing else found.status
        raise BadInput(f"symbols: expected {found.symbol} to be trading by rules we know, found it {what}")
    lot, percent = filters["LOT_SIZE"], filters["PERCENT_PRICE"]
    return Instrument(
        symbol=Symbol(found.symbol),
        base=found.base_asset,
        quote=found.quote_asset,
        tick_size=filters["PRICE_FILTER"].tick_size,
        lot_size=lot.step_size,
        quantity_min=max(lot.min_qty, lot.step_size),  # the venue lists symbols with a least quantity of 0
        quantity_max=lot.max_qty,
        market_quantity_max=filters["MARKET_LOT_SIZE"].max_qty,
        notional_min=filters["MIN_NOTIONAL"].notional,
        collar_up=percent.multiplier_up,
        collar_down=percent.multiplier_down,
        maker_fee=fees[0],
        taker_fee=fees[1],
        brackets=tiers,
        liquidation_fee=found.liquidation_fee,
    )
