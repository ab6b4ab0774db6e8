"""Answers about the market ("Market Data Endpoints"). Times are milliseconds."""

from msgspec import UNSET, Struct, UnsetType, field


class ServerTime(Struct, rename="camel"):
    """GET time."""

    server_time: int


class Depth(Struct, rename="camel"):
    """GET depth; a level is price and quantity."""

    last_update_id: int
    event_time: int = field(name="E", default=0)
    transaction_time: int = field(name="T", default=0)
    bids: list[tuple[str, str]] = []
    asks: list[tuple[str, str]] = []


class TradeRow(Struct, rename="camel"):
    """A row of GET trades and historicalTrades."""

    id: int
    price: str
    qty: str
    quote_qty: str
    time: int
    is_buyer_maker: bool
    is_rpi_trade: bool = field(name="isRPITrade", default=False)


class AggTradeRow(Struct):
    """A row of GET aggTrades: the trades of one taker at one price."""

    a: int
    p: str
    q: str
    f: int
    l: int  # noqa: E741 - the venue's name
    T: int
    m: bool
    nq: str = ""


class KlineRow(Struct, array_like=True):
    """A row of GET klines."""

    open_time: int
    open: str
    high: str
    low: str
    close: str
    volume: str
    close_time: int
    quote_volume: str
    trades: int
    taker_base: str
    taker_quote: str
    ignore: str = "0"


class PremiumIndex(Struct, rename="camel"):
    """GET premiumIndex."""

    symbol: str
    mark_price: str
    index_price: str
    last_funding_rate: str
    next_funding_time: int
    time: int
    estimated_settle_price: str = ""
    interest_rate: str = ""


class Ticker(Struct, rename="camel"):
    """GET ticker/24hr."""

    symbol: str
    price_change: str
    price_change_percent: str
    weighted_avg_price: str
    last_price: str
    last_qty: str
    open_price: str
    high_price: str
    low_price: str
    volume: str
    quote_volume: str
    open_time: int
    close_time: int
    first_id: int
    last_id: int
    count: int


class PriceTicker(Struct):
    """GET ticker/price."""

    symbol: str
    price: str
    time: int = 0


class BookTickerRow(Struct, rename="camel"):
    """GET ticker/bookTicker."""

    symbol: str
    bid_price: str
    bid_qty: str
    ask_price: str
    ask_qty: str
    time: int = 0
    last_update_id: int = 0


class FundingRow(Struct, rename="camel"):
    """A row of GET fundingRate."""

    symbol: str
    funding_rate: str
    funding_time: int
    mark_price: str = ""
    rate_type: str = "NORMAL"


class FundingInfoRow(Struct, rename="camel"):
    """A row of GET fundingInfo: symbols whose cap, floor or interval is not the common one."""

    symbol: str
    adjusted_funding_rate_cap: str
    adjusted_funding_rate_floor: str
    funding_interval_hours: int
    disclaimer: bool = False
    update_time: int | None = None


class OpenInterest(Struct, rename="camel"):
    """GET openInterest."""

    open_interest: str
    symbol: str
    time: int


class AdlRisk(Struct, rename="camel"):
    """GET symbolAdlRisk."""

    symbol: str
    adl_risk: str
    update_time: int


class RateLimit(Struct, rename="camel", omit_defaults=True):
    """One meter of exchangeInfo, of GET rateLimit/order, and, with its count, of a WebSocket API answer."""

    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int
    count: int | None = None


class Asset(Struct, rename="camel"):
    """An asset that margins positions."""

    asset: str
    margin_available: bool
    auto_asset_exchange: str | int | None = None


class Filter(Struct, rename="camel"):
    """One rule of a symbol; each kind has fields of its own."""

    filter_type: str
    min_price: str | UnsetType = UNSET
    max_price: str | UnsetType = UNSET
    tick_size: str | UnsetType = UNSET
    min_qty: str | UnsetType = UNSET
    max_qty: str | UnsetType = UNSET
    step_size: str | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    notional: str | UnsetType = UNSET
    multiplier_up: str | UnsetType = UNSET
    multiplier_down: str | UnsetType = UNSET
    multiplier_decimal: str | int | UnsetType = UNSET
    position_control_side: str | UnsetType = UNSET


class SymbolInfo(Struct, rename="camel"):
    """One symbol of exchangeInfo."""

    symbol: str
    pair: str
    contract_type: str
    status: str
    base_asset: str
    quote_asset: str
    price_precision: int
    quantity_precision: int
    filters: list[Filter]
    delivery_date: int = 4_133_404_800_000
    onboard_date: int = 1_569_398_400_000
    maint_margin_percent: str = "2.5000"
    required_margin_percent: str = "5.0000"
    margin_asset: str = "USDT"
    base_asset_precision: int = 8
    quote_precision: int = 8
    underlying_type: str = "COIN"
    underlying_sub_type: list[str] = []
    settle_plan: int = 0
    trigger_protect: str = "0.0500"
    liquidation_fee: str = "0.012500"
    market_take_bound: str = "0.05"
    max_move_order_limit: int = 10_000
    order_types: list[str] = []
    time_in_force: list[str] = []
    permission_sets: list[str] = []


class ExchangeInfo(Struct, rename="camel"):
    """GET exchangeInfo."""

    rate_limits: list[RateLimit]
    symbols: list[SymbolInfo]
    server_time: int = 0
    timezone: str = "UTC"
    futures_type: str = "U_MARGINED"
    exchange_filters: list[str] = []
    assets: list[Asset] = []
