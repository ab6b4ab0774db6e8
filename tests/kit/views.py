"""Hand-made views of the desk: what a screen test shows."""

from decimal import Decimal

from msgspec.structs import replace

from desk.model.card import Card
from desk.model.command import ChaseSpec
from desk.model.effect import Severity
from desk.model.event import LinkState
from desk.model.following import LineRow, Reason, StreamRow
from desk.model.instrument import Bracket, Instrument
from desk.model.limits import Limits, Meter
from desk.model.market import Level, MarkPrice, MarkSource, Quote, TradePrint
from desk.model.order import OrderKind, OrderStatus, OrderType, Side, TimeInForce
from desk.model.price import Via
from desk.model.tier import AdlTier
from desk.model.units import SECOND, UNALLOCATED, ZERO, AlgoId, ClientOrderId, Nanos, SubId, Symbol
from desk.model.view import (
    AccountView,
    AlertRow,
    AlgoRow,
    AlgoState,
    DeskMode,
    DeskView,
    FillRow,
    Health,
    LayerRow,
    MarketView,
    OrderRow,
    PositionRow,
    ProofRow,
    ProofState,
    ProofView,
    Sample,
)

NOW = Nanos(1_764_028_800 * SECOND)
"""2025-11-25 00:00:00 UTC."""
BTC = Symbol("BTCUSDT")
ETH = Symbol("ETHUSDT")
ALPHA = SubId("1")
BRAVO = SubId("2")
CHARLIE = SubId("3")
D = Decimal


def before(millis: int) -> Nanos:
    """Return the time `millis` milliseconds before NOW."""
    return Nanos(NOW - millis * 1_000_000)


def instrument(symbol: Symbol = BTC, **changes: object) -> Instrument:
    """Return BTCUSDT (tick 0.1, lot 0.001) or, for another symbol, ETHUSDT (tick 0.01, lot 0.001)."""
    made = Instrument(
        symbol=symbol,
        base=symbol.removesuffix("USDT"),
        quote="USDT",
        tick_size=D("0.1") if symbol == BTC else D("0.01"),
        lot_size=D("0.001"),
        quantity_min=D("0.001"),
        quantity_max=D(1000),
        market_quantity_max=D(120),
        notional_min=D(100) if symbol == BTC else D(20),
        collar_up=D("1.05"),
        collar_down=D("0.95"),
        maker_fee=D("0.0002"),
        taker_fee=D("0.0005"),
        brackets=(
            Bracket(ZERO, D(300_000), D("0.004"), ZERO, 125),
            Bracket(D(300_000), D(800_000), D("0.005"), D(300), 100),
        ),
    )
    return replace(made, **changes)


def levels(best: str, step: str, sizes: str) -> tuple[Level, ...]:
    """Return one level for each size in `sizes`, from `best` on; a size of `-` leaves its price empty."""
    return tuple(Level(D(best) + D(step) * index, D(size)) for index, size in enumerate(sizes.split()) if size != "-")


_BID_SIZES = "0.842 0.310 1.205 2.410 0.095 0.512 3.870 0.640 - 1.118 0.402 5.215 0.077 0.930 1.640 0.288 2.004 0.151"
_ASK_SIZES = "0.310 1.090 0.455 - 2.780 0.615 1.333 0.208 4.460 0.871 0.140 0.990 1.742 0.333 6.120 0.067 0.815 1.204"


def prints(*trades: tuple[str, str, Side]) -> tuple[TradePrint, ...]:
    """Return trades of BTCUSDT, newest first, one every 400 ms."""
    return tuple(
        TradePrint(before(400 * index), BTC, D(price), D(size), side, before(400 * index))
        for index, (price, size, side) in enumerate(trades)
    )


_TAPE = prints(
    ("61843.2", "0.120", Side.BUY),
    ("61843.2", "0.004", Side.BUY),
    ("61843.1", "0.750", Side.SELL),
    ("61843.1", "0.031", Side.SELL),
    ("61843.2", "1.402", Side.BUY),
    ("61843.0", "0.250", Side.SELL),
)


def wave(base: str, step: str, count: int = 120) -> tuple[Sample, ...]:
    """Return one sample a second, on a triangle of 24 samples that drifts up."""
    return tuple(
        Sample(before((count - index) * 1000), D(base) + D(step) * (abs(index % 24 - 12) + index // 12))
        for index in range(count)
    )


def market(**changes: object) -> MarketView:
    """Return the BTCUSDT market: 61,843.1 / 61,843.2, the quote 120 ms old."""
    quote = Quote(before(120), BTC, D("61843.1"), D("0.842"), D("61843.2"), D("0.310"), before(130))
    mark = MarkPrice(
        before(400), BTC, D("61842.7"), D("61840.0"), D("0.0001"), Nanos(NOW + 3600 * SECOND), MarkSource.VENUE, NOW
    )
    made = MarketView(
        symbol=BTC,
        book_synced=True,
        bids=levels("61843.1", "-0.1", _BID_SIZES),
        asks=levels("61843.2", "0.1", _ASK_SIZES),
        quote=quote,
        mark=mark,
        last=_TAPE[0],
        tape=_TAPE,
        prices=wave("61830.0", "0.7"),
    )
    return replace(made, **changes)


def eth_market() -> MarketView:
    """Return the ETHUSDT market: 3,401.25 / 3,401.26."""
    return MarketView(
        symbol=ETH,
        book_synced=True,
        bids=levels("3401.25", "-0.01", _BID_SIZES),
        asks=levels("3401.26", "0.01", _ASK_SIZES),
        quote=Quote(before(80), ETH, D("3401.25"), D("0.842"), D("3401.26"), D("0.310"), before(90)),
        mark=MarkPrice(
            before(400), ETH, D("3401.20"), D("3401.00"), D("0.0001"), Nanos(NOW + 3600 * SECOND), MarkSource.VENUE, NOW
        ),
        last=TradePrint(before(300), ETH, D("3401.25"), D("1.500"), Side.SELL, before(310)),
        tape=(TradePrint(before(300), ETH, D("3401.25"), D("1.500"), Side.SELL, before(310)),),
        prices=wave("3400.00", "0.05"),
    )


def position(quantity: str = "0.250", **changes: object) -> PositionRow:
    """Return a position in BTCUSDT entered at 61,842.5."""
    held = D(quantity)
    made = PositionRow(
        symbol=BTC,
        quantity=held,
        entry_price=D("61842.5"),
        mark=D("61842.7"),
        notional=abs(held) * D("61842.7"),
        unrealised_pnl=held * D("0.2"),
        realised_pnl=D("12.40"),
        maintenance_margin=abs(held) * D("61842.7") * D("0.004"),
        liquidation_price=D("22310.4"),
    )
    return replace(made, **changes)


def account(id: str = "1", name: str = "alpha", **changes: object) -> AccountView:
    """Return a healthy account of 10,000 that holds 0.250 BTCUSDT."""
    made = AccountView(
        id=SubId(id),
        name=name,
        wallet=D("10000.00"),
        equity=D("10000.05"),
        unrealised_pnl=D("0.05"),
        realised_pnl=D("12.40"),
        fees=D("3.09"),
        initial_margin=D("1546.07"),
        maintenance_margin=D("61.84"),
        free_margin=D("8453.98"),
        margin_ratio=D("0.006184"),
        adl_tier=AdlTier.NONE,
        positions=(position(),),
        equities=wave("9990.00", "0.50"),
    )
    return replace(made, **changes)


def accounts() -> tuple[AccountView, ...]:
    """Return three sub-accounts in different health, and UNALLOCATED: together 0.150 BTCUSDT."""
    short = position("-0.100", entry_price=D("61900.0"), unrealised_pnl=D("5.73"), liquidation_price=D("63020.0"))
    return (
        account(),
        account(
            "2",
            "bravo",
            wallet=D("120.00"),
            equity=D("125.73"),
            unrealised_pnl=D("5.73"),
            realised_pnl=D("-41.20"),
            maintenance_margin=D("93.05"),
            free_margin=D("0.00"),
            margin_ratio=D("0.7401"),
            adl_tier=AdlTier.WATCH,
            positions=(short,),
        ),
        account(
            "3",
            "charlie",
            wallet=D("5000.00"),
            equity=D("5000.00"),
            unrealised_pnl=ZERO,
            realised_pnl=ZERO,
            maintenance_margin=ZERO,
            free_margin=D("5000.00"),
            margin_ratio=ZERO,
            positions=(),
        ),
        account(
            UNALLOCATED,
            "UNALLOCATED",
            wallet=ZERO,
            equity=ZERO,
            unrealised_pnl=ZERO,
            realised_pnl=ZERO,
            maintenance_margin=ZERO,
            free_margin=ZERO,
            margin_ratio=ZERO,
            positions=(),
        ),
    )


def order(number: int = 1, side: Side = Side.BUY, price: str = "61842.9", **changes: object) -> OrderRow:
    """Return a working order of sub-account 1 for 0.050 BTCUSDT, 1.205 ahead of it in the queue."""
    made = OrderRow(
        id=ClientOrderId(f"PMS0001_MAN00{number:05d}"),
        sub=ALPHA,
        symbol=BTC,
        side=side,
        type=OrderType.LIMIT,
        tif=TimeInForce.GTX,
        kind=OrderKind.MANUAL,
        price=D(price),
        quantity=D("0.050"),
        filled=ZERO,
        average_price=None,
        status=OrderStatus.WORKING,
        reduce_only=False,
        algo=None,
        pending="",
        reason="",
        queue_ahead=D("1.205"),
        created=before(42_000),
        updated=before(41_000),
    )
    return replace(made, **changes)


def algo(**changes: object) -> AlgoRow:
    """Return a chase of sub-account 1 that has bought 0.040 of 0.100."""
    made = AlgoRow(
        id=AlgoId("chase-3"),
        kind=OrderKind.CHASE,
        sub=ALPHA,
        symbol=BTC,
        side=Side.BUY,
        quantity=D("0.100"),
        filled=D("0.040"),
        average_price=D("61842.4"),
        order_price=D("61843.1"),
        state=AlgoState.WORKING,
        note="joined 61843.1, 0.842 ahead",
        arrival_mid=D("61842.15"),
        operations=7,
        rejects=0,
        maker_quantity=D("0.040"),
        started=before(38_000),
        ended=None,
        spec=ChaseSpec(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.100")),
    )
    return replace(made, **changes)


def layer(index: int = 0, side: Side = Side.BUY, **changes: object) -> LayerRow:
    """Return a layer of scalper-4 whose entry rests at 61,830.7."""
    made = LayerRow(
        run=AlgoId("scalper-4"),
        sub=ALPHA,
        symbol=BTC,
        side=side,
        index=index,
        price=D("61830.7"),
        size=D("0.020"),
        held=ZERO,
        entry=None,
        exit_price=None,
        bps=ZERO,
        level=0,
        next="waits for its entry",
    )
    return replace(made, **changes)


def fill(trade: int = 9001, side: Side = Side.BUY, **changes: object) -> FillRow:
    """Return a maker fill of 0.020 BTCUSDT by chase-3."""
    made = FillRow(
        trade=trade,
        sub=ALPHA,
        symbol=BTC,
        side=side,
        quantity=D("0.020"),
        price=D("61842.4"),
        fee=D("0.24736960"),
        realised_pnl=ZERO,
        maker=True,
        order=ClientOrderId("PMS0001_CHS00A000F03_00042"),
        algo=AlgoId("chase-3"),
        ts=before(12_345),
    )
    return replace(made, **changes)


def orders() -> tuple[OrderRow, ...]:
    """Return orders in every state a blotter must tell apart."""
    chase = {"kind": OrderKind.CHASE, "algo": AlgoId("chase-3")}
    return (
        order(7, Side.BUY, "61843.1", queue_ahead=D("0.842"), quantity=D("0.060"), **chase),
        order(6),
        order(5, Side.SELL, "61843.6", queue_ahead=D("2.780"), pending="cancel"),
        order(4, Side.SELL, "61844.0", sub=BRAVO, quantity=D("0.200"), filled=D("0.050"), reduce_only=True),
        order(3, Side.BUY, "61841.0", status=OrderStatus.UNKNOWN, queue_ahead=None, reason="no answer in 1 s"),
        order(2, status=OrderStatus.REJECTED, queue_ahead=None, reason="-5022 would immediately match"),
        order(
            1,
            status=OrderStatus.FILLED,
            filled=D("0.050"),
            average_price=D("61842.9"),
            queue_ahead=None,
            created=before(600_000),
        ),
    )


def proof(state: ProofState = ProofState.PROVEN, **changes: object) -> ProofView:
    """Return the proof of `accounts`: 0.150 + 0 = 0.150."""
    made = ProofView(
        state=state,
        quantity=state is not ProofState.BROKEN,
        equity=state is not ProofState.BROKEN,
        rows=(ProofRow(symbol=BTC, subs=D("0.150"), unallocated=ZERO, venue=D("0.150")),),
        equity_ours=D("15125.78"),
        equity_venue=D("15125.78"),
    )
    return replace(made, **changes)


def alert(seq: int = 1, severity: Severity = Severity.INFO, text: str = "chase-3 filled 0.020 at 61842.4") -> AlertRow:
    """Return an alert of two seconds ago."""
    return AlertRow(seq, before(2_000), severity, text)


def desk_view(**changes: object) -> DeskView:
    """Return a desk in the middle of its day; `changes` replace whole fields."""
    made = DeskView(
        now=NOW,
        seq=1,
        ready=True,
        venue="PAPER",
        epoch=1,
        mode=DeskMode.RUNNING,
        mode_reason="",
        mode_since=before(600_000),
        link=LinkState.UP,
        link_reason="",
        limits=Limits(order_value_max=D(250_000), market_slip_bps=D(50)),
        instruments=(instrument(), instrument(ETH)),
        markets=(market(), eth_market()),
        subs=accounts(),
        account=account(
            "venue",
            "venue",
            wallet=D("15120.00"),
            equity=D("15125.78"),
            unrealised_pnl=D("5.78"),
            maintenance_margin=D("37.11"),
            margin_ratio=D("0.002453"),
            free_margin=D("14198.14"),
            positions=(position("0.150", liquidation_price=None),),
        ),
        account_ts=before(900),
        orders=orders(),
        algos=(
            algo(),
            algo(
                id=AlgoId("chase-2"),
                side=Side.SELL,
                state=AlgoState.DONE,
                note="filled",
                filled=D("0.100"),
                order_price=None,
                ended=before(60_000),
            ),
        ),
        fills=(fill(), fill(9000, Side.SELL, maker=False, fee=D("0.61842400"), realised_pnl=D("1.20"), sub=BRAVO)),
        proof=proof(),
        alerts=(alert(), alert(2, Severity.WARN, "bravo: margin ratio 74.0 %, ADL watch")),
        meters=(Meter("10s", 12, 300), Meter("1m", 40, 1200), Meter("w", 310, 2400)),
        health=Health(loop_lag_p50=210_000, loop_lag_p99=1_400_000, inbox=2, events=184_223),
    )
    return replace(made, **changes)


def stream(**changes: object) -> StreamRow:
    """Return what is followed of BTC: all of it, for an order and because it is looked at."""
    made = StreamRow(
        symbol=BTC,
        reasons=(Reason.ORDER, Reason.FOCUS, Reason.WATCHLIST),
        release_at=None,
        is_followed=True,
        is_synced=True,
        touch_ts=before(200),
        touch_via=Via.STREAM,
        mark_via=Via.STREAM,
        mark_ts=before(1_000),
        depth_ts=before(100),
        trade_ts=before(12_000),
    )
    return replace(made, **changes)


def line(**changes: object) -> LineRow:
    """Return a connection that has been up for ten minutes."""
    made = LineRow(
        name="touch and depth", is_up=True, since=before(600_000), streams=8, connections=2, mangled=0, resubscribed=0
    )
    return replace(made, **changes)


def card(**changes: object) -> Card:
    """Return the card of chase-3, which has bought 0.100 at 61,842.4 as a maker, 0.04 bps above the mid it found."""
    made = Card(
        algo=AlgoId("chase-3"),
        kind=OrderKind.CHASE,
        sub=ALPHA,
        symbol=BTC,
        side=Side.BUY,
        quantity=D("0.100"),
        filled=D("0.100"),
        average_price=D("61842.4"),
        arrival_mid=D("61842.15"),
        slippage_bps=D("0.0404"),
        maker_share=D(1),
        fee=D("1.23684800"),
        cost=D("1.26184800"),
        cost_if_crossed=D("3.09711"),
        markouts=(D("0.4"), D("-1.2"), None),
        operations=7,
        rejects=1,
        started=before(98_000),
        ended=before(38_000),
        reason="filled",
    )
    return replace(made, **changes)
