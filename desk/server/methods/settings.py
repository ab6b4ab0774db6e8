"""Endpoints about how the account is set, and the keys of its user stream."""

from decimal import Decimal
from typing import Final

from desk.exchange import margin
from desk.model.instrument import Instrument
from desk.model.units import ZERO
from desk.server.admission import limits
from desk.server.methods.route import Call, Handler, Route, Security, one_or_all, signed
from desk.server.refusal import NOT_YET, Refusal
from desk.server.text import short
from desk.server.wire import account as wire
from desk.server.wire.market import RateLimit
from desk.server.wire.orders import Done

LEVERAGE_MAX: Final = 150
DONE: Final = Done("success")


def symbol_config(call: Call) -> list[wire.SymbolConfig]:
    """GET symbolConfig."""
    return [
        wire.SymbolConfig(
            symbol,
            "CROSSED",
            False,
            call.seat.leverage(symbol),
            cap_text(call.rules(symbol), call.seat.leverage(symbol)),
        )
        for symbol in call.symbols()
    ]


def account_config(call: Call) -> wire.AccountConfig:
    """GET accountConfig."""
    return wire.AccountConfig(0, True, True, True, False, 0, call.seat.is_joint, -1)


def leverage_bracket(call: Call) -> wire.LeverageBracket | list[wire.LeverageBracket]:
    """GET leverageBracket: one object where a symbol is given."""
    rows = [
        wire.LeverageBracket(
            symbol,
            [
                wire.BracketRow(number, each.leverage, each.cap, each.floor, each.rate, each.cum)
                for number, each in enumerate(call.rules(symbol).brackets, 1)
            ],
        )
        for symbol in call.symbols()
    ]
    return rows[0] if call.params.maybe("symbol") else rows


def set_leverage(call: Call) -> wire.LeverageChanged:
    """POST leverage."""
    symbol, leverage = call.symbol(), call.params.integer("leverage")
    rules = call.rules(symbol)
    if not 1 <= leverage <= min(LEVERAGE_MAX, max(each.leverage for each in rules.brackets)):
        raise Refusal(-4028, f"Leverage {leverage} is not valid")
    seat, pit = call.seat, call.pit(symbol)
    if pit.mark is not None and abs(seat.account.quantity(symbol)) * pit.mark.price > _cap(rules, leverage):
        raise Refusal(-2027, "Exceeded the maximum allowable position at current leverage.")
    before = seat.leverage(symbol)
    seat.leverages[symbol] = leverage
    bound = sum((margin.initial(each, seat) for each in call.venue.floor.pits.values()), ZERO)
    if leverage < before and margin.equity(call.venue.floor.pits, seat) < bound:
        seat.leverages[symbol] = before
        raise Refusal(-2028, "Leverage is smaller than permitted: insufficient margin balance.")
    seat.set_leverage(symbol, leverage)
    return wire.LeverageChanged(leverage, cap_text(rules, leverage), symbol)


def set_margin_type(call: Call) -> Done:
    """POST marginType: only cross margin is built."""
    call.symbol()
    kind = call.params.text("marginType").upper()
    if kind in ("CROSSED", "CROSS"):
        raise Refusal(-4046, "No need to change margin type.")
    if kind != "ISOLATED":
        raise Refusal(-1130, "Data sent for parameter 'marginType' is not valid.")
    raise Refusal(*NOT_YET)


def position_mode(call: Call) -> wire.PositionMode:
    """GET positionSide/dual."""
    return wire.PositionMode(False)


def set_position_mode(call: Call) -> Done:
    """POST positionSide/dual: only one-way mode is built."""
    wanted = call.params.flag("dualSidePosition")
    if wanted is None:
        call.params.text("dualSidePosition")
    if not wanted:
        raise Refusal(-4059, "No need to change position side.")
    if call.seat.open:
        raise Refusal(-4067, "Position side cannot be changed if there exists open orders.")
    if any(each.quantity for each in call.seat.account.positions.values()):
        raise Refusal(-4068, "Position side cannot be changed if there exists position.")
    raise Refusal(*NOT_YET)


def multi_assets(call: Call) -> wire.MultiAssets:
    """GET multiAssetsMargin."""
    return wire.MultiAssets(call.seat.is_joint)


def set_multi_assets(call: Call) -> Done:
    """POST multiAssetsMargin: there is one asset."""
    if not call.params.flag("multiAssetsMargin"):
        raise Refusal(-4171, "No need to change joint margin.")
    raise Refusal(*NOT_YET)


def set_position_margin(call: Call) -> Done:
    """POST positionMargin: a cross position has none of its own."""
    symbol, amount = call.symbol(), call.params.number("amount")
    call.params.integer("type")
    if amount <= ZERO:
        raise Refusal(-4055, "Amount must be positive.")
    if not call.seat.account.quantity(symbol):
        raise Refusal(-4054, "Cannot add position margin: position is 0.")
    raise Refusal(-4053, "Auto add margin only support for isolated position.")


def trading_status(call: Call) -> wire.TradingStatus:
    """GET apiTradingStatus: no rule is broken."""
    return wire.TradingStatus({}, call.now)


def fee_burn(call: Call) -> wire.FeeBurn:
    """GET feeBurn."""
    return wire.FeeBurn(call.seat.burns_fees)


def set_fee_burn(call: Call) -> Done:
    """POST feeBurn: there is no other asset that fees could be paid in; the switch is kept."""
    call.seat.burns_fees = call.params.flag("feeBurn") or False
    return DONE


def order_limits(call: Call) -> list[RateLimit]:
    """GET rateLimit/order."""
    return [each for each in limits() if each.rate_limit_type == "ORDERS"]


def begin_listening(call: Call) -> wire.ListenKey:
    """POST listenKey."""
    return wire.ListenKey(call.listen_keys.begin(call.seat.name, call.venue.now))


def go_on_listening(call: Call) -> wire.ListenKey:
    """PUT listenKey."""
    key = call.listen_keys.extend(call.seat.name, call.venue.now)
    if key is None:
        raise Refusal(
            -1125, "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`"
        )
    return wire.ListenKey(key)


def end_listening(call: Call) -> dict[str, str]:
    """DELETE listenKey."""
    call.listen_keys.end(call.seat.name)
    return {}


def _cap(rules: Instrument, leverage: int) -> Decimal:
    return max((each.cap for each in rules.brackets if each.leverage >= leverage), default=ZERO)


def cap_text(rules: Instrument, leverage: int) -> str:
    """Return the largest notional that a leverage allows."""
    return short(_cap(rules, leverage))


def _key_only(method: str, handler: Handler) -> Route:
    return Route(method, "/fapi/v1/listenKey", handler, 1, Security.KEY)


ROUTES: Final = (
    signed("GET", "/fapi/v1/symbolConfig", symbol_config, 5),
    signed("GET", "/fapi/v1/accountConfig", account_config, 5),
    signed("GET", "/fapi/v1/leverageBracket", leverage_bracket),
    signed("POST", "/fapi/v1/leverage", set_leverage),
    signed("POST", "/fapi/v1/marginType", set_margin_type),
    signed("GET", "/fapi/v1/positionSide/dual", position_mode, 30),
    signed("POST", "/fapi/v1/positionSide/dual", set_position_mode),
    signed("GET", "/fapi/v1/multiAssetsMargin", multi_assets, 30),
    signed("POST", "/fapi/v1/multiAssetsMargin", set_multi_assets),
    signed("POST", "/fapi/v1/positionMargin", set_position_margin),
    signed("GET", "/fapi/v1/apiTradingStatus", trading_status, one_or_all(1, 10)),
    signed("GET", "/fapi/v1/feeBurn", fee_burn, 30),
    signed("POST", "/fapi/v1/feeBurn", set_fee_burn),
    signed("GET", "/fapi/v1/rateLimit/order", order_limits),
    _key_only("POST", begin_listening),
    _key_only("PUT", go_on_listening),
    _key_only("DELETE", end_listening),
)
