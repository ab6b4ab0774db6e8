from decimal import Decimal
from random import Random

from desk.exchange.accounts import Account
from desk.exchange.latency import Latency
from desk.exchange.reporting import Reporter
from desk.exchange.resting import LiveOrder
from desk.exchange.rules import practice_instruments
from desk.model.event import AccountReported, OrderFilled
from desk.model.order import OrderSpec, OrderType
from desk.model.units import Nanos, SubId, millis
from tests.exchange.scripted import BTC, BUY, GTC, IOC, SELL, START, Session, trade


def test_the_account_is_stated_right_behind_every_fill():
    session = Session(asks="60000.1x1 60000.2x4")

    heard = session.place("a", BUY, "2", "60000.2")

    assert [type(each) for each in heard[1:]] == [OrderFilled, AccountReported] * 2
    assert [each.ts for each in heard[1:]] == [session.now] * 4
    assert [each.positions[0].quantity for each in heard[2::2]] == [1, 2]
    assert heard[4].wallet == Decimal(1_000_000) - heard[1].fee - heard[3].fee
    assert heard[4].positions[0].entry_value == Decimal("120000.3")


def test_every_fill_carries_the_cumulative_figure_and_a_trade_id_of_its_own():
    session = Session(asks="60000.1x1 60000.2x4")

    fills = [each for each in session.place("a", BUY, "2", "60000.2") if isinstance(each, OrderFilled)]

    assert [each.filled for each in fills] == [1, 2]
    assert [each.trade for each in fills] == [1, 2]


def test_reports_never_overtake_each_other():
    delivered = []
    instruments = {each.symbol: each for each in practice_instruments()}
    reporter = Reporter(
        account=Account(Decimal(0)),
        instruments=instruments,
        deliver=lambda ts, event: delivered.append(ts),
        latency=Latency(median=millis(5), spread=1.5),
        chance=Random(4),
        leverage=20,
    )

    for step in range(200):
        reporter.start(Nanos(START + step * 100_000))
        reporter.deposit(Decimal(0))

    assert delivered == sorted(delivered)
    assert len(set(delivered)) > 10


def test_the_version_grows_with_orders_fills_and_cash_and_with_nothing_else():
    session = Session(bids="60000.0x1")
    versions = [session.exchange.version]
    for act in (
        lambda: session.place("a", BUY, "1", "60000.0"),
        lambda: session.crowd(trade("60000.0", "1.5", SELL)),
        lambda: session.amend("a", "59999.9", "1"),
        lambda: session.cancel("a"),
        lambda: session.exchange.deposit(Decimal(5)),
    ):
        act()
        versions.append(session.exchange.version)
    session.crowd(trade("60000.0", "1", SELL))
    session.place("b", BUY, "1", "59990.05")

    assert versions == sorted(set(versions))
    assert session.exchange.version == versions[-1]


def test_the_truth_has_orders_as_amended_and_trades_oldest_first():
    session = Session()
    session.place("a", BUY, "0.5", "60000.1", IOC)
    session.place("b", BUY, "0.25", "60000.1", IOC)
    session.place("c", BUY, "1", "59990.0")
    session.amend("c", "59991.0", "2")

    truth = session.truth

    assert [each.order for each in truth.trades] == ["a", "b"]
    assert (truth.orders[0].spec.price, truth.orders[0].spec.quantity) == (59991, 2)
    assert truth.positions[0].quantity == Decimal("0.75")


def test_only_the_latest_trades_are_remembered():
    reporter = Session().exchange._reporter
    spec = OrderSpec(
        id="a",
        sub=SubId("1"),
        symbol=BTC,
        side=BUY,
        type=OrderType.LIMIT,
        tif=GTC,
        quantity=Decimal(1000),
        price=Decimal(60000),
    )
    order = LiveOrder(spec, 1, spec.price, spec.quantity)
    reporter.accepted(order)

    for number in range(1, 601):
        reporter.traded(order, Decimal(60000), Decimal(1), number, maker=True)

    kept = reporter.truth(START).trades
    assert (kept[0].trade, kept[-1].trade) == (101, 600)
