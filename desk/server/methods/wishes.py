"""What a client writes about an order, read into what it wishes; refused where the venue would refuse the words alone."""

import re
from decimal import Decimal
from typing import Final, TypeVar

from desk.exchange.resting import SelfTrade
from desk.model.order import Side, TimeInForce
from desk.model.units import MILLISECOND, SECOND, ZERO, Nanos
from desk.server import orders
from desk.server.methods.route import Call
from desk.server.orderdesk import Wish
from desk.server.params import Params
from desk.server.refusal import ALGO_ONLY, MODE, Refusal, illegal, missing

CLIENT_ID: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
CLIENT_ID_RANGE: Final = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
CLIENT_ID_MAX: Final = 36
_SIDES: Final = {"BUY": Side.BUY, "SELL": Side.SELL}
_TIFS: Final = {each.value.upper(): each for each in TimeInForce} | {"GTD": TimeInForce.GTC}
_CONDITIONAL: Final = frozenset({"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"})
_RESPONSES: Final = frozenset({"ACK", "RESULT", "FULL", ""})
TILL_FROM: Final = Nanos(600 * SECOND)
TILL_MAX: Final = 253_402_300_799_000

T = TypeVar("T")


def read(call: Call, params: Params) -> Wish:
    """Return an order as it is wished for; raises Refusal."""
    element = Call(params, call.venue, call.listen_keys, call.owner)
    symbol = element.symbol()
    side = side_of(params)
    kind = _kind(params)
    check_side_of_position(params)
    if params.maybe("newOrderRespType").upper() not in _RESPONSES:
        raise Refusal(-1136, "Invalid newOrderRespType.")
    wish = Wish(
        symbol=symbol,
        side=side,
        kind=kind,
        quantity=params.number("quantity"),
        reduce_only=params.flag("reduceOnly") or False,
        client_id=client_id(params, "newClientOrderId"),
        self_trade=self_trade(params),
    )
    if kind == orders.MARKET:
        if params.maybe("timeInForce"):
            raise Refusal(-1106, "Parameter 'timeinforce' sent when not required.")
        if params.maybe("price"):
            raise Refusal(-1106, "Parameter 'price' sent when not required.")
        return wish
    _read_limit(element, params, wish)
    return wish


def _read_limit(call: Call, params: Params, wish: Wish) -> None:
    tif = params.text("timeInForce").upper()
    wish.tif = _known(tif, _TIFS, -1115, "Invalid timeInForce.")
    wish.price_match = params.maybe("priceMatch").upper() or "NONE"
    price = params.maybe_number("price")
    if wish.price_match != "NONE":
        if price is not None:
            raise Refusal(-1106, "Parameter 'price' sent when not required.")
    elif price is None:
        raise missing("price")
    wish.price = ZERO if price is None else price
    if tif == "GTD":
        wish.good_till = good_till(call, params)


def good_till(call: Call, params: Params) -> Nanos:
    """Return until when a GTD order is good, in whole seconds; raises Refusal for a date that is not to be had."""
    at = params.integer("goodTillDate")
    till = Nanos(at // 1_000 * SECOND)
    if at >= TILL_MAX or till <= call.venue.now + TILL_FROM:
        raise Refusal(
            -5040,
            "The goodTillDate timestamp must be greater than the current time plus 600 seconds "
            "and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)",
        )
    return till


def side_of(params: Params) -> Side:
    """Return the side; raises Refusal for a word that is none."""
    return _known(params.text("side").upper(), _SIDES, -1117, "Invalid side.")


def self_trade(params: Params) -> SelfTrade:
    """Return what is to happen where the account would trade with itself."""
    text = params.maybe("selfTradePreventionMode").upper()
    if not text:
        return SelfTrade.EXPIRE_MAKER
    modes = {each.value: each for each in SelfTrade}
    return _known(text, modes, -5039, "Invalid self trade prevention mode")


def client_id(params: Params, name: str) -> str:
    """Return a client's own id, empty where it gives none; raises Refusal for one that is no id."""
    text = params.maybe(name)
    if len(text) > CLIENT_ID_MAX:
        raise Refusal(-4015, "Client order id length should not be more than 36 chars")
    if text and not CLIENT_ID.fullmatch(text):
        raise illegal(name, CLIENT_ID_RANGE)
    return text


def check_side_of_position(params: Params) -> None:
    """Refuse a side of a position: the account is in one-way mode."""
    side = params.maybe("positionSide").upper()
    if side in ("LONG", "SHORT"):
        raise Refusal(*MODE)
    if side not in ("", "BOTH"):
        raise Refusal(-4060, "Invalid position side.")


def exact(number: Decimal | None) -> Decimal:
    """Return a number, zero where there is none."""
    return ZERO if number is None else number


def to_millis(at: Nanos | None) -> int:
    """Return a time in milliseconds, zero where there is none."""
    return 0 if at is None else at // MILLISECOND


def _kind(params: Params) -> str:
    kind = params.text("type").upper()
    if kind in _CONDITIONAL:
        raise Refusal(*ALGO_ONLY)
    if kind not in (orders.LIMIT, orders.MARKET):
        raise Refusal(-1116, "Invalid orderType.")
    return kind


def _known(text: str, words: dict[str, T], code: int, complaint: str) -> T:
    found = words.get(text)
    if found is None:
        raise Refusal(code, complaint)
    return found
