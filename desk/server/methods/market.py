"""Endpoints about the market."""

from decimal import Decimal
from itertools import islice
from typing import Final, TypeVar

from desk.exchange.validation import ORDERS_MAX
from desk.model.instrument import Instrument
from desk.model.units import Symbol
from desk.server import feed
from desk.server.admission import limits
from desk.server.methods.route import Call, Route, Security, one_or_all, public
from desk.server.params import Params
from desk.server.refusal import Refusal
from desk.server.tape import INTERVALS, kline_row
from desk.server.text import millis, price_text, quantity_text, short
from desk.server.wire import market as wire

DEPTH_LIMITS: Final = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
"""What may be asked for, and what it weighs."""
ORDER_TYPES: Final = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]
_HOUR: Final = 3_600_000
_MAX_PRICE: Final = Decimal(1_000_000)

Row = TypeVar("Row")


def ping(call: Call) -> dict[str, str]:
    """GET ping."""
    return {}


def time(call: Call) -> wire.ServerTime:
    """GET time."""
    return wire.ServerTime(call.now)


def exchange_info(call: Call) -> wire.ExchangeInfo:
    """GET exchangeInfo."""
    venue = call.venue
    return wire.ExchangeInfo(
        rate_limits=limits(),
        symbols=[_symbol_info(each, venue.statuses[each.symbol]) for each in venue.rules.values()],
        server_time=call.now,
        assets=[wire.Asset("USDT", True, "-10000")],
    )


def depth(call: Call) -> wire.Depth:
    """GET depth."""
    symbol, limit = call.symbol(), call.params.maybe_integer("limit") or 500
    if limit not in DEPTH_LIMITS:
        raise Refusal(-4021, f"{limit} is not valid depth limit")
    return _depth(call, symbol, limit)


def rpi_depth(call: Call) -> wire.Depth:
    """GET rpiDepth: nobody improves retail orders here."""
    symbol, limit = call.symbol(), call.params.maybe_integer("limit") or 1000
    if limit != 1000:
        raise Refusal(-4021, f"{limit} is not valid depth limit")
    return _depth(call, symbol, limit)


def trades(call: Call) -> list[wire.TradeRow]:
    """GET trades and historicalTrades."""
    return call.tape(call.symbol()).trade_rows(call.params.within("limit", 500, 1000))


def agg_trades(call: Call) -> list[wire.AggTradeRow]:
    """GET aggTrades."""
    symbol, from_id = call.symbol(), call.params.maybe_integer("fromId")
    start, end = call.window(_HOUR)
    return call.tape(symbol).agg_rows(call.params.within("limit", 500, 1000), from_id, start, end)


def klines(call: Call) -> list[wire.KlineRow]:
    """GET klines."""
    return _klines(call, call.symbol(), of_marks=False)


def continuous_klines(call: Call) -> list[wire.KlineRow]:
    """GET continuousKlines: of the perpetual contract, which is the only one."""
    return _klines(call, _pair(call), of_marks=False)


def mark_klines(call: Call) -> list[wire.KlineRow]:
    """GET markPriceKlines."""
    return _klines(call, call.symbol(), of_marks=True)


def index_klines(call: Call) -> list[wire.KlineRow]:
    """GET indexPriceKlines: the practice market's index is its mark."""
    return _klines(call, _pair(call), of_marks=True)


def premium_index(call: Call) -> wire.PremiumIndex | list[wire.PremiumIndex]:
    """GET premiumIndex."""
    rows = [row for symbol in call.symbols() if (row := _premium(call, symbol)) is not None]
    return _one_or_all(call, rows)


def ticker(call: Call) -> wire.Ticker | list[wire.Ticker]:
    """GET ticker/24hr."""
    return _one_or_all(call, [row for symbol in call.symbols() if (row := _ticker(call, symbol)) is not None])


def price(call: Call) -> wire.PriceTicker | list[wire.PriceTicker]:
    """GET ticker/price."""
    rows = []
    for symbol in call.symbols():
        last = call.tape(symbol).last
        if last is not None:
            rows.append(wire.PriceTicker(symbol, price_text(last.price, call.rules(symbol)), last.time))
    return _one_or_all(call, rows)


def book_ticker(call: Call) -> wire.BookTickerRow | list[wire.BookTickerRow]:
    """GET ticker/bookTicker."""
    rows = []
    for symbol in call.symbols():
        touch = feed.touch_of(call.pit(symbol), call.now)
        if touch is None:
            continue
        told = feed.book_ticker(touch, call.pit(symbol), call.now)
        rows.append(wire.BookTickerRow(symbol, told.b, told.B, told.a, told.A, call.now, told.u))
    return _one_or_all(call, rows)


def funding_rate(call: Call) -> list[wire.FundingRow]:
    """GET fundingRate."""
    start, end = call.params.maybe_integer("startTime"), call.params.maybe_integer("endTime")
    rows = [
        row
        for symbol in call.symbols()
        for row in call.tape(symbol).fundings
        if (start is None or row.funding_time >= start) and (end is None or row.funding_time <= end)
    ]
    rows.sort(key=lambda row: row.funding_time)
    limit = call.params.within("limit", 100, 1000)
    return rows[:limit] if start is not None else rows[-limit:]


def funding_info(call: Call) -> list[wire.FundingInfoRow]:
    """GET fundingInfo: no symbol is adjusted."""
    return []


def open_interest(call: Call) -> wire.OpenInterest:
    """GET openInterest."""
    symbol = call.symbol()
    return wire.OpenInterest(quantity_text(call.venue.open_interest(symbol), call.rules(symbol)), symbol, call.now)


def adl_risk(call: Call) -> wire.AdlRisk | list[wire.AdlRisk]:
    """GET symbolAdlRisk."""
    return _one_or_all(call, [wire.AdlRisk(symbol, "low", call.now) for symbol in call.symbols()])


def open_interest_history(call: Call) -> list[dict[str, str | int]]:
    """GET futures/data/openInterestHist: what it is now."""
    symbol = call.symbol()
    quantity, mark = call.venue.open_interest(symbol), call.tape(symbol).mark
    value = quantity * mark.price if mark is not None else quantity
    return [
        {
            "symbol": symbol,
            "sumOpenInterest": f"{quantity:.8f}",
            "sumOpenInterestValue": f"{value:.8f}",
            "timestamp": call.now,
        }
    ]


def long_short_ratio(call: Call) -> list[dict[str, str | int]]:
    """GET futures/data/globalLongShortAccountRatio, of the accounts that are here."""
    symbol = call.symbol()
    held = [seat.account.quantity(symbol) for seat in call.venue.seats.values()]
    longs, shorts = sum(1 for each in held if each > 0), sum(1 for each in held if each < 0)
    share = Decimal(longs) / (longs + shorts) if longs + shorts else Decimal("0.5")
    ratio = share / (1 - share) if share < 1 else Decimal(longs)
    return [
        {
            "symbol": symbol,
            "longShortRatio": f"{ratio:.4f}",
            "longAccount": f"{share:.4f}",
            "shortAccount": f"{1 - share:.4f}",
            "timestamp": call.now,
        }
    ]


def _pair(call: Call) -> Symbol:
    pair = Symbol(call.params.text("pair").upper())
    if pair not in call.venue.rules:
        raise Refusal(-1121, "Invalid pair.")
    return pair


def _depth(call: Call, symbol: Symbol, limit: int) -> wire.Depth:
    pit, rules, now = call.pit(symbol), call.rules(symbol), call.venue.now
    book = pit.publisher.depth(now, now)
    return wire.Depth(
        last_update_id=book.last_update_id,
        event_time=millis(now),
        transaction_time=millis(now),
        bids=[(price_text(each.price, rules), quantity_text(each.size, rules)) for each in islice(book.bids, limit)],
        asks=[(price_text(each.price, rules), quantity_text(each.size, rules)) for each in islice(book.asks, limit)],
    )


def _klines(call: Call, symbol: Symbol, *, of_marks: bool) -> list[wire.KlineRow]:
    interval = call.params.text("interval")
    if interval not in INTERVALS:
        raise Refusal(-1120, "Invalid interval.")
    start, end = call.params.maybe_integer("startTime"), call.params.maybe_integer("endTime")
    limit = call.params.within("limit", 500, 1500)
    candles = [
        each
        for each in call.tape(symbol).candles(interval, of_marks=of_marks)
        if (start is None or each.start >= start) and (end is None or each.start <= end)
    ]
    kept = candles[:limit] if start is not None else candles[-limit:]
    return [kline_row(each, interval, call.rules(symbol)) for each in kept]


def _premium(call: Call, symbol: Symbol) -> wire.PremiumIndex | None:
    mark = call.tape(symbol).mark
    if mark is None:
        return None
    return wire.PremiumIndex(
        symbol=symbol,
        mark_price=f"{mark.price:.8f}",
        index_price=f"{mark.index:.8f}",
        estimated_settle_price=f"{mark.index:.8f}",
        last_funding_rate=f"{mark.funding_rate:.8f}",
        interest_rate="0.00010000",
        next_funding_time=millis(call.venue.floor.next_funding()),
        time=call.now,
    )


def _ticker(call: Call, symbol: Symbol) -> wire.Ticker | None:
    told = call.venue.feed.of(symbol).ticker(call.now)
    if told is None:
        return None
    return wire.Ticker(
        symbol=symbol,
        price_change=told.p,
        price_change_percent=told.P,
        weighted_avg_price=told.w,
        last_price=told.c,
        last_qty=told.Q,
        open_price=told.o,
        high_price=told.h,
        low_price=told.l,
        volume=told.v,
        quote_volume=told.q,
        open_time=told.O,
        close_time=told.C,
        first_id=told.F,
        last_id=told.L,
        count=told.n,
    )


def _one_or_all(call: Call, rows: list[Row]) -> Row | list[Row]:
    """Return the one row of the symbol that was asked for, or all rows."""
    if not call.params.maybe("symbol"):
        return rows
    if not rows:
        raise Refusal(-1122, "Invalid symbol status.")
    return rows[0]


def _symbol_info(rules: Instrument, status: str) -> wire.SymbolInfo:
    return wire.SymbolInfo(
        symbol=rules.symbol,
        pair=rules.symbol,
        contract_type="PERPETUAL",
        status=status,
        base_asset=rules.base,
        quote_asset=rules.quote,
        margin_asset=rules.quote,
        price_precision=rules.price_decimals,
        quantity_precision=rules.quantity_decimals,
        liquidation_fee=f"{rules.liquidation_fee:.6f}",
        order_types=ORDER_TYPES,
        time_in_force=["GTC", "IOC", "FOK", "GTX", "GTD"],
        filters=_filters(rules),
    )


def _filters(rules: Instrument) -> list[wire.Filter]:
    tick, lot = f"{rules.tick_size:f}", f"{rules.lot_size:f}"
    least = f"{rules.quantity_min:f}"
    return [
        wire.Filter("PRICE_FILTER", min_price=tick, max_price=short(_MAX_PRICE), tick_size=tick),
        wire.Filter("LOT_SIZE", min_qty=least, max_qty=short(rules.quantity_max), step_size=lot),
        wire.Filter("MARKET_LOT_SIZE", min_qty=least, max_qty=short(rules.market_quantity_max), step_size=lot),
        wire.Filter("MAX_NUM_ORDERS", limit=ORDERS_MAX),
        wire.Filter("MIN_NOTIONAL", notional=short(rules.notional_min)),
        wire.Filter(
            "PERCENT_PRICE",
            multiplier_up=f"{rules.collar_up:.4f}",
            multiplier_down=f"{rules.collar_down:.4f}",
            multiplier_decimal="4",
        ),
        wire.Filter("POSITION_RISK_CONTROL", position_control_side="NONE"),
    ]


def _depth_weight(params: Params) -> int:
    return DEPTH_LIMITS.get(params.maybe_integer("limit") or 500, 2)


def _kline_weight(params: Params) -> int:
    limit = params.maybe_integer("limit") or 500
    return next((weight for most, weight in ((100, 1), (500, 2), (1000, 5)) if limit <= most), 10)


ROUTES: Final = (
    public("/fapi/v1/ping", ping),
    public("/fapi/v1/time", time),
    public("/api/v3/ping", ping),
    public("/api/v3/time", time),
    public("/fapi/v1/exchangeInfo", exchange_info),
    public("/fapi/v1/depth", depth, _depth_weight),
    public("/fapi/v1/rpiDepth", rpi_depth, 20),
    public("/fapi/v1/trades", trades, 5),
    Route("GET", "/fapi/v1/historicalTrades", trades, 20, Security.KEY),
    public("/fapi/v1/aggTrades", agg_trades, 20),
    public("/fapi/v1/klines", klines, _kline_weight),
    public("/fapi/v1/continuousKlines", continuous_klines, _kline_weight),
    public("/fapi/v1/markPriceKlines", mark_klines, _kline_weight),
    public("/fapi/v1/indexPriceKlines", index_klines, _kline_weight),
    public("/fapi/v1/premiumIndex", premium_index, one_or_all(1, 10)),
    public("/fapi/v1/ticker/24hr", ticker, one_or_all(1, 40)),
    public("/fapi/v1/ticker/price", price, one_or_all(1, 2)),
    public("/fapi/v2/ticker/price", price, one_or_all(1, 2)),
    public("/fapi/v1/ticker/bookTicker", book_ticker, one_or_all(2, 5)),
    public("/fapi/v1/fundingRate", funding_rate, 0),
    public("/fapi/v1/fundingInfo", funding_info, 0),
    public("/fapi/v1/openInterest", open_interest),
    public("/fapi/v1/symbolAdlRisk", adl_risk),
    public("/futures/data/openInterestHist", open_interest_history, 0),
    public("/futures/data/globalLongShortAccountRatio", long_short_ratio, 0),
)
