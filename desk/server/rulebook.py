"""A practice market for any symbols: the rules from a recorded exchangeInfo, the tiers from a recorded leverageBracket.

Neither says what a coin costs: a price is made up, the least price a hundred times and no less than some thousands of
ticks, and so are the sizes of its crowd, which stand for the same money in every symbol.
"""

import gzip
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from desk.exchange.crowd import Character
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.instrument import Bracket, Instrument, first_broken_bracket
from desk.model.units import ZERO, Symbol
from desk.server.wire.account import LeverageBracket
from desk.server.wire.market import ExchangeInfo, Filter, SymbolInfo

TICKS_MIN: Final = 5_000
TOUCH: Final = Decimal(25_000)
"""Money at the best level."""
TRADE: Final = Decimal(400)
"""Money of the median trade."""
SYMBOLS_USUAL: Final = 12
_GZIP: Final = b"\x1f\x8b"

T = TypeVar("T")


def read_rules(data: bytes, brackets: bytes | None, names: Sequence[str]) -> tuple[Instrument, ...]:
    """Return the instruments of the names, or of the first that trade; raises BadInput for what cannot be traded."""
    info = _decode(data, ExchangeInfo, "rules")
    tiers = {} if brackets is None else _tiers(brackets)
    listed = {each.symbol: each for each in info.symbols}
    trading = [each for each in info.symbols if each.status == "TRADING" and each.contract_type == "PERPETUAL"]
    wanted = list(names) or [each.symbol for each in trading if each.quote_asset == "USDT"][:SYMBOLS_USUAL]
    unknown = [each for each in wanted if each not in listed]
    if unknown or not wanted:
        raise BadInput(f"symbols: expected some of the rules' {len(listed)}, found {unknown[0] if unknown else 'none'}")
    return tuple(_instrument(listed[each], tiers) for each in wanted)


def characters(instruments: Sequence[Instrument], rules: bytes) -> dict[Symbol, Character]:
    """Return a crowd for each instrument, by the least price that its rules allow."""
    info = _decode(rules, ExchangeInfo, "rules")
    listed = {each.symbol: each for each in info.symbols}
    return {each.symbol: _character(each, _least_price(listed[each.symbol], each)) for each in instruments}


def _least_price(info: SymbolInfo, rules: Instrument) -> Decimal:
    least = _filter(info, "PRICE_FILTER").min_price
    return rules.tick_size if least is UNSET or not Decimal(least) else _number(least)


def _character(rules: Instrument, least: Decimal) -> Character:
    home = max(TICKS_MIN, int(least * 100 / rules.tick_size))
    lot = rules.tick_size * home * rules.lot_size
    return Character(
        home=home,
        touch=max(20, int(TOUCH / lot)),
        trade=max(1, int(TRADE / lot)),
        reach=max(300, min(6_000, home // 10)),
        wildness=1.5,
    )


def _instrument(info: SymbolInfo, tiers: dict[str, tuple[Bracket, ...]]) -> Instrument:
    price, lot, market = (_filter(info, each) for each in ("PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE"))
    percent, least = _filter(info, "PERCENT_PRICE"), _filter(info, "MIN_NOTIONAL")
    usual = practice_instruments()[-1]
    return Instrument(
        symbol=Symbol(info.symbol),
        base=info.base_asset,
        quote=info.quote_asset,
        tick_size=_number(price.tick_size),
        lot_size=_number(lot.step_size),
        quantity_min=_number(lot.min_qty),
        quantity_max=_number(lot.max_qty),
        market_quantity_max=_number(market.max_qty),
        notional_min=_number(least.notional),
        collar_up=_number(percent.multiplier_up),
        collar_down=_number(percent.multiplier_down),
        maker_fee=usual.maker_fee,
        taker_fee=usual.taker_fee,
        brackets=tiers.get(info.symbol, usual.brackets),
        liquidation_fee=Decimal(info.liquidation_fee),
    )


def _tiers(data: bytes) -> dict[str, tuple[Bracket, ...]]:
    """Return every symbol's tiers; raises BadInput for one where maintenance margin would jump."""
    found = {}
    for each in _decode(data, list[LeverageBracket], "tiers"):
        tiers = tuple(
            Bracket(row.notional_floor, row.notional_cap, row.maint_margin_ratio, row.cum, row.initial_leverage)
            for row in each.brackets
        )
        broken = first_broken_bracket(tiers)
        if broken is not None:
            raise BadInput(f"tiers of {each.symbol}: maintenance margin jumps at {broken.floor}")
        found[each.symbol] = tiers
    return found


def _filter(info: SymbolInfo, kind: str) -> Filter:
    for each in info.filters:
        if each.filter_type == kind:
            return each
    raise BadInput(f"rules of {info.symbol}: expected a filter {kind}, found none")


def _number(text: str | UnsetType) -> Decimal:
    try:
        number = ZERO if text is UNSET else Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number <= ZERO:
        raise BadInput(f"rules: expected a number above zero, found {text}")
    return number


def _decode(data: bytes, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(gzip.decompress(data) if data.startswith(_GZIP) else data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError, EOFError) as error:
        raise BadInput(f"{what}: expected the venue's answer, found something else ({error})") from None
