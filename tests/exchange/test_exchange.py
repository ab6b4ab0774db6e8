from decimal import Decimal
from itertools import accumulate, pairwise
from random import Random

import pytest

from desk.exchange.exchange import Exchange
from desk.exchange.generator import GeneratedMarket
from desk.exchange.rules import practice_instruments
from desk.model.effect import (
    ArmCountdown,
    Batch,
    Follow,
    RequestDepth,
    RequestPrices,
    RequestTruth,
    SendAmend,
    SendCancel,
    SendOrder,
)
from desk.model.error import BadInput
from desk.model.event import (
    AccountReported,
    FundingPaid,
    LinkChanged,
    LinkState,
    OrderAccepted,
    OrderAmended,
    OrderFilled,
    OrderRejected,
    RulesReported,
    TruthLearned,
)
from desk.model.market import BookDelta, BookSnapshot, MarkPrice, Quote, TradePrint
from desk.model.order import OrderSpec, OrderType, Side, TimeInForce
from desk.model.price import PriceKind, Purpose, Via
from desk.model.units import MILLISECOND, SECOND, ZERO, Nanos, SubId
from tests.exchange.scripted import BTC, BUY, GTC, IOC, SELL, START, Session, mark, told

INSTRUMENTS = practice_instruments()
WALLET = Decimal(10_000_000)


def _practice(seed=5, start=START, wallet=WALLET):
    market = GeneratedMarket(INSTRUMENTS, seed=seed, start=start)
    return Exchange(instruments=INSTRUMENTS, market=market, start=start, seed=seed, wallet=wallet)


def _order(name, side=BUY, quantity="1", price="61000.0", tif=GTC):
    return OrderSpec(
        id=name,
        sub=SubId("1"),
        symbol=BTC,
        side=side,
        type=OrderType.LIMIT,
        tif=tif,
        quantity=Decimal(quantity),
        price=Decimal(price),
    )


def test_the_desk_first_hears_that_the_link_is_up_and_what_the_account_holds():
    events = _practice().advance(Nanos(START + SECOND))

    ups = [each for each in events if isinstance(each, LinkChanged)]
    assert [(each.state, each.reason) for each in ups] == [(LinkState.UP, "practice exchange")]
    assert events[0] is ups[0]
    assert next(each.wallet for each in events if isinstance(each, AccountReported)) == WALLET


def test_events_come_in_the_order_they_reach_the_desk_and_never_late():
    exchange, heard, now = _practice(), [], START
    while now < START + 3 * SECOND:
        previous, now = now, Nanos(now + 20 * MILLISECOND)
        exchange.execute(RequestTruth(now), now)
        events = exchange.advance(now)
        assert all(previous <= each.ts <= now for each in events)
        heard += events

    assert [each.ts for each in heard] == sorted(each.ts for each in heard)


def test_an_answer_takes_the_way_there_and_the_way_back():
    exchange = _practice()
    exchange.advance(Nanos(START + SECOND))
    sent = Nanos(START + SECOND)

    exchange.execute(SendOrder(sent, _order("a")), sent)
    accepted = next(
        each for each in exchange.advance(Nanos(sent + SECOND)) if isinstance(each, OrderAccepted | OrderRejected)
    )

    assert isinstance(accepted, OrderAccepted)
    assert accepted.venue_ts - sent >= MILLISECOND
    assert accepted.ts - accepted.venue_ts >= MILLISECOND


def test_a_request_does_not_overtake_the_one_before():
    exchange = _practice()
    now = Nanos(START + SECOND)
    exchange.advance(now)

    for number in range(50):
        exchange.execute(SendOrder(now, _order(f"o{number}")), now)
    events = exchange.advance(Nanos(now + SECOND))

    assert [each.order for each in events if isinstance(each, OrderAccepted)] == [f"o{number}" for number in range(50)]


def test_nothing_is_told_before_it_is_due():
    exchange = _practice()
    now = Nanos(START + SECOND)
    exchange.advance(now)
    exchange.execute(RequestDepth(now, BTC), now)

    while (at := exchange.next_at()) < now + SECOND:
        assert exchange.advance(Nanos(at - 1)) == []
        if any(isinstance(each, BookSnapshot) for each in exchange.advance(at)):
            return

    pytest.fail("the depth was never answered")


def test_a_query_is_answered_with_the_truth():
    exchange = _practice()
    now = Nanos(START + SECOND)
    exchange.advance(now)
    exchange.execute(SendOrder(now, _order("a")), now)
    exchange.execute(RequestTruth(now), now)

    learned = next(each for each in exchange.advance(Nanos(now + SECOND)) if isinstance(each, TruthLearned))

    assert [each.spec.id for each in learned.truth.orders] == ["a"]
    assert learned.truth.ts < learned.ts


def test_prices_are_answered_while_their_source_speaks_and_not_when_it_has_gone_silent():
    session = Session("60000.0x2", "60000.1x1")
    session.crowd(mark("60000.0"))
    for kind in PriceKind:
        session.exchange.execute(RequestPrices(session.now, kind, Purpose.MARGIN, (BTC, "NONE")), session.now)
    answers = [
        each for each in session.exchange.advance(Nanos(session.now + SECOND)) if isinstance(each, Quote | MarkPrice)
    ]
    asked = [each for each in answers if each.via is Via.REST]

    later = Nanos(session.now + 5 * SECOND)
    session.exchange.advance(later)
    session.exchange.execute(RequestPrices(later, PriceKind.MARK, Purpose.MARGIN, (BTC,)), later)
    session.exchange.execute(RequestPrices(later, PriceKind.TOUCH, Purpose.MARGIN, (BTC,)), later)
    silent = session.exchange.advance(Nanos(later + SECOND))

    assert [(type(each), each.symbol) for each in asked] == [(Quote, BTC), (MarkPrice, BTC)]
    assert not [each for each in silent if isinstance(each, Quote | MarkPrice) and each.via is Via.REST]


def test_what_is_not_followed_has_touch_and_mark_alone():
    exchange = _practice()
    exchange.advance(START)
    exchange.execute(Follow(START, (BTC,)), START)
    exchange.advance(Nanos(START + SECOND))

    events = exchange.advance(Nanos(START + 60 * SECOND))

    told = {
        (type(each), each.symbol) for each in events if isinstance(each, Quote | MarkPrice | BookDelta | TradePrint)
    }
    assert {symbol for kind, symbol in told if kind in (BookDelta, TradePrint)} == {BTC}
    assert {symbol for kind, symbol in told if kind is Quote} == {symbol for kind, symbol in told if kind is MarkPrice}
    assert len({symbol for _, symbol in told}) > 1


def test_a_deposit_is_stated():
    exchange = _practice(wallet=ZERO)
    exchange.advance(START)

    exchange.deposit(Decimal(250))

    stated = [each.wallet for each in exchange.advance(Nanos(START + SECOND)) if isinstance(each, AccountReported)]
    assert stated == [250]


def test_funding_is_paid_on_the_open_position_every_eight_hours():
    session = Session(asks="60000.1x2")
    session.place("a", BUY, "2", "60000.1", IOC)
    session.crowd(mark("60000", "0.0001"))

    heard = session.pass_time(16 * 3_600 * SECOND)

    payments = [each for each in heard if isinstance(each, FundingPaid)]
    assert [(each.amount, each.mark, each.rate) for each in payments] == [(-12, 60000, Decimal("0.0001"))] * 2
    assert [each.venue_ts % (28_800 * SECOND) for each in payments] == [0, 0]
    assert isinstance(heard[heard.index(payments[0]) + 1], AccountReported)


def test_a_flat_account_pays_no_funding():
    heard = Session().pass_time(9 * 3_600 * SECOND)

    assert [each for each in heard if not isinstance(each, RulesReported)] == []


def test_the_rules_are_told_every_hour():
    heard = Session().pass_time(3 * 3_600 * SECOND)

    rules = [each for each in heard if isinstance(each, RulesReported)]
    assert [each.ts % (3_600 * SECOND) for each in rules] == [0, 0, 0]
    assert rules[0].instruments == practice_instruments()


def test_a_countdown_that_runs_out_cancels_the_orders_of_its_symbol():
    session = Session()
    session.place("a", BUY, "1", "59990.0")
    session.exchange.execute(ArmCountdown(session.now, BTC, 60_000), session.now)

    assert told(session.pass_time(59 * SECOND)) == []
    assert told(session.pass_time(2 * SECOND)) == ["expired a countdown ran out"]


@pytest.mark.parametrize("again", [60_000, 0])
def test_a_countdown_that_is_asked_for_again_or_called_off_does_not(again):
    session = Session()
    session.place("a", BUY, "1", "59990.0")
    session.exchange.execute(ArmCountdown(session.now, BTC, 60_000), session.now)
    session.pass_time(40 * SECOND)
    session.exchange.execute(ArmCountdown(session.now, BTC, again), session.now)

    assert told(session.pass_time(30 * SECOND)) == []


def _play(exchange, until, seed=1, sent=None):
    """Trade at random until a time; return everything heard, and note what was sent."""
    chance, heard, now, last, count = Random(seed), [], START, {}, 0
    while now < until:
        now = Nanos(now + chance.randint(1, 40) * MILLISECOND)
        events = exchange.advance(now)
        heard += events
        last |= {each.symbol: each for each in events if isinstance(each, Quote)}
        if last:
            count += 1
            request = _random_request(chance, now, last, count)
            exchange.execute(request, now)
            if sent is not None:
                sent.append(request)
    return heard


def _random_request(chance, now, quotes, count):
    symbol = chance.choice(sorted(quotes))
    rules = next(each for each in INSTRUMENTS if each.symbol == symbol)
    price = quotes[symbol].bid + chance.randint(-6, 7) * rules.tick_size
    quantity = rules.round_up_to_lot(chance.choice((1, 1, 1, 40)) * rules.notional_min * chance.randint(2, 9) / price)
    name, other = f"o{count}", f"o{count - chance.randint(1, 9)}"
    kind = chance.random()
    if kind < 0.15:
        return SendCancel(now, other, symbol)
    if kind < 0.3:
        return SendAmend(now, other, symbol, price, quantity)
    spec = OrderSpec(
        id=name,
        sub=SubId("1"),
        symbol=symbol,
        side=chance.choice(list(Side)),
        type=OrderType.LIMIT,
        tif=chance.choice(list(TimeInForce)),
        quantity=quantity,
        price=price,
        reduce_only=chance.random() < 0.2,
    )
    return SendOrder(now, spec)


def test_the_same_seed_gives_the_same_events():
    one = _play(_practice(), START + 10 * SECOND)
    two = _play(_practice(), START + 10 * SECOND)
    other = _play(_practice(seed=6), START + 10 * SECOND)

    assert one == two
    assert one != other


def test_over_random_orders_no_cent_is_lost_and_nothing_is_filled_twice():
    exchange, sent = _practice(), []
    heard = _play(exchange, START + 41 * SECOND, sent=sent)
    fills = [each for each in heard if isinstance(each, OrderFilled)]
    specs = {each.spec.id: each.spec for each in sent if isinstance(each, SendOrder)}
    truth = exchange.truth(Nanos(START + 41 * SECOND))

    def signed(fill):
        return specs[fill.order].side.sign * fill.quantity

    assert len(sent) > 1_900
    assert len(fills) > 300
    assert {each.maker for each in fills} == {True, False}
    cash = sum((-signed(each) * each.price - each.fee for each in fills), WALLET)
    assert truth.wallet - sum(each.entry_value for each in truth.positions) == cash
    for symbol in {each.symbol for each in fills}:
        mine = [each for each in fills if each.symbol == symbol]
        position = sum(each.quantity for each in truth.positions if each.symbol == symbol)
        assert position == sum(signed(each) for each in mine)
        numbers = [each.trade for each in mine]
        assert numbers == sorted(set(numbers))
    for name, figures in _by_order(fills).items():
        asked = [each.quantity for each in heard if isinstance(each, OrderAmended) and each.order == name]
        assert [each.filled for each in figures] == list(accumulate(each.quantity for each in figures))
        assert figures[-1].filled <= max([specs[name].quantity, *asked])


def test_every_fill_of_a_busy_account_is_followed_by_the_account_it_made():
    heard = _play(_practice(), START + 20 * SECOND)

    position = {}
    for event, following in pairwise(heard):
        if isinstance(event, OrderFilled):
            assert isinstance(following, AccountReported)
            after = {each.symbol: each.quantity for each in following.positions}
            assert abs(after.get(event.symbol, ZERO) - position.get(event.symbol, ZERO)) == event.quantity
            position = after
    assert position


def _by_order(fills):
    orders = {}
    for fill in fills:
        orders.setdefault(fill.order, []).append(fill)
    return orders


def test_a_saved_exchange_goes_on_identically():
    exchange, now = _practice(), Nanos(START + 5 * SECOND)
    heard = _play(exchange, now - SECOND)
    heard += exchange.advance(now)
    memo, until = exchange.save(), Nanos(now + 5 * SECOND)
    went_on = _go_on(exchange, now, until)

    restored = _practice(seed=77)
    restored.restore(memo, now)
    came_back = _go_on(restored, now, until)

    assert [each for each in went_on if isinstance(each, OrderFilled)]
    assert went_on == came_back


def _go_on(exchange, now, until):
    """Send a few orders; return trades and reports from a little later on, without what greets a new link."""
    for number in range(5):
        exchange.execute(SendOrder(now, _order(f"n{number}", quantity="0.4", price="61900.0", tif=IOC)), now)
    return [
        each
        for each in exchange.advance(until)
        if isinstance(each, TradePrint | OrderAccepted | OrderFilled | AccountReported) and each.venue_ts > now
    ]


def test_a_saved_account_comes_back_with_its_orders_in_their_queues():
    exchange = _practice()
    _play(exchange, START + 5 * SECOND)
    now = Nanos(START + 6 * SECOND)
    exchange.advance(now)
    before, ahead = exchange.truth(now), _ahead(exchange)

    later = Nanos(now + 3_600 * SECOND)
    restored = _practice(start=later)
    restored.restore(exchange.save(), later)
    after = restored.truth(later)

    assert before.orders
    assert (after.wallet, after.positions, after.orders, after.trades) == (
        before.wallet,
        before.positions,
        before.orders,
        before.trades,
    )
    assert _ahead(restored) == ahead


def _ahead(exchange):
    return {order.spec.id: order.ahead for order in exchange._reporter.open.values()}


def test_ids_go_on_where_they_were_when_an_exchange_comes_back():
    exchange = _practice()
    heard = _play(exchange, START + 5 * SECOND)
    now = Nanos(START + 6 * SECOND)
    heard += exchange.advance(now)

    restored = _practice(start=now)
    restored.restore(exchange.save(), now)
    restored.execute(SendOrder(now, _order("new", quantity="0.1", price="61900.0", tif=IOC)), now)
    again = restored.advance(Nanos(now + SECOND))

    for kind, key in ((OrderFilled, "trade"), (OrderAccepted, "venue_order"), (BookDelta, "last_id")):
        last = max(getattr(each, key) for each in heard if isinstance(each, kind) and _is_btc(each))
        first = next(getattr(each, key) for each in again if isinstance(each, kind) and _is_btc(each))
        assert first > last


def _is_btc(event):
    return getattr(event, "symbol", BTC) == BTC


def test_what_was_on_its_way_is_lost_when_an_exchange_comes_back():
    exchange, now = _practice(), Nanos(START + SECOND)
    exchange.advance(now)
    exchange.execute(SendOrder(now, _order("a")), now)

    exchange.restore(exchange.save(), now)
    events = exchange.advance(Nanos(now + SECOND))

    assert not [each for each in events if isinstance(each, OrderAccepted)]
    assert exchange.truth(now).orders == ()


def test_bytes_that_are_no_memo_are_refused_in_one_sentence():
    with pytest.raises(BadInput, match="practice exchange: its saved state cannot be read"):
        _practice().restore(b"\x93nonsense", START)


def test_a_sell_is_as_good_as_a_buy():
    session = Session(bids="60000.0x2 59999.9x3")

    heard = session.place("a", SELL, "4", "59999.9")

    assert [(each.price, each.quantity) for each in heard if isinstance(each, OrderFilled)] == [
        (Decimal("60000.0"), 2),
        (Decimal("59999.9"), 2),
    ]
    assert session.position == -4


def test_a_batch_is_answered_element_by_element():
    exchange = _practice()
    exchange.advance(Nanos(START + SECOND))
    now = Nanos(START + SECOND)
    specs = [_order(f"a{number}", price=price) for number, price in enumerate(("61000.0", "1", "61000.1"))]

    exchange.execute(Batch(now, tuple(SendOrder(now, each) for each in specs)), now)
    events = exchange.advance(Nanos(now + SECOND))

    accepted = {each.order for each in events if isinstance(each, OrderAccepted)}
    rejected = {each.order: each.code for each in events if isinstance(each, OrderRejected)}
    assert accepted == {"a0", "a2"}
    assert rejected.keys() == {"a1"}


def test_a_batch_over_the_limit_is_refused_whole():
    exchange = _practice()
    exchange.advance(Nanos(START + SECOND))
    now = Nanos(START + SECOND)
    batches = [
        Batch(now, tuple(SendOrder(now, _order(f"a{batch}-{number}")) for number in range(5))) for batch in range(61)
    ]
    for each in batches:
        exchange.execute(each, now)
    events = exchange.advance(Nanos(now + SECOND))

    rejected = [each.order for each in events if isinstance(each, OrderRejected) and each.code == -1015]
    assert rejected == [f"a60-{number}" for number in range(5)]
