"""Answers about the account ("Account" and "Trade"): the two versions in use beside each other."""

from decimal import Decimal

from msgspec import Struct, field


class AssetRow(Struct, rename="camel"):
    """One asset of GET account."""

    asset: str
    wallet_balance: str
    unrealized_profit: str
    margin_balance: str
    maint_margin: str
    initial_margin: str
    position_initial_margin: str
    open_order_initial_margin: str
    max_withdraw_amount: str
    cross_wallet_balance: str = "0"
    cross_un_pnl: str = "0"
    available_balance: str = "0"
    update_time: int = 0


class AssetRowV2(AssetRow, rename="camel", kw_only=True):
    """One asset of GET v2/account."""

    margin_available: bool = True


class PositionRow(Struct, rename="camel"):
    """One position of GET v3/account; the notional is signed."""

    symbol: str
    position_side: str
    position_amt: str
    unrealized_profit: str
    isolated_margin: str
    notional: str
    isolated_wallet: str
    initial_margin: str
    maint_margin: str
    update_time: int


class PositionRowV2(Struct, rename="camel"):
    """One position of GET v2/account, which lists every symbol."""

    symbol: str
    initial_margin: str
    maint_margin: str
    unrealized_profit: str
    position_initial_margin: str
    open_order_initial_margin: str
    leverage: str
    isolated: bool
    entry_price: str
    max_notional: str
    position_side: str
    position_amt: str
    update_time: int = 0
    bid_notional: str = "0"
    ask_notional: str = "0"
    notional: str = "0"
    isolated_wallet: str = "0"
    break_even_price: str = "0.0"


class _Totals(Struct, rename="camel", kw_only=True):
    total_initial_margin: str
    total_maint_margin: str
    total_wallet_balance: str
    total_unrealized_profit: str
    total_margin_balance: str
    total_position_initial_margin: str
    total_open_order_initial_margin: str
    max_withdraw_amount: str
    total_cross_wallet_balance: str = "0"
    total_cross_un_pnl: str = "0"
    available_balance: str = "0"


class AccountV3(_Totals, rename="camel", kw_only=True):
    """GET v3/account: only symbols with a position or orders."""

    assets: list[AssetRow]
    positions: list[PositionRow]


class AccountV2(_Totals, rename="camel", kw_only=True):
    """GET v2/account."""

    assets: list[AssetRowV2]
    positions: list[PositionRowV2]
    fee_tier: int = 0
    fee_burn: bool = False
    can_trade: bool = True
    can_deposit: bool = True
    can_withdraw: bool = True
    multi_assets_margin: bool = False
    trade_group_id: int = -1
    update_time: int = 0


class Balance(Struct, rename="camel"):
    """A row of GET balance, in both versions."""

    account_alias: str
    asset: str
    balance: str
    cross_wallet_balance: str
    cross_un_pnl: str
    available_balance: str
    max_withdraw_amount: str
    margin_available: bool = True
    update_time: int = 0


class PositionRiskV3(Struct, rename="camel"):
    """A row of GET v3/positionRisk: neither leverage nor margin type."""

    symbol: str
    position_side: str
    position_amt: str
    entry_price: str
    break_even_price: str
    mark_price: str
    un_realized_profit: str
    liquidation_price: str
    isolated_margin: str
    notional: str
    margin_asset: str
    isolated_wallet: str
    initial_margin: str
    maint_margin: str
    position_initial_margin: str
    open_order_initial_margin: str
    adl: int
    bid_notional: str
    ask_notional: str
    update_time: int


class PositionRiskV2(Struct, rename="camel"):
    """A row of GET v2/positionRisk: every symbol, flags and leverage as strings."""

    symbol: str
    position_amt: str
    entry_price: str
    mark_price: str
    un_realized_profit: str
    liquidation_price: str
    leverage: str
    max_notional_value: str
    margin_type: str
    isolated_margin: str
    is_auto_add_margin: str
    position_side: str
    notional: str = "0"
    isolated_wallet: str = "0"
    update_time: int = 0
    break_even_price: str = "0.0"


class SymbolConfig(Struct, rename="camel"):
    """A row of GET symbolConfig."""

    symbol: str
    margin_type: str
    is_auto_add_margin: bool | str
    leverage: int
    max_notional_value: str


class AccountConfig(Struct, rename="camel"):
    """GET accountConfig."""

    fee_tier: int
    can_trade: bool
    can_deposit: bool
    can_withdraw: bool
    dual_side_position: bool
    update_time: int
    multi_assets_margin: bool
    trade_group_id: int


class BracketRow(Struct, rename="camel"):
    """One tier of GET leverageBracket: numbers, not strings."""

    bracket: int
    initial_leverage: int
    notional_cap: Decimal
    notional_floor: Decimal
    maint_margin_ratio: Decimal
    cum: Decimal


class LeverageBracket(Struct, rename="camel"):
    """A symbol of GET leverageBracket."""

    symbol: str
    brackets: list[BracketRow]


class LeverageChanged(Struct, rename="camel"):
    """POST leverage."""

    leverage: int
    max_notional_value: str
    symbol: str


class PositionMode(Struct, rename="camel"):
    """GET positionSide/dual."""

    dual_side_position: bool


class MultiAssets(Struct, rename="camel"):
    """GET multiAssetsMargin."""

    multi_assets_margin: bool


class FeeBurn(Struct, rename="camel"):
    """GET feeBurn."""

    fee_burn: bool


class Quantiles(Struct):
    """The place in the queue of forced deleveraging, 0 to 4."""

    LONG: int = 0
    SHORT: int = 0
    BOTH: int = 0


class AdlQuantile(Struct, rename="camel"):
    """A row of GET adlQuantile."""

    symbol: str
    adl_quantile: Quantiles


class Commission(Struct, rename="camel"):
    """GET commissionRate."""

    symbol: str
    maker_commission_rate: str
    taker_commission_rate: str
    rpi_commission_rate: str = "0"


class ApiRestrictions(Struct, rename="camel"):
    """GET apiRestrictions."""

    ip_restrict: bool
    create_time: int
    enable_reading: bool
    enable_withdrawals: bool
    enable_internal_transfer: bool
    enable_margin: bool
    enable_futures: bool
    permits_universal_transfer: bool
    enable_vanilla_options: bool
    enable_spot_and_margin_trading: bool
    enable_portfolio_margin_trading: bool


class Income(Struct, rename="camel"):
    """A row of GET income; signed, paid is negative."""

    symbol: str
    income_type: str
    income: str
    asset: str
    info: str
    time: int
    tran_id: int
    trade_id: str


class TradingStatus(Struct, rename="camel"):
    """GET apiTradingStatus: the quantitative rules a client has broken."""

    indicators: dict[str, list[dict[str, bool | int | float | str]]]
    update_time: int


class ListenKey(Struct, rename="camel"):
    """POST and PUT listenKey."""

    listen_key: str


class ForceOrder(Struct, rename="camel"):
    """A row of GET forceOrders."""

    order_id: int
    symbol: str
    status: str
    client_order_id: str
    price: str
    avg_price: str
    orig_qty: str
    executed_qty: str
    cum_quote: str
    time_in_force: str
    type: str
    reduce_only: bool
    close_position: bool
    side: str
    position_side: str
    stop_price: str
    working_type: str
    orig_type: str
    time: int
    update_time: int
    pair: str = ""
    cum_base: str = field(default="0")
