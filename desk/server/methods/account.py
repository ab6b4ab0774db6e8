"""Endpoints about the account: what it holds, how it is set, what it has been paid."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from desk.exchange import margin
from desk.model.order import Side
from desk.model.units import ZERO, Symbol
from desk.server.methods.route import Call, signed
from desk.server.methods.settings import cap_text
from desk.server.seat import ASSET
from desk.server.text import money, quantity_text, short
from desk.server.wire import account as wire

_EIGHT: Final = Decimal("1E-8")


class _Sums:
    """What an account's margin comes to."""

    def __init__(self, call: Call) -> None:
        seat, pits = call.seat, call.venue.floor.pits
        self.wallet = seat.account.wallet
        self.equity = margin.equity(pits, seat)
        self.profit = self.equity - self.wallet
        self.maintenance = sum((margin.maintenance(pits[each], seat) for each in margin.held(pits, seat)), ZERO)
        self.initial = sum((margin.initial(pit, seat) for pit in pits.values()), ZERO)
        self.of_positions = sum((_of_position(call, symbol) for symbol in pits), ZERO)
        self.of_orders = self.initial - self.of_positions
        self.available = max(ZERO, self.equity - self.initial)


def account_v3(call: Call) -> wire.AccountV3:
    """GET v3/account."""
    return wire.AccountV3(
        **_totals(_Sums(call)),
        assets=[wire.AssetRow(**_asset(call), update_time=call.now)],
        positions=[_position(call, symbol) for symbol in call.venue.rules if _is_used(call, symbol)],
    )


def account_v2(call: Call) -> wire.AccountV2:
    """GET v2/account."""
    return wire.AccountV2(
        **_totals(_Sums(call)),
        assets=[wire.AssetRowV2(**_asset(call), update_time=call.now)],
        positions=[_position_v2(call, symbol) for symbol in call.venue.rules],
        fee_burn=call.seat.burns_fees,
        multi_assets_margin=call.seat.is_joint,
    )


def balance(call: Call) -> list[wire.Balance]:
    """GET v2/balance and v3/balance."""
    sums = _Sums(call)
    wallet = money(sums.wallet)
    return [
        wire.Balance(
            account_alias="SgsR",
            asset=ASSET,
            balance=wallet,
            cross_wallet_balance=wallet,
            cross_un_pnl=money(sums.profit),
            available_balance=money(sums.available),
            max_withdraw_amount=money(min(sums.available, max(ZERO, sums.wallet))),
            update_time=call.now,
        )
    ]


def position_risk_v3(call: Call) -> list[wire.PositionRiskV3]:
    """GET v3/positionRisk: symbols with a position or orders."""
    return [_risk(call, symbol) for symbol in call.symbols() if _is_used(call, symbol)]


def position_risk_v2(call: Call) -> list[wire.PositionRiskV2]:
    """GET v2/positionRisk: every symbol."""
    return [_risk_v2(call, symbol) for symbol in call.symbols()]


def adl_quantile(call: Call) -> list[wire.AdlQuantile]:
    """GET adlQuantile."""
    return [
        wire.AdlQuantile(symbol, wire.Quantiles(BOTH=_quantile(call, symbol)))
        for symbol in call.symbols()
        if call.seat.account.quantity(symbol)
    ]


def commission_rate(call: Call) -> wire.Commission:
    """GET commissionRate."""
    rules = call.rules(call.symbol())
    return wire.Commission(rules.symbol, f"{rules.maker_fee:.6f}", f"{rules.taker_fee:.6f}", "0.000000")


def api_restrictions(call: Call) -> wire.ApiRestrictions:
    """GET apiRestrictions, which the venue serves at its wallet's address: what the key may do."""
    return wire.ApiRestrictions(
        ip_restrict=False,
        create_time=call.now,
        enable_reading=True,
        enable_withdrawals=call.seat.may_withdraw,
        enable_internal_transfer=False,
        enable_margin=False,
        enable_futures=True,
        permits_universal_transfer=False,
        enable_vanilla_options=False,
        enable_spot_and_margin_trading=False,
        enable_portfolio_margin_trading=False,
    )


def income(call: Call) -> list[wire.Income]:
    """GET income: the oldest first."""
    symbol, kind = call.maybe_symbol(), call.params.maybe("incomeType").upper()
    start, end = call.params.maybe_integer("startTime"), call.params.maybe_integer("endTime")
    rows = [
        each
        for each in call.seat.incomes
        if symbol in (None, each.symbol)
        and kind in ("", each.income_type)
        and (start is None or each.time >= start)
        and (end is None or each.time <= end)
    ]
    limit = call.params.within("limit", 100, 1000)
    return rows[:limit] if start is not None else rows[-limit:]


def _totals(sums: _Sums) -> dict[str, Any]:
    return {
        "total_initial_margin": money(sums.initial),
        "total_maint_margin": money(sums.maintenance),
        "total_wallet_balance": money(sums.wallet),
        "total_unrealized_profit": money(sums.profit),
        "total_margin_balance": money(sums.equity),
        "total_position_initial_margin": money(sums.of_positions),
        "total_open_order_initial_margin": money(sums.of_orders),
        "total_cross_wallet_balance": money(sums.wallet),
        "total_cross_un_pnl": money(sums.profit),
        "available_balance": money(sums.available),
        "max_withdraw_amount": money(min(sums.available, max(ZERO, sums.wallet))),
    }


def _asset(call: Call) -> dict[str, Any]:
    sums = _Sums(call)
    return {
        "asset": ASSET,
        "wallet_balance": money(sums.wallet),
        "unrealized_profit": money(sums.profit),
        "margin_balance": money(sums.equity),
        "maint_margin": money(sums.maintenance),
        "initial_margin": money(sums.initial),
        "position_initial_margin": money(sums.of_positions),
        "open_order_initial_margin": money(sums.of_orders),
        "max_withdraw_amount": money(min(sums.available, max(ZERO, sums.wallet))),
        "cross_wallet_balance": money(sums.wallet),
        "cross_un_pnl": money(sums.profit),
        "available_balance": money(sums.available),
    }


class _Held:
    """One symbol of an account, in numbers."""

    def __init__(self, call: Call, symbol: Symbol) -> None:
        seat, pit = call.seat, call.pit(symbol)
        self.mark = ZERO if pit.mark is None else pit.mark.price
        self.quantity = seat.account.quantity(symbol)
        self.entry, self.break_even = seat.entry(symbol), seat.break_even(symbol)
        self.notional = self.quantity * self.mark
        self.profit = self.quantity * (self.mark - self.entry)
        self.maintenance = margin.maintenance(pit, seat)
        self.of_position = _of_position(call, symbol)
        self.initial = margin.initial(pit, seat)
        self.of_orders = self.initial - self.of_position
        self.bids, self.asks = seat.resting(symbol)
        self.moved = seat.moved.get(symbol, 0)
        found = margin.liquidation_price(call.venue.floor.pits, seat, symbol)
        self.liquidation = "0" if found is None else short(found.quantize(_EIGHT, ROUND_HALF_UP))


def _position(call: Call, symbol: Symbol) -> wire.PositionRow:
    held = _Held(call, symbol)
    return wire.PositionRow(
        symbol=symbol,
        position_side="BOTH",
        position_amt=quantity_text(held.quantity, call.rules(symbol)),
        unrealized_profit=money(held.profit),
        isolated_margin="0",
        notional=money(held.notional),
        isolated_wallet="0",
        initial_margin=money(held.initial),
        maint_margin=money(held.maintenance),
        update_time=held.moved,
    )


def _position_v2(call: Call, symbol: Symbol) -> wire.PositionRowV2:
    held, leverage = _Held(call, symbol), call.seat.leverage(symbol)
    return wire.PositionRowV2(
        symbol=symbol,
        initial_margin=money(held.initial),
        maint_margin=money(held.maintenance),
        unrealized_profit=money(held.profit),
        position_initial_margin=money(held.of_position),
        open_order_initial_margin=money(held.of_orders),
        leverage=str(leverage),
        isolated=False,
        entry_price=_entry_text(held.entry),
        break_even_price=_entry_text(held.break_even),
        max_notional=cap_text(call.rules(symbol), leverage),
        position_side="BOTH",
        position_amt=quantity_text(held.quantity, call.rules(symbol)),
        notional=short(held.notional),
        bid_notional=short(held.bids),
        ask_notional=short(held.asks),
        update_time=held.moved,
    )


def _risk(call: Call, symbol: Symbol) -> wire.PositionRiskV3:
    held = _Held(call, symbol)
    return wire.PositionRiskV3(
        symbol=symbol,
        position_side="BOTH",
        position_amt=quantity_text(held.quantity, call.rules(symbol)),
        entry_price=_entry_text(held.entry),
        break_even_price=_entry_text(held.break_even),
        mark_price=money(held.mark),
        un_realized_profit=money(held.profit),
        liquidation_price=held.liquidation,
        isolated_margin="0",
        notional=money(held.notional),
        margin_asset=ASSET,
        isolated_wallet="0",
        initial_margin=money(held.initial),
        maint_margin=money(held.maintenance),
        position_initial_margin=money(held.of_position),
        open_order_initial_margin=money(held.of_orders),
        adl=_quantile(call, symbol),
        bid_notional=short(held.bids),
        ask_notional=short(held.asks),
        update_time=held.moved,
    )


def _risk_v2(call: Call, symbol: Symbol) -> wire.PositionRiskV2:
    held, leverage = _Held(call, symbol), call.seat.leverage(symbol)
    return wire.PositionRiskV2(
        symbol=symbol,
        position_amt=quantity_text(held.quantity, call.rules(symbol)),
        entry_price=_entry_text(held.entry),
        break_even_price=_entry_text(held.break_even),
        mark_price=money(held.mark),
        un_realized_profit=money(held.profit),
        liquidation_price=held.liquidation,
        leverage=str(leverage),
        max_notional_value=cap_text(call.rules(symbol), leverage),
        margin_type="cross",
        isolated_margin="0.00000000",
        is_auto_add_margin="false",
        position_side="BOTH",
        notional=short(held.notional),
        update_time=held.moved,
    )


def _is_used(call: Call, symbol: Symbol) -> bool:
    has_orders = any(each.spec.symbol == symbol for each in call.seat.open.values())
    return bool(call.seat.account.quantity(symbol)) or has_orders


def _of_position(call: Call, symbol: Symbol) -> Decimal:
    pit, seat = call.pit(symbol), call.seat
    if pit.mark is None:
        return ZERO
    return abs(seat.account.quantity(symbol)) * pit.mark.price / seat.leverage(symbol)


def _quantile(call: Call, symbol: Symbol) -> int:
    """Return the place in the queue of who holds the same side: 4 goes first."""
    quantity = call.seat.account.quantity(symbol)
    if not quantity:
        return 0
    side = Side.BUY if quantity > ZERO else Side.SELL
    queue = call.venue.floor.liquidator.queue(call.pit(symbol), side)
    place = queue.index(call.seat.number)
    return 4 - place * 5 // len(queue)


def _entry_text(price: Decimal) -> str:
    return short(price.quantize(_EIGHT, ROUND_HALF_UP)) if price else "0.0"


ROUTES: Final = (
    signed("GET", "/fapi/v3/account", account_v3, 5),
    signed("GET", "/fapi/v2/account", account_v2, 5),
    signed("GET", "/fapi/v1/account", account_v2, 5),
    signed("GET", "/fapi/v3/balance", balance, 5),
    signed("GET", "/fapi/v2/balance", balance, 5),
    signed("GET", "/fapi/v3/positionRisk", position_risk_v3, 5),
    signed("GET", "/fapi/v2/positionRisk", position_risk_v2, 5),
    signed("GET", "/fapi/v1/positionRisk", position_risk_v2, 5),
    signed("GET", "/fapi/v1/adlQuantile", adl_quantile, 5),
    signed("GET", "/fapi/v1/commissionRate", commission_rate, 20),
    signed("GET", "/fapi/v1/income", income, 30),
    signed("GET", "/sapi/v1/account/apiRestrictions", api_restrictions, 1),
)
